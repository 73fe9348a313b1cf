"""Calls of our own functions, taken out of a condition and answered before it is evaluated.

The binding (cel-expr-python 0.1.3) never gives back the arguments of a Python function that CEL calls: a kilobyte of
text is a kilobyte lost with each call. So a call such as `in_network(ip.address, lists.office)` becomes a look-up,
`calls.c0`, and its answer is worked out here, once for all rules. A call without an answer is a missing key, which CEL
carries as the unknown that it is. Only calls inside a macro, which rest on its variable, are left to the binding.
"""

import itertools
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from doorward.policy.functions import FUNCTIONS

# The maps that answers are looked up in, by what the function returns.
MAPS = {"bool": "calls", "double": "numbers"}
MAP_TYPES = {"calls": "map(string, bool)", "numbers": "map(string, double)"}

_MACROS = ("all", "exists", "exists_one", "filter", "map")
_TOKEN = re.compile(
    r"(?P<skip>[bB]?[rR][bB]?(?:'''.*?'''|\"\"\".*?\"\"\"|'[^']*'|\"[^\"]*\")"
    r"|[bB]?(?:'''(?:\\.|[^\\])*?'''|\"\"\"(?:\\.|[^\\])*?\"\"\"|'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\")"
    r"|//[^\n]*)|(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<sign>[()\[\]{},.])",
    re.DOTALL,
)


class Argument(NamedTuple):
    """Where an argument comes from: a name of the decision's values, else what *evaluate* makes of them."""

    name: str = ""
    evaluate: Callable[[Any], Any] | None = None
    constant: Any = None


class Call(NamedTuple):
    """One call that is answered beforehand; *key* is what the condition looks it up by, in the map *place*."""

    key: str
    place: str
    function: str
    arguments: tuple[Argument, ...]


class Calls:
    """The calls of all conditions of one policy; equal ones are answered once."""

    def __init__(self, argument: Callable[[str], Argument]) -> None:
        self._argument = argument
        self._known: dict[str, Call] = {}

    def taken_out(self, text: str) -> str:
        """Return *text*, which passed the compiler, with a look-up in place of each call that can be taken out."""
        pieces, done = [], 0
        for function, start, end, commas in _outer_calls(text):
            pieces += [text[done:start], self._look_up(function, text[start:end], [at - start for at in commas])]
            done = end
        return "".join((*pieces, text[done:]))

    def _look_up(self, function: str, text: str, edges: list[int]) -> str:
        if text not in self._known:
            arguments = tuple(self._argument(text[a + 1 : b]) for a, b in itertools.pairwise(edges))
            place = MAPS[FUNCTIONS[function].returns]
            self._known[text] = Call(f"c{len(self._known)}", place, function, arguments)
        return f"{self._known[text].place}.{self._known[text].key}"

    def answers(self, values: Mapping[str, Any], activation: Callable[[], Any]) -> dict[str, dict[str, Any]]:
        """Return the maps with every call that has an answer; *activation* is made only where it is needed."""
        maps: dict[str, dict[str, Any]] = {name: {} for name in MAP_TYPES} if self._known else {}
        made: Any = None
        for call in self._known.values():
            if made is None and any(each.evaluate for each in call.arguments):
                made = activation()
            arguments = [_value(each, values, made) for each in call.arguments]
            answer = answer_of(call.function, arguments)
            if answer is not None:
                maps[call.place][call.key] = answer
        return maps


def _value(argument: Argument, values: Mapping[str, Any], activation: Any) -> Any:
    if argument.name:
        return values.get(argument.name)
    return argument.constant if argument.evaluate is None else argument.evaluate(activation)


_PYTHON: Mapping[str, type] = {"bool": bool, "int": int, "double": float, "list(string)": list}


_TAKES = {name: tuple(_PYTHON.get(kind, str) for kind in spec.parameters) for name, spec in FUNCTIONS.items()}


def answer_of(function: str, arguments: list[Any]) -> Any:
    """Return what the function says, None where an argument is unknown, of another type, or has no answer."""
    if tuple(map(type, arguments)) != _TAKES[function]:
        return None
    try:
        return FUNCTIONS[function].function(*arguments)
    except (ValueError, KeyError):
        return None


def _outer_calls(text: str) -> list[tuple[str, int, int, list[int]]]:
    """Return each call of ours that is in no other and in no macro: function, start, end, and where its arguments meet.

    The last are the places of its bracket, its commas and its closing bracket.
    """
    found: list[tuple[str, int, int, list[int]]] = []
    stack: list[tuple[str, int, list[int]]] = []
    name, begin, before = "", 0, ""
    for match in _TOKEN.finditer(text):
        sign = match["sign"] or ""
        if sign and sign in "([{":
            stack.append((name if sign == "(" else "", begin, [match.start()]))
        elif sign == "," and stack:
            stack[-1][2].append(match.start())
        elif sign and sign in ")]}":
            opened, start, edges = stack.pop()
            inside = any(each in FUNCTIONS or each in _MACROS for each, _, _ in stack)
            if opened in FUNCTIONS and not inside:
                found.append((opened, start, match.end(), [*edges, match.start()]))
        plain = match["name"] if before != "." or match["name"] in _MACROS else ""
        name, begin, before = plain or "", match.start(), sign
    return found
