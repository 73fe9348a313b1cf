"""What the tests of the core share: a fixed moment, sights, sign-ins and attempts without any store."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from hypothesis import settings

from doorward.core import history
from doorward.core.context import Sight
from doorward.core.facts import LEVELS, AgentFacts, DeviceFacts, Facts, HistoryFacts, NetworkFacts
from doorward.core.request import Client, Credential, DecisionRequest, Subject
from doorward.core.signals import Attempt, Signals, evaluate

DAY = 86_400

# A busy machine must not fail a test that asks nothing of time.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture
def now() -> float:
    return 1_767_261_600.0  # Thursday, 2026-01-01T10:00:00Z


@pytest.fixture
def sight() -> Callable[..., Sight]:
    """Make a sight whose levels all have a mark made from *seed*, unless told otherwise."""

    def make(seed: int = 1, **changes: object) -> Sight:
        marks = changes.pop("marks", {level: seed * 100 + place for place, level in enumerate(LEVELS, 1)})
        given = {"country": "NO", "lat": 59.9, "lon": 10.7, "kind": "residential", "zone": "Europe/Oslo"} | changes
        return Sight(marks=marks, **given)

    return make


@pytest.fixture
def learn() -> Callable[..., bytes]:
    """Learn one settled sign-in of weight 1 and return the new history."""

    def learned(profile: bytes | None, event: str, at: float, sight: Sight, **changes: object) -> bytes:
        given = {"weight": 1.0, "quarantined": False, "now": at} | changes
        return history.learn(profile, event_id=event, at=at, sight=sight, **given).profile

    return learned


@pytest.fixture
def oslo() -> NetworkFacts:
    return NetworkFacts(
        address="203.0.113.7",
        prefix="203.0.113.0/24",
        version=4,
        country="NO",
        region="Oslo",
        city="Oslo",
        timezone="Europe/Oslo",
        lat=59.9,
        lon=10.7,
        accuracy_km=10.0,
        asn=64500,
        as_org="Example Fibre",
        kind="residential",
        anonymous=False,
        hosting=False,
    )


@pytest.fixture
def signals(now: float, oslo: NetworkFacts) -> Callable[..., Signals]:
    """Evaluate a plain sign-in from Oslo, with parts of its request and facts replaced."""
    plain = SimpleNamespace(
        facts={"network": oslo, "agent": AgentFacts("desktop", "Firefox", 140, "Linux", False)},
        request={"kind": "login", "subject": Subject("u-1"), "client": Client(ip="203.0.113.7")},
    )

    def of(*, at: float = now, request: dict | None = None, **facts: object) -> Signals:
        asked = DecisionRequest(**(plain.request | (request or {})))
        return evaluate(Attempt(asked, Facts(**(plain.facts | facts)), at))

    return of


@pytest.fixture
def berlin_yesterday(now: float) -> HistoryFacts:
    return HistoryFacts(
        logins=8.0,
        events=20,
        settled=20,
        last_at=now - DAY,
        last_lat=52.5,
        last_lon=13.4,
        last_accuracy_km=10.0,
        last_kind="residential",
        nearest_km=838.0,
        hour_share=0.25,
    )


@pytest.fixture
def valid_device(now: float) -> DeviceFacts:
    return DeviceFacts(
        token_state="valid", device_id="dev_a", known=True, remembered=False, first_used_at=now - 10 * DAY
    )


@pytest.fixture
def passed() -> Credential:
    return Credential("passed")
