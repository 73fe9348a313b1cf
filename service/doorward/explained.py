"""A judgement taken apart for a person to read: signals, contributions, and every rule of policy and candidate."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from doorward.answer import reason_json
from doorward.core.signals import SIGNALS, Signals
from doorward.core.times import rfc3339
from doorward.judge import Case, Judgement, at_levels_of, explain_rules
from doorward.policy.model import Policy

Json = dict[str, Any]


def signals_json(signals: Signals) -> Json:
    """Return each signal by its name: its value, or why there is none."""
    learning = signals.learning
    shown: Json = {}
    for name, spec in SIGNALS.items():
        if name in signals.unknown:
            shown[name] = {"state": "unknown", "reason": signals.unknown[name]}
        else:
            state = "learning" if learning and spec.learns else "known"
            shown[name] = {"state": state, "value": _plain(signals.values[name])}
    return shown


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return rfc3339(value.timestamp())
    return dict(value) if isinstance(value, Mapping) else value


def contributions_json(judgement: Judgement) -> Json:
    """Return the score, taken apart."""
    assessment = judgement.assessment
    ordered = sorted(assessment.contributions.items(), key=lambda each: -abs(each[1]))
    return {
        "log_odds": assessment.log_odds,
        "score": assessment.score,
        "features": [{"feature": name, "points": points} for name, points in ordered],
        "reasons": [reason_json(each) for each in assessment.reasons],
    }


def candidate_json(case: Case, judgement: Judgement, candidate: Policy, said: Json) -> Json:
    """Return what a candidate *said*, with its rules, at its own levels."""
    signals = at_levels_of(candidate, judgement.signals, judgement.assessment)
    rules = explain_rules(case, candidate, signals)
    return said | {"level": signals.values["risk.level"], "replay": "recorded", "rules": rules}
