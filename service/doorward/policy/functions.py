"""The functions that conditions may call besides CEL's own. One table holds them all; they see only their arguments.

A function that cannot answer raises ValueError, and the condition is then unknown.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from doorward.core.geometry import distance_km
from doorward.policy.lists import AreaTable, NetworkTable

NETWORKS = "network_list"
AREAS = "area_list"

# Fifteen digits before the point are what a double can hold; more would be compared wrongly.
_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class FunctionSpec:
    """One row of the table: how it is called, its CEL types, and whether some known arguments have no answer."""

    signature: str
    doc: str
    parameters: tuple[str, ...]
    returns: str
    function: Callable[..., Any]
    may_fail: bool = False


def in_network(address: str, handle: str) -> bool:
    """Answer whether the address lies in one of the list's networks."""
    return address in NetworkTable.known[handle]


def within(lat: float, lon: float, handle: str) -> bool:
    """Answer whether the place lies in one of the list's areas."""
    return AreaTable.known[handle].holds(lat, lon)


def matches_any(text: str, patterns: Sequence[str]) -> bool:
    """Answer whether the whole text fits one of the patterns: `*` stands for anything, case does not matter."""
    lowered = text.lower()
    return any(_fits(lowered, pattern.lower().split("*")) for pattern in patterns)


def _fits(text: str, pieces: list[str]) -> bool:
    """Piece by piece from the left: linear, where a regular expression could be made to backtrack."""
    if len(pieces) == 1:
        return text == pieces[0]
    first, *middle, last = pieces
    if len(text) < len(first) + len(last) or not (text.startswith(first) and text.endswith(last)):
        return False
    at, end = len(first), len(text) - len(last)
    for piece in middle:
        found = text.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True


def hour_between(hour: int, start: int, end: int) -> bool:
    """Answer whether the hour is in [from, to); a span may go over midnight, equal ends mean the whole day."""
    if start < end:
        return start <= hour < end
    return hour >= start or hour < end


def decimal(text: str) -> float:
    """Return the number that a plain decimal text such as `950.00` says."""
    if not _DECIMAL.match(text):
        raise ValueError("not a plain decimal number")
    return float(text)


FUNCTIONS: Mapping[str, FunctionSpec] = {
    "in_network": FunctionSpec(
        "in_network(address, list)",
        "true where an address lies in a list of networks",
        ("string", NETWORKS),
        "bool",
        in_network,
        may_fail=True,
    ),
    "within": FunctionSpec(
        "within(lat, lon, list)",
        "true where a place lies in a list of areas",
        ("double", "double", AREAS),
        "bool",
        within,
    ),
    "distance_km": FunctionSpec(
        "distance_km(lat, lon, lat, lon)",
        "the great-circle distance between two places in kilometres",
        ("double", "double", "double", "double"),
        "double",
        distance_km,
    ),
    "matches_any": FunctionSpec(
        "matches_any(text, list)",
        "true where the whole text fits a pattern of the list; `*` stands for anything, case does not matter",
        ("string", "list(string)"),
        "bool",
        matches_any,
    ),
    "hour_between": FunctionSpec(
        "hour_between(hour, from, to)",
        "true from the first hour until before the second, over midnight too",
        ("int", "int", "int"),
        "bool",
        hour_between,
    ),
    "decimal": FunctionSpec(
        "decimal(text)",
        "the number of a plain decimal text; unknown for NaN, infinity, exponents or separators",
        ("string",),
        "double",
        decimal,
        may_fail=True,
    ),
}
