"""The sum: exact, monotone, and a percentage at the end."""

from bisect import bisect_left
from dataclasses import replace
from math import fsum, inf, isfinite, nan, nextafter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.core.facts import LEVELS, Facts, HistoryFacts, PopulationFacts
from doorward.core.request import DecisionRequest, Subject
from doorward.core.signals.base import Attempt
from doorward.risk.features import FEATURES
from doorward.risk.provisional import provisional
from doorward.risk.scorecard import BASE, Calibration, Quantiles, Table, assess

CARD = provisional()
NAMES = [feature.name for feature in FEATURES]
THRESHOLDS = sorted({threshold for table in CARD.tables.values() for threshold in table.thresholds})
REQUEST = DecisionRequest("login", Subject("u-1"))

anything = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True),
    st.floats(-10, 15),
    st.sampled_from(THRESHOLDS),
)
rows = st.fixed_dictionaries(dict.fromkeys(NAMES, anything))


def crowd(population):
    return Facts(
        population=PopulationFacts(
            counts=dict.fromkeys(LEVELS, 0.1 * population),
            totals=dict.fromkeys(LEVELS, population),
            distinct=dict.fromkeys(LEVELS, int(population / 10)),
        )
    )


@st.composite
def quantiles(draw):
    rising = sorted(draw(st.lists(st.floats(-50, 50), min_size=1, max_size=12, unique=True)))
    knots = [x for x in rising for _ in range(draw(st.integers(1, 2)))]
    scores = sorted(draw(st.lists(st.floats(0, 100), min_size=len(knots), max_size=len(knots))))
    return Quantiles(tuple(knots), tuple(scores))


@given(rows)
def test_contributions_add_up_exactly(values):
    shares = CARD.contributions(values)

    assert CARD.log_odds(values) == fsum(shares.values())
    assert shares.keys() == {BASE, *NAMES}


@given(rows)
def test_each_contribution_is_looked_up_in_its_own_table(values):
    shares = CARD.contributions(values)

    for name, table in CARD.tables.items():
        x = values[name]
        expected = table.missing if x != x else table.values[bisect_left(table.thresholds, x)]
        assert shares[name] == expected


@given(st.sampled_from([feature for feature in FEATURES if feature.direction]), rows, anything, anything)
def test_a_feature_never_goes_against_its_direction(feature, values, one, other):
    if one != one or other != other:
        one, other = -inf, inf
    less, more = sorted((one, other))

    low, high = (CARD.log_odds(values | {feature.name: x}) for x in (less, more))

    assert low * feature.direction <= high * feature.direction
    assert CARD.quantiles.score(low) * feature.direction <= CARD.quantiles.score(high) * feature.direction


def test_a_value_on_a_threshold_belongs_to_the_left():
    table = Table(thresholds=(1.0, 2.0), values=(10.0, 20.0, 30.0), missing=-1.0)

    found = [table.value_at(x) for x in (-inf, 1.0, nextafter(1.0, 2.0), 2.0, nextafter(2.0, 3.0), inf, nan)]

    assert found == [10.0, 10.0, 20.0, 20.0, 30.0, 30.0, -1.0]


def test_a_feature_that_is_not_given_is_missing():
    assert CARD.contributions({}) == CARD.contributions(dict.fromkeys(NAMES, nan))


@given(rows, st.floats(0.1, 4), st.floats(-3, 3), st.floats(-3, 3))
def test_calibration_and_prior_keep_the_sum_exact(values, a, b, shift):
    card = replace(CARD, calibration=Calibration("tenant", 5000, "1", a, b), prior_shift=shift, constant=0.25)

    shares = card.contributions(values)

    assert card.log_odds(values) == fsum(shares.values())
    assert card.log_odds(values) == pytest.approx(a * (0.25 + CARD.log_odds(values)) + b + shift)


@given(quantiles(), st.floats(), st.floats())
def test_a_score_never_falls_and_is_a_percentage(scale, one, other):
    if one != one or other != other:
        one, other = -inf, inf
    less, more = sorted((one, other))

    assert 0 <= scale.score(less) <= scale.score(more) <= 100


@given(quantiles())
def test_a_score_on_a_knot_is_the_share_below_it(scale):
    for place, x in enumerate(scale.log_odds):
        assert scale.score(x) == scale.scores[scale.log_odds.index(x)] <= scale.scores[place]


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=60))
def test_ties_count_as_at_least_as_high(genuine):
    values = sorted(set(genuine))
    below = [100 * sum(each < x for each in genuine) / len(genuine) for x in values]
    up_to = [100 * sum(each <= x for each in genuine) / len(genuine) for x in values]
    scale = Quantiles(
        tuple(float(x) for x in values for _ in (0, 1)),
        tuple(share for pair in zip(below, up_to, strict=True) for share in pair),
    )

    for x in genuine:
        at_least_as_high = sum(each >= x for each in genuine) / len(genuine)
        assert 100 - scale.score(x) == pytest.approx(100 * at_least_as_high)


@given(
    st.sampled_from(LEVELS), st.floats(0, 40), st.floats(0, 40), st.sampled_from([0.0, 50.0, 1e6]), st.floats(0.01, 400)
)
def test_more_familiar_never_scores_higher(level, one, other, population, hours_ago):
    less, more = sorted((one, other))
    past = HistoryFacts(
        logins=40.0,
        events=40,
        last_at=1e9 - hours_ago * 3600,
        counts=dict.fromkeys(LEVELS, 20.0),
        totals=dict.fromkeys(LEVELS, 40.0),
    )

    def score(count):
        history = replace(past, counts={**past.counts, level: count})
        return assess(CARD, Attempt(REQUEST, replace(crowd(population), history=history), 1e9)).log_odds

    assert score(more) <= score(less)


@given(rows)
def test_log_odds_are_finite_whatever_is_put_in(values):
    assert isfinite(CARD.log_odds(values))


def test_an_assessment_says_what_it_rests_on(card, assessed):
    found = assessed()

    assert found.log_odds == fsum(found.contributions.values())
    assert found.score == card.quantiles.score(found.log_odds)
    assert found.model == card.id
    assert found.model.startswith("provisional@")


def test_there_is_no_score_where_the_history_cannot_be_read(card, request_of_login, now):
    found = assess(card, Attempt(request_of_login, Facts(history=HistoryFacts(reachable=False)), now))

    assert found.score is None
    assert found.confidence == "none"


@pytest.mark.parametrize(
    ("sign_ins", "events", "confidence"),
    [(0.0, 0, "none"), (0.1, 1, "learning"), (9.0, 9, "learning"), (10.0, 10, "ok"), (2.5, 40, "ok")],
)
def test_confidence_follows_the_number_of_sign_ins(assessed, sign_ins, events, confidence):
    assert assessed(sign_ins=sign_ins, events=events).confidence == confidence


def test_a_finding_changes_no_score(assessed):
    quiet = assessed(velocity={"tenant_failure_ratio_10m": 0.9, "tenant_attempts_10m": 49}, device="none")

    wave = assessed(velocity={"tenant_failure_ratio_10m": 0.9, "tenant_attempts_10m": 50}, device="none")

    assert wave.floors == (("stuffing_wave", "medium"),)
    assert wave.score == quiet.score


def test_the_same_attempt_always_gets_the_same_assessment(assessed):
    assert assessed(new=("asn",)) == assessed(new=("asn",))
