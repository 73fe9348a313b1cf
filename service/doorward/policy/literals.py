"""What a condition writes out and CEL finds wrong only when it gets there: then it would never answer."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from cel_expr_python import cel  # type: ignore[import-untyped]  # its stubs come without the marker py.typed

from doorward.policy import tree
from doorward.policy.complaints import Complaint
from doorward.policy.findings import quoted
from doorward.policy.tree import Branch
from doorward.policy.whole_numbers import Span, lost

_TRIED = cel.NewEnv(variables={"text": cel.Type.STRING, "at": cel.Type.TIMESTAMP})
_FITS_NOTHING = _TRIED.compile('"".matches(text)')
_HOUR_THERE = _TRIED.compile("at.getHours(text)")
_NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def wrong_literals(root: Branch, spans: Mapping[str, Span]) -> list[Complaint]:
    """Report patterns that are no regular expressions, zones that there are not, and sums that no number holds."""
    return [*_patterns(root), *_zones(root), *_sums(root, spans)]


def asks_a_zone(branch: Branch) -> bool:
    """Answer whether *branch* is `getHours` or its like with a time zone, its last child."""
    return branch.kind == tree.CALL and any(each.endswith("_tz") for each in branch.overloads)


def _patterns(root: Branch) -> Iterator[Complaint]:
    for call in root.walk():
        if call.kind == tree.CALL and call.name == "matches":
            yield from _refused(call.children[-1], _FITS_NOTHING, "is no regular expression (RE2)")


def _zones(root: Branch) -> Iterator[Complaint]:
    expected = "is no time zone, expected a name such as Europe/Berlin or an offset such as +01:00"
    for call in root.walk():
        if asks_a_zone(call):
            yield from _refused(call.children[-1], _HOUR_THERE, expected)


def _refused(literal: Branch, tried: cel.Expression, message: str) -> Iterator[Complaint]:
    """Complain of *literal* where it is a text that *tried* cannot take."""
    if isinstance(literal.value, str):
        value = tried.eval(_TRIED.Activation({"text": literal.value, "at": _NOON}))
        if value.type() == cel.Type.ERROR:
            yield Complaint(literal.at, "type", f"{quoted(literal.value)} {message}")


def _sums(root: Branch, spans: Mapping[str, Span]) -> Iterator[Complaint]:
    message = "what comes out is beyond 64 bits, whatever the signals are"
    return (Complaint(each.at, "type", message) for each in lost(root, spans))
