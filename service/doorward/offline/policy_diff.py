"""What differs between two policies, in lines that a person agrees to."""

from collections.abc import Mapping
from difflib import unified_diff
from typing import Any

from doorward.policy.lists import AreaTable, NamedList, NetworkTable, WordList
from doorward.policy.model import Policy, Rule

_PLAIN = ("id", "combine", "pending", "degraded", "levels", "unenrolled")


def differences(before: Policy, after: Policy) -> list[str]:
    """Return a line for each rule, list, requirement and setting that differs; empty where both mean the same."""
    lines = _by_name("rule", _rules(before), _rules(after))
    common = [rule.id for rule in before.rules if rule.id in _rules(after)]
    if common != [rule.id for rule in after.rules if rule.id in _rules(before)]:
        lines.append("the order of the rules changed")
    lines += _by_name("list", _lists(before), _lists(after))
    lines += _by_name("requirement", before.requirements, after.requirements)
    changed = (name for name in _PLAIN if getattr(before, name) != getattr(after, name))
    return lines + [f"changed {name}" for name in changed]


def text_diff(before: str, after: str, *, names: tuple[str, str]) -> list[str]:
    """Return the unified diff of two texts, without line ends."""
    old, new = names
    return list(unified_diff(before.splitlines(), after.splitlines(), old, new, lineterm="", n=2))


def _by_name(what: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    lines = [f"removed {what} {name}" for name in before if name not in after]
    lines += [f"added {what} {name}" for name in after if name not in before]
    return lines + [f"changed {what} {name}" for name in before if name in after and before[name] != after[name]]


def _rules(policy: Policy) -> dict[str, Any]:
    return {rule.id: _meaning(rule) for rule in policy.rules}


def _meaning(rule: Rule) -> tuple[Any, ...]:
    return rule.condition.text, rule.then, rule.on_unknown, rule.on, rule.shadow, rule.why


def _lists(policy: Policy) -> dict[str, Any]:
    return {name: _content(named) for name, named in policy.lists.items()}


def _content(named: NamedList) -> Any:
    if isinstance(named, WordList):
        return named.words
    return named.content if isinstance(named, NetworkTable | AreaTable) else named
