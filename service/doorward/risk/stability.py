"""How much a distribution has moved: the population stability index, and what a model remembers of its training."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, log

# Custom in credit scoring: below 0.1 nothing has moved, from 0.25 on it has (Siddiqi, "Credit Risk Scorecards", 2006).
MOVED = 0.25

# So many are needed that chance alone stays well below MOVED: about (bins - 1) · (1/n + 1/m).
LEAST = 100


@dataclass(frozen=True, slots=True)
class Distribution:
    """Shares of a feature's values: `shares[i]` up to and including `edges[i]`, the last beyond them all.

    *missing* is the share that was not known; all of them add up to 1.
    """

    edges: tuple[float, ...]
    shares: tuple[float, ...]
    missing: float = 0.0

    @property
    def all_shares(self) -> tuple[float, ...]:
        return (*self.shares, self.missing)

    def place_of(self, x: float) -> int:
        """Return where *x* belongs among `all_shares`; NaN is the last place."""
        return len(self.shares) if x != x else bisect_left(self.edges, x)


def stability_index(expected: Sequence[float], found: Sequence[float]) -> float:
    """Return the index of two histograms over the same bins, 0 where they are alike; both may be counts or shares.

    A bin that is empty on one side counts as half a sign-in, or as half of 1/1000 where shares were given.
    """
    pairs = zip(_smoothed(expected), _smoothed(found), strict=True)
    return fsum((b - a) * log(b / a) for a, b in pairs)


def _smoothed(histogram: Sequence[float]) -> list[float]:
    total = fsum(histogram)
    weight = 1.0 if total > 1.5 else 1000.0
    whole = total * weight + 0.5 * len(histogram)
    return [(each * weight + 0.5) / whole for each in histogram]
