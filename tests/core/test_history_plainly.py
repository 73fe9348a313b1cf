"""What a history answers is, to the last bit, what a plain walk over its sign-ins says."""

from math import exp, log

from hypothesis import given
from hypothesis import strategies as st

from doorward.core import history
from doorward.core.context import Sight
from doorward.core.facts import LEVELS
from doorward.core.history.codec import decode
from doorward.core.history.entries import ANONYMOUS, KINDS, NO_COUNTRY, NOWHERE, QUARANTINED

DAY = 86_400
ASN = LEVELS.index("asn")
START = 1_767_225_600.0

sights = st.builds(
    Sight,
    marks=st.fixed_dictionaries({}, optional=dict.fromkeys(LEVELS, st.sampled_from([0, 1, 2, 3]))),
    country=st.sampled_from(["NO", "SE", ""]),
    lat=st.sampled_from([None, 59.9, 63.4]),
    lon=st.sampled_from([None, 10.7]),
    accuracy_km=st.sampled_from([None, 20.0]),
    kind=st.sampled_from(["", "residential", "mobile"]),
    anonymous=st.sampled_from([None, False, True]),
    zone=st.sampled_from(["", "Europe/Oslo", "UTC"]),
    fingerprint_mark=st.sampled_from([0, 5, 6]),
    device_id=st.sampled_from(["", "dev_a", "dev_b"]),
)
# Seconds since the one before, the sight, its weight, and whether it is quarantined.
sign_ins = st.lists(
    st.tuples(st.sampled_from([60, 5000, 3 * DAY, 40 * DAY]), sights, st.sampled_from([0.5, 1.0, 3.0]), st.booleans()),
    min_size=1,
    max_size=14,
)


@given(sign_ins, sights, st.sampled_from([0.0, 2.5 * DAY, 170 * DAY, -5 * DAY]))
def test_the_columns_say_what_a_plain_walk_says(events, sight, later):
    profile, at = None, START
    for number, (gap, seen, weight, quarantined) in enumerate(events):
        at += gap
        profile = history.learn(
            profile, event_id=f"e{number}", at=at, sight=seen, weight=weight, quarantined=quarantined, now=at
        ).profile
    now = at + later
    facts = history.answers(profile, sight, now)
    living = [each for each in decode(profile).entries if each.at > now - history.LIFE_SECONDS]
    weights = [decayed(each, now) for each in living]

    assert facts.events == len(living)
    assert facts.settled == sum(is_settled(each, now) for each in living)
    assert facts.logins == sum(weights)
    for place, level in enumerate(LEVELS):
        if sight.marks.get(level):
            assert familiarity(living, weights, place, sight.marks[level], now) == (
                facts.counts[level],
                facts.totals[level],
            )
    if living:
        assert (facts.usual_country or "\0\0").encode() == heaviest([e.country for e in living], weights, NO_COUNTRY)
        assert facts.zone == heaviest([each.zone for each in living], weights, "")
        assert facts.on_returning == returning([each.device for each in living], weights)
        assert facts.before_network == before([each.marks[ASN] for each in living], sight.marks.get("asn"))
        assert facts.fingerprint_known == fingerprint(living, sight, now)
        assert (facts.nearest_km == 0.0) == (place_of(sight) in places(living, now))


def before(marks, mark):
    """Return the share of *marks* before the first *mark*."""
    if not mark:
        return None
    return marks.index(mark) / len(marks) if mark in marks else 1.0


def is_settled(entry, now):
    return not entry.state & QUARANTINED or entry.at <= now - history.QUARANTINE_SECONDS


def weight_of(entry, now):
    return entry.weight / 1000 if is_settled(entry, now) else entry.weight / 1000 * history.QUARANTINE_SHARE


def decayed(entry, now):
    age = (entry.at - now) * (log(2) / history.HALF_LIFE_SECONDS)
    return weight_of(entry, now) * exp(age) if entry.at < now else weight_of(entry, now)


def familiarity(living, weights, place, mark, now):
    """Return the weight of the sign-ins with *mark*, and of all with any: a value counts 3 at most for one day."""
    days = [each.at // DAY for each in living]
    by_day = {day: sum(weight_of(e, now) for e, on in zip(living, days, strict=True) if on == day) for day in days}
    if max(by_day.values(), default=0) > 3:
        keys = [(day, each.marks[place]) for day, each in zip(days, living, strict=True)]
        by_key = {
            key: sum(weight_of(e, now) for e, its in zip(living, keys, strict=True) if its == key) for key in keys
        }
        capped = [(weight, by_key[key]) for weight, key in zip(weights, keys, strict=True)]
        weights = [weight * (3.0 / whole if whole > 3 else 1.0) for weight, whole in capped]
    of = {
        value: sum((w for each, w in zip(living, weights, strict=True) if each.marks[place] == value), 0.0)
        for value in (0, mark)
    }
    return of[mark], sum(weights, 0.0) - of[0]


def heaviest(values, weights, nothing):
    sums = {}
    for value, weight in zip(values, weights, strict=True):
        sums[value] = sums.get(value, 0.0) + weight
    if len(sums) > 1:
        sums.pop(nothing, None)
    return max(sums, key=sums.get)


def returning(devices, weights):
    return sum((w for d, w in zip(devices, weights, strict=True) if d and devices.count(d) > 1), 0.0)


def fingerprint(living, sight, now):
    if not sight.fingerprint_mark or not any(each.fingerprint for each in living):
        return None
    return sight.fingerprint_mark in [each.fingerprint for each in living if is_settled(each, now)]


def place_of(sight):
    return (round(sight.lat * 10), round(sight.lon * 10)) if sight.lat is not None and sight.lon is not None else None


def places(living, now):
    """Return where settled sign-ins were, or all while none is; no network that hides or moves its user counts."""
    settled = [each for each in living if is_settled(each, now)] or living
    return [
        (each.lat, each.lon)
        for each in settled
        if each.lat != NOWHERE and KINDS[each.kind] != "mobile" and not each.state & ANONYMOUS
    ]
