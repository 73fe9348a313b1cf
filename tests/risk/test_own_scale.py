"""A tenant's own scale: what a score on it means, and what keeps it from moving."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.core.odds import LAST_BIN, bin_of
from doorward.risk.own_scale import FULL, own_scale, scale_from_json, scale_to_json, with_own_scale
from doorward.risk.scale_alarms import CUT, FAILURES, SECOND_STEPS, SHIFT, TAIL, UNVERIFIED, Sums, alarms
from doorward.risk.stability import MOVED, Distribution, stability_index

some_counts = st.dictionaries(st.integers(0, LAST_BIN), st.floats(0.01, 500.0), min_size=1, max_size=30)


def spread(n=4000, first=100, bins=200):
    """Return as many genuine sign-ins in each of *bins* bins."""
    return {first + place: n / bins for place in range(bins)}


QUIET = Sums(spread(), tried=5000.0, failed=1000.0, asked=120.0, passed=110.0)
OWN = own_scale("2026-07-01", QUIET.genuine)


@given(some_counts)
def test_of_all_genuine_sign_ins_at_most_the_stated_share_scores_as_high(counts):
    own = own_scale("v", {place: count + FULL for place, count in counts.items()})
    total = sum(count + FULL for count in counts.values())

    for place in counts:
        score = own.below[place]
        as_high = sum(count + FULL for other, count in counts.items() if own.below[other] >= score)
        assert 100 * as_high / total == pytest.approx(100 - score)


@given(some_counts, st.floats(-20, 20), st.floats(-20, 20))
def test_a_higher_sum_never_scores_lower(counts, one, other):
    own = own_scale("v", counts)
    low, high = sorted((one, other))

    assert own.blended(low, 40.0) <= own.blended(high, 40.0)


def test_half_of_the_sign_ins_that_are_needed_weigh_half(card):
    own = own_scale("v", {0: FULL / 2})

    assert own.blended(3.0, 40.0) == pytest.approx(70.0)
    assert with_own_scale(card, own).calibration.source == "blended"


def test_from_2000_sign_ins_on_the_shipped_scale_says_nothing(card):
    own = own_scale("2026-07-01", {0: float(FULL)})
    scaled = with_own_scale(card, own)

    assert scaled.score(3.0) == 100.0
    told = scaled.calibration
    assert (told.source, told.n, told.version) == ("tenant", FULL, "2026-07-01")


def test_a_tenants_scale_moves_no_log_odds(card):
    assert with_own_scale(card, OWN).contributions({}) == card.contributions({})


def test_a_kept_scale_scores_as_it_did():
    counts = {bin_of(1.0): 12.3456, bin_of(2.0): 0.1}

    assert scale_from_json(scale_to_json(own_scale("v", counts), counts)) == own_scale("v", counts)


@pytest.mark.parametrize("counts", [{}, {"x": 1.0}, {"5": -1.0}, {"9999": 1.0}, {"5": float("nan")}, [1, 2]])
def test_what_is_no_scale_is_refused(counts):
    with pytest.raises((ValueError, KeyError, TypeError, AttributeError)):
        scale_from_json({"version": "v", "counts": counts})


def day_of(**changes):
    """Return a day that is like all others but for *changes*."""
    plain = {"genuine": spread(200.0), "tried": 250.0, "failed": 50.0, "asked": 6.0, "passed": 5.5}
    return Sums(**(plain | changes))


def alarmed(own, news, *, usual=QUIET, mature=True):
    return alarms(own, usual, news, since_version=news, mature=mature)


def test_a_day_like_the_others_alarms_nobody():
    assert alarmed(OWN, day_of()) == ()


@pytest.mark.parametrize(
    ("changes", "alarm"),
    [
        ({"tried": 2250.0, "failed": 2050.0}, FAILURES),
        ({"asked": 40.0, "passed": 36.0}, SECOND_STEPS),
        ({"asked": 40.0, "passed": 4.0}, UNVERIFIED),
        ({"genuine": spread(200.0) | {299: 30.0}}, TAIL),
        ({"genuine": spread(200.0, bins=40)}, SHIFT),
        ({"genuine": spread(200.0, bins=188)}, CUT),
    ],
)
def test_a_day_that_looks_like_an_attack_alarms(changes, alarm):
    assert alarm in alarmed(OWN, day_of(**changes))


def test_the_newcomers_of_a_young_tenant_may_become_known():
    assert alarmed(OWN, day_of(genuine=spread(200.0, bins=40)), mature=False) == ()


def test_without_a_version_what_nobody_verified_speaks_against_the_first():
    usual = Sums(spread(), 5000.0, 0.0, 400.0, 20.0)

    assert alarmed(None, Sums({}), usual=usual) == (UNVERIFIED,)


def test_what_is_alike_has_not_moved_and_what_has_swapped_sides_has():
    assert stability_index([10, 20, 70], [100, 200, 700]) == pytest.approx(0.0, abs=0.01)
    assert stability_index([0.9, 0.1], [0.1, 0.9]) > MOVED


def test_a_value_that_is_not_known_has_a_place_of_its_own():
    held = Distribution((1.0, 2.0), (0.5, 0.2, 0.1), missing=0.2)

    assert [held.place_of(x) for x in (1.0, 1.5, 9.0, float("nan"))] == [0, 1, 2, 3]
