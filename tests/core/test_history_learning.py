import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from doorward.core import history
from doorward.core.context import Sight
from doorward.core.errors import Unreadable
from doorward.core.facts import LEVELS
from doorward.core.history.codec import decode, encode

DAY = 86_400
HOUR = 3600
START = 1_767_225_600.0  # 2026-01-01T00:00:00Z


def some_sight(seed: int, device: str = "") -> Sight:
    marks = {level: seed * 10 + place for place, level in enumerate(LEVELS) if (seed + place) % 5}
    return Sight(
        marks=marks, country="NO", lat=seed, lon=-seed, zone="Europe/Oslo" if seed % 2 else "", device_id=device
    )


# (event, seconds since the one before, sight, device, weight, quarantined)
sign_ins = st.lists(
    st.tuples(
        st.integers(0, 40 * HOUR), st.integers(1, 4), st.integers(0, 3), st.sampled_from([0.5, 1.0, 2.0]), st.booleans()
    ),
    min_size=1,
    max_size=9,
)


def learned_from(events, *, without=None):
    profile, at = None, START
    for place, (gap, seed, device, weight, quarantined) in enumerate(events):
        at += gap
        if place == without:
            continue
        sight = some_sight(seed, f"dev_{device}" if device else "")
        profile = history.learn(
            profile, event_id=f"dec_{place}", at=at, sight=sight, weight=weight, quarantined=quarantined, now=at
        ).profile
    return profile, at


def comes_with_a_device_used_again(events, place):
    """A device goes with the fraud that introduced it, although a twin would have met it later."""
    device = events[place][2]
    return (
        device and device not in [each[2] for each in events[:place]] and device in [e[2] for e in events[place + 1 :]]
    )


def is_below_the_caps(events):
    day, per_context = START, {}
    for gap, *context in events:
        day += gap
        key = (day // DAY, tuple(context[:2]), context[3])
        per_context[key] = per_context.get(key, 0) + 1
    return max(per_context.values()) <= history.learning.DAILY_ENTRIES_PER_CONTEXT


@given(sign_ins, st.data())
@settings(max_examples=150)
def test_forgetting_leaves_what_a_twin_has_who_never_saw_the_event(events, data):
    fraud = data.draw(st.integers(0, len(events) - 1))
    assume(is_below_the_caps(events) and not comes_with_a_device_used_again(events, fraud))
    profile, now = learned_from(events)
    twin, _ = learned_from(events, without=fraud)

    forgotten = history.forget(profile, f"dec_{fraud}", now)

    assert forgotten.found
    assert forgotten.weight == events[fraud][3]
    assert decode(forgotten.profile) == decode(twin)


@given(sign_ins, st.data())
def test_forgetting_takes_from_the_population_what_the_event_alone_had_given(events, data):
    fraud = data.draw(st.integers(0, len(events) - 1))
    given_by = []
    profile, at = None, START
    for place, (gap, seed, _, weight, quarantined) in enumerate(events):
        at += gap
        sight = some_sight(seed)
        learned = history.learn(
            profile, event_id=f"dec_{place}", at=at, sight=sight, weight=weight, quarantined=quarantined, now=at
        )
        profile = learned.profile
        given_by.append({(level, sight.marks[level], at // DAY) for level in learned.counted})

    taken = history.forget(profile, f"dec_{fraud}", at).counted

    assert {(level, mark) for level, mark in taken} <= {(level, mark) for level, mark, _ in given_by[fraud]}
    assert sum(len(each) for each in given_by) == len(set().union(*given_by))


def test_a_value_counts_for_the_population_once_a_day(sight):
    first = history.learn(None, event_id="a", at=START, sight=sight(), weight=1, quarantined=False, now=START)
    again = history.learn(
        first.profile, event_id="b", at=START + HOUR, sight=sight(), weight=1, quarantined=False, now=START
    )
    tomorrow = history.learn(
        again.profile, event_id="c", at=START + DAY, sight=sight(), weight=1, quarantined=False, now=START + DAY
    )

    assert first.counted == frozenset(LEVELS)
    assert again.counted == frozenset()
    assert tomorrow.counted == frozenset(LEVELS)


def test_a_value_that_is_not_known_is_not_counted(sight):
    learned = history.learn(
        None, event_id="a", at=START, sight=sight(marks={"ip": 5, "asn": 0}), weight=1, quarantined=False, now=START
    )

    assert learned.counted == {"ip"}


def test_a_day_of_changing_values_counts_only_so_often(sight):
    profile, counted = None, 0
    for turn in range(60):
        learned = history.learn(
            profile,
            event_id=f"e{turn}",
            at=START + turn,
            sight=sight(turn + 1),
            weight=1,
            quarantined=False,
            now=START + turn,
        )
        profile, counted = learned.profile, counted + ("asn" in learned.counted)

    assert counted == history.learning.DAILY_ENTRIES


def test_quarantine_gives_the_population_a_fifth(sight):
    learned = history.learn(None, event_id="a", at=START, sight=sight(), weight=1, quarantined=True, now=START)

    assert learned.amount == history.QUARANTINE_SHARE
    assert history.forget(learned.profile, "a", START).amount == history.QUARANTINE_SHARE


def test_an_event_is_learned_once(sight, learn):
    profile = learn(None, "a", START, sight())

    again = history.learn(
        profile, event_id="a", at=START + 60, sight=sight(), weight=1, quarantined=False, now=START + 60
    )

    assert again.profile == profile
    assert again.counted == frozenset()


def test_learning_again_can_end_a_quarantine_and_never_begins_one(sight, learn):
    quarantined = learn(None, "a", START, sight(), weight=0.5, quarantined=True)

    settled = learn(quarantined, "a", START, sight(), weight=1.0)
    still = learn(settled, "a", START, sight(), weight=0.5, quarantined=True)

    assert history.answers(settled, sight(), START).settled == 1
    assert history.answers(settled, sight(), START).logins == 1.0
    assert still == settled


def test_ending_a_quarantine_gives_the_population_the_rest(sight, learn):
    quarantined = learn(None, "a", START, sight(), quarantined=True)

    settled = history.learn(quarantined, event_id="a", at=START, sight=sight(), weight=1, quarantined=False, now=START)

    assert settled.counted == frozenset(LEVELS)
    assert settled.amount == pytest.approx(1 - history.QUARANTINE_SHARE)
    assert history.forget(settled.profile, "a", START).amount == 1.0


def test_a_fourth_sign_in_alike_takes_the_newest_ones_place(sight, learn):
    profile = None
    for hour in range(5):
        profile = learn(profile, f"e{hour}", START + hour * HOUR, sight())

    assert [entry.at for entry in decode(profile).entries] == [START, START + HOUR, START + 4 * HOUR]


def test_quarantined_sign_ins_cannot_push_out_settled_ones(sight, learn):
    profile = None
    for turn in range(3):
        profile = learn(profile, f"good{turn}", START + turn, sight())
    for turn in range(40):
        profile = learn(profile, f"odd{turn}", START + 60 + turn, sight(turn), quarantined=True)

    assert history.answers(profile, sight(), START + 200).settled == 3


def test_one_day_cannot_fill_the_history(sight, learn):
    profile = learn(None, "old", START - DAY, sight(99))
    for turn in range(300):
        profile = learn(profile, f"e{turn}", START + turn, sight(turn))

    assert history.answers(profile, sight(99), START + 400).counts["ip"] > 0.9


def test_a_history_is_bounded(sight, learn):
    profile = None
    for day in range(150):
        at = START + day * DAY
        profile = learn(profile, f"e{day}", at, sight(day + 1, zone=f"Zone/{day}", device_id=f"dev_{day}"))

    assert len(profile) <= history.MAX_BYTES
    assert history.answers(profile, sight(), at).events == history.MAX_ENTRIES
    assert len(history.used_devices(profile, at)) == history.MAX_DEVICES


def test_when_it_all_began_outlives_the_entries(sight, learn):
    profile = learn(None, "first", START, sight())

    later = START + 200 * DAY
    profile = learn(profile, "second", later, sight(2))

    facts = history.answers(profile, sight(), later)
    assert facts.first_seen_at == START
    assert facts.events == 1


def test_a_sign_in_older_than_the_history_teaches_nothing(sight):
    learned = history.learn(
        None, event_id="a", at=START - 181 * DAY, sight=sight(), weight=1, quarantined=False, now=START
    )

    assert learned.counted == frozenset()
    assert history.answers(learned.profile, sight(), START).events == 0


@pytest.mark.parametrize("weight", [0, -1, 3.5, float("nan")])
def test_a_weight_beyond_the_daily_cap_is_refused(sight, weight):
    with pytest.raises(ValueError, match="weight"):
        history.learn(None, event_id="a", at=START, sight=sight(), weight=weight, quarantined=False, now=START)


def test_forgetting_what_was_never_learned_finds_nothing(sight, learn):
    profile = learn(None, "a", START, sight(device_id="dev_a"))

    forgotten = history.forget(profile, "b", START)

    assert not forgotten.found
    assert forgotten.profile == profile
    assert forgotten.counted == ()


def test_forgetting_nothing_of_nobody_is_no_error():
    assert not history.forget(None, "a", START).found


def test_forgetting_twice_finds_it_once(sight, learn):
    profile = learn(None, "a", START, sight())

    once = history.forget(profile, "a", START)

    assert once.found
    assert once.at == START
    assert not history.forget(once.profile, "a", START).found


@given(sign_ins)
def test_the_same_history_always_has_the_same_bytes(events):
    profile, _ = learned_from(events)

    assert encode(decode(profile)) == profile


@given(sign_ins, st.data())
def test_a_changed_byte_is_unreadable(events, data):
    profile, now = learned_from(events)
    place = data.draw(st.integers(0, len(profile) - 1))
    changed = profile[:place] + bytes((profile[place] ^ data.draw(st.integers(1, 255)),)) + profile[place + 1 :]

    with pytest.raises(Unreadable):
        history.answers(changed, some_sight(1), now)


@given(st.binary(min_size=1, max_size=200))
def test_foreign_bytes_are_unreadable(junk):
    with pytest.raises(Unreadable):
        history.device_use(junk, "dev_a", START)


@given(sign_ins, st.data())
def test_a_cut_history_is_unreadable(events, data):
    profile, now = learned_from(events)
    cut = profile[: data.draw(st.integers(1, len(profile) - 1))]

    with pytest.raises(Unreadable):
        history.forget(cut, "dec_0", now)


def test_a_history_of_a_later_version_is_unreadable(sight, learn):
    profile = learn(None, "a", START, sight())

    with pytest.raises(Unreadable, match="version 5"):
        history.answers(b"\x05" + profile[1:], sight(), START)
