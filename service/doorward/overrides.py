"""«What if the facts were others»: lays a caller's facts over those that were found."""

from collections.abc import Mapping
from dataclasses import fields, replace
from difflib import get_close_matches
from types import NoneType, UnionType
from typing import Any, get_args, get_type_hints

from doorward.core.errors import BadInput, Mistake
from doorward.core.facts import (
    AgentFacts,
    DeviceFacts,
    EnrolmentFacts,
    Facts,
    HistoryFacts,
    NetworkFacts,
    PopulationFacts,
    VelocityFacts,
)

GROUPS: dict[str, type] = {
    "network": NetworkFacts,
    "agent": AgentFacts,
    "device": DeviceFacts,
    "history": HistoryFacts,
    "velocity": VelocityFacts,
    "population": PopulationFacts,
    "enrolment": EnrolmentFacts,
}

# What becomes known takes its reason for being unknown away.
_REASONS = {"country": "location_reason", "asn": "asn_reason", "kind": "kind_reason", "browser": "reason"}


def overridden(facts: Facts, changes: Mapping[str, Any]) -> Facts:
    """Return *facts* with *changes* laid over; BadInput with every mistake where they are no facts."""
    mistakes: list[Mistake] = []
    groups: dict[str, Any] = {}
    for name, values in changes.items():
        pointer = f"#/facts/{name}"
        if name not in GROUPS:
            mistakes.append(Mistake(f"unknown group of facts '{name}'{_near(name, GROUPS)}", pointer))
        elif not isinstance(values, Mapping):
            mistakes.append(Mistake("expected an object", pointer))
        else:
            groups[name] = _laid_over(getattr(facts, name), values, pointer, mistakes)
    if mistakes:
        raise BadInput(mistakes)
    return replace(facts, **groups)


def _laid_over(group: Any, values: Mapping[str, Any], pointer: str, mistakes: list[Mistake]) -> Any:
    types = get_type_hints(type(group))
    names = {field.name for field in fields(group)}
    taken: dict[str, Any] = {}
    for name, value in values.items():
        if name not in names:
            mistakes.append(Mistake(f"unknown fact '{name}'{_near(name, names)}", f"{pointer}/{name}"))
            continue
        read = _whole(tuple(value) if isinstance(value, list) else value, types[name])
        if not _fits(read, types[name]):
            mistakes.append(Mistake(f"expected {_said(types[name])}", f"{pointer}/{name}"))
            continue
        taken[name] = {**getattr(group, name), **read} if isinstance(read, Mapping) else read
        if name in _REASONS and _REASONS[name] in names:
            taken.setdefault(_REASONS[name], "")
    return replace(group, **taken)


def _whole(value: Any, kind: Any) -> Any:
    """Return *value* with `1.0` read as 1 where a whole number is wanted: JSON knows one kind of number."""
    if isinstance(value, float) and value.is_integer() and int in (kind, *get_args(kind)):
        return int(value)
    if isinstance(value, Mapping) and get_args(kind):
        return {name: _whole(each, get_args(kind)[-1]) for name, each in value.items()}
    return value


def _fits(value: Any, kind: Any) -> bool:
    if isinstance(kind, UnionType):
        return any(_fits(value, each) for each in get_args(kind))
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if kind in (bool, str, NoneType):
        return isinstance(value, kind)
    arguments = get_args(kind)
    if isinstance(value, tuple):
        return bool(arguments) and arguments[-1] is Ellipsis and all(_fits(each, arguments[0]) for each in value)
    if isinstance(value, Mapping):
        return len(arguments) == 2 and all(_fits(each, arguments[1]) for each in value.values())
    return False


def _said(kind: Any) -> str:
    if isinstance(kind, UnionType):
        return " or ".join(_said(each) for each in get_args(kind))
    names = {float: "a number", int: "a whole number", bool: "true or false", str: "text", NoneType: "null"}
    return names.get(kind, "a list" if "tuple" in str(kind) else "an object")


def _near(name: str, names: Any) -> str:
    close = get_close_matches(name, list(names), n=1)
    return f" (did you mean '{close[0]}'?)" if close else ""
