"""Settings: environment variables in, one frozen `Settings` out; every mistake is told at once.

`SETTINGS` is the table: `docs/settings.md` and `doorward settings` are made from it. How a text is read stands in
`settings_parsers`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from doorward.core.errors import DoorwardError
from doorward.core.store_url import SQLITE, has_replicas, is_redis
from doorward.settings_parsers import (
    choice,
    existing_directory,
    existing_file,
    existing_paths,
    hashing_secret,
    key_list,
    optional_file,
    path,
    store_url,
    text,
    time_zone,
    whole_number,
)
from doorward.settings_row import PREFIX, Setting
from doorward.settings_sending import SENDING, SENDING_DEFAULTS
from doorward.settings_sending import contradictions as sending_contradictions
from doorward.settings_serving import SERVING
from doorward.settings_tls import TLS, TlsSettings
from doorward.settings_tls import contradictions as tls_contradictions

MEMORY = ":memory:"
CHECKOUT = Path(__file__).resolve().parents[2]

# Kubernetes puts these into every pod beside a Service that is called doorward; they are not ours.
_SERVICE_LINKS = re.compile(r"DOORWARD_(SERVICE_(HOST|PORT(_\w+)?)|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)\Z")


class SettingsError(DoorwardError):
    """The environment cannot be used; *mistakes* holds one line for each thing that is wrong."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("; ".join(mistakes))
        self.mistakes = mistakes


SETTINGS = (
    *SERVING,
    *TLS,
    Setting("state_dir", path, "var", "Folder of what the service writes by itself: store, secrets, geo databases."),
    Setting(
        "store",
        store_url,
        "",
        "Where state is kept: `sqlite:///relative/path`, `sqlite:////absolute/path`, "
        "`redis://user:password@host:port/db`, `redis+cluster://host:port,host:port`, "
        "`redis+sentinel://host:port,host:port/service/db`; over TLS `rediss…` (`?ca=file`).",
        shown="sqlite:///<state_dir>/doorward.db",
        secret=True,
    ),
    Setting("store_connect_ms", whole_number(10, 10_000), "250", "Milliseconds to wait for a connection to Redis."),
    Setting("store_command_ms", whole_number(10, 10_000), "250", "Milliseconds to wait for each reply of Redis."),
    Setting(
        "store_replicas",
        whole_number(0, 5),
        "",
        "Replicas of Redis that must have what was used up (a code, a proof, an attempt) before it counts; in half of "
        "the time for a reply, otherwise 503.",
        shown="1 with Sentinels or a Cluster, otherwise 0",
    ),
    Setting(
        "rules_dir",
        existing_directory,
        "",
        "Folder of the policies, one folder for each tenant.",
        shown="rules/ of the checkout, otherwise ./rules",
    ),
    Setting(
        "model",
        existing_file,
        "",
        "The scorecard that scores.",
        shown="models/default.json of the checkout, otherwise ./models/default.json",
    ),
    Setting(
        "shadow_model",
        optional_file,
        "",
        "A second scorecard that scores every decision too, is recorded, and decides nothing; empty for none.",
    ),
    Setting(
        "geo",
        existing_paths,
        "",
        "Geo databases: folders or `.mmdb` files, separated by commas. Without any, locations are unknown.",
        shown="<state_dir>/geodata",
    ),
    Setting(
        "secret",
        hashing_secret,
        "",
        "Key of the keyed hashes: at least 32 random bytes in base64. Changing it makes all history unfindable.",
        shown="made on first start, in <state_dir>/secrets",
        secret=True,
    ),
    Setting(
        "encryption_keys",
        key_list,
        "",
        "Keys of the encryption at rest: `id:base64` of 32 random bytes, separated by commas. "
        "The first seals, all of them open.",
        shown="made on first start, in <state_dir>/secrets",
        secret=True,
    ),
    Setting("issuer", text(1, 200), "doorward", "The issuer of assertions; each tenant signs as `<issuer>/<tenant>`."),
    Setting("signing_algorithm", choice("ES256", "Ed25519"), "ES256", "The algorithm of new signing keys."),
    Setting("default_timezone", time_zone, "UTC", "Time zone of a subject without history, by its IANA name."),
    Setting("record_days", whole_number(1, 3650), "90", "Days for which decision records are kept."),
    Setting("challenge_ttl", whole_number(30, 600), "600", "Seconds in which a challenge must be passed."),
    Setting(
        "device_days",
        whole_number(1, 400),
        "180",
        "Days after its last verified use for which a device token is good; browsers keep no cookie past 400.",
    ),
    Setting(
        "totp_window",
        whole_number(0, 2),
        "1",
        "Steps either side of the present one whose TOTP code is accepted; 0 is what ASVS 6.5.5 asks for.",
    ),
    Setting(
        "knowledge",
        choice("off", "on"),
        "off",
        "Whether questions of knowledge can be enrolled and answered. "
        "They are no authenticator by any standard, and add no AAL.",
    ),
    Setting("log_level", choice("debug", "info", "warning", "error"), "info", "The least grave level that is logged."),
    Setting("log_format", choice("json", "console"), "json", "`json`: one object a line. `console`: for a terminal."),
    *SENDING,
)


@dataclass(frozen=True, slots=True)
class Settings(TlsSettings):
    """What the service was told; the rows of `SETTINGS` say what each field means.

    *secret* and *encryption_keys* are None until `secret_files.with_secrets` has found or made them.
    """

    state_dir: Path
    store: str = field(repr=False)
    store_connect_ms: int
    store_command_ms: int
    store_replicas: int
    rules_dir: Path
    model: Path
    shadow_model: Path | None
    geo: tuple[Path, ...]
    issuer: str
    signing_algorithm: str
    default_timezone: str
    record_days: int
    challenge_ttl: int
    device_days: int
    totp_window: int
    knowledge: str
    log_level: str
    log_format: str
    secret: bytes | None = field(default=None, repr=False)
    encryption_keys: str | None = field(default=None, repr=False)

    @property
    def store_path(self) -> Path | None:
        """The file of an SQLite store, or None for one in memory or elsewhere."""
        name = self.store.removeprefix(SQLITE)
        return None if name == MEMORY or is_redis(self.store) else Path(name)

    @property
    def secrets_dir(self) -> Path:
        return self.state_dir / "secrets"


def load(environ: Mapping[str, str]) -> Settings:
    """Return the settings that *environ* states, or raise SettingsError with everything that is wrong in it."""
    mistakes = _unknown_names(environ)
    values: dict[str, Any] = {}
    for row in SETTINGS:
        try:
            values[row.field] = _value(row, environ)
        except ValueError as wrong:
            mistakes.append(f"{row.name}: {wrong}")
    if not mistakes:
        values = _with_derived_defaults(values)
        mistakes = _contradictions(values)
    if mistakes:
        raise SettingsError(mistakes)
    return Settings(**values)


def _value(row: Setting, environ: Mapping[str, str]) -> Any:
    text = _secret_text(row, environ) if row.secret else environ.get(row.name)
    if text is None:
        return row.parse(row.default) if row.default else None
    return row.parse(text)


def _secret_text(row: Setting, environ: Mapping[str, str]) -> str | None:
    """Return the secret from the variable or from the file that its `_FILE` twin names."""
    file_name = environ.get(row.name + "_FILE")
    if file_name is None:
        return environ.get(row.name)
    if row.name in environ:
        raise ValueError(f"is set, and {row.name}_FILE too; set one of them")
    try:
        text = Path(file_name).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as unreadable:
        reason = getattr(unreadable, "strerror", None) or "it is not UTF-8 text"
        raise ValueError(f"cannot read '{file_name}' that {row.name}_FILE names: {reason}") from None
    if not text:
        raise ValueError(f"the file '{file_name}' that {row.name}_FILE names is empty")
    return text


def known_names() -> list[str]:
    """Return every variable that is read, `_FILE` twins included."""
    return [name for row in SETTINGS for name in ((row.name, row.name + "_FILE") if row.secret else (row.name,))]


def _unknown_names(environ: Mapping[str, str]) -> list[str]:
    known = known_names()
    unknown = [name for name in sorted(environ) if name.startswith(PREFIX) and name not in known]
    return [_unknown(name, known) for name in unknown if not _is_service_link(name, environ[name])]


def _is_service_link(name: str, value: str) -> bool:
    if name == PREFIX + "PORT":
        return value.startswith(("tcp://", "udp://", "sctp://"))
    return _SERVICE_LINKS.match(name) is not None


def _unknown(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"{name}: there is no such setting" + (f" (did you mean {near[0]}?)" if near else "")


def _with_derived_defaults(values: dict[str, Any]) -> dict[str, Any]:
    state_dir: Path = values["state_dir"]
    derived = {
        "store": f"{SQLITE}{state_dir / 'doorward.db'}",
        "rules_dir": _of_checkout("rules"),
        "model": _of_checkout("models/default.json"),
        "geo": (state_dir / "geodata",),
        "store_replicas": 1 if has_replicas(values["store"] or "") else 0,
        **SENDING_DEFAULTS,
    }
    return values | {name: value for name, value in derived.items() if values[name] is None}


def _of_checkout(name: str) -> Path:
    """Return *name* in the checkout that this file is part of, otherwise below the working folder."""
    inside = CHECKOUT / name
    return inside if inside.exists() else Path(name)


def _contradictions(values: dict[str, Any]) -> list[str]:
    mistakes = sending_contradictions(values) + tls_contradictions(values)
    if values["store"].endswith(f"/{MEMORY}") and values["workers"] > 1:
        mistakes += ["DOORWARD_STORE: a store in memory goes with its process; set DOORWARD_WORKERS=1 or name a file"]
    bound, metrics = values["bind"], values["metrics_bind"]
    if metrics is not None and bound.port and bound == metrics:
        mistakes += [
            f"DOORWARD_METRICS_BIND: {metrics} is the address of DOORWARD_BIND; metrics have a port of their own"
        ]
    return mistakes
