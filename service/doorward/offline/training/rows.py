"""What a model is fitted to and judged by: the features of the sign-ins whose credential passed, and what they were."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doorward.core.signals import Attempt
from doorward.offline.replay import FRAUDULENT, GENUINE, kind_of
from doorward.offline.scored import Scored
from doorward.offline.training.variants import Variants
from doorward.risk.features import FEATURES, features

NAMES = tuple(feature.name for feature in FEATURES)
DIRECTIONS = tuple(feature.direction for feature in FEATURES)

UNNAMED = "fraud"


@dataclass(frozen=True, slots=True)
class Rows:
    """One row for each sign-in: its features in the order of NAMES, and what it was.

    *family* is empty for a genuine sign-in. *events* is how many verified sign-ins its subject had before.
    """

    values: NDArray[np.float64]
    family: NDArray[np.str_]
    at: NDArray[np.float64]
    events: NDArray[np.int64]

    @property
    def fraud(self) -> NDArray[np.bool_]:
        return np.not_equal(self.family, "")

    @property
    def genuine(self) -> NDArray[np.bool_]:
        return np.equal(self.family, "")

    def __len__(self) -> int:
        return len(self.at)

    def where(self, kept: NDArray[np.bool_]) -> "Rows":
        return Rows(self.values[kept], self.family[kept], self.at[kept], self.events[kept])

    def between(self, first: float, last: float) -> "Rows":
        """Return those from the share *first* of all on, up to the share *last*; they lie in the order of time."""
        places = np.arange(len(self))
        return self.where((places >= first * len(self)) & (places < last * len(self)))

    def without(self, families: Iterable[str]) -> "Rows":
        return self.where(~np.isin(self.family, list(families)))


def joined(parts: Sequence[Rows]) -> Rows:
    """Return the rows of all *parts*, one part after the other."""
    return Rows(
        np.concatenate([part.values for part in parts]),
        np.concatenate([part.family for part in parts]),
        np.concatenate([part.at for part in parts]),
        np.concatenate([part.events for part in parts]),
    )


def rows_of(told: Iterable[Scored], variants: Variants | None = None, tick: Callable[[], None] = lambda: None) -> Rows:
    """Return the rows of a replay; with *variants* some of them as if less were known of them.

    Left out is what is neither genuine nor fraud: failures, and successes that did not end as verified.
    """
    values, family, at, events = [], [], [], []
    for each in told:
        tick()
        event = each.event
        kind = kind_of(event.request, verified=event.verified, label=event.label)
        if not each.is_success or kind not in (GENUINE, FRAUDULENT):
            continue
        named = (event.family or UNNAMED) if kind == FRAUDULENT else ""
        facts = each.facts if variants is None else variants.of(each.facts, fraud=bool(named))
        seen = each.values if facts is each.facts else features(Attempt(event.request, facts, event.at))
        values.append(list(seen.values()))
        family.append(named)
        at.append(event.at)
        events.append(facts.history.events)
    return Rows(
        np.array(values, dtype=np.float64).reshape(len(at), len(NAMES)),
        np.array(family, dtype=np.str_),
        np.array(at, dtype=np.float64),
        np.array(events, dtype=np.int64),
    )
