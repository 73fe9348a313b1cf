"""A check of comparisons with what a signal never is: a mistyped word, a share in per cent, a country by its name."""

import itertools
from collections.abc import Iterator
from typing import NamedTuple

from doorward.core.signals import SIGNALS
from doorward.core.signals.extent import Extent, extent_of
from doorward.policy import tree
from doorward.policy.findings import Report, hint, nearest, quoted
from doorward.policy.lint.cases import MAX_WORDS, Lists, compared
from doorward.policy.lint.check import REST
from doorward.policy.lint.domains import Domain, Edge
from doorward.policy.lists import WordList
from doorward.policy.model import Policy
from doorward.policy.tree import Branch

_EXTENTS = {name: extent_of(spec) for name, spec in SIGNALS.items()}


# Nobody reads more at once, and each near word that is looked for costs time.
MAX_DOUBTS = 100


class _Doubt(NamedTuple):
    """What is wrong at the character *at* of a condition."""

    at: int
    message: str
    suggestion: str = ""


class ImpossibleValue:
    """A comparison with a value that the signal never has comes out the same every time."""

    code = "impossible-value"
    bad = f'rules: [{{id: a, when: device.type == "phone", on_unknown: skip, then: deny}}, {REST}]'
    good = f'rules: [{{id: a, when: device.type == "mobile", on_unknown: skip, then: deny}}, {REST}]'

    def look(self, policy: Policy, report: Report) -> None:
        doubts = ((rule, doubt) for rule in policy.rules for doubt in _doubts(rule.condition.tree, policy.lists))
        for rule, doubt in itertools.islice(doubts, MAX_DOUBTS):
            place = rule.place_of(doubt.at)
            report.warning(place, self.code, doubt.message, rule=rule.id, suggestion=doubt.suggestion)


def _doubts(root: Branch, lists: Lists) -> Iterator[_Doubt]:
    for branch in root.walk():
        if branch.kind != tree.CALL:
            continue
        if branch.name in ("_==_", "_!=_", "@in"):
            yield from _unlikely_words(branch, lists)
        elif branch.name in ("_<_", "_<=_", "_>_", "_>=_"):
            yield from _beyond(branch, lists)
        elif branch.name == "hour_between":
            yield from _no_hours(branch)


def _unlikely_words(branch: Branch, lists: Lists) -> Iterator[_Doubt]:
    """Look at each constant that is compared with a signal, or looked for in what one lists."""
    for name, other in zip(branch.children, reversed(branch.children), strict=True):
        extent = _EXTENTS.get(name.name) if name.kind == tree.NAME else None
        if extent is None:
            continue
        for constant in other.children if other.kind == tree.LIST else (other,):
            if constant.kind == tree.CONSTANT and not extent.holds(constant.value):
                yield _never(name.name, extent, constant.value, constant.at)
        named = lists.get(other.name.removeprefix("lists.")) if other.kind == tree.NAME else None
        if isinstance(named, WordList) and len(named) <= MAX_WORDS:
            wrong = next((word for word in named.words if not extent.holds(word)), None)
            if wrong is not None:
                yield _never(name.name, extent, wrong, other.at, f", which stands in '{other.name}'")


def _never(name: str, extent: Extent, value: object, at: int, where: str = "") -> _Doubt:
    shown = quoted(value) if isinstance(value, str) else f"{value}"
    words = [word for word in extent.words if isinstance(word, str)]
    upper = str(value).upper()
    near = nearest(str(value), words) or (upper if extent.form and extent.holds(upper) else "")
    return _Doubt(at, f"{name} is never {shown}{where}{hint(near)}, expected {extent.text}", near)


def _beyond(branch: Branch, lists: Lists) -> Iterator[_Doubt]:
    found = compared(branch, lists)
    extent = _EXTENTS.get(found[0]) if found else None
    if found is None or extent is None or extent.bounds is None:
        return
    name, domain = found
    whole = Domain(low=Edge(extent.bounds[0]), high=Edge(extent.bounds[1]))
    constant = next(each for each in branch.children if each.kind == tree.CONSTANT)
    if (domain & whole).is_empty:
        yield _Doubt(constant.at, f"never true: {name} is {extent.text}")
    elif whole.is_within(domain):
        yield _Doubt(constant.at, f"always true: {name} is {extent.text}")


def _no_hours(branch: Branch) -> Iterator[_Doubt]:
    for constant in branch.children[1:]:
        if isinstance(constant.value, int) and not 0 <= constant.value <= 24:
            yield _Doubt(constant.at, f"there is no hour {constant.value}, expected 0 to 24")
