"""The columns that sign-ins are kept in say the same as a plain list of them."""

from bisect import bisect_right

from hypothesis import given
from hypothesis import strategies as st

from doorward.core.history.entries import DAY_SECONDS, NO_COUNTRY, NOWHERE, UNSTATED, Entries, Entry

marks = st.tuples(*[st.sampled_from([0, 7, 0xFFFFFFFF])] * 10)
entries = st.builds(
    Entry,
    event=st.integers(0, 2**64 - 1),
    at=st.integers(1, 5 * DAY_SECONDS),
    weight=st.integers(1, 3000),
    state=st.integers(0, 7),
    marks=marks,
    country=st.sampled_from([NO_COUNTRY, b"NO", b"SE"]),
    lat=st.sampled_from([NOWHERE, -900, 599]),
    lon=st.sampled_from([NOWHERE, 1800, 107]),
    accuracy=st.sampled_from([0, 20, UNSTATED]),
    kind=st.integers(0, 6),
    zone=st.sampled_from(["", "Europe/Oslo", "Africa/Lagos", "UTC"]),
    fingerprint=st.sampled_from([0, 9]),
    device=st.sampled_from([0, 1, 0xFFFFFFFF]),
    counted=st.integers(0, 2**32 - 1),
)
lists = st.lists(entries, max_size=12, unique_by=lambda each: each.event)


def added(found):
    """Return *found* as they come to stand when each is added by itself, in columns and in a list."""
    columns, plain = Entries(), []
    for each in found:
        columns = columns.with_(each)
        plain.insert(bisect_right([other.at for other in plain], each.at), each)
    return columns, plain


@given(lists)
def test_sign_ins_come_back_in_the_order_of_their_time(found):
    columns, plain = added(found)

    assert list(columns) == plain
    assert columns.times == tuple(each.at for each in plain)


@given(lists)
def test_whatever_came_first_the_columns_are_the_same(found):
    columns, plain = added(found)

    assert columns == Entries.of(plain)


@given(lists, st.data())
def test_a_sign_in_that_goes_leaves_nothing_of_itself(found, data):
    columns, plain = added(found)
    for _ in range(data.draw(st.integers(0, len(plain)))):
        number = data.draw(st.integers(0, len(plain) - 1))
        columns = columns.without(number)
        del plain[number]

    assert columns == Entries.of(plain)


@given(lists.filter(bool), entries, st.data())
def test_a_sign_in_is_changed_where_it_stands(found, other, data):
    columns, plain = added(found)
    number = data.draw(st.integers(0, len(plain) - 1))
    plain[number] = other._replace(at=plain[number].at)

    assert columns.changed(number, plain[number]) == Entries.of(plain)


@given(lists, st.integers(0, 12), st.integers(0, 5 * DAY_SECONDS))
def test_the_newest_are_kept(found, most, after):
    columns, plain = added(found)
    living = [each for each in plain if each.at > after]

    assert list(columns.last(most, after=after)) == living[len(living) - min(most, len(living)) :]


@given(lists)
def test_each_event_is_found_and_no_other(found):
    columns, plain = added(found)

    assert [columns.find(each.event) for each in plain] == list(range(len(plain)))
    assert columns.find(max((each.event for each in plain), default=0) ^ 1) in (None, *range(len(plain)))


def test_what_lies_across_two_events_is_none():
    one, two = 0x1111111122222222, 0x3333333344444444
    columns, _ = added([entry(1, event=one), entry(2, event=two)])

    assert columns.find(0x2222222233333333) is None
    assert columns.find(two) == 1


@given(lists, st.integers(0, 5 * DAY_SECONDS))
def test_a_day_holds_its_own_sign_ins(found, at):
    columns, plain = added(found)

    assert [columns[number] for number in columns.of_day(at)] == [
        each for each in plain if each.at // DAY_SECONDS == at // DAY_SECONDS
    ]


def entry(at, *, event):
    nowhere = (NO_COUNTRY, NOWHERE, NOWHERE, UNSTATED, 0, "")
    return Entry(event, at, 1000, 0, (0,) * 10, *nowhere, 0, 0, 0)
