"""One push: who may answer it, and how often."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.core.errors import ChallengeExpired, Conflict, Throttled
from doorward.core.push import APPROVED, LIFE_SECONDS, MISTYPED, RESEND_SECONDS, Push, new_push

NOW = 1_782_900_000.0
DIGITS = st.text("0123456789", min_size=6, max_size=6)


def push():
    return new_push("chl_1", ends=0.0, now=NOW)


@given(st.text(max_size=40))
def test_another_nonce_is_answered_by_nothing(nonce):
    one = push()
    if nonce == one.nonce:
        return

    with pytest.raises(Conflict):
        one.typed(nonce, one.number, NOW)


@given(DIGITS)
def test_one_number_alone_approves_and_any_other_ends_it(number):
    one = push()

    typed = one.typed(one.nonce, number, NOW)

    assert typed.answer == (APPROVED if number == one.number else MISTYPED)
    with pytest.raises(Conflict):
        typed.typed(one.nonce, one.number, NOW)


def test_a_declined_push_cannot_be_approved():
    one = push()
    declined = one.declined(one.nonce, NOW)

    with pytest.raises(Conflict):
        declined.typed(one.nonce, one.number, NOW)


def test_an_answer_after_the_end_is_too_late():
    one = push()

    with pytest.raises(ChallengeExpired):
        one.typed(one.nonce, one.number, NOW + LIFE_SECONDS)


def test_it_is_told_again_after_a_while_and_never_begins_anew():
    one = push()
    with pytest.raises(Throttled):
        one.again(NOW + RESEND_SECONDS - 1)

    again = one.again(NOW + RESEND_SECONDS)

    assert (again.nonce, again.number, again.expires_at) == (one.nonce, one.number, one.expires_at)


def test_an_approved_push_is_not_pushed_again():
    one = push()

    with pytest.raises(Conflict):
        one.typed(one.nonce, one.number, NOW).again(NOW + RESEND_SECONDS)


def test_a_number_has_six_digits_each_as_likely_as_any_other():
    """N-OOB-1."""
    numbers = [push().number for _ in range(1000)]

    counts = [sum(number.count(digit) for number in numbers) for digit in "0123456789"]
    chi_squared = sum((count - 600) ** 2 / 600 for count in counts)
    assert all(len(number) == 6 and number.isdigit() for number in numbers)
    # With nine degrees of freedom a fair source is above it once in a million runs.
    assert chi_squared < 43


def test_what_is_kept_reads_back_the_same():
    one = push()

    assert Push.from_json(one.to_json()) == one
