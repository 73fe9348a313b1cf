"""The `facts` of a case: the groups of what-if, read by the types of the facts themselves and laid over the start's."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from doorward.core.errors import BadInput
from doorward.core.facts import LEVELS, Facts
from doorward.offline.suite.starts import COUNTED
from doorward.offline.suite.values import (
    Reader,
    Reading,
    flag,
    instant,
    mapped,
    nodes_of,
    nullable,
    number,
    section_of,
    shaped,
    text,
    texts,
    whole,
)
from doorward.overrides import GROUPS, overridden
from doorward.policy.source import Node

# What is counted by name: another name would be carried along and never looked at.
_NAMES: Mapping[tuple[str, str], Iterable[str]] = {
    ("velocity", "counts"): COUNTED,
    ("history", "counts"): LEVELS,
    ("history", "totals"): LEVELS,
    ("population", "counts"): LEVELS,
    ("population", "totals"): LEVELS,
    ("population", "distinct"): LEVELS,
}
_SIMPLE: Mapping[Any, Reader] = {bool: flag, int: whole, float: number, str: text}


def read_facts(node: Node | None, base: Facts, at: Reading) -> Facts:
    """Return *base* with the stated groups laid over; a name that is no group or fact is a mistake."""
    if node is None:
        return base
    section = section_of(node, "facts", at, tuple(GROUPS))
    stated = {name: _GROUPS[name](group, f"facts.{name}", at) for name, group in nodes_of(section).items()}
    try:
        return overridden(base, stated)
    except BadInput as wrong:
        for mistake in wrong.mistakes:
            at.error(node.place, f"{mistake.pointer.removeprefix('#/').replace('/', '.')}: {mistake.detail}")
        return base


def _group(name: str, kind: type) -> Reader:
    hints = get_type_hints(kind)
    return shaped({each.name: _reader(name, each.name, hints[each.name]) for each in fields(kind)})


def _reader(group: str, name: str, hint: Any) -> Reader:
    if isinstance(hint, UnionType):
        (inner,) = (each for each in get_args(hint) if each is not NoneType)
        return nullable(_reader(group, name, inner))
    if name.endswith("_at"):
        return instant
    if hint in _SIMPLE:
        return _SIMPLE[hint]
    if get_origin(hint) is tuple:
        return texts
    return mapped(_SIMPLE[get_args(hint)[1]], _NAMES[group, name])


_GROUPS: Mapping[str, Reader] = {name: _group(name, kind) for name, kind in GROUPS.items()}
