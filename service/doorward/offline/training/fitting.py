"""Fits an additive, monotone model to rows, and gives it back as tables.

Gradient boosting whose trees look at one feature each: what it learns can be read, explained and served without it. A
feature that speaks of risk may only ever raise the score, whatever the rows say.
"""

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from doorward.offline.training.export import Steps, constant_of, steps_of
from doorward.offline.training.rows import DIRECTIONS, NAMES, Rows

TREES = 300
# Twice as fast, rare steps of the worlds are learned too, and second sign-ins are challenged more often for nothing.
LEARNING_RATE = 0.07
LEAVES = 8
# A step must be carried by so many rows, and weighs less the fewer they are: worlds have quirks, tables shall not.
LEAST_ROWS = 60
SHRINKAGE = 5.0

# What may go up and down is fitted to values rounded to so much, or it would follow every accident of a world.
_ROUNDED = {"history": 0.5, "gap": 0.7}

# What only attackers show who had the subject's own device before, and to whom nothing is fitted. Of all others every
# network is new: from them trees would learn what the device and the network say already.
_BY_HAND = ("late_network",)

# Families differ in size for no reason that a defender would care about, so each weighs as much: this share of what
# all genuine sign-ins weigh. Those that are hard to tell weigh more, those that nobody misses less.
FAMILY_SHARE = 0.004
_HARD = {"naive": 1.6, "vpn": 3.5, "resproxy": 1.8, "targeted": 1.8, "stuffing": 1.3, "rare_asn": 0.5, "brute": 0.4}
# The first sign-ins are where people decide whether they stay: being asked for more costs more then than later. By how
# many verified ones there were before. It does not where the country alone is reason enough: of so few sign-ins
# (−ln p) that an attacker's share among the first ones is not small there.
_EARLY_WEIGHTS = (4.0, 5.0)
_RARE_COUNTRY = 4.0


class Fitted:
    """A model with the names of the columns that it was fitted to."""

    def __init__(self, model: HistGradientBoostingClassifier, columns: NDArray[np.int64]) -> None:
        self._model = model
        self._columns = columns

    @property
    def constant(self) -> float:
        return constant_of(self._model)

    @property
    def names(self) -> list[str]:
        """Return the features that were there to be learned from."""
        return [NAMES[column] for column in self._columns]

    def steps(self) -> dict[str, Steps]:
        """Return the table of each feature that the model looks at."""
        return steps_of(self._model, self.names)

    def decision(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the log-odds of rows of values in the order of NAMES, by the trees themselves."""
        found: NDArray[np.float64] = self._model.decision_function(values[:, self._columns])
        return found


def fit(rows: Rows, *, seed: int) -> Fitted:
    """Fit a model to *rows*; features that never differ in them are left out."""
    columns = telling(rows)
    model = HistGradientBoostingClassifier(
        interaction_cst="no_interactions",
        monotonic_cst=[DIRECTIONS[column] for column in columns],
        max_iter=TREES,
        learning_rate=LEARNING_RATE,
        max_leaf_nodes=LEAVES,
        min_samples_leaf=LEAST_ROWS,
        l2_regularization=SHRINKAGE,
        early_stopping=False,
        random_state=seed,
    )
    # With several threads sums depend on how many there are, and the same rows would not give the same bytes.
    with threadpool_limits(1):
        model.fit(_rounded(rows.values)[:, columns], rows.fraud, sample_weight=weights(rows))
    return Fitted(model, columns)


def _rounded(values: NDArray[np.float64]) -> NDArray[np.float64]:
    found = values.copy()
    for name, step in _ROUNDED.items():
        column = NAMES.index(name)
        found[:, column] = np.round(found[:, column] / step) * step
    return found


def telling(rows: Rows) -> NDArray[np.int64]:
    """Return the columns with more than one known value, without those that are set by hand whatever they say."""
    lowest = np.nanmin(np.where(np.isnan(rows.values), np.inf, rows.values), axis=0)
    highest = np.nanmax(np.where(np.isnan(rows.values), -np.inf, rows.values), axis=0)
    by_hand = np.isin(NAMES, _BY_HAND)
    return np.flatnonzero((lowest < highest) & ~by_hand)


def weights(rows: Rows) -> NDArray[np.float64]:
    """Return how much each row counts."""
    given = np.ones(len(rows))
    for events, weight in enumerate(_EARLY_WEIGHTS):
        given[rows.genuine & (rows.events == events)] = weight
    given[rows.genuine & (rows.values[:, NAMES.index("first_country")] > _RARE_COUNTRY)] = 1.0
    family_weight = FAMILY_SHARE * given[rows.genuine].sum()
    for family in np.unique(rows.family[rows.fraud]):
        members = rows.family == family
        given[members] = family_weight * _HARD.get(str(family), 1.0) / members.sum()
    return given
