"""Contacts that are remembered: the present ones, and for a while those before."""

from hypothesis import given
from hypothesis import strategies as st

from doorward.core.contacts import FORMER_SECONDS, MAX_CONTACTS, masked
from doorward.core.enrolment import Holdings
from doorward.core.request import Contact

NOW = 1_782_900_000.0
ANNA = Contact("email", "anna@example.org")
THIEF = Contact("email", "thief@example.net")

contacts = st.builds(Contact, st.just("email"), st.sampled_from([f"{name}@example.org" for name in "abcdefghijklmno"]))
changes = st.lists(st.tuples(st.lists(contacts, max_size=12).map(tuple), st.floats(0, 90_000)), max_size=12)


def test_nobody_vouching_says_nothing():
    held = Holdings(contacts=(ANNA,))

    assert held.reached_at((), NOW) is held


def test_the_same_in_another_order_is_no_change():
    held = Holdings().reached_at((ANNA, THIEF), NOW)

    assert held.reached_at((THIEF, ANNA), NOW + 1) is held


def test_the_one_before_is_told_for_a_week():
    held = Holdings(contacts=(ANNA,)).reached_at((THIEF,), NOW)

    assert held.told_at(NOW + FORMER_SECONDS - 1) == (THIEF, ANNA)
    assert held.told_at(NOW + FORMER_SECONDS) == (THIEF,)


def test_a_flood_of_changes_does_not_push_the_owner_out():
    held = Holdings(contacts=(ANNA,))
    for number in range(40):
        held = held.reached_at((Contact("email", f"{number}@example.net"),), NOW + number)

    assert ANNA in held.told_at(NOW + 60)


def test_one_that_comes_back_is_no_former_one():
    held = Holdings(contacts=(ANNA,)).reached_at((THIEF,), NOW).reached_at((ANNA,), NOW + 1)

    assert held.contacts == (ANNA,)
    assert held.told_at(NOW + 1) == (ANNA, THIEF)


@given(changes)
def test_whatever_happens_both_lists_are_bounded_and_share_nothing(steps):
    held, now = Holdings(), NOW
    for vouched, seconds in steps:
        now += seconds
        held = held.reached_at(vouched, now)

    former = {(each.channel, each.address) for each in held.former}
    assert len(held.contacts) <= MAX_CONTACTS
    assert len(held.former) == len(former) <= MAX_CONTACTS
    assert former.isdisjoint((each.channel, each.address) for each in held.contacts)


@given(changes)
def test_what_is_kept_comes_back_as_it_was(steps):
    held = Holdings()
    for vouched, seconds in steps:
        held = held.reached_at(vouched, NOW + seconds)

    assert Holdings.from_json(held.to_json()) == held


def test_an_address_is_masked():
    assert (masked("anna@example.org"), masked("+4915112345678")) == ("a•••@example.org", "+49•••78")
