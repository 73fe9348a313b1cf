"""The whole line in one process: the real store, rules, model and HTTP layer, with a clock and networks of our own."""

import base64
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from doorward.api.app import create_app
from doorward.core.enrolment import ACTIVE, Authenticator
from doorward.facts.networks import OverriddenLocator, Silence, read_networks
from doorward.settings import load
from doorward.subjects import Subjects
from doorward.wiring import Outside, Wiring, build

ROOT = Path(__file__).resolve().parents[2]
NOW = 1_782_900_000.0  # 2026-07-01T10:00:00Z

OSLO = "84.208.20.11"
OSLO_TWO = "84.208.20.99"
OSLO_OTHER_NETWORK = "81.166.7.7"
NEW_YORK = "69.112.4.8"
TOR = "185.220.101.7"
NOWHERE = "203.0.114.77"

NETWORKS = [
    {"cidr": "84.208.0.0/16", "country": "NO", "city": "Oslo", "lat": 59.91, "lon": 10.75, "timezone": "Europe/Oslo",
     "asn": 2119, "as_org": "Nordic Net", "kind": "residential"},
    {"cidr": "81.166.0.0/16", "country": "NO", "city": "Oslo", "lat": 59.91, "lon": 10.75, "timezone": "Europe/Oslo",
     "asn": 29695, "as_org": "Fjord Fibre", "kind": "residential"},
    {"cidr": "69.112.0.0/16", "country": "US", "city": "New York", "lat": 40.71, "lon": -74.01,
     "timezone": "America/New_York", "asn": 6128, "as_org": "Island Cable", "kind": "residential"},
    {"cidr": "185.220.101.0/24", "country": "DE", "city": "Berlin", "lat": 52.5, "lon": 13.4,
     "timezone": "Europe/Berlin", "asn": 60729, "as_org": "Exit Relays", "kind": "tor"},
]  # fmt: skip

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0"


@dataclass
class House:
    """A running service without a port: `post` and `get` speak HTTP to it, `clock` is its only clock."""

    wiring: Wiring
    client: FlaskClient
    key: str
    now: list[float] = field(default_factory=lambda: [NOW])

    def wait(self, seconds: float) -> None:
        self.now[0] += seconds
        self.wiring.tallies.flush(self.now[0])

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        sent = {"Authorization": f"Bearer {self.key}", **{k.replace("_", "-"): v for k, v in headers.items()}}
        data = None if body is None else json.dumps(body)
        return self.client.open(path, method=method, data=data, headers=sent, content_type="application/json")

    def post(self, path: str, body: Any, **headers: str) -> Any:
        return self.call("POST", path, body, **headers)

    def get(self, path: str) -> Any:
        return self.call("GET", path)

    def decide(self, subject: str = "u-1", **changes: Any) -> dict[str, Any]:
        answer = self.post("/v1/decisions", login(subject, **changes))
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return dict(answer.get_json())


def login(
    subject: str = "u-1",
    *,
    ip: str | None = OSLO,
    agent: str | None = CHROME,
    token: str | None = None,
    result: str = "passed",
    **more: Any,
) -> dict[str, Any]:
    client = {"ip": ip, "user_agent": agent, "device_token": token, "accept_language": "nb-NO"}
    return {
        "kind": "login",
        "subject": {"id": subject},
        "client": {name: value for name, value in client.items() if value is not None or name == "device_token"},
        "credential": {"result": result},
        **more,
    }


def enrolled(house, subject="u-1", kind="totp"):
    """Give *subject* an authenticator and return it."""
    services = house.wiring.services
    subjects = Subjects(house.wiring.store, services.sealer, services.decisions._sources.hasher)
    one = Authenticator(f"fac_{kind}", kind, {}, "phone", status=ACTIVE, created_at=house.now[0])
    subjects.change("default", subjects.key("default", subject), lambda held: held.with_(one), house.now[0])
    return subject


def settings_for(folder: Path) -> Any:
    secret = base64.b64encode(b"s" * 32).decode()
    return load(
        {
            "DOORWARD_STATE_DIR": str(folder),
            "DOORWARD_STORE": "sqlite:///:memory:",
            "DOORWARD_WORKERS": "1",
            "DOORWARD_RULES_DIR": str(folder / "rules"),
            "DOORWARD_MODEL": str(ROOT / "models" / "default.json"),
            "DOORWARD_SECRET": secret,
            "DOORWARD_ENCRYPTION_KEYS": f"k1:{secret}",
        }
    )


def house_in(
    folder: Path, *, key: str = "", change: Callable[[Any], Any] = lambda settings: settings, **parts: Any
) -> House:
    """Return a house whose state is in memory; *change* returns the settings that it is built by.

    Its store is asked for an API key unless *key* is given.
    """
    shutil.copytree(ROOT / "rules" / "default", folder / "rules" / "default", dirs_exist_ok=True)
    now = [NOW]
    locator = OverriddenLocator(Silence(), read_networks(NETWORKS))
    outside = Outside(locator=locator, **parts.pop("outside", {}))
    wiring = build(change(settings_for(folder)), clock=lambda: now[0], outside=outside, **parts)
    if not key:
        _, key = wiring.services.api_keys.create(tenant="default", scopes=("admin",), now=now[0])
    return House(wiring, create_app(wiring.services).test_client(), key, now)


@pytest.fixture
def house(tmp_path):
    made = house_in(tmp_path)
    yield made
    made.wiring.stop()
