"""Counting guesses: free ones, growing delays, an end; each lane waits for itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.core.errors import AuthenticatorDisabled, Throttled
from doorward.core.guessing import EVERYBODY, FREE_FAILURES, MAX_FAILURES, MAX_LANES, Guesses, delay_after

NOW = 1_782_900_000.0


def spent(number, lane=EVERYBODY, now=NOW):
    """Return a counter after so many guesses, each as soon as it may be."""
    guesses = Guesses()
    for _ in range(number):
        now = max(now, guesses.lanes.get(lane, (0, 0.0))[1])
        guesses = guesses.spend(lane, now)
    return guesses


def test_the_hundred_and_first_guess_is_refused_in_every_lane():
    guesses = spent(MAX_FAILURES)

    for lane in (EVERYBODY, "dev_known"):
        with pytest.raises(AuthenticatorDisabled):
            guesses.spend(lane, NOW * 2)


def test_after_five_guesses_the_next_must_wait():
    guesses = spent(FREE_FAILURES)

    with pytest.raises(Throttled) as refusal:
        guesses.spend(EVERYBODY, NOW + 1)

    assert refusal.value.retry_after_seconds == 29


def test_a_known_device_does_not_wait_for_strangers():
    assert spent(FREE_FAILURES).spend("dev_known", NOW + 1).failures == FREE_FAILURES + 1


def test_two_guesses_at_once_do_not_wait_for_each_other():
    guesses = Guesses().spend(EVERYBODY, NOW)

    # The clock of this one was read first, and its turn came second.
    assert guesses.spend(EVERYBODY, NOW - 0.05).failures == 2


def test_a_clock_that_was_set_back_makes_nobody_wait_longer_than_an_hour():
    with pytest.raises(Throttled) as refusal:
        spent(FREE_FAILURES).spend(EVERYBODY, NOW - 10 * 86_400)

    assert refusal.value.retry_after_seconds == 3600


@given(st.integers(0, 200))
def test_a_delay_never_shrinks_and_has_an_end(failures):
    assert 0 <= delay_after(failures) <= delay_after(failures + 1) <= 3600


@given(st.lists(st.text(max_size=4), max_size=60))
def test_lanes_are_bounded_and_kept_as_bytes(lanes):
    guesses = Guesses()
    for lane in lanes[: MAX_FAILURES - 1]:
        guesses = guesses.spend(lane, NOW + 1e6 * guesses.failures)

    assert len(guesses.lanes) <= MAX_LANES
    assert guesses.failures == len(lanes)
    assert Guesses.from_bytes(guesses.to_bytes()) == guesses
