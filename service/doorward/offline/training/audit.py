"""Whether a simulator gives its attackers away: by numbers that carry no sign of one, nobody may tell them apart."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from doorward.core.errors import DoorwardError
from doorward.offline.training.windows import DAY, GROUPS, Success, successes

LOWEST, HIGHEST = 0.45, 0.60

# Those who come in the place of a genuine sign-in; all others are meant to be told by their numbers.
REPLACING = ("naive", "vpn", "resproxy", "targeted", "very_targeted", "cookie_theft")
COMPARISONS = len(REPLACING) * len(GROUPS)
FEWEST_ATTACKS = 30
WARM_DAYS = 35
_GENUINE = 20_000
_FOLDS = 3
_SEED = 0


class NothingToAudit(DoorwardError):
    """There are too few attacks or genuine sign-ins to tell anything."""


@dataclass(frozen=True, slots=True)
class Finding:
    """How well *family* is told from genuine sign-ins by one group of numbers; 0.5 is not at all."""

    family: str
    group: str
    auc: float

    @property
    def is_inside(self) -> bool:
        return LOWEST <= self.auc <= HIGHEST


def audit(events: Iterable[Mapping[str, Any]]) -> Iterator[Finding]:
    """Yield a finding for each family and group; only successes of accounts with an earlier one are compared."""
    genuine: list[Success] = []
    attacks: dict[str, list[Success]] = {family: [] for family in REPLACING}
    first = None
    for success in successes(events):
        first = success.at if first is None else first
        if success.earlier and success.at >= first + WARM_DAYS * DAY:
            (attacks.get(success.family, []) if success.family else genuine).append(success)
    few = [family for family, found in attacks.items() if len(found) < FEWEST_ATTACKS]
    if few or len(genuine) < FEWEST_ATTACKS:
        raise NothingToAudit(f"fewer than {FEWEST_ATTACKS} successes of {', '.join(few) or 'genuine people'}")
    return (finding for family, found in attacks.items() for finding in _findings(family, _some(genuine), found))


def _some(genuine: list[Success]) -> list[Success]:
    if len(genuine) <= _GENUINE:
        return genuine
    chosen = np.random.default_rng(_SEED).choice(len(genuine), _GENUINE, replace=False)
    return [genuine[int(at)] for at in np.sort(chosen)]


def _findings(family: str, genuine: list[Success], attacks: list[Success]) -> Iterator[Finding]:
    is_attack = np.repeat([0, 1], [len(genuine), len(attacks)])
    for number, group in enumerate(GROUPS):
        numbers = np.array([success.groups[number] for success in [*genuine, *attacks]])
        yield Finding(family, group, round(_auc(numbers, is_attack), 3))


def _auc(numbers: NDArray[np.float64], is_attack: NDArray[np.int_]) -> float:
    """Return how well a small model ranks rows that it was not trained on."""
    model = HistGradientBoostingClassifier(max_iter=50, max_leaf_nodes=8, random_state=_SEED)
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=_SEED)
    scores = cross_val_predict(model, numbers, is_attack, cv=folds, method="predict_proba")[:, 1]
    return float(roc_auc_score(is_attack, scores))
