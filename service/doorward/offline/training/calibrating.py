"""What a sum of steps means: its odds of fraud, the share of genuine sign-ins below it, what is usual in each table.

Measured on sign-ins that the model was not fitted to, because on its own it is always too sure.
"""

from collections.abc import Mapping
from math import log

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from doorward.offline.training.export import Steps, rounded
from doorward.offline.training.fitting import weights
from doorward.offline.training.rows import NAMES, Rows
from doorward.risk.scorecard import Quantiles, Table
from doorward.risk.stability import Distribution

Numbers = NDArray[np.float64]

# Where the quantiles have points, in percent: dense where thresholds lie.
_POINTS = (
    *np.linspace(0, 80, 33),
    *np.linspace(81, 94, 27),
    *np.linspace(94.2, 99.0, 49),
    *np.linspace(99.05, 99.9, 35),
    *(99.93, 99.96, 99.98, 99.99, 100.0),
)
_DECIMALS = 6
_TENTHS = np.arange(1, 10) / 10


def platt(raw: Numbers, rows: Rows) -> tuple[float, float]:
    """Return the slope and the offset that make odds of sums (Platt 1999); families weigh alike, as when fitting."""
    found = LogisticRegression(C=np.inf, tol=1e-8, max_iter=1000)
    # With several threads the sums, and so the last digits of what it ends with, depend on how many there are.
    with threadpool_limits(1):
        found.fit(raw.reshape(-1, 1), rows.fraud, sample_weight=weights(rows))
    return round(float(found.coef_[0, 0]), _DECIMALS), round(float(found.intercept_[0]), _DECIMALS)


def prior_shift(rows: Rows, expected: float) -> float:
    """Return what makes odds of *rows* odds of a tenant where the share *expected* of successes is fraud."""
    given = weights(rows)
    fraud = float(given[rows.fraud].sum() / given.sum())
    return rounded(log(expected / (1 - expected)) - log(fraud / (1 - fraud)))


def quantiles(log_odds: Numbers) -> Quantiles:
    """Return the shares of genuine sign-ins below each of some of their *log_odds*.

    Each point stands twice: the share below it, and the share with it, as many sign-ins may have the same sum.
    """
    ordered = np.sort(log_odds)
    places = np.minimum((np.array(_POINTS) / 100 * len(ordered)).astype(int), len(ordered) - 1)
    points = np.unique(ordered[places])
    below = np.searchsorted(ordered, points, side="left") / len(ordered) * 100
    upto = np.searchsorted(ordered, points, side="right") / len(ordered) * 100
    return Quantiles(
        tuple(float(each) for each in np.repeat(points, 2)),
        tuple(round(float(each), _DECIMALS) for each in np.stack([below, upto], axis=1).ravel()),
    )


def references(steps: Mapping[str, Steps | Table], rows: Rows) -> dict[str, float]:
    """Return what genuine sign-ins get of each table on average."""
    genuine = rows.values[rows.genuine]
    means = {name: np.mean(looked_up(each, genuine[:, NAMES.index(name)])) for name, each in steps.items()}
    return {name: rounded(float(mean)) for name, mean in means.items()}


def distributions(genuine: Rows) -> dict[str, Distribution]:
    """Return how each feature lies among *genuine*, in about ten parts of equal size, so that drift can be told."""
    return {name: _distribution(genuine.values[:, place]) for place, name in enumerate(NAMES)}


def _distribution(column: Numbers) -> Distribution:
    known = column[~np.isnan(column)]
    edges = np.unique(np.quantile(known, _TENTHS, method="inverted_cdf")) if len(known) else known
    counts = np.bincount(np.searchsorted(edges, known, side="left"), minlength=len(edges) + 1)
    return Distribution(
        edges=tuple(float(each) for each in edges),
        shares=tuple(float(each) for each in counts / len(column)),
        missing=float(1 - len(known) / len(column)),
    )


def looked_up(steps: Steps | Table, column: Numbers) -> Numbers:
    """Return what a table says of each value."""
    found = np.array(steps.values)[np.searchsorted(steps.thresholds, column, side="left")]
    return np.where(np.isnan(column), steps.missing, found)
