"""Shares and thresholds, where a mistake by one would be a better model on paper."""

from math import inf
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.offline.evidence import counting

SCORES = st.lists(st.integers(-5, 5).map(float), min_size=1, max_size=60).map(sorted)
RATE = st.floats(0, 1)


@pytest.mark.parametrize(
    ("scores", "rate", "expected"),
    [
        (list(range(1, 11)), 0.2, 8),
        (list(range(1, 11)), 0.25, 8),
        (list(range(1, 11)), 0.0, 10),
        ([1, 1, 2, 2, 2], 0.4, 2),
        ([1, 1, 2, 2, 2], 0.6, 1),
        ([1, 2], 1.0, -inf),
        (list(range(50)), 0.02, 48),
    ],
)
def test_a_threshold_challenges_no_more_than_was_asked_for(scores, rate, expected):
    assert counting.threshold_at(rate, scores) == expected


@given(SCORES, RATE)
def test_no_lower_threshold_keeps_the_rate(scores, rate):
    threshold = counting.threshold_at(rate, scores)

    assert counting.share_above(threshold, scores) <= rate + 1e-9
    lower = [each for each in scores if each < threshold]
    if lower:
        assert counting.share_above(lower[-1], scores) > rate


@given(SCORES, SCORES, RATE, RATE)
def test_more_is_caught_where_more_are_challenged(genuine, attacks, one, other):
    low, high = sorted((one, other))
    caught = [counting.share_above(counting.threshold_at(rate, genuine), attacks) for rate in (low, high)]

    assert caught[0] <= caught[1]


@given(SCORES, RATE)
def test_the_threshold_that_catches_a_share_is_the_highest_that_does(scores, share):
    threshold = counting.threshold_catching(share, scores)

    assert counting.share_above(threshold, scores) >= share - 1e-9
    higher = [each for each in scores if each > threshold]
    if threshold < inf and higher:
        assert counting.share_above(higher[0], scores) < share


def test_nothing_is_caught_of_nothing():
    assert counting.threshold_catching(0.9, []) == inf
    assert counting.share_above(1.0, []) is None
    assert counting.wilson(0, 0) is None
    assert counting.auc([], [1.0]) is None


def test_the_interval_is_wilsons():
    assert counting.wilson(8, 10) == pytest.approx((0.49016, 0.94332), abs=1e-5)
    assert counting.wilson(0, 10) == pytest.approx((0.0, 0.27753), abs=1e-5)
    assert counting.wilson(10, 10)[1] == 1.0


@given(st.integers(0, 50), st.integers(1, 50))
def test_the_interval_holds_the_share(hits, more):
    low, high = counting.wilson(hits, hits + more)

    assert 0 <= low <= hits / (hits + more) <= high <= 1


def test_whole_subjects_are_drawn_so_that_one_busy_one_makes_the_interval_wide():
    many = [(1, 10)] * 50
    one = [(50, 50), *[(0, 10)] * 45]

    assert counting.clustered(many) == (0.1, 0.1)
    low, high = counting.clustered(one)
    assert low == 0
    assert high > 0.2
    assert counting.clustered(one) == (low, high)
    assert counting.clustered(one[:1]) is None


def test_most_challenges_meet_nobody_where_attacks_are_rare():
    assert counting.precision(0.34, 0.01, 10_000) == pytest.approx(0.003388, abs=1e-6)
    assert counting.precision(0.0, 0.0, 100) is None


def test_ties_count_half_in_the_auc():
    assert counting.auc([1.0, 2.0], [2.0, 3.0]) == 3.5 / 4


@given(st.lists(st.integers(0, 9), min_size=1))
def test_the_median_is_that_of_the_numbers_one_by_one(numbers):
    assert counting.median({each: numbers.count(each) for each in numbers}) == median(numbers)
