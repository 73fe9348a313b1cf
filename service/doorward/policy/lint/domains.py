"""The values that a comparison with constants leaves to one signal: a set, all but a set, or a span of numbers."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

Value = str | int | float


@dataclass(frozen=True, slots=True)
class Edge:
    """One end of a span; an *open* one is not part of it. Whole numbers have none that is open."""

    at: float
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Domain:
    """The values that are in *only* (None: any), not in *but*, and within the span.

    What is no number (NaN) is in a domain without a span alone, as CEL compares it.
    """

    only: frozenset[Value] | None = None
    but: frozenset[Value] = frozenset()
    low: Edge | None = None
    high: Edge | None = None

    def __contains__(self, value: Value) -> bool:
        if value in self.but or (self.only is not None and value not in self.only):
            return False
        return self._within(value)

    def _within(self, value: Value) -> bool:
        if self.low is not None and not _is_above(value, self.low):
            return False
        return self.high is None or _is_below(value, self.high)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left; False where that cannot be told."""
        if self.only is not None:
            return not self.only
        if self.low is None or self.high is None:
            return False
        return self.low.at > self.high.at or (
            self.low.at == self.high.at and (self.low.is_open or self.high.is_open or self.low.at in self.but)
        )

    def __and__(self, other: "Domain") -> "Domain":
        """Return the values that are in both."""
        joined = Domain(
            only=_common(self.only, other.only),
            but=self.but | other.but,
            low=_later(self.low, other.low),
            high=_earlier(self.high, other.high),
        )
        if joined.only is None:
            return joined
        rest = replace(joined, only=None)
        return Domain(only=frozenset(value for value in joined.only if value in rest))

    def is_within(self, other: "Domain") -> bool:
        """Answer whether every value of this is one of *other*; False where that cannot be told."""
        if self is other:
            return True
        if self.only is not None:
            return all(value in other for value in self.only)
        if other.only is not None or any(value in self for value in other.but):
            return False
        return self.low == _later(self.low, other.low) and self.high == _earlier(self.high, other.high)


def of(values: Iterable[Value]) -> Domain:
    return Domain(only=frozenset(values))


def all_but(values: Iterable[Value]) -> Domain:
    return Domain(but=frozenset(values))


def _is_above(value: Value, edge: Edge) -> bool:
    return not isinstance(value, str) and (value > edge.at or (value == edge.at and not edge.is_open))


def _is_below(value: Value, edge: Edge) -> bool:
    return not isinstance(value, str) and (value < edge.at or (value == edge.at and not edge.is_open))


def _common(one: frozenset[Value] | None, other: frozenset[Value] | None) -> frozenset[Value] | None:
    if one is None or other is None:
        return other if one is None else one
    return one & other


def _later(one: Edge | None, other: Edge | None) -> Edge | None:
    if one is None or other is None:
        return other if one is None else one
    return max(one, other, key=lambda edge: (edge.at, edge.is_open))


def _earlier(one: Edge | None, other: Edge | None) -> Edge | None:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other, key=lambda edge: (edge.at, not edge.is_open))
