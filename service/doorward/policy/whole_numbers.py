"""What the whole numbers of a condition can be, so that a sum that could leave 64 bits is known of at load."""

import re
from collections.abc import Iterable, Iterator, Mapping

from doorward.core.signals.base import SignalSpec
from doorward.core.signals.extent import extent_of
from doorward.policy import tree
from doorward.policy.tree import Branch

# The least and the greatest that something can be.
Span = tuple[int, int]

INT64: Span = (-(1 << 63), (1 << 63) - 1)
# What JSON carries exactly; no signal, no size and no part of a time is beyond it.
_EXACT: Span = (-((1 << 53) - 1), (1 << 53) - 1)

_SUMS = frozenset(("add_int64", "subtract_int64", "multiply_int64", "negate_int64"))
# Sizes and parts of times; `l.size()` is `list_size`, `size(l)` is `size_list`.
_MEASURE = re.compile(r"size_\w+|\w+_size|timestamp_to_\w+|duration_to_\w+")
# What CEL calls the count of `exists_one`.
_COUNTED = ("@result", "__result__")


def spans_of(signals: Iterable[SignalSpec]) -> dict[str, Span]:
    """Return what each whole number among *signals* can be."""
    return {spec.name: _signal(spec) for spec in signals if spec.type == "int"}


def is_sum(branch: Branch) -> bool:
    """Answer whether *branch* adds, subtracts, multiplies or negates whole numbers, and nothing else."""
    return branch.kind == tree.CALL and bool(branch.overloads) and _SUMS.issuperset(branch.overloads)


def stays_whole(branch: Branch, spans: Mapping[str, Span]) -> bool:
    """Answer whether the sum *branch* has 64 bits whatever its operands are, those of *spans* being what they say."""
    result = _result(branch, spans)
    return result is not None and INT64[0] <= result[0] and result[1] <= INT64[1]


def lost(root: Branch, spans: Mapping[str, Span]) -> Iterator[Branch]:
    """Yield the sums that are beyond 64 bits whatever their operands are."""
    for branch in root.walk():
        result = _result(branch, spans) if is_sum(branch) else None
        if result is not None and (result[0] > INT64[1] or result[1] < INT64[0]):
            yield branch


def _signal(spec: SignalSpec) -> Span:
    extent = extent_of(spec)
    if extent is None:
        return _EXACT
    values = [int(each) for each in extent.bounds or extent.words]
    return min(values), max(values)


def _span(branch: Branch, spans: Mapping[str, Span]) -> Span | None:
    """Return what a whole number can be; None where that is not worked out, or it may be something else."""
    if branch.kind == tree.CONSTANT:
        return (branch.value, branch.value) if branch.name == "int" and isinstance(branch.value, int) else None
    if branch.kind == tree.NAME:
        return (0, _EXACT[1]) if branch.name in _COUNTED else spans.get(branch.name)
    if branch.kind != tree.CALL:
        return None
    if branch.name == "_?_:_":
        return _either(*(_span(each, spans) for each in branch.children[1:]))
    if branch.overloads == ("int64_to_int64",):
        return _span(branch.children[0], spans)
    if is_sum(branch):
        result = _result(branch, spans)
        return None if result is None else (max(result[0], INT64[0]), min(result[1], INT64[1]))
    return _EXACT if branch.overloads and all(map(_MEASURE.fullmatch, branch.overloads)) else None


def _result(branch: Branch, spans: Mapping[str, Span]) -> Span | None:
    """Return what the sum *branch* would be with as many bits as it takes."""
    operands = [found for each in branch.children if (found := _span(each, spans)) is not None]
    if len(operands) < len(branch.children):
        return None
    (least, most), (low, high) = operands[0], operands[-1]
    if branch.name == "_+_":
        return least + low, most + high
    if branch.name == "_-_":
        return least - high, most - low
    if branch.name == "-_":
        return -most, -least
    products = (least * low, least * high, most * low, most * high)
    return min(products), max(products)


def _either(one: Span | None, other: Span | None) -> Span | None:
    return None if one is None or other is None else (min(one[0], other[0]), max(one[1], other[1]))
