"""Which sign-ins of a history count in the tenant's own scale: three a day, so that nobody fills it with theirs.

An entry keeps its bin of log-odds in the upper half of `counted`, and one bit below that says that it counts.
"""

from collections.abc import Sequence

from doorward.core.history.entries import Entry
from doorward.core.odds import Move, upper_edge

DAILY_SCORED = 3

_COUNTS = 1 << 15
_BIN = 0xFFFF << 16
_BITS = _BIN | _COUNTS


def bits_of(place: int | None) -> int:
    """Return the bits of a sign-in in bin *place*; None where it was not scored."""
    return 0 if place is None else (place + 1) << 16


def log_odds_of(counted: int) -> float | None:
    """Return the log-odds that the bits of a sign-in stand for, within a bin; None where it was not scored."""
    return upper_edge((counted >> 16) - 1) if counted >> 16 else None


def counted_bits(day: Sequence[Entry], displaced: Entry | None, entry: Entry) -> int:
    """Return the bits of *entry*, which joins the others of its *day*; what it displaces hands its count on."""
    if displaced is not None and displaced.counted & _COUNTS:
        return displaced.counted & _BITS
    own = entry.counted & _BIN
    counting = sum(1 for each in day if each.counted & _COUNTS)
    return own | _COUNTS if own and counting < DAILY_SCORED else own


def gained(displaced: Entry | None, entry: Entry) -> tuple[Move, ...]:
    """Return what the scale gains by *entry*, which holds its bits; nothing where it took a count over."""
    if displaced is not None and displaced.counted & _COUNTS:
        return ()
    return ((_place(entry), 1),) if entry.counted & _COUNTS else ()


def handed_over(day: Sequence[Entry], removed: Entry) -> tuple[Entry | None, tuple[Move, ...]]:
    """Return who of the *day* counts in place of *removed*, as it was before, and what the scale gains and loses."""
    if not removed.counted & _COUNTS:
        return None, ()
    heir = next((each for each in day if each.counted & _BIN and not each.counted & _COUNTS), None)
    lost = (_place(removed), -1)
    return (None, (lost,)) if heir is None else (heir, (lost, (_place(heir), 1)))


def counting(entry: Entry) -> Entry:
    """Return *entry* as one that counts."""
    return entry._replace(counted=entry.counted | _COUNTS)


def _place(entry: Entry) -> int:
    return (entry.counted >> 16) - 1
