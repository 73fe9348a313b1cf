"""The checked tree of a CEL condition: resolved names and overloads, read from what the compiler serializes.

The compiler gives its tree only as a protocol buffer (`cel.expr.CheckedExpr`, checked.proto and syntax.proto of
google/cel-spec). The few fields that are needed are read here, which spares the service the protobuf runtime.
"""

import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

CONSTANT = "constant"
NAME = "name"
SELECT = "select"
PRESENCE = "presence"
CALL = "call"
LIST = "list"
GROUP = "group"  # a map or a macro: what matters is what it is made of


@dataclass(frozen=True, slots=True)
class Branch:
    """One node: *name* is the signal's, the field's or the function's, *value* that of a constant.

    A constant's name is its type, a macro's those of its variables: two branches that are equal mean the same. What is
    not read here is equal to nothing. *at* is the character of the condition that the node is found at.
    """

    kind: str
    name: str = ""
    children: tuple["Branch", ...] = ()
    value: object = None
    overloads: tuple[str, ...] = ()
    at: int = field(default=0, compare=False)

    def walk(self) -> Iterator["Branch"]:
        """Yield this node and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()


_Message = dict[int, list["int | bytes"]]

# Field numbers of checked.proto and syntax.proto.
_ANY_VALUE = 2
_REFERENCES, _EXPRESSION, _SOURCE = 2, 4, 5
_SOURCE_POSITIONS = 4
_MAP_KEY, _MAP_VALUE = 1, 2
_REFERENCE_OVERLOADS = 3
_ID, _CONST, _IDENT, _SELECT, _CALL, _LIST, _STRUCT, _COMPREHENSION = 2, 3, 4, 5, 6, 7, 8, 9


@dataclass(frozen=True, slots=True)
class _Notes:
    """What the compiler says of its nodes, by their numbers."""

    overloads: Mapping[int, tuple[str, ...]]
    positions: Mapping[int, int]


def checked_tree(serialized: bytes) -> Branch:
    """Return the tree of a condition that passed the compiler."""
    checked = _fields(_bytes(_fields(serialized), _ANY_VALUE))
    return _branch(_bytes(checked, _EXPRESSION), _Notes(_overloads(checked), _positions(checked)))


def _overloads(checked: _Message) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    for entry in map(_fields, _all_bytes(checked, _REFERENCES)):
        reference = _fields(_bytes(entry, _MAP_VALUE))
        names = tuple(each.decode() for each in _all_bytes(reference, _REFERENCE_OVERLOADS))
        found[_int(entry, _MAP_KEY)] = names
    return found


def _positions(checked: _Message) -> dict[int, int]:
    source = _fields(_bytes(checked, _SOURCE))
    entries = map(_fields, _all_bytes(source, _SOURCE_POSITIONS))
    return {_int(entry, _MAP_KEY): _int(entry, _MAP_VALUE) for entry in entries}


def _branch(raw: bytes, notes: _Notes) -> Branch:
    fields = _fields(raw)
    at = notes.positions.get(_int(fields, _ID), 0)

    def below(message: _Message, *numbers: int) -> tuple[Branch, ...]:
        return tuple(_branch(each, notes) for number in numbers for each in _all_bytes(message, number))

    if _CONST in fields:
        kind, value = _constant(_fields(_bytes(fields, _CONST)))
        return Branch(CONSTANT, name=kind, value=value, at=at)
    if _IDENT in fields:
        return Branch(NAME, name=_bytes(_fields(_bytes(fields, _IDENT)), 1).decode(), at=at)
    if _SELECT in fields:
        select = _fields(_bytes(fields, _SELECT))
        kind = PRESENCE if _int(select, 3) else SELECT
        return Branch(kind, name=_bytes(select, 2).decode(), children=below(select, 1), at=at)
    if _CALL in fields:
        call = _fields(_bytes(fields, _CALL))
        which = notes.overloads.get(_int(fields, _ID), ())
        return Branch(CALL, name=_bytes(call, 2).decode(), children=below(call, 1, 3), overloads=which, at=at)
    if _LIST in fields:
        return Branch(LIST, children=below(_fields(_bytes(fields, _LIST)), 1), at=at)
    if _STRUCT in fields:
        return _struct(_fields(_bytes(fields, _STRUCT)), below, at)
    macro = _fields(_bytes(fields, _COMPREHENSION))
    variables = " ".join(_bytes(macro, number).decode() for number in (1, 3, 8))
    return Branch(GROUP, name=variables, children=below(macro, 2, 4, 5, 6, 7), at=at)


def _struct(fields: _Message, below: Callable[..., tuple[Branch, ...]], at: int) -> Branch:
    """A map is its keys and values; a message (it has a name) is more than is read here."""
    entries = [_fields(each) for each in _all_bytes(fields, 2)]
    children = tuple(each for entry in entries for each in below(entry, 3, 4))
    return Branch(GROUP, children=children, value=object() if 1 in fields else None, at=at)


def _constant(fields: _Message) -> tuple[str, object]:
    """Return type and value; a value of another type than these is equal to nothing."""
    if 2 in fields:
        return "bool", bool(_int(fields, 2))
    if 3 in fields:
        number = _int(fields, 3)
        return "int", number - (1 << 64) if number >> 63 else number
    if 5 in fields:
        return "double", struct.unpack("<d", _bytes(fields, 5))[0]
    return ("string", _bytes(fields, 6).decode()) if 6 in fields else ("", object())


def _fields(raw: bytes) -> _Message:
    """Split a protocol buffer into its fields; a number is kept for wire type 0, bytes for all others."""
    fields: _Message = {}
    at = 0
    while at < len(raw):
        tag, at = _varint(raw, at)
        value: int | bytes
        if tag & 7 == 0:
            value, at = _varint(raw, at)
        else:
            size, at = _size(raw, at, tag & 7)
            value, at = raw[at : at + size], at + size
        fields.setdefault(tag >> 3, []).append(value)
    return fields


def _size(raw: bytes, at: int, wire_type: int) -> tuple[int, int]:
    if wire_type == 2:
        return _varint(raw, at)
    return (8 if wire_type == 1 else 4), at


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = raw[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def _int(fields: _Message, number: int) -> int:
    value = fields.get(number, [0])[-1]
    return value if isinstance(value, int) else 0


def _bytes(fields: _Message, number: int) -> bytes:
    value = fields.get(number, [b""])[-1]
    return value if isinstance(value, bytes) else b""


def _all_bytes(fields: _Message, number: int) -> list[bytes]:
    return [each for each in fields.get(number, []) if isinstance(each, bytes)]
