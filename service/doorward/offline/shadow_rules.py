"""What the rules in shadow of the policy in force would have done, counted from records."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from doorward.core.outcome import ALLOW, CHALLENGE, STRICTNESS
from doorward.core.record import DecisionRecord

Json = dict[str, Any]

MOST_RULES = 1_000


@dataclass(slots=True)
class _Seen:
    """One rule with one outcome: how often it would have applied, by what was decided instead."""

    live: Counter[str] = field(default_factory=Counter)
    stricter: int = 0
    genuine_challenged: int = 0
    fraud_caught: int = 0


class ShadowRules:
    """Counts rules by their id and what they would do; policies change within a period, so their number is bounded."""

    def __init__(self) -> None:
        self._sign_ins = 0
        self._seen: dict[tuple[str, str], _Seen] = {}

    def take(self, record: DecisionRecord, *, genuine: bool, fraud: bool) -> None:
        """Count what rules in shadow noted in *record*."""
        self._sign_ins += genuine
        rows = record.answer["shadow"]
        live = record.answer["outcome"]
        for row in rows[:-1] if record.candidate_digest else rows:
            key = (row["rule"], row["outcome"])
            if key not in self._seen and len(self._seen) >= MOST_RULES:
                continue
            seen = self._seen.setdefault(key, _Seen())
            seen.live[live] += 1
            seen.stricter += STRICTNESS[row["outcome"]] > STRICTNESS[live]
            seen.genuine_challenged += genuine and live == ALLOW and row["outcome"] == CHALLENGE
            seen.fraud_caught += fraud and live == ALLOW and row["outcome"] != ALLOW

    def to_json(self) -> list[Json]:
        """Return one row for each rule and outcome, the most frequent first."""
        ordered = sorted(self._seen.items(), key=lambda each: (-each[1].live.total(), each[0]))
        return [self._row(rule, outcome, seen) for (rule, outcome), seen in ordered]

    def _row(self, rule: str, outcome: str, seen: _Seen) -> Json:
        added = seen.genuine_challenged / self._sign_ins if self._sign_ins else None
        return {
            "rule": rule,
            "outcome": outcome,
            "decisions": seen.live.total(),
            "by_live_outcome": dict(sorted(seen.live.items())),
            "stricter": seen.stricter,
            "fraud_newly_caught": seen.fraud_caught,
            "genuine_newly_challenged": seen.genuine_challenged,
            "challenge_rate_added": None if added is None else round(added, 6),
        }
