"""The table as a whole: completeness, types, promises."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.core.facts import (
    LEVELS,
    AgentFacts,
    DeviceFacts,
    EnrolmentFacts,
    Facts,
    HistoryFacts,
    NetworkFacts,
    VelocityFacts,
)
from doorward.core.request import Action, Client, Credential, DecisionRequest, Session, Subject
from doorward.core.signals import SIGNALS, Attempt, Unknown, evaluate, state_of, with_risk
from doorward.core.signals.document import markdown

TYPES = {
    "bool": bool,
    "int": int,
    "double": float,
    "string": str,
    "timestamp": datetime,
    "list(string)": list,
    "map(string, string)": dict,
    "map(string, dyn)": dict,
}
# The names as the policy language promises them to those who write rules.
PROMISED = """
event.kind application.id action.name action.binding event.time event.hour event.weekday event.weekend
subject.id subject.groups subject.attributes subject.authenticators? subject.flags? subject.age_days? subject.known?
subject.logins? subject.days_since_login? subject.password_age_hours?
ip.address? ip.prefix? ip.version? ip.private? network.asn? network.as_org? network.kind? network.anonymous?
network.hosting? network.rtt_ms?
geo.country? geo.region? geo.city? geo.timezone? geo.lat? geo.lon? geo.accuracy_km? geo.client_timezone_matches?
device.id? device.known? device.remembered? device.age_days? device.type? device.browser? device.os?
device.browser_major? device.bot? device.token_state? device.fingerprint_known?
new.ip? new.prefix? new.asn? new.country? new.city? new.browser? new.os? new.device_type? new.language? unusual.hour?
travel.distance_km? travel.hours? travel.speed_kmh? travel.usual_distance_km? travel.impossible?
velocity.subject_attempts_10m? velocity.subject_attempts_1h? velocity.subject_attempts_24h?
velocity.subject_failures_10m? velocity.subject_failures_1h? velocity.subject_failures_24h?
velocity.subject_ips_1h? velocity.subject_countries_24h? velocity.ip_attempts_10m? velocity.ip_attempts_1h?
velocity.ip_failures_1h? velocity.ip_subjects_1h? velocity.prefix_subjects_1h? velocity.device_subjects_24h?
velocity.codes_sent_1h? velocity.pushes_since_success? velocity.asn_failure_ratio_1h? velocity.tenant_failure_ratio_10m?
session.amr session.aal session.age_minutes? credential.result credential.breached? context
risk.score? risk.level risk.confidence risk.reasons risk.floors
"""

number = st.floats(-1e12, 1e12)
any_float = st.floats(allow_nan=True, allow_infinity=True)
text = st.text(max_size=12)
zone = st.sampled_from(["", "Europe/Oslo", "Asia/Tokyo", "nonsense", "../x", "Europe"]) | text


def maybe(strategy):
    return st.none() | strategy


requests = st.builds(
    DecisionRequest,
    kind=st.sampled_from(["login", "action"]),
    subject=st.builds(
        Subject, id=text, groups=st.lists(text, max_size=2).map(tuple), created_at=maybe(number), contacts=st.just(())
    ),
    client=st.builds(
        Client,
        ip=maybe(text),
        user_agent=maybe(text),
        fingerprint=maybe(text),
        timezone=maybe(zone),
        rtt_ms=maybe(number),
    ),
    action=st.builds(Action, name=text, binding=st.dictionaries(text, text, max_size=2)),
    session=st.builds(
        Session,
        amr=st.lists(st.sampled_from(["pwd", "otp", "mfa"]), max_size=2).map(tuple),
        acr=st.sampled_from(["", "aal1", "AAL2", "aal3", "gold"]),
        auth_time=maybe(number),
    ),
    credential=st.builds(Credential, result=st.sampled_from(["", "passed", "failed"]), breached=maybe(st.booleans())),
    context=st.dictionaries(text, text, max_size=2),
)
networks = st.builds(
    NetworkFacts,
    address=text,
    private=st.booleans(),
    country=maybe(text),
    timezone=maybe(zone),
    lat=maybe(any_float),
    lon=maybe(any_float),
    accuracy_km=maybe(any_float),
    asn=maybe(st.integers(0, 2**32 - 1)),
    kind=maybe(st.sampled_from(["residential", "mobile", "vpn"])),
    anonymous=maybe(st.booleans()),
    location_reason=text,
)
histories = st.builds(
    HistoryFacts,
    reachable=st.booleans(),
    events=st.integers(0, 100),
    first_seen_at=maybe(number),
    last_at=maybe(number),
    last_lat=maybe(any_float),
    last_lon=maybe(any_float),
    last_accuracy_km=maybe(any_float),
    last_kind=maybe(st.sampled_from(["residential", "mobile", "vpn"])),
    last_anonymous=maybe(st.booleans()),
    nearest_km=maybe(number),
    hour_share=maybe(number),
    zone=zone,
    fingerprint_known=maybe(st.booleans()),
    credential_changed_at=maybe(number),
    counts=st.dictionaries(st.sampled_from(LEVELS), st.floats(0, 100)),
    totals=st.dictionaries(st.sampled_from(LEVELS), st.floats(0, 100)),
)
all_facts = st.builds(
    Facts,
    network=networks,
    agent=st.builds(AgentFacts, type=maybe(text), browser=maybe(text), bot=maybe(st.booleans()), reason=text),
    device=st.builds(
        DeviceFacts,
        token_state=maybe(st.sampled_from(["none", "valid", "expired", "revoked", "foreign"])),
        known=maybe(st.booleans()),
        remembered=maybe(st.booleans()),
        first_used_at=maybe(number),
    ),
    history=histories,
    velocity=st.builds(
        VelocityFacts,
        reachable=st.booleans(),
        counts=st.dictionaries(st.sampled_from(["ip_attempts_1h", "codes_sent_1h"]), st.integers(0, 256)),
        asn_failure_ratio_1h=maybe(st.floats(0, 1)),
    ),
    enrolment=st.builds(EnrolmentFacts, readable=st.booleans(), types=st.just(("totp",))),
    zone=zone,
)
attempts = st.builds(Attempt, request=requests, facts=all_facts, now=st.floats(0, 2**32))


def scored(signals):
    return with_risk(signals, score=42, level="low", confidence="ok", reasons=("new_asn",), floors=())


def test_the_table_holds_every_promised_signal_and_no_other():
    told = [row.name + ("?" if row.may_be_unknown else "") for row in SIGNALS.values()]

    assert sorted(told) == sorted(PROMISED.split())


@given(attempts)
def test_every_signal_is_known_or_unknown_with_a_reason_and_has_its_type(attempt):
    signals = scored(evaluate(attempt))

    assert set(signals.values) | set(signals.unknown) == set(SIGNALS)
    assert not set(signals.values) & set(signals.unknown)
    assert all(signals.unknown.values())
    assert [n for n in signals.unknown if not SIGNALS[n].may_be_unknown] == []
    assert [n for n, value in signals.values.items() if type(value) is not TYPES[SIGNALS[n].type]] == []


@given(attempts)
@settings(max_examples=50)
def test_the_recorded_facts_give_the_same_signals_again(attempt):
    again = Attempt(attempt.request, Facts.from_json(attempt.facts.to_json()), attempt.now)

    assert repr(evaluate(again)) == repr(evaluate(attempt))


@pytest.mark.parametrize("row", SIGNALS.values(), ids=lambda row: row.name)
def test_a_row_is_documented_typed_and_staged(row):
    assert row.type in TYPES
    assert row.doc.endswith(".")
    assert (row.function is None) == (row.stage == "after") == row.name.startswith("risk.")


def test_the_page_of_the_signals_is_made_from_the_table():
    page = Path(__file__).parents[2] / "docs" / "signals.md"

    assert page.read_text(encoding="utf-8") == markdown(), (
        "write it anew: python -c 'from doorward.core.signals.document import markdown; "
        'print(markdown(), end="")\' > docs/signals.md'
    )


def test_a_score_that_could_not_be_computed_is_unknown_and_its_level_is_not(signals):
    risky = with_risk(signals(), score=None, level="high", confidence="none", reasons=(), floors=("spray",))

    assert risky.unknown["risk.score"]
    assert risky.values["risk.level"] == "high"
    assert risky.values["risk.floors"] == ["spray"]


def test_adding_the_risk_leaves_the_signals_before_it_alone(signals):
    before = signals()

    scored(before)

    assert "risk.score" not in before.values


@pytest.mark.parametrize(("events", "state"), [(0, "unknown"), (1, "learning"), (9, "learning"), (10, "known")])
def test_what_rests_on_little_history_is_learning(signals, events, state):
    history = HistoryFacts(events=events, counts={"asn": 1.0}, totals={"asn": 1.0})

    assert state_of(signals(history=history), "new.asn") == state


def test_what_does_not_rest_on_history_is_never_learning(signals):
    assert state_of(signals(history=HistoryFacts(events=1)), "geo.country") == "known"


def test_a_name_that_is_no_signal_is_unknown(signals):
    assert state_of(signals(), "new.devise") == "unknown"


def test_an_unreachable_history_makes_nothing_false(signals, berlin_yesterday, valid_device):
    down = signals(
        history=HistoryFacts(reachable=False),
        velocity=VelocityFacts(reachable=False),
        device=replace(valid_device, known=None, remembered=None, first_used_at=None),
    )

    groups = ("new.", "unusual.", "travel.", "velocity.")
    dark = [name for name in SIGNALS if name.startswith(groups)]
    assert {down.unknown[name] for name in dark} == {"the history cannot be read"}
    assert {"device.known", "device.remembered", "subject.known", "subject.flags", "subject.logins"} <= set(
        down.unknown
    )
    assert not down.learning


def test_unknown_is_not_mistaken_for_a_value():
    assert bool(Unknown("why"))
