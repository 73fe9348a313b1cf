"""A boosted model without interactions as the tables of a scorecard: the same sums, looked up instead of walked.

Every tree splits on one feature only, so that its contribution is a step function of that feature, and the trees of one
feature add up to one. Nothing is approximated but the last digits: the steps are evaluated where they can change, and
at NaN.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, inf, isfinite, isnan, nan
from typing import Any

from sklearn.ensemble import HistGradientBoostingClassifier

# Of a double's 16 digits the last ones depend on the order in which a machine adds; tables shall not.
_DIGITS = 12


class Interacting(Exception):
    """A tree splits on more than one feature: no table could say what it says."""


@dataclass(frozen=True, slots=True)
class Steps:
    """`values[i]` up to and including `thresholds[i]`, the last one beyond them all; *missing* for NaN."""

    thresholds: tuple[float, ...]
    values: tuple[float, ...]
    missing: float


def constant_of(model: HistGradientBoostingClassifier) -> float:
    """Return what the model says before it looks at anything."""
    return rounded(float(model._baseline_prediction.item()))


def rounded(value: float) -> float:
    """Return *value* without the digits that the order of a sum decides."""
    return float(f"{value:.{_DIGITS}g}")


def steps_of(model: HistGradientBoostingClassifier, names: Sequence[str]) -> dict[str, Steps]:
    """Return the steps of every feature that *model* looks at; *names* are those of its columns."""
    trees: dict[int, list[Any]] = defaultdict(list)
    for (predictor,) in model._predictors:
        nodes = predictor.nodes
        used = {int(node["feature_idx"]) for node in nodes if not node["is_leaf"]}
        if len(used) > 1:
            raise Interacting(", ".join(names[each] for each in sorted(used)))
        for column in used:
            trees[column].append(nodes)
    return {names[column]: _steps(trees[column]) for column in sorted(trees)}


def _steps(trees: Sequence[Any]) -> Steps:
    split = {float(node["num_threshold"]) for nodes in trees for node in nodes if not node["is_leaf"]}
    thresholds = sorted(each for each in split if isfinite(each))
    values = [rounded(fsum(_value(nodes, x) for nodes in trees)) for x in (*thresholds, inf)]
    missing = rounded(fsum(_value(nodes, nan) for nodes in trees))
    told = [place for place in range(len(thresholds)) if values[place] != values[place + 1]]
    return Steps(
        thresholds=tuple(thresholds[place] for place in told),
        values=(*(values[place] for place in told), values[-1]),
        missing=missing,
    )


def _value(nodes: Any, x: float) -> float:
    node = nodes[0]
    while not node["is_leaf"]:
        goes_left = bool(node["missing_go_to_left"]) if isnan(x) else x <= node["num_threshold"]
        node = nodes[node["left"] if goes_left else node["right"]]
    return float(node["value"])
