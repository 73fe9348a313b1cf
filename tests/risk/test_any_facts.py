"""Whatever facts are put in, an assessment comes out: they may be a caller's own, in a what-if."""

from math import fsum, inf, isfinite

from hypothesis import given
from hypothesis import strategies as st

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
from doorward.core.request import Credential, DecisionRequest, Subject
from doorward.core.signals.base import Attempt
from doorward.risk.features import FUNCTIONS, KINDS, features
from doorward.risk.provisional import provisional
from doorward.risk.scorecard import MAX_REASONS, assess

CARD = provisional()

numbers = st.floats(-1e12, 1e12)
maybe = st.none() | numbers
flag = st.none() | st.booleans()
weights = st.dictionaries(st.sampled_from([*LEVELS, "made_up"]), numbers)
texts = st.sampled_from(["", "NO", "{country}", "%s", "\\1"])
places = st.none() | st.floats(-400, 400)

facts = st.builds(
    Facts,
    network=st.builds(
        NetworkFacts,
        country=st.none() | texts,
        lat=places,
        lon=places,
        accuracy_km=maybe,
        kind=st.none() | st.sampled_from([*KINDS, "other"]),
        anonymous=flag,
    ),
    agent=st.builds(AgentFacts, bot=flag),
    device=st.builds(
        DeviceFacts,
        token_state=st.none() | st.sampled_from(["none", "valid", "expired", "revoked", "foreign", "other"]),
        seen=st.booleans(),
        known=flag,
    ),
    history=st.builds(
        HistoryFacts,
        reachable=st.booleans(),
        logins=numbers,
        events=st.integers(-5, 10**9),
        last_at=maybe,
        last_country=st.none() | texts,
        last_lat=places,
        last_lon=places,
        last_accuracy_km=maybe,
        nearest_km=maybe,
        hour_share=maybe,
        usual_country=texts,
        flags=st.sampled_from([(), ("not_me",)]),
        counts=weights,
        totals=weights,
    ),
    velocity=st.builds(
        VelocityFacts,
        counts=st.dictionaries(st.sampled_from(["subject_failures_1h", "ip_subjects_1h"]), st.integers(-5, 10**9)),
        asn_failure_ratio_1h=maybe,
        tenant_failure_ratio_10m=maybe,
        tenant_attempts_10m=st.integers(-5, 10**9),
    ),
    population=st.builds(
        PopulationFacts,
        counts=weights,
        totals=weights,
        distinct=st.dictionaries(st.sampled_from(LEVELS), st.integers(-5, 10**9)),
    ),
)
requests = st.builds(
    DecisionRequest,
    kind=st.sampled_from(["login", "action"]),
    subject=st.builds(Subject, id=st.just("u"), created_at=maybe),
    credential=st.builds(Credential, result=st.just("passed"), breached=flag),
)


@given(requests, facts, numbers)
def test_any_facts_can_be_assessed(request, found, now):
    assessment = assess(CARD, Attempt(request, found, now))

    assert isfinite(assessment.log_odds)
    assert assessment.log_odds == fsum(assessment.contributions.values())
    assert (assessment.score is None) == (not found.history.reachable)
    assert assessment.score is None or 0 <= assessment.score <= 100
    assert len(assessment.reasons) <= MAX_REASONS
    assert all(reason.code and reason.detail for reason in assessment.reasons)


@given(requests, facts, numbers)
def test_no_feature_lies_below_every_number(request, found, now):
    values = features(Attempt(request, found, now))

    assert list(values) == list(FUNCTIONS)
    assert -inf not in values.values()


@given(requests, facts, numbers)
def test_the_sum_without_reasons_is_the_same(request, found, now):
    attempt = Attempt(request, found, now)

    assert assess(CARD, attempt, with_reasons=False).log_odds == assess(CARD, attempt).log_odds


@given(requests, facts, numbers)
def test_features_that_are_at_hand_give_the_same_assessment(request, found, now):
    attempt = Attempt(request, found, now)

    assert assess(CARD, attempt, values=features(attempt)) == assess(CARD, attempt)
