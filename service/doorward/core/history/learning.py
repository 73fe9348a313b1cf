"""What a verified sign-in adds to a history, and how it is taken out again.

Below the caps, forgetting leaves the bytes that the history would have had without the event.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from doorward.core.context import Sight
from doorward.core.facts import LEVELS
from doorward.core.geometry import coarse, place
from doorward.core.history import scored
from doorward.core.history.codec import MAX_ENTRIES, MAX_ZONE_BYTES, Profile, decode, encode
from doorward.core.history.devices import device_mark, with_use, without_event
from doorward.core.history.entries import (
    ANONYMITY_KNOWN,
    ANONYMOUS,
    KINDS,
    NO_COUNTRY,
    NOWHERE,
    QUARANTINED,
    UNSTATED,
    Entries,
    Entry,
)
from doorward.core.history.weights import (
    DAILY_WEIGHT_PER_VALUE,
    LIFE_SECONDS,
    QUARANTINE_SHARE,
)
from doorward.core.odds import Move

# One day must not fill the history: of one context three sign-ins are kept, of all together twelve. Past that each
# takes the newest one's place. Quarantined sign-ins have a measure of their own, so they cannot push out settled ones.
DAILY_ENTRIES_PER_CONTEXT = 3
DAILY_ENTRIES = 12

_LATEST = 0xFFFFFFFF
_EVERY_LEVEL = (1 << len(LEVELS)) - 1


@dataclass(frozen=True, slots=True)
class Learned:
    """The new history, and what the population's counts gain: *amount* for each level that is *counted*.

    *scored* is what the tenant's own scale gains.
    """

    profile: bytes
    counted: frozenset[str]
    amount: float = 1.0
    scored: tuple[Move, ...] = ()


@dataclass(frozen=True, slots=True)
class Forgotten:
    """The history without the event, and what the population's counts lose: *amount*, counted *at*, for each mark.

    *scored* is what the tenant's own scale gains and loses.
    """

    profile: bytes
    weight: float = 0.0
    counted: tuple[tuple[str, int], ...] = ()
    at: float | None = None
    found: bool = False
    amount: float = 1.0
    scored: tuple[Move, ...] = ()


def learn(
    profile: bytes | None,
    *,
    event_id: str,
    at: float,
    sight: Sight,
    weight: float,
    quarantined: bool,
    now: float,
    odds: int | None = None,
) -> Learned:
    """Return the history with one verified sign-in more; *odds* is the bin of its log-odds, None without a score.

    Learning an event again adds nothing, but can raise its weight and end its quarantine; then the population gains
    what the quarantine had held back.
    """
    if not 0 < weight <= DAILY_WEIGHT_PER_VALUE:
        raise ValueError(f"weight {weight} is not in 0 to {DAILY_WEIGHT_PER_VALUE}")
    before = decode(profile)
    entry = _entry(event_mark(event_id), at, sight, weight, quarantined=quarantined, odds=odds)
    number = before.entries.find(entry.event)
    gains: tuple[Move, ...] = ()
    amount = _amount(entry)
    if number is None:
        entries, new, gains = _added(before.entries, entry)
    else:
        earlier = before.entries[number]
        entry = _stronger(earlier, entry)
        new = earlier.counted if entry.state != earlier.state else 0
        entries = before.entries.changed(number, entry)
        amount = _amount(entry) - _amount(earlier)
    after = before._replace(entries=entries, devices=with_use(before.devices, entry, sight.device_id, now))
    kept = _pruned(after, now)
    if kept is not after and kept.entries.find(entry.event) is None:
        new, gains = 0, ()
    return Learned(encode(kept), frozenset(_levels(new)), amount, gains)


def forget(profile: bytes | None, event_id: str, now: float) -> Forgotten:
    """Return the history without the event and without the devices that it introduced."""
    before = _pruned(decode(profile), now)
    event = event_mark(event_id)
    number = before.entries.find(event)
    removed = before.entries[number] if number is not None else None
    devices = without_event(before, event, removed)
    if number is None or removed is None:
        return Forgotten(encode(before._replace(devices=devices)), found=devices != before.devices)
    entries, owed = _handed_over(before.entries.without(number), removed)
    heir, moves = scored.handed_over([entries[each] for each in entries.of_day(removed.at)], removed)
    if heir is not None:
        entries = _changed(entries, heir, scored.counting(heir))
    return Forgotten(
        encode(before._replace(entries=entries, devices=devices)),
        weight=removed.weight / 1000,
        counted=tuple((level, removed.marks[LEVELS.index(level)]) for level in _levels(owed)),
        at=float(removed.at),
        found=True,
        amount=_amount(removed),
        scored=moves,
    )


def event_mark(event_id: str) -> int:
    """Return the 64 bits that an event is found by again."""
    return int.from_bytes(hashlib.blake2b(event_id.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def _entry(event: int, at: float, sight: Sight, weight: float, *, quarantined: bool, odds: int | None) -> Entry:
    here = place(sight.lat, sight.lon)
    country = sight.country.encode("ascii", "ignore")
    return Entry(
        event=event,
        at=max(1, min(int(at), _LATEST)),
        weight=max(1, round(weight * 1000)),
        state=_state(sight, quarantined=quarantined),
        marks=tuple(sight.marks.get(level, 0) & 0xFFFFFFFF for level in LEVELS),
        country=country if len(country) == 2 else NO_COUNTRY,
        lat=round(coarse(here[0]) * 10) if here else NOWHERE,
        lon=round(coarse(here[1]) * 10) if here else NOWHERE,
        accuracy=_accuracy(sight.accuracy_km),
        kind=KINDS.index(sight.kind) if sight.kind in KINDS else 0,
        zone=_zone(sight.zone),
        fingerprint=sight.fingerprint_mark & 0xFFFFFFFF,
        device=device_mark(sight.device_id),
        counted=scored.bits_of(odds),
    )


def _state(sight: Sight, *, quarantined: bool) -> int:
    anonymity = 0 if sight.anonymous is None else ANONYMITY_KNOWN | (ANONYMOUS if sight.anonymous else 0)
    return anonymity | (QUARANTINED if quarantined else 0)


def _zone(name: str) -> str:
    return name if len(name) <= MAX_ZONE_BYTES and name.isascii() and name.isprintable() else ""


def _accuracy(accuracy_km: float | None) -> int:
    return UNSTATED if accuracy_km is None else max(0, min(round(accuracy_km), UNSTATED - 1))


def _stronger(earlier: Entry, again: Entry) -> Entry:
    still_quarantined = earlier.state & again.state & QUARANTINED
    return earlier._replace(
        weight=max(earlier.weight, again.weight), state=earlier.state & ~QUARANTINED | still_quarantined
    )


def _added(entries: Entries, entry: Entry) -> tuple[Entries, int, tuple[Move, ...]]:
    """Return *entries* with one more, a bit for each level that the population now counts, and the scale's gain."""
    day = {number: entries[number] for number in entries.of_day(entry.at)}
    place_ = _displaced(day, entry)
    displaced = None if place_ is None else day.pop(place_)
    others = list(day.values())
    inherited = _shared_bits(displaced, entry) if displaced is not None else 0
    # What takes the place of another context counts nothing new, or a day of changing values would count for ever.
    same = displaced is None or _context(displaced) == _context(entry)
    new = _uncounted(others, entry) & ~inherited if same else 0
    added = entry._replace(counted=inherited | new | scored.counted_bits(others, displaced, entry))
    left = entries if place_ is None else entries.without(place_)
    return left.with_(added), new, scored.gained(displaced, added)


def _displaced(day: Mapping[int, Entry], entry: Entry) -> int | None:
    """Return the number in *day* whose place this entry takes, or None while the day has room."""
    rivals = [number for number, each in day.items() if (each.state ^ entry.state) & QUARANTINED == 0]
    alike = [number for number in rivals if _context(day[number]) == _context(entry)]
    if len(alike) >= DAILY_ENTRIES_PER_CONTEXT:
        return alike[-1]
    return rivals[-1] if len(rivals) >= DAILY_ENTRIES else None


def _context(entry: Entry) -> tuple[tuple[int, ...], int, int]:
    return entry.marks, entry.fingerprint, entry.device


def _uncounted(day: Iterable[Entry], entry: Entry) -> int:
    """Return a bit for each known level that no sign-in of that *day* has counted with the same value."""
    bits = sum([1 << place_ for place_, mark in enumerate(entry.marks) if mark])
    for each in day:
        bits &= ~_shared_bits(each, entry)
    return bits


def _shared_bits(counted: Entry, entry: Entry) -> int:
    """Return the bits that *counted* holds for values that *entry* has too."""
    if counted.marks == entry.marks:
        return counted.counted & _EVERY_LEVEL
    pairs = enumerate(zip(counted.marks, entry.marks, strict=True))
    return counted.counted & sum([1 << place_ for place_, (one, two) in pairs if one == two])


def _handed_over(entries: Entries, removed: Entry) -> tuple[Entries, int]:
    """Give what the removed one counted to the next of that day with the same value; return what nobody takes."""
    owed = removed.counted
    for number in entries.of_day(removed.at):
        entry = entries[number]
        taken = _shared_bits(removed._replace(counted=owed), entry) & ~entry.counted
        if taken:
            entries = entries.changed(number, entry._replace(counted=entry.counted | taken))
            owed &= ~taken
    return entries, owed


def _changed(entries: Entries, was: Entry, entry: Entry) -> Entries:
    number = entries.find(was.event)
    return entries if number is None else entries.changed(number, entry)


def _pruned(profile: Profile, now: float) -> Profile:
    """Drop what is older than 180 days and, of more than 100, the oldest; when it all began is kept."""
    living = profile.entries.last(MAX_ENTRIES, after=now - LIFE_SECONDS)
    if living is profile.entries:
        return profile
    first = min(profile.first_seen_at or _LATEST, profile.entries.times[0])
    return profile._replace(entries=living, first_seen_at=first)


def _levels(bits: int) -> list[str]:
    return [level for place_, level in enumerate(LEVELS) if bits & 1 << place_]


def _amount(entry: Entry) -> float:
    return QUARANTINE_SHARE if entry.state & QUARANTINED else 1.0
