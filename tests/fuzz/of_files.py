"""What operators, policy authors, suppliers and other systems hand over: files, settings and URLs."""

import gzip
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

from mmdb_writer import MMDBWriter
from netaddr import IPSet

from doorward.core.sender_url import CONSOLE, FORM, SMTP, SMTPS, WEBHOOK, sender_url
from doorward.core.signals import SIGNALS
from doorward.core.store_url import SQLITE, is_redis, redis_url, without_secrets
from doorward.core.webhook_keys import webhook_keys
from doorward.facts.addresses import read_address
from doorward.facts.database import BrokenDatabase, Database
from doorward.facts.networks import GeoProvider
from doorward.offline.authenticator_files import SHAPES
from doorward.offline.authenticator_files.contents import Said
from doorward.offline.importers import AUTO, Report, read
from doorward.offline.suite.reader import Policies, read_suite
from doorward.policy.compiler import compile_policy
from doorward.policy.lists import parse_network
from doorward.risk.model_file import ModelError, parse_scorecard
from doorward.sealing import load_keys
from doorward.settings import SETTINGS, SettingsError, load
from doorward.settings_parsers import hashing_secret
from doorward.tenant_file import read_tenant

from ..authenticators.soft_passkey import SoftPasskey
from ..facts.conftest import CITIES, OSLO, TOKYO, operator
from ..importing.old_system import keycloak, totp
from ..line.conftest import ROOT
from ..offline.importers.test_any_json import GOOD
from .target import SECRET, Target, scratch, seeds_of, text


@cache
def folder() -> Path:
    return scratch()


def _in_file(name: str, use: Callable[[Path], object]) -> Callable[[bytes], object]:
    """Return what writes bytes to a file of *name* and has it read."""

    def written(raw: bytes) -> object:
        file = folder() / name
        file.write_bytes(raw)
        return use(file)

    return written


# The beginnings: the whole files take a second a try, and nothing that the rest could show.
_POLICY = (ROOT / "rules" / "default" / "policy.yaml").read_bytes()[:2500]
_SUITE = (ROOT / "rules" / "default" / "policy_test.yaml").read_bytes()[:1700]
_MODEL = (ROOT / "models" / "default.json").read_bytes()
_SHORT = """
version: 1
id: short
lists: {names: {file: names.txt}, networks: {cidr_file: networks.txt}}
rules:
  - id: one
    when: %s
    on_unknown: skip
    then: {challenge: mfa}
requirements: {mfa: {any_of: [totp], aal: 2}}
unenrolled: {login: enrol, login_high_risk: deny, action: deny}
"""
_CONDITIONS = (
    b"risk.score >= 95.0 && !device.known",
    b"subject.id in lists.names || in_network(ip.address, lists.networks)",
    b"velocity.failures_1h > 3 ? geo.country != 'NO' : true",
)
_TENANT = b"""version: 1
name: Shop
base_url: https://auth.example.com
return_to: [https://www.example.com/account]
passkeys: {rp_id: example.com, origins: [https://www.example.com]}
webhooks: [{url: "https://siem.example.com/x", secret_file: /nowhere, events: [decision.denied]}]
"""


def _compiled(said: str) -> object:
    return compile_policy(said, signals=SIGNALS, folder=folder())


def _condition(said: str) -> object:
    return compile_policy(_SHORT % json.dumps(said), signals=SIGNALS, folder=None)


def _listed(name: str) -> Callable[[bytes], object]:
    whole = _SHORT % json.dumps(_CONDITIONS[1].decode())
    return _in_file(name, lambda _: compile_policy(whole, signals=SIGNALS, folder=folder()))


@cache
def _policies() -> Policies:
    for name, holds in {"policy.yaml": _SHORT % "true", "names.txt": "a", "networks.txt": "198.51.100.0/24"}.items():
        (folder() / name).write_text(holds, encoding="utf-8")
    made = Policies()
    compiled = made.at(folder() / "policy.yaml")
    assert compiled.policy is not None, compiled.findings
    return made


def _settings(raw: bytes) -> object:
    said = [line.partition("=") for line in raw.decode("utf-8", "replace").replace("\0", "").split("\n")]
    # Neither a name nor what is no secret is kept quiet where it is wrong.
    quiet = {row.name for row in SETTINGS if row.secret}
    return load({name: value for name, sign, value in said if sign and (name in quiet or SECRET not in name + value)})


_ENVIRON = "\n".join(f"{row.name}={row.default}" for row in SETTINGS).encode()
_SECRETS = f"DOORWARD_SECRET={SECRET}\nDOORWARD_STORE=redis://u:{SECRET}@h:1/0\nDOORWARD_WEBHOOK_SECRET=whsec_{SECRET}"


def _log(form: str) -> Callable[[bytes], object]:
    def taken(file: Path) -> object:
        report = Report()
        events = list(read([file], form=form, report=report))
        return events, [str(wrong) for wrong in report.first]

    return _in_file(f"{form}.log", taken)


def _authenticators(shape: str) -> Callable[[str], object]:
    def taken(said: str) -> object:
        contents = SHAPES[shape](said, Said(rp_id="example.org"))
        if any(SECRET in repr(each) for each in contents.entries if "Mistake" in type(each).__name__):
            raise AssertionError("a mistake repeats what stands in the file")
        return contents

    return taken


def _geo(path: Path) -> object:
    GeoProvider([path]).look_up(OSLO)
    found = Database(path)
    return [found.record(read_address(each)) for each in (OSLO, TOKYO) if found.covers(read_address(each))]


def _database(records: dict[str, object], type: str) -> bytes:
    writer = MMDBWriter(6, type, languages=["en"], description="test", ipv4_compatible=True)
    for cidr, record in records.items():
        writer.insert_network(IPSet([cidr]), record)
    file = folder() / "made.mmdb"
    writer.to_db_file(str(file))
    return file.read_bytes()


_READS_SENDERS = sender_url(SMTP, SMTPS, WEBHOOK, FORM, CONSOLE)
_LOGIN = f"u:{SECRET}@h".encode()
_TOTP = totp(secret=SECRET)
_KEYCLOAK = keycloak(SoftPasskey(), "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
_YAML = (b"- ", b"? ", b"|\n", b">-\n", b"&x ", b"*x", b"<<: ", b"!!binary ", b"{a: ", b"--- ", b"%YAML 1.1\n")

FILES = (
    Target("policy", text(_compiled), seeds=[(_SHORT % "true").encode(), _POLICY], words=_YAML, most=65_536, tries=25),
    Target(
        "condition",
        text(_condition),
        seeds=_CONDITIONS,
        most=4096,
        tries=40,
        words=[b"&&", b"||", b".exists(x, ", b"size(", b"in [", b" ? ", b"now", b"matches(", b"lists.names"],
    ),
    Target("list of words", _listed("names.txt"), seeds=[b"# names\nalice\nbob\n"], tries=25),
    Target("list of networks", _listed("networks.txt"), seeds=[b"198.51.100.0/24\n2001:db8::/32\n"], tries=25),
    Target("network", text(parse_network), (ValueError,), [b"198.51.100.0/24", b"2001:db8::/32"], most=512),
    Target(
        "rule tests",
        _in_file("fuzz_test.yaml", lambda file: read_suite(file, _policies())),
        seeds=[_SUITE],
        words=[b"matrix: ", b"defaults: ", b"expect: ", b"{outcome: allow}"],
        most=65_536,
        tries=25,
    ),
    Target("tenant.yaml", text(read_tenant), seeds=[_TENANT], words=_YAML, most=16_384, tries=40),
    Target("model", lambda raw: parse_scorecard(raw, path="m"), (ModelError,), [_MODEL], most=262_144, tries=25),
    Target(
        "settings",
        _settings,
        (SettingsError,),
        [_ENVIRON, _SECRETS.encode()],
        most=8192,
        tries=40,
        words=[row.name.encode() + b"=" for row in SETTINGS],
    ),
    Target(
        "store URL",
        text(redis_url),
        (ValueError,),
        [
            b"redis://" + _LOGIN + b":6379/0?ca=x",
            b"redis+cluster://" + _LOGIN + b":1,[::1]:2",
            b"rediss+sentinel://" + _LOGIN + b":1,b:2/main/0",
        ],
        words=[b"://", b"%40", b"?ca=", b",", b"[::1]"],
    ),
    Target(
        "store URL in a log", text(lambda said: _hidden(said)), (ValueError,), seeds=[b"redis://" + _LOGIN + b":6379/0"]
    ),
    Target(
        "sender URL",
        text(_READS_SENDERS),
        (ValueError,),
        [
            b"smtp://" + _LOGIN + b":587?tls=none",
            b"webhook+https://h/p?ca=x",
            b"form+https://" + _LOGIN + b"/p?from=+15550001111",
        ],
        words=[b"://", b"%40", b"?tls=none", b"&ca="],
    ),
    Target(
        "web-hook secrets",
        text(webhook_keys),
        (ValueError,),
        [b"whsec_" + b"A" * 32, b"whsec_" + SECRET.encode()],
        [b"whsec_", b","],
    ),
    Target(
        "sealing keys", text(load_keys), (ValueError,), [b"k1:" + b"A" * 43 + b"=,k2:" + SECRET.encode()], [b":", b","]
    ),
    Target("hashing secret", text(hashing_secret), (ValueError,), [b"A" * 44, SECRET.encode()]),
    *(
        Target(f"{form} log", _log(form), seeds=seeds_of(good, [good, good]), words=[b'"records":', b'"value":'])
        for form, good in GOOD.items()
    ),
    Target(
        "canonical log",
        _log("canonical"),
        tries=40,
        seeds=seeds_of(
            {
                "at": "2026-03-01T08:15:00Z",
                "request": {"kind": "login", "subject": {"id": "u"}, "client": {"ip": "203.0.113.7"}},
                "verified": True,
                "facts": {},
                "label": None,
                "family": None,
            }
        ),
    ),
    Target(
        "log of any kind",
        _log(AUTO),
        words=[b"\x1f\x8b", b"\n", b'"records":[', b"a,b\n"],
        seeds=[
            gzip.compress(json.dumps(GOOD["auth0"]).encode() * 3, mtime=0),
            b"Login Timestamp,User ID,Login Successful\n1,2,True\n",
            json.dumps({"records": [GOOD["entra"]]}, indent=1).encode(),
        ],
    ),
    *(
        Target(
            f"authenticators as {shape}",
            text(_authenticators(shape)),
            seeds=seeds,
            tries=100,
            words=[b"otpauth://totp/x?secret=", b'"type":"otp"', b'"credentialData":"{}"'],
        )
        for shape, seeds in {
            "jsonl": seeds_of(_TOTP, {"subject": "u", "uri": f"otpauth://totp/x?secret={SECRET}&digits=6"}),
            "csv": [f"subject,type,secret,digits\nu,totp,{SECRET},6\n".encode()],
            "keycloak": seeds_of(_KEYCLOAK),
        }.items()
    ),
    Target(
        "geo database",
        _in_file("fuzz.mmdb", _geo),
        (BrokenDatabase,),
        most=1 << 20,
        tries=60,
        seeds=[_database(CITIES, "GeoIP2-City"), _database({"84.208.0.0/16": operator(2119, "Net")}, "GeoLite2-ASN")],
        words=[b"\xab\xcd\xefMaxMind.com", b"node_count", b"\xe1\x41", b"\x20\x00", b"\x38\xff\xff\xff\xff"],
    ),
)


def _hidden(said: str) -> object:
    """Return the URL of a store that can be one, for people: what stands before its host is not in it."""
    if is_redis(said):
        redis_url(said)
    elif not said.startswith(SQLITE):
        return None
    if f":{SECRET}@" in said and SECRET in without_secrets(said):
        raise AssertionError("the password is shown")
    return without_secrets(said)
