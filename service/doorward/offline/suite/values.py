"""What stands in a test file, read as the type that belongs there; what does not fit is reported, nothing raises."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, NamedTuple

from doorward.core.times import moment
from doorward.policy.findings import Place, Report, nearest, one_of, quoted
from doorward.policy.section import Section, shape
from doorward.policy.source import Fields, Items, Node, Text


class Reading(NamedTuple):
    """Where mistakes are told, and the moment that `20m ago` counts from; seconds since 1970 UTC."""

    report: Report
    now: float

    def error(self, place: Place, message: str, suggestion: str = "") -> None:
        self.report.error(place, "bad-value", message, suggestion=suggestion)


# Reads one node; the text says where it stands, as `request.client.ip`.
Reader = Callable[[Node, str, Reading], Any]

_WHOLE = re.compile(r"-?[0-9]{1,18}\Z", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?\Z", re.ASCII)
_AGO = re.compile(r"([0-9]{1,7})([smhd]) ago\Z", re.ASCII)
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_NOTHING = ("null", "~", "")


def text(node: Node, where: str, at: Reading) -> str:
    if isinstance(node, Text):
        return node.value
    at.error(node.place, f"'{where}' is a {shape(node)}, expected a text")
    return ""


def flag(node: Node, where: str, at: Reading) -> bool:
    return bool(choice(("true", "false"))(node, where, at) == "true")


def whole(node: Node, where: str, at: Reading) -> int:
    return int(_matching(_WHOLE, node, where, at, "a whole number"))


def number(node: Node, where: str, at: Reading) -> float:
    return float(_matching(_NUMBER, node, where, at, "a number"))


def _matching(pattern: re.Pattern[str], node: Node, where: str, at: Reading, expected: str) -> str:
    if isinstance(node, Text) and pattern.match(node.value):
        return node.value
    at.error(node.place, f"'{where}' is {_said(node)}, expected {expected}")
    return "0"


def choice(words: Iterable[str], also: tuple[str, ...] = ()) -> Reader:
    """Return the reader of one of *words*; those of *also* are taken, and not offered."""
    known = tuple(words)
    return partial(_choice, known, also)


def _choice(words: tuple[str, ...], also: tuple[str, ...], node: Node, where: str, at: Reading) -> str:
    if isinstance(node, Text) and node.value in (*words, *also):
        return node.value
    suggestion = nearest(node.value, words) if isinstance(node, Text) else ""
    at.error(node.place, f"'{where}' is {_said(node)}, expected {one_of(words)}", suggestion)
    return words[0]


def instant(node: Node, where: str, at: Reading) -> float:
    """Return seconds since 1970: of `20m ago`, a date or an RFC 3339 time; without a zone it is in UTC."""
    value = node.value if isinstance(node, Text) else ""
    ago = _AGO.match(value)
    if ago:
        return at.now - int(ago[1]) * _UNITS[ago[2]]
    try:
        return moment(value)
    except (ValueError, OverflowError):
        expected = "a time such as 2026-01-01T10:00:00Z or 20m ago"
        at.error(node.place, f"'{where}' is {_said(node)}, expected {expected}")
        return at.now


def texts(node: Node, where: str, at: Reading) -> tuple[str, ...]:
    return _listed(text, node, where, at)


def listed(inner: Reader) -> Reader:
    """Return the reader of a list of what *inner* reads; a single one is a list of one."""
    return partial(_listed, inner)


def _listed(inner: Reader, node: Node, where: str, at: Reading) -> tuple[Any, ...]:
    items = node.items if isinstance(node, Items) else (node,)
    return tuple(inner(each, where, at) for each in items)


def mapped(inner: Reader, names: Iterable[str] = ()) -> Reader:
    """Return the reader of a mapping whose values *inner* reads; of *names* alone where there are any."""
    return partial(_mapped, inner, tuple(names))


def _mapped(inner: Reader, names: tuple[str, ...], node: Node, where: str, at: Reading) -> dict[str, Any]:
    section = section_of(node, where, at, names)
    return {name: inner(value, f"{where}.{name}", at) for name, value in nodes_of(section).items()}


def nullable(inner: Reader) -> Reader:
    """Return the reader of what *inner* reads, or of `null`."""
    return partial(_nullable, inner)


def _nullable(inner: Reader, node: Node, where: str, at: Reading) -> Any:
    return None if is_null(node) else inner(node, where, at)


def is_null(node: Node) -> bool:
    return isinstance(node, Text) and not node.quoted and node.value in _NOTHING


def free(node: Node, where: str, at: Reading) -> Any:
    """Return *node* as JSON has it: what is not quoted may be true, false, null or a number."""
    if isinstance(node, Fields):
        return mapped(free)(node, where, at)
    if isinstance(node, Items):
        return [free(each, where, at) for each in node.items]
    if node.quoted:
        return node.value
    if node.value in ("true", "false"):
        return node.value == "true"
    if node.value in _NOTHING:
        return None
    if _WHOLE.match(node.value):
        return int(node.value)
    return float(node.value) if _NUMBER.match(node.value) else node.value


def shaped(readers: Mapping[str, Reader]) -> Reader:
    """Return the reader of a mapping with exactly these keys, each of which may be left out."""
    return partial(_shaped, readers)


def _shaped(readers: Mapping[str, Reader], node: Node, where: str, at: Reading) -> dict[str, Any]:
    section = section_of(node, where, at, tuple(readers))
    return {name: readers[name](value, f"{where}.{name}", at) for name, value in nodes_of(section).items()}


def section_of(node: Node, where: str, at: Reading, known: tuple[str, ...]) -> Section:
    """Return the fields of *node*, none where it is no mapping; unknown keys are reported, any is known to ()."""
    if not isinstance(node, Fields):
        keys = f" with {one_of(known)}" if 0 < len(known) <= 12 else ""
        at.error(node.place, f"'{where}' is a {shape(node)}, expected a mapping{keys}")
        node = Fields((), node.place)
    return Section(node, at.report, known=known, what=where)


def nodes_of(section: Section) -> dict[str, Node]:
    found = {name: section.node(name) for name in section.names()}
    return {name: node for name, node in found.items() if node is not None}


def _said(node: Node) -> str:
    return quoted(node.value) if isinstance(node, Text) else f"a {shape(node)}"
