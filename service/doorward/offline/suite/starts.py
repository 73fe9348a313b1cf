"""Whom a case starts from: what was found out before the case says what is different. STARTS is the table."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache

from doorward.core.facts import (
    LEVELS,
    AgentFacts,
    DeviceFacts,
    EnrolmentFacts,
    Facts,
    HistoryFacts,
    NetworkFacts,
    PopulationFacts,
    VelocityFacts,
)
from doorward.core.request import ACTION, DecisionRequest
from doorward.core.signals import SIGNALS
from doorward.facts.addresses import read_address
from doorward.facts.agents import UserAgents
from doorward.facts.answers import silent
from doorward.facts.stated import at_address
from doorward.policy.findings import START, Report
from doorward.policy.source import Fields, read

DAY = 86_400.0
NOT_STATED = "this test does not state it"
UNREADABLE = "the history cannot be read now"

VALID, ABSENT = "valid", "none"  # states of a device token

FAMILIAR, NEWCOMER, BLANK = "familiar", "newcomer", "blank"

# What the request states where a case says nothing else; an action comes from a session, a sign-in with a password.
_CLIENT = "client: {ip: 203.0.113.7, timezone: Europe/Oslo, rtt_ms: 30}"
_LOGIN = "credential: {result: passed, breached: false}"
_ACTION = "session: {id: s-1, amr: [pwd], auth_time: 10m ago}"

COUNTED = tuple(
    name.removeprefix("velocity.")
    for name, spec in SIGNALS.items()
    if name.startswith("velocity.") and spec.type == "int"
)
_NOT_YET = ("failures", "codes", "pushes")

_HOME = NetworkFacts(
    country="NO",
    region="Oslo",
    city="Oslo",
    timezone="Europe/Oslo",
    lat=59.9,
    lon=10.7,
    accuracy_km=20.0,
    asn=64500,
    as_org="Example Net",
    kind="residential",
    anonymous=False,
    hosting=False,
)
_AGENT = AgentFacts(type="desktop", browser="Firefox", browser_major=140, os="Windows", bot=False)
_AGENTS = UserAgents()

# What a tenant of ten thousand sign-ins has seen of these values, and how many different ones there are.
_COMMON = {"ip": 20, "prefix": 30, "asn": 900, "country": 4000, "city": 800, "agent": 300, "browser": 1500, "os": 5000}
_COMMON |= {"device_type": 5000, "language": 3000}
_DISTINCT = {"ip": 4000, "prefix": 3000, "asn": 200, "country": 40, "city": 300, "agent": 400, "browser": 8, "os": 6}
_DISTINCT |= {"device_type": 3, "language": 30}
_POPULATION = PopulationFacts(
    version=1,
    counts={name: float(count) for name, count in _COMMON.items()},
    totals=dict.fromkeys(LEVELS, 10_000.0),
    distinct=_DISTINCT,
)


@cache
def stated(start: str, kind: str) -> Fields:
    """Return the request that a case starts from, for a login or an action."""
    client = "client: {}" if start == BLANK else _CLIENT
    text = "\n".join((f"kind: {kind}", "subject: {id: u-1}", client, _ACTION if kind == ACTION else _LOGIN))
    return read(text, Report()) or Fields((), START)


def found(start: str, request: DecisionRequest, now: float) -> Facts:
    """Return the facts of *request* for whom the case starts from; an address, an agent and a token are looked at."""
    facts = STARTS[start](request, now)
    if request.client.user_agent:
        facts = replace(facts, agent=_AGENTS.parse(request.client.user_agent))
    if request.client.device_token_collected and request.client.device_token is None:
        facts = replace(facts, device=DeviceFacts(token_state=ABSENT, known=False, remembered=False))
    return facts


def unreadable(facts: Facts) -> Facts:
    """Return *facts* as they are found while the store is away: no history, nothing counted, nothing enrolled known."""
    collected = facts.device.token_state is not None
    none = facts.device.token_state == ABSENT
    return replace(
        facts,
        device=facts.device if none else DeviceFacts(reason=UNREADABLE if collected else facts.device.reason),
        history=HistoryFacts(reachable=False),
        velocity=VelocityFacts(reachable=False),
        enrolment=EnrolmentFacts(readable=False, reason=UNREADABLE),
    )


def _familiar(request: DecisionRequest, now: float) -> Facts:
    return Facts(
        network=_home(request),
        agent=_AGENT,
        device=DeviceFacts(
            token_state=VALID,
            device_id="d-1",
            seen=True,
            known=True,
            remembered=False,
            first_used_at=now - 90 * DAY,
        ),
        history=_history(now),
        velocity=_velocity(COUNTED),
        population=_POPULATION,
        enrolment=EnrolmentFacts(types=("passkey", "totp")),
    )


def _newcomer(request: DecisionRequest, now: float) -> Facts:
    del now
    without_device = tuple(name for name in COUNTED if not name.startswith("device_"))
    device = DeviceFacts(token_state=ABSENT, known=False, remembered=False)
    return Facts(
        network=_home(request),
        agent=_AGENT,
        device=device,
        velocity=_velocity(without_device),
        population=_POPULATION,
    )


def _blank(request: DecisionRequest, now: float) -> Facts:
    del now
    return Facts(
        network=silent(request.client.ip, NOT_STATED),
        agent=AgentFacts(reason=NOT_STATED),
        device=DeviceFacts(reason="no device token was collected"),
    )


STARTS: Mapping[str, Callable[[DecisionRequest, float], Facts]] = {
    FAMILIAR: _familiar,
    NEWCOMER: _newcomer,
    BLANK: _blank,
}


def _home(request: DecisionRequest) -> NetworkFacts:
    where = read_address(request.client.ip) if request.client.ip else None
    return at_address(_HOME, where) if where else silent(None, NOT_STATED)


def _velocity(names: tuple[str, ...]) -> VelocityFacts:
    """Return windows that hold this attempt alone."""
    counts = {name: 0 if any(word in name for word in _NOT_YET) else 1 for name in names}
    return VelocityFacts(
        counts=counts, asn_failure_ratio_1h=0.05, tenant_failure_ratio_10m=0.05, tenant_attempts_10m=20
    )


def _history(now: float) -> HistoryFacts:
    return HistoryFacts(
        logins=40.0,
        events=60,
        settled=60,
        first_seen_at=now - 400 * DAY,
        last_at=now - DAY,
        last_country=_HOME.country,
        last_lat=_HOME.lat,
        last_lon=_HOME.lon,
        last_accuracy_km=_HOME.accuracy_km,
        last_kind=_HOME.kind,
        last_anonymous=False,
        nearest_km=0.0,
        hour_share=0.8,
        zone="Europe/Oslo",
        fingerprint_known=True,
        usual_country="NO",
        counts=dict.fromkeys(LEVELS, 40.0),
        totals=dict.fromkeys(LEVELS, 40.0),
    )
