"""The cases in which a condition is true: each a set of literals that must all hold, found on the checked tree.

All of it is exact in the three values of a condition, false < unknown < true: `&&` is the least of its sides, `||` the
greatest, `!` turns them round, so they may be multiplied out. A literal is what one signal's value is compared with, or
a piece of the tree that is not looked into and is the same wherever it stands.
"""

import itertools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from doorward.policy import tree
from doorward.policy.lint.domains import Domain, Edge, Value, all_but, of
from doorward.policy.lists import NamedList, WordList
from doorward.policy.tree import Branch

# More than that is not multiplied out, but taken as one piece.
MAX_CASES = 16
MAX_WORDS = 1_000

Lists = Mapping[str, NamedList]


@dataclass(frozen=True, slots=True)
class Case:
    """Literals that must all hold: *signals* with what is left to each, *pieces* with what each must be."""

    signals: Mapping[str, Domain] = field(default_factory=dict)
    pieces: frozenset[tuple[Branch, bool]] = frozenset()

    @property
    def is_impossible(self) -> bool:
        """Whether it is never true (it may be unknown); False where that cannot be told."""
        if any(domain.is_empty for domain in self.signals.values()):
            return True
        return any((piece, not wanted) in self.pieces for piece, wanted in self.pieces)

    def is_at_most(self, other: "Case") -> bool:
        """Answer whether this is never more than *other* is, by false < unknown < true."""
        if not (other.pieces <= self.pieces and other.signals.keys() <= self.signals.keys()):
            return False
        return all(self.signals[name].is_within(domain) for name, domain in other.signals.items())

    def __and__(self, other: "Case") -> "Case":
        signals = {**self.signals, **other.signals}
        for name in self.signals.keys() & other.signals.keys():
            signals[name] = self.signals[name] & other.signals[name]
        return Case(signals, self.pieces | other.pieces)


def cases_of(branch: Branch, lists: Lists, wanted: bool = True) -> tuple[Case, ...]:
    """Return the cases in which *branch* is what is *wanted*; none at all where it never is."""
    if branch.kind == tree.CONSTANT and isinstance(branch.value, bool):
        return (Case(),) if branch.value == wanted else ()
    if branch.kind == tree.CALL and branch.name == "!_":
        return cases_of(branch.children[0], lists, not wanted)
    if branch.kind == tree.CALL and branch.name in ("_&&_", "_||_"):
        sides = [cases_of(each, lists, wanted) for each in branch.children]
        all_hold = (branch.name == "_&&_") == wanted
        many = math.prod(map(len, sides)) if all_hold else sum(map(len, sides))
        if many > MAX_CASES:
            return (Case(pieces=frozenset(((branch, wanted),))),)
        return tuple(_together(sides) if all_hold else itertools.chain(*sides))
    return (_literal(branch, lists, wanted),)


def _together(sides: Iterable[tuple[Case, ...]]) -> Iterable[Case]:
    for first, *rest in itertools.product(*sides):
        joined = first
        for each in rest:
            joined = joined & each
        yield joined


def _literal(branch: Branch, lists: Lists, wanted: bool) -> Case:
    found = compared(branch, lists, wanted)
    if found is None:
        return Case(pieces=frozenset(((branch, wanted),)))
    name, domain = found
    return Case({name: domain})


def compared(branch: Branch, lists: Lists, wanted: bool = True) -> tuple[str, Domain] | None:
    """Return the signal that *branch* compares with constants, and the values for which it comes out as *wanted*."""
    if branch.kind == tree.NAME:
        return branch.name, of((wanted,))
    if branch.kind != tree.CALL or len(branch.children) != 2:
        return None
    left, right = branch.children
    if branch.name == "@in":
        words = _words(branch, lists)
        if left.kind != tree.NAME or words is None:
            return None
        return left.name, of(words) if wanted else all_but(words)
    operator = branch.name
    if left.kind == tree.CONSTANT:
        left, right, operator = right, left, _TURNED.get(operator, operator)
    if left.kind != tree.NAME or right.kind != tree.CONSTANT:
        return None
    domain = _domain(operator, right, wanted)
    return None if domain is None else (left.name, domain)


_TURNED = {"_<_": "_>_", "_>_": "_<_", "_<=_": "_>=_", "_>=_": "_<=_"}
_OPPOSITE = {"_<_": "_>=_", "_>=_": "_<_", "_>_": "_<=_", "_<=_": "_>_"}


def _domain(operator: str, constant: Branch, wanted: bool) -> Domain | None:
    value = constant.value
    if not isinstance(value, str | int | float) or not _is_finite(value):
        return None
    if operator in ("_==_", "_!=_"):
        return of((value,)) if (operator == "_==_") == wanted else all_but((value,))
    # The opposite of a comparison of doubles also holds for NaN, and texts are not ordered here.
    if operator not in _OPPOSITE or constant.name not in ("int", "double"):
        return None
    if not wanted and constant.name == "double":
        return None
    return _span(operator if wanted else _OPPOSITE[operator], value, constant.name == "int")


def _span(operator: str, value: Value, whole: bool) -> Domain | None:
    if isinstance(value, str):
        return None
    is_open = operator in ("_<_", "_>_")
    if whole:
        # `> 5` and `>= 6` are the same of whole numbers.
        value, is_open = value + (operator == "_>_") - (operator == "_<_"), False
    edge = Edge(value, is_open)
    return Domain(low=edge) if operator in ("_>_", "_>=_") else Domain(high=edge)


def _is_finite(value: Value) -> bool:
    return isinstance(value, str | int) or math.isfinite(value)


def _words(branch: Branch, lists: Lists) -> Iterable[Value] | None:
    """Return the constants that are on the right of `in`; None where there is anything else."""
    right = branch.children[1]
    if right.kind == tree.LIST:
        types = {each.name for each in right.children if each.kind == tree.CONSTANT}
        values = [each.value for each in right.children if each.kind == tree.CONSTANT]
        constants = [each for each in values if isinstance(each, str | int | float) and _is_finite(each)]
        return constants if len(types) == 1 and len(constants) == len(right.children) else None
    named = lists.get(right.name.removeprefix("lists.")) if right.kind == tree.NAME else None
    is_small = isinstance(named, WordList) and 0 < len(named.words) <= MAX_WORDS
    return named.words if is_small and isinstance(named, WordList) else None
