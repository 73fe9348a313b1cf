"""A shadow model beside the live one, as the records have both: how often they agree, and who finds more fraud."""

from collections import Counter
from typing import Any

from doorward.core.record import DecisionRecord
from doorward.offline.replay import kind_of, label_of, verified_of

Json = dict[str, Any]


class ShadowModelReport:
    """Counts the levels of both models by the kind of sign-in; *model* names the shadow, empty for the first found."""

    def __init__(self, model: str = "") -> None:
        self.model = model
        self.records = self.without = self.others = 0
        self._levels: Counter[tuple[str, str, str]] = Counter()
        self._distance = 0.0
        self._scored = 0

    def take(self, record: DecisionRecord) -> None:
        """Count *record*; one without a shadow's score, or with another shadow's, only as that."""
        self.records += 1
        said = record.shadow_model
        if said is None:
            self.without += 1
            return
        self.model = self.model or said["model"]
        if said["model"] != self.model:
            self.others += 1
            return
        live = record.answer["risk"]
        kind = kind_of(record.request, verified=verified_of(record), label=label_of(record))
        self._levels[kind, live["level"], said["level"]] += 1
        if live["score"] is not None and said["score"] is not None:
            self._scored += 1
            self._distance += abs(live["score"] - said["score"])

    def to_json(self) -> Json:
        compared = self._levels.total()
        same = sum(number for (_, live, shadow), number in self._levels.items() if live == shadow)
        return {
            "model": self.model or None,
            "records": self.records,
            "without_a_shadow": self.without,
            "other_shadows": self.others,
            "compared": compared,
            "agreement": round(same / compared, 6) if compared else None,
            "mean_distance": round(self._distance / self._scored, 3) if self._scored else None,
            "levels": [
                {"kind": kind, "live": live, "shadow": shadow, "decisions": number}
                for (kind, live, shadow), number in sorted(self._levels.items())
            ],
        }
