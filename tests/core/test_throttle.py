"""The budget: never more than it holds, and as much as it earns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.core.errors import Throttled
from doorward.core.send_limits import LIMITS, budgets_of
from doorward.core.throttle import Limit, give_back, spend

NOW = 1_782_900_000.0
FIVE = Limit(10, 3600, 5)

limits = st.builds(Limit, st.integers(1, 1000), st.integers(1, 86_400), st.integers(1, 100))
gaps = st.lists(st.floats(0, 5000, allow_nan=False), min_size=1, max_size=120)


def spent(times, limit=FIVE, now=NOW):
    state = 0.0
    for _ in range(times):
        state = spend(state, limit, now)
    return state


def test_an_empty_budget_says_when_the_next_is_earned():
    with pytest.raises(Throttled) as caught:
        spend(spent(5), FIVE, NOW)

    assert caught.value.retry_after_seconds == 360


def test_a_refusal_costs_nothing():
    state = spent(5)
    for _ in range(100):
        with pytest.raises(Throttled):
            spend(state, FIVE, NOW)

    assert spend(state, FIVE, NOW + 360) > state


def test_a_clock_that_is_a_little_behind_another_finds_an_empty_budget_empty():
    with pytest.raises(Throttled) as caught:
        spend(spent(5), FIVE, NOW - 30)

    assert caught.value.retry_after_seconds == 360


@pytest.mark.parametrize("back", [61, 3600, 1e6])
def test_after_a_clock_was_set_back_one_may_be_spent_and_the_next_when_it_is_earned(back):
    now = NOW - back
    state = spend(spent(5), FIVE, now)

    with pytest.raises(Throttled) as caught:
        spend(state, FIVE, now)

    assert caught.value.retry_after_seconds == 360
    assert spend(state, FIVE, now + 360) > state


def test_what_is_given_back_can_be_spent():
    state = give_back(spent(5), FIVE)

    assert spend(state, FIVE, NOW) == pytest.approx(spent(5))


@given(limits, gaps)
def test_no_window_holds_more_than_the_burst_and_what_is_earned_in_it(limit, gaps):
    state, now, allowed = 0.0, NOW, []
    for gap in gaps:
        now += gap
        try:
            state = spend(state, limit, now)
        except Throttled:
            continue
        allowed.append(now)

    for first, begin in enumerate(allowed):
        for last in range(first, len(allowed)):
            most = limit.burst + (allowed[last] - begin) / limit.interval
            assert last - first + 1 <= most + 0.2


@given(limits, gaps)
def test_after_the_wait_that_was_told_it_may_be_spent(limit, gaps):
    state, now = 0.0, NOW
    for gap in gaps:
        now += gap
        try:
            state = spend(state, limit, now)
        except Throttled as throttled:
            now += throttled.retry_after_seconds
            state = spend(state, limit, now)


@given(limits)
def test_a_full_budget_gives_its_burst_at_once(limit):
    state = spent(limit.burst, limit)

    assert state == pytest.approx(NOW + limit.span)


def test_every_budget_that_a_message_draws_on_has_a_limit():
    phone, mail = budgets_of("sms", "+4915112345678"), budgets_of("email", "Anna@Example.org")

    assert {*phone, *mail, "voice", "subject"} == set(LIMITS)
    assert phone["prefix"] == "+491511"
    assert mail["address"] == "anna@example.org"
