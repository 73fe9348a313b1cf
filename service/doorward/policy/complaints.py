"""What the CEL compiler complains of, in the words of a policy's author, at the place of the name that is meant."""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from doorward.policy.findings import hint, nearest, quoted
from doorward.policy.functions import AREAS, FUNCTIONS, NETWORKS
from doorward.policy.lists import NamedList


class Complaint(NamedTuple):
    """One thing wrong with a condition; *offset* counts the characters of its text."""

    offset: int
    code: str
    message: str
    suggestion: str = ""


class Names(NamedTuple):
    """What a condition may name."""

    signals: Iterable[str]
    lists: Mapping[str, NamedList]


MAX_COMPLAINTS = 20

_ERROR = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*)")
_UNDECLARED = re.compile(r"undeclared reference to '(.+?)' \(in container")
_NO_OVERLOAD = re.compile(r"found no matching overload for '(.+?)' applied to '(.*)'")
_BUILT_IN = (
    *("all", "exists", "exists_one", "filter", "map", "has", "size", "type", "dyn"),
    *("int", "uint", "double", "string", "bool", "timestamp", "duration"),
    *("matches", "contains", "startsWith", "endsWith", "getHours", "getDayOfWeek"),
)


def complaints(text: str, error: str, names: Names) -> list[Complaint]:
    """Return every complaint in the compiler's *error* about the condition *text*."""
    found = [
        _complaint(text, _offset(text, int(line), int(column)), message, names)
        for line, column, message in _ERROR.findall(error)[:MAX_COMPLAINTS]
    ]
    if not found and "recursion" in error:
        return [Complaint(0, "too-deep", "the condition is nested too deeply, expected at most 32 levels")]
    return found or [Complaint(0, "syntax", f"not a condition: {_short(error.partition(': ')[2] or error)}")]


def _offset(text: str, line: int, column: int) -> int:
    lines = text.split("\n")
    return min(sum(len(each) + 1 for each in lines[: line - 1]) + column - 1, len(text))


def _complaint(text: str, offset: int, message: str, names: Names) -> Complaint:
    undeclared = _UNDECLARED.match(message)
    if undeclared:
        return _unknown_name(text, offset, undeclared[1], names)
    mismatch = _NO_OVERLOAD.match(message)
    if mismatch:
        return _mismatch(text, offset, mismatch[1], mismatch[2])
    if message.startswith("Syntax error"):
        return Complaint(offset, "syntax", _syntax(message))
    return Complaint(offset, "type", _short(message))


def _unknown_name(text: str, offset: int, name: str, names: Names) -> Complaint:
    start = _start_of(text, offset, name)
    if text[start + len(name) :].lstrip().startswith("("):
        return _unknown_function(start, name)
    if name.startswith("lists."):
        suggestion = nearest(name, [f"lists.{each}" for each in names.lists])
        return Complaint(start, "unknown-list", f"unknown list {quoted(name)}{hint(suggestion)}", suggestion)
    suggestion = nearest(name, names.signals)
    return Complaint(start, "unknown-signal", f"unknown signal {quoted(name)}{hint(suggestion)}", suggestion)


def _unknown_function(start: int, name: str) -> Complaint:
    if name in FUNCTIONS:
        expected = FUNCTIONS[name].signature
        return Complaint(start, "type", f"{quoted(name)} is called with the wrong arguments, expected {expected}")
    suggestion = nearest(name, (*FUNCTIONS, *_BUILT_IN))
    return Complaint(start, "unknown-function", f"unknown function {quoted(name)}{hint(suggestion)}", suggestion)


def _start_of(text: str, offset: int, name: str) -> int:
    """The compiler points at a name's last dot, or at the bracket behind a function; the author looks for its start."""
    for start in (offset, offset - len(name), offset - len(name.rpartition(".")[0])):
        if start >= 0 and text.startswith(name, start):
            return start
    return offset


def _mismatch(text: str, offset: int, function: str, given: str) -> Complaint:
    operator = function.strip("_").replace("@", "").replace("_", "") if function not in FUNCTIONS else ""
    if not operator:
        start = _start_of(text, offset, function)
        expected = FUNCTIONS[function].signature
        return Complaint(start, "type", f"{function} cannot take {given}, expected {expected}")
    message = f"'{operator}' cannot be used with {given}"
    if "double" in given and "int" in given:
        message += ": write the whole number with a decimal point, such as 95.0"
    elif operator == "in" and (NETWORKS in given or AREAS in given):
        message += ": networks and areas are asked with in_network and within"
    return Complaint(offset, "type", message)


def _syntax(message: str) -> str:
    detail = message.partition(": ")[2].partition(" expecting ")[0]
    detail = detail.replace("mismatched input '<EOF>'", "the condition ends too early")
    return f"not a condition: {_short(detail)}"


def _short(message: str, limit: int = 160) -> str:
    line = " ".join(message.replace("[INVALID_ARGUMENT]", "").split())
    return line if len(line) <= limit else line[:limit] + "…"
