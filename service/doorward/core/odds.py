"""Where a tenant's genuine sign-ins lie in log-odds: sums in narrow bins, of which its own scale is made.

Each model has bins of its own. Sums decay forward as the population's do: added and taken back in any order.
"""

from collections.abc import Iterable
from math import ceil

from doorward.core.population import Tally, scale

LOWEST, HIGHEST = -16, 16
PER_UNIT = 20
# Bin 0 holds everything up to LOWEST, the last one everything above HIGHEST.
LAST_BIN = (HIGHEST - LOWEST) * PER_UNIT + 1

# A bin and what it gains, +1 or -1.
Move = tuple[int, int]


def bin_of(log_odds: float) -> int:
    """Return the bin of *log_odds*; an upper edge belongs to the bin below it, as in a scorecard's tables."""
    return max(0, min(ceil((log_odds - LOWEST) * PER_UNIT), LAST_BIN))


def upper_edge(place: int) -> float:
    """Return the highest log-odds of a bin; of the last one, which has none, its lowest."""
    return LOWEST + min(place, LAST_BIN - 1) / PER_UNIT


def level_of(model: str) -> str:
    """Return the level that the bins of *model* are summed under."""
    return f"log_odds {model}"


def moves_of(model: str, moves: Iterable[Move], *, at: float) -> list[Tally]:
    """Return *moves* of sign-ins that happened *at* as sums."""
    return [Tally(level_of(model), place, 0, gain * scale(at)) for place, gain in moves]
