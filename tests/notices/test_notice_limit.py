"""Many events of one kind are one message, and none is lost from the count."""

from hypothesis import given
from hypothesis import strategies as st

from doorward.core.notice_limit import QUIET_SECONDS, take, take_counted

NOW = 1_782_900_000.0


def test_the_second_within_a_quarter_of_an_hour_is_only_counted():
    kept, _ = take(None, "challenge.failed", NOW)

    _, second = take(kept, "challenge.failed", NOW + 899)

    assert not second.now
    assert second.at_end == NOW + QUIET_SECONDS


def test_only_the_first_that_is_counted_asks_for_a_message_at_the_end():
    kept, _ = take(None, "challenge.failed", NOW)
    kept, _ = take(kept, "challenge.failed", NOW + 1)

    _, third = take(kept, "challenge.failed", NOW + 2)

    assert (third.now, third.at_end) == (False, None)


def test_one_kind_does_not_quieten_another():
    kept, _ = take(None, "challenge.failed", NOW)

    _, other = take(kept, "challenge.not_me", NOW + 1)

    assert other.now


def test_what_was_counted_is_told_once_at_the_end():
    kept, _ = take(None, "challenge.failed", NOW)
    for second in range(5):
        kept, _ = take(kept, "challenge.failed", NOW + second)

    too_early, none = take_counted(kept, "challenge.failed", NOW + 899)
    kept, first = take_counted(kept, "challenge.failed", NOW + 900)
    _, second = take_counted(kept, "challenge.failed", NOW + 900)

    assert (too_early is not None, none.now) == (True, False)
    assert (first.now, first.more, first.since) == (True, 4, NOW)
    assert not second.now


def test_a_clock_that_was_set_back_tells_rather_than_keeps_quiet():
    kept, _ = take(None, "challenge.failed", NOW)

    _, earlier = take(kept, "challenge.failed", NOW - 3600)

    assert earlier.now


@given(st.lists(st.floats(0, 4000), max_size=60))
def test_every_event_is_told_or_counted_and_messages_are_few(gaps):
    kept, now, told, events = None, NOW, 0, 0
    for gap in gaps:
        now += gap
        kept, done = take_counted(kept, "e", now)
        told += (1 + done.more) if done.now else 0
        kept, one = take(kept, "e", now)
        events += 1
        told += (1 + one.more) if one.now else 0
    _, rest = take_counted(kept, "e", now + QUIET_SECONDS)
    told += (1 + rest.more) if rest.now else 0

    # A count that nobody fetched within half an hour may be dropped; it never grows.
    assert told <= events
    assert told >= 1 or not gaps
