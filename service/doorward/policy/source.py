"""YAML with positions: the file becomes texts, items and fields that know their line and column.

Only the shape of YAML is used. Every scalar stays the text that was written, so that `NO` is a country and `on` a key.
Anchors, aliases, tags and a second document are refused: a policy is read by people, and nothing in it may multiply.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from doorward.policy.findings import START, Place, Report

MAX_BYTES = 256 * 1024
MAX_DEPTH = 12


@dataclass(frozen=True, slots=True)
class Text:
    """One scalar: what it says, and how it stands in the file (*style* is YAML's quote or block sign, or empty)."""

    value: str
    place: Place
    raw: str = ""
    style: str = ""

    @property
    def quoted(self) -> bool:
        return self.style != ""

    def place_of(self, offset: int) -> Place:
        """Return where in the file the character at *offset* of the value stands, across folds and escapes."""
        before = self.raw[: _raw_index(self.raw, self.value, self.style, offset)]
        lines = before.split("\n")
        if len(lines) == 1:
            return Place(self.place.line, self.place.column + len(before))
        return Place(self.place.line + len(lines) - 1, len(lines[-1]) + 1)


@dataclass(frozen=True, slots=True)
class Items:
    items: tuple["Node", ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Fields:
    """A mapping, in the order of the file; keys may repeat, which is for the reader to tell."""

    fields: tuple[tuple[Text, "Node"], ...]
    place: Place


Node = Text | Items | Fields


class _Refused(yaml.MarkedYAMLError):
    """YAML that is well formed and not used here."""


class _Composer(yaml.SafeLoader):
    """Composes nodes, and refuses what could make a small file large or deep."""

    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()  # type: ignore[no-untyped-call]  # types-pyyaml leaves the parser untyped
        self._refuse(event)
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def _refuse(self, event: Any) -> None:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise _Refused(problem="anchors and aliases are not used here", problem_mark=event.start_mark)
        if getattr(event, "tag", None) is not None:
            hint = "a text that begins with '!' needs quotes around it"
            raise _Refused(problem=f"tags are not used here: {hint}", problem_mark=event.start_mark)
        if self.depth >= MAX_DEPTH:
            raise _Refused(problem=f"nested deeper than {MAX_DEPTH} levels", problem_mark=event.start_mark)


def read(text: str, report: Report, *, what: str = "policy", holds: str = "version, id and rules") -> Fields | None:
    """Return the file's mapping, or None with the reason in *report*; *what* it is and *holds* are for people."""
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        report.error(START, "too-large", f"the {what} is larger than {MAX_BYTES // 1024} KiB")
        return None
    try:
        node = _compose(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(mark.line + 1, mark.column + 1) if mark else START
        report.error(place, "yaml", f"not readable as YAML: {error.problem or error.context}")
        return None
    except yaml.reader.ReaderError as error:
        report.error(_place_in(text, error.position), "yaml", f"not readable as YAML: {error.reason}")
        return None
    if not isinstance(node, yaml.MappingNode):
        report.error(START, "yaml", f"expected a mapping with {holds}")
        return None
    whole = _node(node, text)
    return whole if isinstance(whole, Fields) else None


def _compose(text: str) -> Any:
    loader = _Composer(text)
    try:
        return loader.get_single_node()
    finally:
        loader.dispose()


def _node(node: Any, text: str) -> Node:
    place = Place(node.start_mark.line + 1, node.start_mark.column + 1)
    if isinstance(node, yaml.ScalarNode):
        raw = text[node.start_mark.index : node.end_mark.index]
        return Text(node.value, place, raw, node.style or "")
    if isinstance(node, yaml.SequenceNode):
        return Items(tuple(_node(each, text) for each in node.value), place)
    return Fields(tuple((_key(key, text), _node(value, text)) for key, value in node.value), place)


def _key(node: Any, text: str) -> Text:
    key = _node(node, text)
    return key if isinstance(key, Text) else Text("", key.place)


def _place_in(text: str, index: int) -> Place:
    lines = text[:index].split("\n")
    return Place(len(lines), len(lines[-1]) + 1)


def _raw_index(raw: str, value: str, style: str, offset: int) -> int:
    """Return the index in *raw* of the character of *value* at *offset*.

    Folding and indentation change white space alone, so the other characters are counted off against each other.
    """
    wanted = sum(not char.isspace() for char in value[:offset])
    at_character = offset < len(value) and not value[offset].isspace()
    end = seen = 0
    for char, start, stop in _units(raw, style):
        if char.isspace():
            continue
        if seen == wanted and at_character:
            return start
        if seen == wanted:
            break
        seen, end = seen + 1, stop
    return end


_ESCAPE_DIGITS = {"x": 2, "u": 4, "U": 8}
_ESCAPED_SPACE = frozenset("ntr0abefvN_LP \t\n")


def _units(raw: str, style: str) -> Iterator[tuple[str, int, int]]:
    """Yield each character that the scalar stands for, with where it begins and ends in *raw*."""
    at, stop = _body(raw, style)
    while at < stop:
        size = _unit_size(raw, at, style)
        char = raw[at]
        if char == "\\" and style == '"':
            char = " " if raw[at + 1 : at + 2] in _ESCAPED_SPACE else "x"
        yield char, at, at + size
        at += size


def _body(raw: str, style: str) -> tuple[int, int]:
    if style in ("'", '"'):
        return 1, len(raw) - 1
    if style in ("|", ">"):
        return raw.find("\n") + 1, len(raw)
    return 0, len(raw)


def _unit_size(raw: str, at: int, style: str) -> int:
    if style == "'" and raw[at] == "'":
        return 2
    if style == '"' and raw[at] == "\\":
        return 2 + _ESCAPE_DIGITS.get(raw[at + 1 : at + 2], 0)
    return 1
