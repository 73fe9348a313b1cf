"""A ring finds an attempt where it stands as one, and not where its bytes happen to stand."""

from hypothesis import given
from hypothesis import strategies as st

from doorward.core import ring

# Of few different bytes, so that marks often stand across the fields of an entry.
MARKS = st.lists(st.sampled_from((0, 1, 2)), min_size=4, max_size=4).map(
    lambda found: int.from_bytes(bytes(found), "big")
)
EVENTS = st.lists(st.tuples(MARKS, MARKS, st.sampled_from((ring.ATTEMPT, ring.FAILED, ring.PROVED))), max_size=12)


def filled(events):
    held = b""
    for other, attempt, flags in events:
        held = ring.append(held, at=0x01020102, other=other, attempt=attempt, flags=flags, limit=8)
    return held


@given(EVENTS, MARKS)
def test_the_flags_of_an_attempt_are_those_of_its_entry(events, attempt):
    held = filled(events)

    found = [entry.flags for entry in ring.entries(held) if entry.attempt == attempt and attempt]

    assert ring.flags_of(held, attempt) == (found[0] if found else 0)


@given(EVENTS)
def test_an_attempt_has_one_entry(events):
    attempts = [entry.attempt for entry in ring.entries(filled(events)) if entry.attempt]

    assert len(attempts) == len(set(attempts))


@given(EVENTS, MARKS)
def test_nothing_is_found_in_a_torn_tail(events, attempt):
    held = filled(events)

    assert ring.flags_of(held + held[:14], attempt) == ring.flags_of(held, attempt)
