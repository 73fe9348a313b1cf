"""A second model that scores beside the live one, and decides nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from doorward.core.signals.base import Attempt
from doorward.risk.floors import level_of
from doorward.risk.scorecard import Scorecard, assess


@dataclass(frozen=True, slots=True)
class ShadowScore:
    """What the shadow model says; *score* is None where the history could not be read."""

    model: str
    score: float | None
    level: str
    log_odds: float

    def to_json(self) -> dict[str, Any]:
        score = None if self.score is None else round(self.score, 2)
        return {"model": self.model, "score": score, "level": self.level, "log_odds": self.log_odds}


def shadow_score(card: Scorecard, attempt: Attempt, levels: Mapping[str, float]) -> ShadowScore:
    """Return what *card* says of *attempt*, at the live policy's *levels*."""
    found = assess(card, attempt, with_reasons=False)
    return ShadowScore(card.id, found.score, level_of(found.score, found.floors, levels), found.log_odds)
