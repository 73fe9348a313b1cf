"""How well a model tells attackers: how many it would challenge at a price that is fixed beforehand.

The price is the challenge rate: the share of genuine successful sign-ins that score at least as high. Thresholds are
set on one set of rows and then applied, unchanged, to another.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from doorward.offline.evidence.floors import REFERENCE, REFERENCE_AT
from doorward.offline.evidence.groups import HISTORIES
from doorward.offline.training.calibrating import looked_up
from doorward.offline.training.rows import NAMES, Rows
from doorward.risk.scorecard import Scorecard

Numbers = NDArray[np.float64]

RATES = (0.01, 0.02, 0.05, 0.10)
EARLY_AT = 0.05
# Models that differ by less are taken for equally good.
_SAME_SHORTFALL, _SAME_SHARE = 0.001, 0.01


@dataclass(frozen=True, slots=True)
class Figures:
    """*realised* and each family's *caught* at RATES, in the order of RATES; *early* at EARLY_AT by HISTORIES.

    *expected* and *came* are what a score promises of genuine sign-ins, and what came: at scores of 99, 98, 95, 90.
    """

    genuine: int
    realised: tuple[float, ...]
    caught: Mapping[str, tuple[float, ...]]
    number: Mapping[str, int]
    early: tuple[float, ...]
    came: tuple[float, ...] = field(default=())

    @property
    def shortfall(self) -> float:
        """Return by how much the families together miss their floors; 0 where all are met."""
        at = RATES.index(REFERENCE_AT)
        return sum(max(0.0, REFERENCE[name] - shares[at]) for name, shares in self.caught.items() if name in REFERENCE)

    @property
    def mean_caught(self) -> float:
        at = RATES.index(REFERENCE_AT)
        return float(np.mean([shares[at] for shares in self.caught.values()])) if self.caught else 0.0

    def is_worse_than(self, other: "Figures") -> bool:
        """Answer whether the floors speak for *other*, or where they speak for neither, all families together."""
        missed = self.shortfall - other.shortfall
        if abs(missed) > _SAME_SHORTFALL:
            return missed > 0
        return self.mean_caught < other.mean_caught - _SAME_SHARE


def measure(card: Scorecard, frozen_on: Rows, judged: Rows) -> Figures:
    """Return the figures of *card*: thresholds of the genuine rows of *frozen_on*, applied to *judged*."""
    before = log_odds(card, frozen_on.values[frozen_on.genuine])
    sums = log_odds(card, judged.values)
    thresholds = [_threshold(before, rate) for rate in RATES]
    genuine = sums[judged.genuine]
    families = sorted(set(judged.family[judged.fraud].tolist()))
    early_from = thresholds[RATES.index(EARLY_AT)]
    return Figures(
        genuine=len(genuine),
        realised=_shares(genuine, thresholds),
        caught={family: _shares(sums[judged.family == family], thresholds) for family in families},
        number={family: int((judged.family == family).sum()) for family in families},
        early=tuple(_shares(sums[judged.genuine & _has(judged, each)], [early_from])[0] for each in HISTORIES),
        came=_shares(scores(card, genuine), [100 * (1 - rate) for rate in RATES]),
    )


def log_odds(card: Scorecard, values: Numbers) -> Numbers:
    """Return what `Scorecard.log_odds` says, for many rows in the order of NAMES at once."""
    total = np.full(len(values), card.constant)
    for name, table in card.tables.items():
        total += looked_up(table, values[:, NAMES.index(name)])
    return card.calibration.a * total + card.calibration.b + card.prior_shift


def scores(card: Scorecard, sums: Numbers) -> Numbers:
    return np.array([card.quantiles.score(float(each)) for each in sums])


def _threshold(genuine: Numbers, rate: float) -> float:
    """Return what at most the share *rate* reaches: of many with the same sum none or all."""
    return float(np.nextafter(np.quantile(genuine, 1 - rate, method="inverted_cdf"), np.inf))


def _shares(sums: Numbers, thresholds: list[float]) -> tuple[float, ...]:
    return tuple(float(np.mean(sums >= each)) if len(sums) else 0.0 for each in thresholds)


def _has(rows: Rows, events: tuple[int, int | None]) -> NDArray[np.bool_]:
    least, most = events
    return (rows.events >= least) & (rows.events <= (np.inf if most is None else most))
