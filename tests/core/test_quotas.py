"""Shares of a quota: what is taken at once is what would have been taken one by one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.core.errors import ClockBehind, Throttled
from doorward.core.quotas import CLOCKS_APART_SECONDS, quota, share, take
from doorward.core.throttle import spend

NOW = 1_782_900_000.0

rates = st.integers(1, 5000)
# Quarters of a second, so that both ways round alike.
asked = st.lists(st.tuples(st.integers(0, 8), st.integers(1, 50)), max_size=30)


@given(rates, asked)
def test_a_share_is_as_many_single_ones(rate, turns):
    limit, at_once, one_by_one, now = quota(rate), 0.0, 0.0, NOW
    for quarters, wanted in turns:
        now += quarters / 4
        singles = 0
        for _ in range(wanted):
            try:
                one_by_one = spend(one_by_one, limit, now)
                singles += 1
            except Throttled:
                break
        try:
            at_once, taken = take(at_once, limit, wanted, now)
        except Throttled:
            taken = 0

        assert taken == singles


@given(rates, st.lists(st.integers(0, 8), min_size=1, max_size=30))
def test_no_more_is_given_than_a_seconds_worth_and_what_was_earned(rate, pauses):
    limit, state, given_out, now = quota(rate), 0.0, 0, NOW
    for quarters in pauses:
        now += quarters / 4
        try:
            state, taken = take(state, limit, 10_000, now)
            given_out += taken
        except Throttled:
            pass

    assert given_out <= rate + rate * (now - NOW) + 1


@given(rates)
def test_a_share_is_a_quarter_of_a_second_and_never_nothing(rate):
    assert max(1, rate / 4) <= share(quota(rate)) <= rate / 4 + 1


turns = st.lists(st.tuples(st.floats(0, 0.3), st.floats(0, CLOCKS_APART_SECONDS)), min_size=1, max_size=60)


@given(rates, turns)
def test_no_more_is_given_where_clocks_are_within_what_is_allowed_for(rate, turns):
    limit, state, given_out, true_now = quota(rate), 0.0, 0, NOW
    for pause, behind in turns:
        true_now += pause
        try:
            state, taken = take(state, limit, share(limit), true_now - behind)
            given_out += taken
        except Throttled:
            pass

    assert given_out <= rate + rate * (true_now - NOW + CLOCKS_APART_SECONDS) + 1


@given(rates, st.floats(0, CLOCKS_APART_SECONDS - 0.01))
def test_to_a_clock_that_is_a_little_behind_an_empty_budget_is_empty(rate, behind):
    limit = quota(rate)
    state, _ = take(0.0, limit, rate, NOW)

    with pytest.raises(Throttled):
        take(state, limit, 1, NOW - behind)


@given(rates, st.floats(CLOCKS_APART_SECONDS + 0.01, 1e6))
def test_a_clock_that_is_far_behind_is_told_so(rate, behind):
    limit = quota(rate)
    state, _ = take(0.0, limit, rate, NOW)

    with pytest.raises(ClockBehind):
        take(state, limit, 1, NOW - behind)
