"""Networks as people and logs state them: read strictly, with every mistake told at once."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from ipaddress import ip_network
from typing import Any

from doorward.core.errors import BadInput, Mistake
from doorward.core.facts import NetworkFacts
from doorward.core.zones import zone
from doorward.facts.addresses import Address, read_address
from doorward.facts.kinds import KINDS
from doorward.facts.records import MAX_ACCURACY_KM, MAX_ASN, MAX_TEXT, text

# A network in CIDR notation, and what databases would say of every address in it.
NamedNetwork = tuple[str, NetworkFacts]

NOT_STATED = "the stated network does not say"
ANONYMOUS_KINDS = ("vpn", "tor")


def read_networks(rows: Sequence[Mapping[str, Any]]) -> list[NamedNetwork]:
    """Read `{"cidr", "country", "city", …}` rows; BadInput carries every mistake of all rows."""
    mistakes: list[Mistake] = []
    named = [_named(row, f"#/{number}", mistakes) for number, row in enumerate(rows)]
    if mistakes:
        raise BadInput(mistakes)
    return named


def facts_from_event(network: Mapping[str, Any], *, address: str | None = None) -> NetworkFacts:
    """Return what a log states of the network of *address*; BadInput carries every mistake.

    Logs whose addresses were made unreadable or private still state a place, so such an address counts as public.
    """
    mistakes: list[Mistake] = []
    facts = _facts(network, "#/facts/network", mistakes)
    if mistakes:
        raise BadInput(mistakes)
    where = read_address(address) if address else None
    return at_address(facts, where) if where else facts


def at_address(facts: NetworkFacts, where: Address) -> NetworkFacts:
    """Return *facts*, stated of a network, for one address of it."""
    return replace(facts, address=where.text, prefix=where.prefix, version=where.version, private=False)


def _named(row: Any, pointer: str, mistakes: list[Mistake]) -> NamedNetwork:
    if not isinstance(row, Mapping):
        mistakes.append(Mistake("expected an object", pointer))
        return "", NetworkFacts()
    cidr = row.get("cidr")
    try:
        cidr = str(ip_network(cidr)) if isinstance(cidr, str) else None
    except ValueError as wrong:
        mistakes.append(Mistake(f"expected a network: {wrong}", f"{pointer}/cidr"))
    else:
        if cidr is None:
            mistakes.append(Mistake("expected a network such as 198.51.100.0/24", f"{pointer}/cidr"))
    return cidr or "", _facts({name: row[name] for name in row if name != "cidr"}, pointer, mistakes)


def _facts(row: Mapping[str, Any], pointer: str, mistakes: list[Mistake]) -> NetworkFacts:
    known: dict[str, Any] = {}
    for name, value in row.items():
        read = _FIELDS.get(name)
        if read is None:
            mistakes.append(Mistake(f"unknown field '{name}'{_near(name)}", f"{pointer}/{_token(name)}"))
        elif value is not None:
            try:
                known[name] = read(value)
            except ValueError as wrong:
                mistakes.append(Mistake(str(wrong), f"{pointer}/{name}"))
    if (row.get("lat") is None) != (row.get("lon") is None):
        mistakes.append(Mistake("'lat' and 'lon' belong together", pointer))
    return _with_reasons(known)


def _with_reasons(known: dict[str, Any]) -> NetworkFacts:
    kind = known.get("kind")
    if kind is not None:
        known = {"anonymous": kind in ANONYMOUS_KINDS, "hosting": kind == "hosting"} | known
    facts = NetworkFacts(**known)
    return replace(
        facts,
        location_reason="" if facts.country else NOT_STATED,
        asn_reason="" if facts.asn else NOT_STATED,
        kind_reason="" if kind else NOT_STATED,
    )


def _country(value: Any) -> str:
    if isinstance(value, str) and len(value) == 2 and value.isascii() and value.isalpha():
        return value.upper()
    raise ValueError("expected a country's two letters, such as DE")


def _line(value: Any) -> str:
    if isinstance(value, str) and len(value) <= MAX_TEXT and text(value) == value:
        return value
    raise ValueError(f"expected one line of at most {MAX_TEXT} characters")


def _zone(value: Any) -> str:
    if isinstance(value, str) and zone(value) is not None:
        return value
    raise ValueError("expected a time zone's IANA name, such as Europe/Berlin")


def _kind(value: Any) -> str:
    if isinstance(value, str) and value in KINDS:
        return value
    raise ValueError(f"expected one of {', '.join(KINDS)}")


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise ValueError("expected true or false")


def _asn(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MAX_ASN:
        return value
    raise ValueError(f"expected a whole number from 1 to {MAX_ASN}")


def _between(low: int, high: int) -> Callable[[Any], float]:
    def read(value: Any) -> float:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if is_number and math.isfinite(value) and low <= value <= high:
            return float(value)
        raise ValueError(f"expected a number from {low} to {high}")

    return read


_FIELDS: dict[str, Callable[[Any], Any]] = {
    "country": _country,
    "region": _line,
    "city": _line,
    "timezone": _zone,
    "lat": _between(-90, 90),
    "lon": _between(-180, 180),
    "accuracy_km": _between(0, MAX_ACCURACY_KM),
    "asn": _asn,
    "as_org": _line,
    "kind": _kind,
    "anonymous": _flag,
    "hosting": _flag,
}


def _near(name: str) -> str:
    close = get_close_matches(name, [*_FIELDS, "cidr"], n=1)
    return f" (did you mean '{close[0]}'?)" if close else ""


def _token(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
