from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from doorward.core.epoch import (
    BEAT_SECONDS,
    EMPTIED,
    NEW,
    PAUSES_KEPT,
    TOLERANCE_SECONDS,
    Epoch,
    accepted,
    beaten,
    from_text,
    refusal,
    to_text,
)

NOW = 1_700_000_000.0
DAY = 86_400.0
SEEN = accepted("a" * 32, NOW, after=0)

times = st.floats(min_value=0, max_value=4e9, allow_nan=False)
pauses = st.lists(st.tuples(times, times), max_size=PAUSES_KEPT).map(tuple)
epochs = st.builds(
    Epoch,
    st.text("0123456789abcdef", min_size=32, max_size=32),
    times,
    times,
    times,
    pauses,
    st.booleans(),
    st.text(max_size=40),
    times,
)


def served(epoch: Epoch, *moments: float) -> Epoch:
    for moment in moments:
        epoch = beaten(epoch, moment) or epoch
    return epoch


def test_a_store_that_was_rolled_back_is_refused() -> None:
    later = served(SEEN, *(NOW + second for second in range(20)))

    assert "rolled back" in refusal(later, SEEN)


def test_only_what_was_served_counts_as_lost() -> None:
    after_a_night = served(SEEN, NOW + DAY, NOW + DAY + 1)

    assert refusal(after_a_night, SEEN) == ""
    assert refusal(served(after_a_night, NOW + DAY + 10, NOW + DAY + 11), SEEN) != ""


def test_a_store_that_went_on_from_an_older_state_is_refused() -> None:
    here = served(SEEN, *(NOW + second for second in range(100)))
    elsewhere = served(SEEN, NOW + 101)

    assert elsewhere.beat > here.beat
    assert "went on from" in refusal(here, elsewhere)


def test_a_store_that_is_empty_is_refused_whether_it_was_seen_or_not() -> None:
    assert refusal(SEEN, None) == EMPTIED
    assert refusal(None, None) == NEW


def test_another_store_is_refused_however_new_it_is() -> None:
    later = served(SEEN, NOW + DAY)
    another = served(accepted("b" * 32, NOW + 60, after=0), NOW + DAY + 60)

    assert "not the store" in refusal(later, another)


def test_a_store_that_nobody_accepted_is_not_taken_for_the_one_that_was_seen() -> None:
    assert refusal(SEEN, Epoch("b" * 32)) != ""


def test_a_store_that_was_accepted_after_what_was_seen_is_taken_over() -> None:
    later = served(SEEN, NOW + DAY)

    assert refusal(later, accepted("b" * 32, NOW + DAY + 1, after=0)) == ""


def test_what_was_accepted_by_a_slow_clock_is_taken_over_where_its_machine_knew_of_the_newest_moment() -> None:
    ahead = served(SEEN, NOW + 10 * DAY)

    assert refusal(ahead, accepted("b" * 32, NOW, after=ahead.beat)) == ""


def test_the_last_moments_may_be_missing() -> None:
    later = served(SEEN, NOW + TOLERANCE_SECONDS)

    assert refusal(later, SEEN) == ""
    assert refusal(served(later, NOW + TOLERANCE_SECONDS + 1), SEEN) != ""


def test_a_store_that_was_never_seen_is_believed() -> None:
    assert refusal(None, SEEN) == ""


def test_a_moment_is_left_once_a_second_at_most() -> None:
    assert beaten(SEEN, NOW + BEAT_SECONDS / 2) is None
    assert beaten(SEEN, NOW - DAY) is None


def test_a_new_store_has_had_no_pause() -> None:
    assert served(Epoch("a" * 32), NOW).pauses == ()


@given(st.lists(st.floats(min_value=1, max_value=10 * DAY), min_size=1, max_size=30), st.data())
def test_whoever_saw_a_moment_of_the_same_line_goes_on(steps: list[float], data: st.DataObject) -> None:
    line = [SEEN]
    for step in steps:
        line.append(served(line[-1], line[-1].beat + step))

    seen = data.draw(st.sampled_from(line))

    assert refusal(seen, line[-1]) == ""


@given(st.lists(st.floats(min_value=1, max_value=60), min_size=12, max_size=30), st.integers(0, 5), st.data())
def test_whoever_saw_more_than_the_store_went_on_from_is_refused(
    steps: list[float], kept: int, data: st.DataObject
) -> None:
    line = [SEEN]
    for step in steps:
        line.append(served(line[-1], line[-1].beat + step))
    rolled_back = line[kept]
    seen = data.draw(st.sampled_from(line))
    went_on = served(rolled_back, line[-1].beat + 11, line[-1].beat + 12)

    times = [epoch.beat for epoch in line if rolled_back.beat <= epoch.beat <= seen.beat]
    between = [later - earlier for earlier, later in pairwise(times)]
    lost = sum(step for step in between if step <= TOLERANCE_SECONDS)
    if lost > TOLERANCE_SECONDS + 1e-3:
        assert refusal(seen, rolled_back)
        assert refusal(seen, went_on)
    if seen.beat <= rolled_back.beat:
        assert not refusal(seen, went_on)


def test_a_moment_on_another_server_is_when_that_took_over() -> None:
    here = beaten(SEEN, NOW + 1, "one")

    there = beaten(here, NOW + 1.1, "two")

    assert here
    assert there
    assert (here.codes_from, there.codes_from) == (NOW, NOW + 1.1)


def test_a_server_that_does_not_say_who_it_is_takes_over_from_none() -> None:
    here = beaten(SEEN, NOW + 1, "one")

    assert here
    assert beaten(here, NOW + 3, "") == replace(here, beat=NOW + 3)


def test_a_take_over_by_a_clock_that_is_behind_takes_no_moment_back() -> None:
    here = beaten(SEEN, NOW + 100, "one")
    there = beaten(here, NOW + 50, "two") if here else None

    assert there
    assert (there.beat, there.codes_from) == (NOW + 100, NOW + 50)


@given(epochs)
def test_an_epoch_is_read_as_it_was_written(epoch: Epoch) -> None:
    assert from_text(to_text(epoch)) == epoch


@given(st.text())
def test_no_text_breaks_the_reading(text: str) -> None:
    from_text(text)


def test_a_name_alone_is_that_of_a_store_that_was_just_made() -> None:
    assert from_text("a" * 32) == Epoch("a" * 32)
    assert from_text("a" * 31) is None
