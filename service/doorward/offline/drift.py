"""Whether genuine sign-ins still look as the model expects them to, and what the second step costs and finds."""

from collections.abc import Mapping, Sequence
from typing import Any

from doorward.core.outcome import CHALLENGE, DENY
from doorward.core.record import DecisionRecord
from doorward.core.signals import Attempt
from doorward.offline.replay import GENUINE, kind_of, label_of, verified_of
from doorward.risk.features import features
from doorward.risk.scorecard import Scorecard
from doorward.risk.stability import LEAST, stability_index

Json = dict[str, Any]

SCORE = "score"
_TENTHS = 10
_SHOWN = (50, 90, 95, 99)


class Drift:
    """Counts genuine sign-ins by feature and by score; bounded, however many records it is given."""

    def __init__(self, card: Scorecard) -> None:
        self._card = card
        self._found = {name: [0.0] * len(held.all_shares) for name, held in card.distributions.items()}
        self._tenths = [0.0] * _TENTHS
        self._scores = [0] * 101
        self.records = self.genuine = self.other_models = 0
        self.challenged = self.denied = self.passed = 0

    def take(self, record: DecisionRecord) -> None:
        """Count *record*; only a sign-in with the right credential, which nothing speaks against, is compared."""
        self.records += 1
        kind = kind_of(record.request, verified=verified_of(record), label=label_of(record))
        if kind != GENUINE:
            return
        self.genuine += 1
        self._count_outcome(record)
        if self._found:
            values = features(Attempt(record.request, record.facts, record.at))
            for name, held in self._card.distributions.items():
                self._found[name][held.place_of(values[name])] += 1
        score = record.answer["risk"]["score"]
        if record.model != self._card.id:
            self.other_models += 1
        elif score is not None:
            self._tenths[min(_TENTHS - 1, int(score * _TENTHS / 100))] += 1
            self._scores[int(score)] += 1

    def _count_outcome(self, record: DecisionRecord) -> None:
        outcome = record.answer["outcome"]
        self.challenged += outcome == CHALLENGE
        self.denied += outcome == DENY
        self.passed += outcome == CHALLENGE and record.learned

    def to_json(self) -> Json:
        """Return all indices, the largest first; one is null where there are too few sign-ins to tell."""
        rows = [self._row(SCORE, [1.0 / _TENTHS] * _TENTHS, self._tenths)]
        for name, held in self._card.distributions.items():
            rows.append(self._row(name, held.all_shares, self._found[name]))
        rows.sort(key=lambda row: -(row["index"] or 0.0))
        return {
            "model": self._card.id,
            "records": self.records,
            "genuine": self.genuine,
            "scored_by_other_models": self.other_models,
            "challenge_rate": _share(self.challenged, self.genuine),
            "deny_rate": _share(self.denied, self.genuine),
            "pass_rate": _share(self.passed, self.challenged),
            "score_at_least": {f"{least}": self._at_least(least) for least in _SHOWN},
            "has_training": bool(self._found),
            "indices": rows,
        }

    def _row(self, name: str, expected: Sequence[float], found: Sequence[float]) -> Json:
        number = sum(found)
        index = stability_index(expected, found) if number >= LEAST else None
        return {"name": name, "index": None if index is None else round(index, 4), "sign_ins": int(number)}

    def _at_least(self, least: int) -> float | None:
        """Return the share of genuine sign-ins that score *least* or more; by the score's meaning 1 - least / 100."""
        return _share(sum(self._scores[least:]), sum(self._scores))


def over(document: Mapping[str, Any], *, bound: float, target: float | None) -> list[str]:
    """Return a sentence for everything in *document* that is over a bound."""
    told = [
        f"{row['name']}: its index is {row['index']:.3f}, more than {bound:g}"
        for row in document["indices"]
        if row["index"] is not None and row["index"] > bound
    ]
    rate = document["challenge_rate"]
    if target is not None and rate is not None and rate > target:
        told.append(f"{100 * rate:.2f} % of genuine sign-ins are challenged, more than {100 * target:g} %")
    return told


def _share(part: float, whole: float) -> float | None:
    return round(part / whole, 6) if whole else None
