"""The history asked about one attempt: everything is counted from the sign-ins themselves, at the time of asking.

Only the columns that count are read (`entries.py`), and what depends on a sign-in's place or client is looked up once
for each row of their tables. Weights are always added in the order of the sign-ins, so that equal histories give equal
sums to the last bit.
"""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import compress
from typing import Any

from doorward.core.context import Sight
from doorward.core.facts import LEVELS, HistoryFacts
from doorward.core.geometry import coarse, distance_km, place
from doorward.core.history.codec import FLAGS, Scan, scan
from doorward.core.history.entries import (
    ACCURACY,
    ANONYMITY_KNOWN,
    ANONYMOUS,
    CLIENT,
    CLIENT_LEVELS,
    CLIENTS,
    COUNTRY,
    DEVICE,
    FINGERPRINT,
    KIND,
    KINDS,
    LAT,
    LON,
    NO_COUNTRY,
    NOWHERE,
    PLACE,
    PLACE_LEVELS,
    PLACES,
    STATES,
    UNSTATED,
    WEIGHTS,
    ZONE,
    Entries,
    numbers,
    rows,
)
from doorward.core.history.hours import hour_share
from doorward.core.history.weights import LIFE_SECONDS, capped, decayed, heavy_days, settled_at, weights_at
from doorward.core.zones import first_zone, offset_seconds

_ASN = PLACE_LEVELS.index("asn")
_MOBILE = KINDS.index("mobile")
_IS_ANONYMOUS = bytes(bool(state & ANONYMOUS) for state in range(256))


class _Living:
    """The sign-ins that still count, oldest first, with their weights before and after the decay."""

    __slots__ = ("decayed", "everything", "settled", "states", "times", "weights")

    def __init__(self, entries: Entries, times: Sequence[int], dead: int, now: float) -> None:
        self.times = times
        self.states = entries.columns[STATES][dead:]
        self.settled = settled_at(times, self.states, now)
        self.weights = weights_at(numbers("H", entries.columns[WEIGHTS])[dead:], self.settled)
        self.decayed = decayed(times, self.weights, now)
        self.everything = sum(self.decayed)


class _Side:
    """The table of places, or of clients: *fields* column by column, and which row each living sign-in has."""

    __slots__ = ("column", "fields", "used", "weights_of")

    def __init__(self, table: Sequence[tuple[Any, ...]], column: bytes) -> None:
        self.fields = tuple(zip(*table, strict=True))
        self.column = column
        self.used = tuple(dict.fromkeys(column))  # in the order in which the subject came with them
        self.weights_of: dict[bytes, float] = {}

    def weight(self, living: _Living, field: Sequence[Any], value: Any) -> float:
        """Return the weight of the sign-ins whose *field* is *value*."""
        alike = field.count(value)
        if alike == len(field):
            return living.everything
        if not alike:
            return 0.0
        chosen = bytes([each == value for each in field])
        known = self.weights_of.get(chosen)
        if known is None:
            known = self.weights_of[chosen] = self.sum_of(chosen, living.decayed)
        return known

    def sum_of(self, chosen: bytes, weights: Sequence[float]) -> float:
        """Return the sum of the *weights* of the sign-ins in the *chosen* rows, which have a 1 there."""
        return sum(compress(weights, self.column.translate(chosen.ljust(256, b"\0"))), 0.0)

    def alike(self, field: Sequence[Any]) -> bytes:
        """Return a byte for each sign-in, the same where *field* is the same."""
        return self.column.translate(bytes([field.index(value) for value in field]).ljust(256, b"\0"))

    def mode(self, living: _Living, number: int, *, nothing: Any) -> Any:
        """Return the value with the greatest weight; *nothing* wins only where there is no other."""
        field = self.fields[number]
        values = dict.fromkeys([field[row] for row in self.used])
        if len(values) > 1:
            values.pop(nothing, None)
        if len(values) == 1:
            return next(iter(values))
        return max(values, key=lambda value: self.weight(living, field, value))


def answers(profile: bytes | None, sight: Sight, now: float) -> HistoryFacts:
    """Return what the history says of *sight* at *now*; Unreadable where the bytes are none of ours."""
    found = scan(profile)
    entries = found.entries
    times = entries.times
    dead = bisect_right(times, now - LIFE_SECONDS)  # past their 180 days, whether or not a write has dropped them yet
    if dead == len(times):
        return _without_sign_ins(found, times, sight, now)
    living = _Living(entries, times[dead:] if dead else times, dead, now)
    places = _Side(rows(entries.places, PLACE), entries.columns[PLACES][dead:])
    clients = _Side(rows(entries.clients, CLIENT), entries.columns[CLIENTS][dead:])
    counts, totals = _familiarity(living, places, clients, sight)
    zone = places.mode(living, ZONE, nothing=0)
    zone_name = entries.zones[zone - 1] if zone else ""
    last, state = [field[places.column[-1]] for field in places.fields], living.states[-1]
    return HistoryFacts(
        logins=living.everything,
        events=len(living.times),
        settled=living.settled.count(1),
        first_seen_at=_first_seen_at(found, times),
        last_at=float(times[-1]),
        last_country=country_of(last[COUNTRY]),
        last_lat=degrees_of(last[LAT]),
        last_lon=degrees_of(last[LON]),
        last_accuracy_km=accuracy_km_of(last[ACCURACY]),
        last_kind=KINDS[last[KIND]] or None,
        last_anonymous=bool(state & ANONYMOUS) if state & ANONYMITY_KNOWN else None,
        nearest_km=_nearest_km(living, places, sight),
        hour_share=_hour_share(living, zone_name, now),
        zone=zone_name,
        fingerprint_known=_fingerprint_known(living, clients, sight),
        on_returning=_on_returning(living, clients),
        before_network=_before_network(places, sight),
        usual_country=places.mode(living, COUNTRY, nothing=NO_COUNTRY).strip(b"\0").decode(),
        credential_changed_at=float(found.credential_changed_at) if found.credential_changed_at else None,
        flags=_flags(found, now),
        counts=counts,
        totals=totals,
    )


def country_of(country: bytes) -> str | None:
    """Return the country that a sign-in came from, or None."""
    return country.decode() if country != NO_COUNTRY else None


def degrees_of(tenths: int) -> float | None:
    """Return a latitude or longitude in degrees, or None."""
    return tenths / 10 if tenths != NOWHERE else None


def accuracy_km_of(accuracy: int) -> float | None:
    """Return how far off a sign-in's place may be, or None."""
    return float(accuracy) if accuracy != UNSTATED else None


def _without_sign_ins(found: Scan, times: Sequence[int], sight: Sight, now: float) -> HistoryFacts:
    nothing = {level: 0.0 for level in LEVELS if sight.marks.get(level)}
    return HistoryFacts(
        first_seen_at=_first_seen_at(found, times),
        credential_changed_at=float(found.credential_changed_at) if found.credential_changed_at else None,
        flags=_flags(found, now),
        counts=nothing,
        totals=dict(nothing),
    )


def _familiarity(
    living: _Living, places: _Side, clients: _Side, sight: Sight
) -> tuple[dict[str, float], dict[str, float]]:
    """Return for each level of the attempt the weight of the sign-ins alike, and of all that have a value."""
    days = heavy_days(living.times, living.weights)
    marks = sight.marks
    counts: dict[str, float] = {}
    totals: dict[str, float] = {}
    for side, levels in ((places, PLACE_LEVELS), (clients, CLIENT_LEVELS)):
        for field, level in zip(side.fields, levels, strict=False):
            mark = marks.get(level)
            if not mark:
                continue
            if days:
                counts[level], totals[level] = _within_the_daily_cap(living, side, field, mark, days)
            else:
                counts[level] = side.weight(living, field, mark)
                totals[level] = living.everything - side.weight(living, field, 0) if 0 in field else living.everything
    return counts, totals


def _within_the_daily_cap(
    living: _Living, side: _Side, field: Sequence[int], mark: int, days: Sequence[int]
) -> tuple[float, float]:
    """Return the same for one level where some day weighs more than one value may count."""
    weights = capped(side.alike(field), days, living.weights, living.decayed)
    total = sum(weights)
    if 0 in field:
        total -= side.sum_of(bytes([each == 0 for each in field]), weights)
    return side.sum_of(bytes([each == mark for each in field]), weights), total


def _first_seen_at(found: Scan, times: Sequence[int]) -> float | None:
    firsts = [at for at in (found.first_seen_at, times[0] if times else 0) if at]
    return float(min(firsts)) if firsts else None


def _flags(found: Scan, now: float) -> tuple[str, ...]:
    if not any(found.flag_ends):
        return ()
    return tuple(flag for flag, until in zip(FLAGS, found.flag_ends, strict=False) if until > now)


def _hour_share(living: _Living, zone: str, now: float) -> float:
    offset = offset_seconds(first_zone(zone), now)
    return hour_share(living.times, living.decayed, now=now, offset_seconds=offset)


def _on_returning(living: _Living, clients: _Side) -> float:
    """Return the weight of the sign-ins on a device that made another one too."""
    devices = clients.fields[DEVICE]
    times: dict[int, int] = {0: 0}
    for row in clients.used:
        device = devices[row]
        times[device] = times.get(device, 0) + (clients.column.count(row) if device else 0)
    chosen = bytes([times.get(device, 0) > 1 for device in devices])
    return clients.sum_of(chosen, living.decayed) if 0 in chosen else living.everything


def _before_network(places: _Side, sight: Sight) -> float | None:
    """Return the share of the sign-ins before the first one from this network; None where it is not known."""
    mark = sight.marks.get("asn")
    if not mark:
        return None
    field = places.fields[_ASN]
    firsts = [places.column.index(row) for row in places.used if field[row] == mark]
    return min(firsts) / len(places.column) if firsts else 1.0


def _nearest_km(living: _Living, places: _Side, sight: Sight) -> float | None:
    """Return the distance to the nearest place of the settled history, or of all of it while nothing is settled.

    An anonymous network's or a mobile carrier's place is not where its user was. A quarantined sign-in must not make
    its own place familiar.
    """
    here = place(sight.lat, sight.lon)
    if here is None:
        return None
    lats, lons, kinds = (places.fields[number] for number in (LAT, LON, KIND))
    there = {
        (lats[row], lons[row])
        for row in _rows_that_tell(living, places)
        if lats[row] != NOWHERE and kinds[row] != _MOBILE
    }
    lat, lon = coarse(here[0]), coarse(here[1])
    if (round(lat * 10), round(lon * 10)) in there:
        return 0.0
    return min([distance_km(lat, lon, its_lat / 10, its_lon / 10) for its_lat, its_lon in there], default=None)


def _rows_that_tell(living: _Living, places: _Side) -> Sequence[int] | set[int]:
    """Return the places of settled sign-ins that no network hid, or of all such while nothing is settled."""
    anonymous = living.states.translate(_IS_ANONYMOUS)
    if 0 not in living.settled and 1 not in anonymous:
        return places.used
    settled = living.settled if 1 in living.settled else b"\1" * len(anonymous)
    return {row for row, counts, hidden in zip(places.column, settled, anonymous, strict=True) if counts and not hidden}


def _fingerprint_known(living: _Living, clients: _Side, sight: Sight) -> bool | None:
    """Answer whether a settled sign-in had this fingerprint; None where none ever had any."""
    marks = clients.fields[FINGERPRINT]
    if not sight.fingerprint_mark or not any(marks[row] for row in clients.used):
        return None
    return sight.fingerprint_mark in [marks[row] for row in set(compress(clients.column, living.settled))]
