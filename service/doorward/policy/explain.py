"""Every rule of a policy with its conditions' values: why it matched, or what in it failed."""

from collections.abc import Mapping
from typing import Any

from doorward.core.signals.base import Signals
from doorward.policy.conditions import Part
from doorward.policy.engine import evaluate
from doorward.policy.given import Given
from doorward.policy.lists import RuntimeEntries
from doorward.policy.model import Effect, Policy, Rule
from doorward.policy.ruling import RuleResult

UNREAD = "the run-time list cannot be read now"
ERROR = (
    "everything in it is known, and it cannot be computed: a missing key, a value of another type, a text that is no "
    "number, a number that is too large, or a time zone that there is not"
)

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
    that was not reached. *failed* lists the parts that kept the condition from being true; a part that is unknown names
    what was unknown in it, or says that it met an error.
    """
    lists = runtime_lists or {}
    ruling = evaluate(policy, signals=signals, runtime_lists=lists, **situation)
    given = policy.given(signals, lists)
    unread = {f"lists.{name}": UNREAD for name, entries in lists.items() if entries is None}
    pairs = zip(policy.rules, ruling.results, strict=True)
    return [_row(rule, result, {**signals.unknown, **unread}, given) for rule, result in pairs]


def _row(rule: Rule, result: RuleResult, reasons: Mapping[str, str], given: Given) -> dict[str, Any]:
    value = rule.condition.evaluate(given)
    parts = [(part, part.evaluate(given)) for part in rule.condition.parts]
    return {
        "rule": rule.id,
        "description": rule.description,
        "state": result.state,
        "outcome": result.outcome,
        "on": rule.on,
        "on_unknown": _said(rule.on_unknown),
        "shadow": rule.shadow,
        "when": rule.condition.text,
        "value": _WORDS[value],
        "conditions": [_condition(part, answer, reasons) for part, answer in parts],
        "failed": [part.text for part, answer in parts if answer is not True],
        "signals": sorted(rule.condition.signals),
        "unknown": sorted(name for name in rule.condition.whole.names if name in reasons),
    }


def _condition(part: Part, answer: bool | None, reasons: Mapping[str, str]) -> dict[str, Any]:
    """Return one part; what is unknown in it is told only where it left the part unknown."""
    named = sorted(name for name in part.names if name in reasons) if answer is None else []
    return {
        "text": part.text,
        "value": _WORDS[answer],
        "unknown": [{"signal": name, "reason": reasons[name]} for name in named],
        "error": ERROR if answer is None and not named else None,
    }


def _said(on_unknown: str | Effect | None) -> str:
    return on_unknown.outcome if isinstance(on_unknown, Effect) else on_unknown or ""
