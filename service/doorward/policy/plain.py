"""Conditions as plain Python, where Python means exactly what CEL means: a twentieth of the time.

CEL stays the judge of what a condition is: it parses and type-checks all of them, and whatever is not in the tables
here is evaluated by it. A differential test holds the two to one another.

What is written is Python text over the checked tree. Only names of declared signals and lists enter it, quoted, and
constants as Python writes them; an unknown is None, carried as Kleene's logic does.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import isfinite
from typing import Any, NamedTuple

from doorward.policy import tree
from doorward.policy.calls import answer_of
from doorward.policy.functions import FUNCTIONS
from doorward.policy.tree import Branch


class NotPlain(Exception):
    """The condition holds something that is left to CEL."""


class _Text(NamedTuple):
    """An expression in Python and its CEL type; *known* where it cannot be None."""

    python: str
    type: str
    known: bool = False


class Plain(NamedTuple):
    """A condition in Python: the expression over the values `v`, and the function that it makes."""

    python: str
    answer: Callable[[Mapping[str, Any]], bool | None]


def plain(root: Branch, types: Mapping[str, str]) -> Plain | None:
    """Return the condition in Python, or None where CEL must answer it; *types* are those of its names."""
    try:
        written = _Writer(types).text(root)
        if written.type != "bool":
            return None
        return _made(written.python)
    except (NotPlain, SyntaxError, RecursionError, MemoryError):  # Python's parser takes fewer brackets than CEL may
        return None


def conjunction(parts: Sequence[Plain]) -> Plain | None:
    """Return what is False where one of *parts* is, and None where none is: others, not named here, may be false."""
    if not parts:
        return None
    return _made(f"(False if {' or '.join(f'{part.python} is False' for part in parts)} else None)")


def _made(python: str) -> Plain:
    return Plain(python, eval(compile(f"lambda v: {python}", "<condition>", "eval"), {"_call": answer_of}))  # noqa: S307


UNASKED = object()  # stands for the answer of a condition that only CEL can give

Open = Iterator[tuple[int, Any]]


def open_places(conditions: Sequence[tuple[Plain | None, bool] | None]) -> Callable[[Mapping[str, Any]], Open]:
    """Return what goes through *conditions*, and yields the place and the answer of each that is not false.

    Each comes with whether it is the whole condition, or only false where the whole is: then the answer is UNASKED, and
    so it is where there is none at all. What is None is never asked.
    """
    lines = ["def places(v):"]
    for place, asked in enumerate(conditions):
        if asked is None:
            continue
        condition, is_whole = asked
        if condition is None:
            lines.append(f" yield {place}, _unasked")
        elif is_whole:
            lines.append(f" if (_0 := {condition.python}) is not False: yield {place}, _0")
        else:
            lines.append(f" if {condition.python} is not False: yield {place}, _unasked")
    names: dict[str, Any] = {"_call": answer_of, "_unasked": UNASKED}
    exec(compile("\n".join((*lines, " yield from ()")), "<rules>", "exec"), names)  # noqa: S102
    places: Callable[[Mapping[str, Any]], Open] = names["places"]
    return places


class _Writer:
    """Writes one condition; every value that is looked at twice gets a name of its own."""

    def __init__(self, types: Mapping[str, str]) -> None:
        self._types = types
        self._names = 0

    def text(self, branch: Branch) -> _Text:
        if branch.kind == tree.CONSTANT:
            return _constant(branch.value)
        if branch.kind == tree.NAME:
            return self._name(branch)
        if branch.kind == tree.LIST:
            return _list(branch)
        if branch.kind == tree.SELECT:
            return self._field(branch)
        if branch.kind == tree.CALL:
            return self._call(branch)
        raise NotPlain

    def _name(self, branch: Branch) -> _Text:
        if branch.name not in self._types:
            raise NotPlain
        return _Text(f"v.get({branch.name!r})", self._types[branch.name])

    def _field(self, branch: Branch) -> _Text:
        whole = self.text(branch.children[0])
        if whole.type != "map(string, string)":
            raise NotPlain
        name = self._new()
        return _Text(f"(None if ({name} := {whole.python}) is None else {name}.get({branch.name!r}))", "string")

    def _call(self, branch: Branch) -> _Text:
        parts = [self.text(each) for each in branch.children]
        if branch.name in _LOGIC:
            _expect(parts, "bool")
            return _LOGIC[branch.name](self, parts)
        if branch.name == "_?_:_":
            return self._choice(parts)
        if branch.name in FUNCTIONS:
            arguments = ", ".join(each.python for each in parts)
            return _Text(f"_call({branch.name!r}, [{arguments}])", FUNCTIONS[branch.name].returns)
        return self._operation(branch, parts)

    def _operation(self, branch: Branch, parts: list[_Text]) -> _Text:
        """Write what is unknown where an operand is, and plain Python where all are known."""
        overload = branch.overloads[0] if len(branch.overloads) == 1 else ""
        row = _OPERATIONS.get(overload)
        if row is None or not row.takes([each.type for each in parts]):
            raise NotPlain
        unknown, operands = [], []
        for each in parts:
            if each.known:
                operands.append(each.python)
                continue
            name = self._new()
            unknown.append(f"({name} := {each.python}) is None")
            operands.append(name)
        done = row.python.format(*operands)
        if not unknown:
            return _Text(f"({done})", row.returns, known=True)
        return _Text(f"(None if {' or '.join(unknown)} else {done})", row.returns)

    def _choice(self, parts: list[_Text]) -> _Text:
        test, then, otherwise = parts
        _expect([test], "bool")
        _expect([then], otherwise.type)
        name = self._new()
        chosen = f"({then.python} if {name} else {otherwise.python})"
        return _Text(f"(None if ({name} := {test.python}) is None else {chosen})", then.type)

    def both(self, parts: list[_Text]) -> _Text:
        return self._decided_by(parts, decides="False", otherwise="True")

    def either(self, parts: list[_Text]) -> _Text:
        return self._decided_by(parts, decides="True", otherwise="False")

    def opposite(self, parts: list[_Text]) -> _Text:
        name = self._new()
        return _Text(f"(None if ({name} := {parts[0].python}) is None else not {name})", "bool")

    def _decided_by(self, parts: list[_Text], *, decides: str, otherwise: str) -> _Text:
        """Write `&&` and `||`: one value decides whatever the other operand is, even where that is unknown."""
        left, right = self._new(), self._new()
        one, other = (
            f"({name} := {part.python}) is {decides}" for name, part in zip((left, right), parts, strict=True)
        )
        rest = f"None if {left} is None or {right} is None else {otherwise}"
        return _Text(f"({decides} if {one} is {decides} or {other} is {decides} else {rest})", "bool")

    def _new(self) -> str:
        self._names += 1
        return f"_{self._names}"


def _expect(parts: list[_Text], kind: str) -> None:
    if any(each.type != kind for each in parts):
        raise NotPlain


def _constant(value: object) -> _Text:
    if isinstance(value, float) and not isfinite(value):
        raise NotPlain
    kind = _CONSTANTS.get(type(value))
    if kind is None:
        raise NotPlain
    return _Text(f"({value!r})", kind, known=True)


def _list(branch: Branch) -> _Text:
    """Write a list of constants of one type; `in` and `size` are all that is asked of it."""
    items = [_constant(each.value) for each in branch.children if each.kind == tree.CONSTANT]
    kinds = {each.type for each in items}
    if len(items) != len(branch.children) or len(kinds) != 1 or not kinds <= {"string", "int"}:
        raise NotPlain
    return _Text(f"[{', '.join(each.python for each in items)}]", f"list({items[0].type})", known=True)


class _Operation(NamedTuple):
    """How one overload of CEL is written; *takes* refuses operands for which Python would answer otherwise."""

    python: str
    returns: str
    takes: Callable[[list[str]], bool]


def _same(*kinds: str) -> Callable[[list[str]], bool]:
    return lambda types: len(set(types)) == 1 and types[0] in kinds


def _element(types: list[str]) -> bool:
    return types[0] in ("string", "int") and types[1] == f"list({types[0]})"


def _sized(types: list[str]) -> bool:
    return types[0] in ("string", "list(string)", "list(int)", "list(double)")


_COMPARISONS = {"less": "<", "less_equals": "<=", "greater": ">", "greater_equals": ">="}
_COMPARED = {"int64": "int", "double": "double", "string": "string"}
_CONSTANTS: Mapping[type, str] = {bool: "bool", int: "int", float: "double", str: "string"}
_PRIMITIVES = ("bool", "int", "double", "string")

_OPERATIONS: Mapping[str, _Operation] = {
    **{
        f"{name}_{suffix}": _Operation(f"{{}} {sign} {{}}", "bool", _same(kind))
        for name, sign in _COMPARISONS.items()
        for suffix, kind in _COMPARED.items()
    },
    "equals": _Operation("{} == {}", "bool", _same(*_PRIMITIVES)),
    "not_equals": _Operation("{} != {}", "bool", _same(*_PRIMITIVES)),
    "in_list": _Operation("{} in {}", "bool", _element),
    "size_list": _Operation("len({})", "int", _sized),
    "size_string": _Operation("len({})", "int", _sized),
    "starts_with_string": _Operation("{}.startswith({})", "bool", _same("string")),
    "ends_with_string": _Operation("{}.endswith({})", "bool", _same("string")),
    "contains_string": _Operation("{1} in {0}", "bool", _same("string")),
    "int64_to_double": _Operation("float({})", "double", _same("int")),
}

_LOGIC: Mapping[str, Callable[[_Writer, list[_Text]], _Text]] = {
    "_&&_": _Writer.both,
    "_||_": _Writer.either,
    "!_": _Writer.opposite,
}
