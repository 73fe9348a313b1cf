"""Every rule of a policy with its conditions' values: why it matched, or what in it failed."""

from collections.abc import Mapping
from typing import Any

from doorward.core.signals.base import Signals
from doorward.policy.conditions import Given
from doorward.policy.engine import evaluate
from doorward.policy.lists import RuntimeEntries
from doorward.policy.model import Policy, Rule
from doorward.policy.ruling import RuleResult

_WORDS = {True: "true", False: "false", None: "unknown"}


def explain(
    policy: Policy,
    *,
    signals: Signals,
    runtime_lists: Mapping[str, RuntimeEntries | None] | None = None,
    **situation: Any,
) -> list[dict[str, Any]]:
    """Return one row for each rule, in order; the arguments are those of `engine.evaluate`.

    Conditions are evaluated also where the decision was already made before, so that `value` may be true for a rule
    that was not reached. *failed* lists the parts that kept the condition from being true.
    """
    ruling = evaluate(policy, signals=signals, runtime_lists=runtime_lists, **situation)
    given = policy.given(signals, runtime_lists or {})
    pairs = zip(policy.rules, ruling.results, strict=True)
    return [_row(rule, result, signals, given) for rule, result in pairs]


def _row(rule: Rule, result: RuleResult, signals: Signals, given: Given) -> dict[str, Any]:
    value = rule.condition.evaluate(given)
    parts = [(part.text, part.evaluate(given)) for part in rule.condition.parts]
    return {
        "rule": rule.id,
        "description": rule.description,
        "state": result.state,
        "outcome": result.outcome,
        "shadow": rule.shadow,
        "when": rule.condition.text,
        "value": _WORDS[value],
        "conditions": [{"text": text, "value": _WORDS[answer]} for text, answer in parts],
        "failed": [text for text, answer in parts if answer is not True],
        "unknown": sorted(name for name in rule.condition.signals if name in signals.unknown),
    }
