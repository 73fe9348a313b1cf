"""The history asked about one attempt: everything is counted from the sign-ins themselves, at the time of asking."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from doorward.core.context import Sight
from doorward.core.facts import LEVELS, HistoryFacts
from doorward.core.geometry import coarse, distance_km, place
from doorward.core.history.codec import (
    ACCURACY,
    ANONYMITY_KNOWN,
    ANONYMOUS,
    AT,
    COUNTRY,
    DEVICE,
    FINGERPRINT,
    FIRST_MARK,
    FLAGS,
    KIND,
    KINDS,
    LAT,
    LON,
    NO_COUNTRY,
    NOWHERE,
    STATE,
    UNSTATED,
    WEIGHT,
    ZONE,
    Row,
    Scan,
    rows_of,
    scan,
)
from doorward.core.history.hours import hour_share
from doorward.core.history.weights import (
    LIFE_SECONDS,
    capped,
    decayed,
    heavy_days,
    settled_at,
    weights_at,
)
from doorward.core.zones import first_zone, offset_seconds

_MOBILE = KINDS.index("mobile")


@dataclass(frozen=True, slots=True)
class _Columns:
    """The sign-ins that still count, field by field, with their weights before and after the decay."""

    fields: Sequence[Sequence[Any]]
    weights: Sequence[float]
    decayed: Sequence[float]
    settled: list[bool]


def answers(profile: bytes | None, sight: Sight, now: float) -> HistoryFacts:
    """Return what the history says of *sight* at *now*; Unreadable where the bytes are none of ours."""
    found = scan(profile)
    kept = rows_of(found)
    rows = _living(kept, now)
    if not rows:
        return _without_sign_ins(found, kept, sight, now)
    columns = _columns(rows, now)
    counts, totals = _familiarity(columns, sight)
    zone = _usual_zone(columns, found.zones)
    last = rows[-1]
    state = last[STATE]
    return HistoryFacts(
        logins=sum(columns.decayed),
        events=len(rows),
        settled=columns.settled.count(True),
        first_seen_at=_first_seen_at(found, kept),
        last_at=float(last[AT]),
        last_country=country_of(last),
        last_lat=degrees_of(last[LAT]),
        last_lon=degrees_of(last[LON]),
        last_accuracy_km=accuracy_km_of(last),
        last_kind=KINDS[last[KIND]] or None,
        last_anonymous=bool(state & ANONYMOUS) if state & ANONYMITY_KNOWN else None,
        nearest_km=_nearest_km(columns, sight),
        hour_share=_hour_share(columns, zone, now),
        zone=zone,
        fingerprint_known=_fingerprint_known(columns, sight),
        on_returning=_on_returning(columns),
        usual_country=_mode(columns.fields[COUNTRY], columns.decayed, nothing=NO_COUNTRY).strip(b"\0").decode(),
        credential_changed_at=float(found.credential_changed_at) if found.credential_changed_at else None,
        flags=_flags(found, now),
        counts=counts,
        totals=totals,
    )


def country_of(row: Row) -> str | None:
    """Return the country that a sign-in came from, or None."""
    country: bytes = row[COUNTRY]
    return country.decode() if country != NO_COUNTRY else None


def degrees_of(tenths: int) -> float | None:
    """Return a latitude or longitude in degrees, or None."""
    return tenths / 10 if tenths != NOWHERE else None


def accuracy_km_of(row: Row) -> float | None:
    """Return how far off a sign-in's place may be, or None."""
    return float(row[ACCURACY]) if row[ACCURACY] != UNSTATED else None


def _without_sign_ins(found: Scan, kept: Sequence[Row], sight: Sight, now: float) -> HistoryFacts:
    nothing = {level: 0.0 for level in LEVELS if sight.marks.get(level)}
    return HistoryFacts(
        first_seen_at=_first_seen_at(found, kept),
        credential_changed_at=float(found.credential_changed_at) if found.credential_changed_at else None,
        flags=_flags(found, now),
        counts=nothing,
        totals=dict(nothing),
    )


def _living(rows: Sequence[Row], now: float) -> Sequence[Row]:
    """Leave out what is past its 180 days, whether or not a write has dropped it yet."""
    horizon = now - LIFE_SECONDS
    if not rows or rows[0][AT] > horizon:
        return rows
    return [row for row in rows if row[AT] > horizon]


def _columns(rows: Sequence[Row], now: float) -> _Columns:
    fields = tuple(zip(*rows, strict=True))
    times, states = fields[AT], fields[STATE]
    settled = settled_at(times, states, now)
    weights = weights_at(fields[WEIGHT], settled)
    return _Columns(fields, weights, decayed(times, weights, now), settled)


def _familiarity(columns: _Columns, sight: Sight) -> tuple[dict[str, float], dict[str, float]]:
    """Return for each level of the attempt the weight of the sign-ins alike, and of all that have a value."""
    days = heavy_days(columns.fields[AT], columns.weights)
    everything = sum(columns.decayed)
    counts, totals = {}, {}
    for place_, level in enumerate(LEVELS, FIRST_MARK):
        mark = sight.marks.get(level)
        if not mark:
            continue
        values, weights, total = columns.fields[place_], columns.decayed, everything
        if days:
            weights = capped(values, days, columns.weights, weights)
            total = sum(weights)
        totals[level] = total if 0 not in values else total - _weight_of(0, values, weights)
        counts[level] = _weight_of(mark, values, weights)
    return counts, totals


def _weight_of(mark: int, values: Sequence[int], weights: Sequence[float]) -> float:
    if mark not in values:
        return 0.0
    return sum([weight for value, weight in zip(values, weights, strict=True) if value == mark])


def _first_seen_at(found: Scan, rows: Sequence[Row]) -> float | None:
    firsts = [at for at in (found.first_seen_at, rows[0][AT] if rows else 0) if at]
    return float(min(firsts)) if firsts else None


def _flags(found: Scan, now: float) -> tuple[str, ...]:
    if not any(found.flag_ends):
        return ()
    return tuple(flag for flag, until in zip(FLAGS, found.flag_ends, strict=True) if until > now)


def _usual_zone(columns: _Columns, zones: Sequence[str]) -> str:
    usual: int = _mode(columns.fields[ZONE], columns.decayed, nothing=0)
    return zones[usual - 1] if usual else ""


def _hour_share(columns: _Columns, zone: str, now: float) -> float:
    offset = offset_seconds(first_zone(zone), now)
    return hour_share(columns.fields[AT], columns.decayed, now=now, offset_seconds=offset)


def _on_returning(columns: _Columns) -> float:
    """Return the weight of the sign-ins on a device that made another one too."""
    marks = columns.fields[DEVICE]
    times = Counter(marks)
    times.pop(0, None)
    if len(times) == len(marks):
        return 0.0
    return sum([weight for mark, weight in zip(marks, columns.decayed, strict=True) if times[mark] > 1])


def _mode(values: Sequence[Any], weights: Sequence[float], *, nothing: Any) -> Any:
    """Return the value with the greatest weight; *nothing* wins only where there is no other."""
    if values.count(values[0]) == len(values):
        return values[0]
    sums: dict[Any, float] = {}
    for value, weight in zip(values, weights, strict=True):
        sums[value] = sums.get(value, 0.0) + weight
    sums.pop(nothing, None)
    return max(sums, key=sums.__getitem__) if sums else nothing


def _nearest_km(columns: _Columns, sight: Sight) -> float | None:
    """Return the distance to the nearest place of the settled history, or of all of it while nothing is settled.

    An anonymous network's or a mobile carrier's place is not where its user was. A quarantined sign-in must not make
    its own place familiar.
    """
    here = place(sight.lat, sight.lon)
    if here is None:
        return None
    settled = columns.settled if any(columns.settled) else [True] * len(columns.settled)
    fields = columns.fields
    places = {
        (lat, lon)
        for lat, lon, kind, state, counts in zip(
            fields[LAT], fields[LON], fields[KIND], fields[STATE], settled, strict=True
        )
        if counts and lat != NOWHERE and kind != _MOBILE and not state & ANONYMOUS
    }
    lat, lon = coarse(here[0]), coarse(here[1])
    if (round(lat * 10), round(lon * 10)) in places:
        return 0.0
    return min([distance_km(lat, lon, its_lat / 10, its_lon / 10) for its_lat, its_lon in places], default=None)


def _fingerprint_known(columns: _Columns, sight: Sight) -> bool | None:
    """Answer whether a settled sign-in had this fingerprint; None where none ever had any."""
    settled = [mark for mark, counts in zip(columns.fields[FINGERPRINT], columns.settled, strict=True) if counts]
    if not sight.fingerprint_mark or not any(columns.fields[FINGERPRINT]):
        return None
    return sight.fingerprint_mark in settled
