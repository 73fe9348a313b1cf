"""A subject and its sign-ins, as facts: what a test says is new is new, the rest is the subject's own."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from doorward.core.facts import (
    LEVELS,
    AgentFacts,
    DeviceFacts,
    Facts,
    HistoryFacts,
    NetworkFacts,
    PopulationFacts,
    VelocityFacts,
)
from doorward.core.outcome import Assessment
from doorward.core.request import Credential, DecisionRequest, Subject
from doorward.core.signals.base import Attempt
from doorward.risk.model_file import load_scorecard
from doorward.risk.scorecard import Scorecard, assess

NOW = 1_775_000_000.0
BY_HAND = Path(__file__).parents[2] / "models" / "provisional.json"
OSLO = {"country": "NO", "city": "Oslo", "lat": 59.9, "lon": 10.7, "accuracy_km": 20.0}

# How much of the population shares the subject's values.
SHARES = {
    "ip": 0.0005,
    "prefix": 0.001,
    "asn": 0.2,
    "country": 0.7,
    "city": 0.1,
    "agent": 0.1,
    "browser": 0.5,
    "os": 0.4,
    "device_type": 0.6,
    "language": 0.8,
}
DEVICES = {
    "known": DeviceFacts(token_state="valid", device_id="dev_a", seen=True, known=True),
    "seen": DeviceFacts(token_state="valid", device_id="dev_a", seen=True, known=False),
    "unfamiliar": DeviceFacts(token_state="valid", device_id="dev_a", seen=False, known=False),
    "none": DeviceFacts(token_state="none", known=False),
    "expired": DeviceFacts(token_state="expired", known=False),
    "revoked": DeviceFacts(token_state="revoked", known=False),
    "foreign": DeviceFacts(token_state="foreign", known=False),
    "not collected": DeviceFacts(reason="no device token was collected"),
}

FactsOf = Callable[..., Facts]
Scored = Callable[..., Assessment]


def facts_of(
    *,
    sign_ins: float = 12.0,
    events: int | None = None,
    new: Iterable[str] = (),
    unseen: Iterable[str] = (),
    population: float = 5000.0,
    shares: dict[str, float] | None = None,
    device: str = "known",
    hours_ago: float = 20.0,
    network: dict[str, object] | None = None,
    history: dict[str, object] | None = None,
    counts: dict[str, int] | None = None,
    velocity: dict[str, object] | None = None,
) -> Facts:
    """Return the facts of an attempt: *new* levels are new to the subject, *unseen* ones to everyone."""
    strange = {*new, *unseen}
    common = SHARES | (shares or {})
    past: dict[str, object] = {
        "logins": sign_ins,
        "events": events if events is not None else round(sign_ins + 0.49),
        "settled": int(sign_ins),
        "counts": {level: 0.0 if level in strange else sign_ins for level in LEVELS},
        "totals": dict.fromkeys(LEVELS, sign_ins),
    }
    if sign_ins:
        past |= {
            "last_at": NOW - hours_ago * 3600,
            "last_country": "NO",
            "last_lat": 59.9,
            "last_lon": 10.7,
            "last_accuracy_km": 20.0,
            "last_kind": "residential",
            "last_anonymous": False,
            "nearest_km": 0.0,
            "hour_share": 0.7,
            "usual_country": "NO",
        }
    return Facts(
        network=NetworkFacts(**({"kind": "residential", "anonymous": False} | OSLO | (network or {}))),
        agent=AgentFacts(type="desktop", browser="Firefox", browser_major=140, os="Linux", bot=False),
        device=DEVICES[device],
        history=HistoryFacts(**(past | (history or {}))),
        velocity=VelocityFacts(counts=quiet() | (counts or {}), **(velocity or {})),
        population=PopulationFacts(
            counts={level: 0.0 if level in unseen else common[level] * population for level in LEVELS},
            totals=dict.fromkeys(LEVELS, population),
            distinct={level: int(min(population, 3 / common[level])) for level in LEVELS},
        ),
    )


def quiet() -> dict[str, int]:
    """Return the counts of one sign-in that nothing went before."""
    once = dict.fromkeys(("subject_attempts_1h", "ip_attempts_1h", "ip_subjects_1h", "prefix_subjects_1h"), 1)
    return once | dict.fromkeys(("subject_failures_1h", "subject_failures_24h", "ip_failures_1h"), 0)


@pytest.fixture(scope="session")
def now() -> float:
    return NOW


@pytest.fixture(scope="session")
def request_of_login() -> DecisionRequest:
    return DecisionRequest("login", Subject("u-1"), credential=Credential("passed"))


@pytest.fixture(scope="session")
def card() -> Scorecard:
    return load_scorecard(BY_HAND)


@pytest.fixture(scope="session")
def default_path() -> Path:
    return BY_HAND


@pytest.fixture(scope="session")
def facts() -> FactsOf:
    return facts_of


@pytest.fixture(scope="session")
def assessed(card: Scorecard, request_of_login: DecisionRequest) -> Scored:
    """Return the assessment of what `facts` makes of the same arguments."""

    def assessment(**arguments: object) -> Assessment:
        return assess(card, Attempt(request_of_login, facts_of(**arguments), NOW))

    return assessment


@pytest.fixture(scope="session")
def score(assessed: Scored) -> Callable[..., float]:
    def number(**arguments: object) -> float:
        found = assessed(**arguments).score
        assert found is not None
        return found

    return number
