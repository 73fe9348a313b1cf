"""A tenant's own scale: how its genuine sign-ins lie in log-odds, frozen, and blended with the shipped quantiles.

Below FULL sign-ins the shipped scale keeps the rest of the weight. The weight grows in proportion: at FULL a share of
1 % is known to about a fifth of it (the square root of p/n), and the first sign-ins of a tenant, where everybody is a
newcomer, are the least like those that follow.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import accumulate
from math import fsum
from typing import Any

from doorward.core.odds import LAST_BIN, bin_of
from doorward.risk.scorecard import Scorecard

FULL = 2000

TENANT, BLENDED = "tenant", "blended"
DIGITS = 4

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OwnScale:
    """One frozen version. *below* holds for each bin the percentage of *n* genuine sign-ins that lie in lower ones."""

    version: str
    n: float
    below: tuple[float, ...]

    @property
    def weight(self) -> float:
        return min(1.0, self.n / FULL)

    @property
    def source(self) -> str:
        return TENANT if self.weight == 1.0 else BLENDED

    def blended(self, log_odds: float, shipped: float) -> float:
        """Return the score of *log_odds*, for which *shipped* is that of the shipped quantiles.

        What lies in one bin has one own score, so that at most `100 - score` percent score as high: ties count.
        """
        weight = self.weight
        return weight * self.below[bin_of(log_odds)] + (1.0 - weight) * shipped


def own_scale(version: str, counts: Mapping[int, float]) -> OwnScale:
    """Return the scale of *counts* by bin; what is taken back beyond zero counts as nothing."""
    held = [max(0.0, counts.get(place, 0.0)) for place in range(LAST_BIN + 1)]
    n = fsum(held)
    sums = accumulate(held, initial=0.0)
    below = tuple(100.0 * min(1.0, each / n) for each, _ in zip(sums, held, strict=False)) if n > 0 else ()
    return OwnScale(version, n, below)


def with_own_scale(card: Scorecard, own: OwnScale) -> Scorecard:
    """Return *card* with the scale of a tenant's own; what it adds up stays."""
    told = replace(card.calibration, source=own.source, n=round(own.n), version=own.version)
    return replace(card, own=own, calibration=told)


def is_own(calibration: Json) -> bool:
    """Answer whether the `calibration` of an answer names a version of a tenant's own scale."""
    return calibration.get("source") in (TENANT, BLENDED)


def scale_to_json(own: OwnScale, counts: Mapping[int, float]) -> dict[str, Any]:
    """Return *own*, which was made of *counts*, as it is kept."""
    return {"version": own.version, "counts": {str(place): counts[place] for place in sorted(counts)}}


def scale_from_json(data: Json) -> OwnScale:
    """Rebuild from `scale_to_json`; KeyError, TypeError, ValueError or AttributeError where *data* is none of ours."""
    counts = {int(place): float(count) for place, count in data["counts"].items()}
    if not all(0 <= place <= LAST_BIN and 0 <= count < float("inf") for place, count in counts.items()) or not any(
        counts.values()
    ):
        raise ValueError("bins that are none, or nothing in them")
    return own_scale(str(data["version"]), counts)
