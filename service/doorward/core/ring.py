"""Velocity's one primitive: a bounded ring of recent events as bytes, oldest first.

A store appends and returns; everything is counted here, by the `now` that is passed in. An entry is 15 bytes:
time (seconds, 32 bits), mark of the other party, mark of the attempt, country, flags. A full ring reads «at least».
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

SUBJECT_LIMIT = 64
ADDRESS_LIMIT = 256
PREFIX_LIMIT = 256
DEVICE_LIMIT = 16

# Beyond the longest window (24 h) an entry is rubbish; a store may forget a ring that was not touched for so long.
LIFE_SECONDS = 25 * 3600

ATTEMPT = 1  # a sign-in, or a failure told by an event
FAILED = 2
SUCCEEDED = 4  # the credential was right
CODE_SENT = 8
PUSH_SENT = 16
PROVED = 32  # a proof was made, which a right credential alone is not

# How long what is sent, and what answered it, counts somewhere: `codes_sent_1h`, and the pushes of a day.
_CODE_COUNTS_SECONDS = 3600
_PUSH_COUNTS_SECONDS = 86_400

_ENTRY = struct.Struct(">III2sB")
ENTRY_BYTES = _ENTRY.size
_ATTEMPT_AT = 8


class RingEntry(NamedTuple):
    """One event: *at* in whole seconds since 1970 UTC, *other* and *attempt* 32-bit marks (0: none)."""

    at: int
    other: int
    attempt: int
    country: bytes
    flags: int


def entries(ring: bytes) -> Iterator[RingEntry]:
    """Yield the entries, oldest first; a torn tail is left out."""
    return map(RingEntry._make, raw_entries(ring))


def raw_entries(ring: bytes) -> Iterator[tuple[int, int, int, bytes, int]]:
    """Yield what `entries` does, as bare tuples in the order of RingEntry's fields: a third of the time."""
    whole = len(ring) - len(ring) % ENTRY_BYTES
    return _ENTRY.iter_unpack(ring[:whole])


def flags_of(ring: bytes, attempt: int) -> int:
    """Return the joined flags of *attempt*; 0 where the ring does not hold it, or it is no attempt."""
    place = _find(ring, attempt) if attempt else -1
    return 0 if place < 0 else ring[place + ENTRY_BYTES - 1]


def append(
    ring: bytes, *, at: float, other: int, attempt: int = 0, country: str = "", flags: int = ATTEMPT, limit: int
) -> bytes:
    """Return *ring* with one event more; at most *limit* entries are kept, the newest.

    Whoever fails at sign-ins must not make what was sent to the owner forgotten: a full ring does without the oldest
    attempt first. Of its older half alone, so that attempts always have as much room as what is sent.

    Calls of one attempt count once: where an entry has the same *attempt*, its flags are joined. Its time stays, and
    so do the other party and the country unless they were not known before.
    """
    if attempt:
        place = _find(ring, attempt)
        if place >= 0:
            was = RingEntry._make(_ENTRY.unpack_from(ring, place))
            known = (was.other, was.country) if was.other else (other, _code(country))
            joined = _ENTRY.pack(was.at, known[0], attempt, known[1], was.flags | flags)
            return ring[:place] + joined + ring[place + ENTRY_BYTES :]
    added = entry(at=at, other=other, attempt=attempt, country=country, flags=flags)
    if len(ring) >= limit * ENTRY_BYTES:
        ring = ring[-limit * ENTRY_BYTES :]
        place = _spare(ring, int(at))
        ring = ring[:place] + ring[place + ENTRY_BYTES :]
    return ring + added


def entry(*, at: float, other: int, attempt: int = 0, country: str = "", flags: int = ATTEMPT) -> bytes:
    """Return one event as it stands in a ring."""
    return _ENTRY.pack(max(0, min(int(at), 0xFFFFFFFF)), other, attempt, _code(country), flags)


def _spare(ring: bytes, at: int) -> int:
    """Return where the entry stands that a full *ring* does without."""
    for place in range(0, len(ring) // 2, ENTRY_BYTES):
        told_at, _, _, _, flags = _ENTRY.unpack_from(ring, place)
        if not _is_needed(flags, at - told_at):
            return place
    return 0


def _is_needed(flags: int, age_seconds: int) -> bool:
    if flags & CODE_SENT and age_seconds < _CODE_COUNTS_SECONDS:
        return True
    return bool(flags & (PUSH_SENT | PROVED)) and age_seconds < _PUSH_COUNTS_SECONDS


def _code(country: str) -> bytes:
    return country.encode("ascii", "ignore")[:2]


def _find(ring: bytes, attempt: int) -> int:
    mark = attempt.to_bytes(4, "big")
    found = ring.rfind(mark, 0, len(ring) - len(ring) % ENTRY_BYTES)
    while found >= 0 and found % ENTRY_BYTES != _ATTEMPT_AT:
        found = ring.rfind(mark, 0, found + len(mark) - 1)
    return found - _ATTEMPT_AT if found >= 0 else -1
