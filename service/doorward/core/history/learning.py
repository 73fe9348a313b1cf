"""What a verified sign-in adds to a history, and how it is taken out again.

Below the caps, forgetting leaves the bytes that the history would have had without the event.
"""

import hashlib
from bisect import bisect_right
from dataclasses import dataclass, replace

from doorward.core.context import Sight
from doorward.core.facts import LEVELS
from doorward.core.geometry import coarse, place
from doorward.core.history import scored
from doorward.core.history.codec import (
    ANONYMITY_KNOWN,
    ANONYMOUS,
    KINDS,
    MAX_ENTRIES,
    MAX_ZONE_BYTES,
    NO_COUNTRY,
    NOWHERE,
    QUARANTINED,
    UNSTATED,
    Entry,
    Profile,
    decode,
    encode,
)
from doorward.core.history.devices import device_mark, with_use, without_event
from doorward.core.history.weights import (
    DAILY_WEIGHT_PER_VALUE,
    DAY_SECONDS,
    LIFE_SECONDS,
    QUARANTINE_SHARE,
)
from doorward.core.odds import Move

# One day must not fill the history: of one context three sign-ins are kept, of all together twelve. Past that each
# takes the newest one's place. Quarantined sign-ins have a measure of their own, so they cannot push out settled ones.
DAILY_ENTRIES_PER_CONTEXT = 3
DAILY_ENTRIES = 12

_LATEST = 0xFFFFFFFF


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
    earlier = _find(before, entry.event)
    gains: tuple[Move, ...] = ()
    if earlier is None:
        entries, new, gains = _added(before.entries, entry)
    else:
        entry = _stronger(earlier, entry)
        new = earlier.counted if entry.state != earlier.state else 0
        entries = tuple(entry if each is earlier else each for each in before.entries)
    after = replace(before, entries=entries, devices=with_use(before.devices, entry, sight.device_id, now))
    kept = _pruned(after, now)
    if _find(kept, entry.event) is None:
        new, gains = 0, ()
    amount = _amount(entry) - (_amount(earlier) if earlier is not None else 0.0)
    return Learned(encode(kept), frozenset(_levels(new)), amount, gains)


def forget(profile: bytes | None, event_id: str, now: float) -> Forgotten:
    """Return the history without the event and without the devices that it introduced."""
    before = _pruned(decode(profile), now)
    event = event_mark(event_id)
    removed = _find(before, event)
    devices = without_event(before, event, removed)
    if removed is None:
        return Forgotten(encode(replace(before, devices=devices)), found=devices != before.devices)
    entries, owed = _handed_over([entry for entry in before.entries if entry.event != event], removed)
    heir, moves = scored.handed_over(_of_day(entries, removed.at), removed)
    entries = [scored.counting(each) if each is heir else each for each in entries]
    return Forgotten(
        encode(replace(before, entries=tuple(entries), devices=devices)),
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


def _find(profile: Profile, event: int) -> Entry | None:
    return next((entry for entry in profile.entries if entry.event == event), None)


def _stronger(earlier: Entry, again: Entry) -> Entry:
    still_quarantined = earlier.state & again.state & QUARANTINED
    return earlier._replace(
        weight=max(earlier.weight, again.weight), state=earlier.state & ~QUARANTINED | still_quarantined
    )


def _added(entries: tuple[Entry, ...], entry: Entry) -> tuple[tuple[Entry, ...], int, tuple[Move, ...]]:
    """Return *entries* with one more, a bit for each level that the population now counts, and the scale's gain."""
    displaced = _displaced(entries, entry)
    others = [each for each in entries if each is not displaced]
    inherited = _shared_bits(displaced, entry) if displaced is not None else 0
    # What takes the place of another context counts nothing new, or a day of changing values would count for ever.
    same = displaced is None or _context(displaced) == _context(entry)
    new = _uncounted(others, entry) & ~inherited if same else 0
    score = scored.counted_bits(_of_day(others, entry.at), displaced, entry)
    added = entry._replace(counted=inherited | new | score)
    place_ = bisect_right([each.at for each in others], entry.at)
    return (*others[:place_], added, *others[place_:]), new, scored.gained(displaced, added)


def _displaced(entries: tuple[Entry, ...], entry: Entry) -> Entry | None:
    """Return the entry whose place this one takes, or None while the day has room."""
    day = [each for each in _of_day(entries, entry.at) if (each.state ^ entry.state) & QUARANTINED == 0]
    alike = [each for each in day if _context(each) == _context(entry)]
    if len(alike) >= DAILY_ENTRIES_PER_CONTEXT:
        return alike[-1]
    return day[-1] if len(day) >= DAILY_ENTRIES else None


def _of_day(entries: tuple[Entry, ...] | list[Entry], at: int) -> list[Entry]:
    return [each for each in entries if each.at // DAY_SECONDS == at // DAY_SECONDS]


def _context(entry: Entry) -> tuple[tuple[int, ...], int, int]:
    return entry.marks, entry.fingerprint, entry.device


def _uncounted(entries: list[Entry], entry: Entry) -> int:
    """Return a bit for each known level that no sign-in of that day has counted with the same value."""
    bits = sum(1 << place_ for place_, mark in enumerate(entry.marks) if mark)
    for each in _of_day(entries, entry.at):
        bits &= ~_shared_bits(each, entry)
    return bits


def _shared_bits(counted: Entry, entry: Entry) -> int:
    """Return the bits that *counted* holds for values that *entry* has too."""
    pairs = enumerate(zip(counted.marks, entry.marks, strict=True))
    return counted.counted & sum(1 << place_ for place_, (one, two) in pairs if one == two)


def _handed_over(entries: list[Entry], removed: Entry) -> tuple[list[Entry], int]:
    """Give what the removed one counted to the next of that day with the same value; return what nobody takes."""
    owed = removed.counted
    for place_, entry in enumerate(entries):
        if owed and entry.at // DAY_SECONDS == removed.at // DAY_SECONDS:
            taken = _shared_bits(removed._replace(counted=owed), entry) & ~entry.counted
            entries[place_] = entry._replace(counted=entry.counted | taken)
            owed &= ~taken
    return entries, owed


def _pruned(profile: Profile, now: float) -> Profile:
    """Drop what is older than 180 days and, of more than 100, the oldest; when it all began is kept."""
    living = [entry for entry in profile.entries if entry.at > now - LIFE_SECONDS][-MAX_ENTRIES:]
    if len(living) == len(profile.entries):
        return profile
    first = min(profile.first_seen_at or _LATEST, profile.entries[0].at)
    return replace(profile, entries=tuple(living), first_seen_at=first)


def _levels(bits: int) -> list[str]:
    return [level for place_, level in enumerate(LEVELS) if bits & 1 << place_]


def _amount(entry: Entry) -> float:
    return QUARANTINE_SHARE if entry.state & QUARANTINED else 1.0
