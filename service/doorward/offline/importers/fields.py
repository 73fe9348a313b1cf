"""Reads single values of foreign logs, and bounds them as `POST /v1/decisions` bounds its body.

Logs write «unknown» in many words; here all of them are None, and None is left out of the event.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from math import isfinite
from typing import Any

from doorward.core.times import rfc3339
from doorward.core.zones import zone
from doorward.facts.addresses import MAX_LENGTH, read_address
from doorward.facts.records import MAX_ASN
from doorward.facts.records import MAX_TEXT as MAX_PLACE
from doorward.offline.importers.countries import country_code
from doorward.offline.importers.outcomes import Json, Unfit

MAX_TEXT = 256
MAX_AGENT = 4096
MAX_AMR = 32
MAX_RTT_MS = 3_600_000

# What the API refuses in identifiers: control characters, marks that turn the direction, half of a surrogate pair.
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_NOT_SAID = {"", "-", "unknown", "null", "none", "n/a", "undefined", "not available"}
_WORD = re.compile(r"[A-Za-z0-9._:/#-]{1,128}")
_TIME = re.compile(
    r"((?:19[7-9][0-9]|20[0-9]{2})-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2}:[0-9]{2})"
    r"(?:\.([0-9]{1,12}))?(Z|[+-][0-9]{2}:?[0-9]{2}| UTC)?",
    re.ASCII,
)
_UTC_NAMES = (None, "Z", " UTC", "+00:00", "+0000")
_FIRST, _LAST = 0.0, 4_102_444_800.0  # from 1970 up to 2100, as the API reads times


def part(found: Json, name: str) -> Json:
    """Return the object at *name*, an empty one where there is none."""
    value = found.get(name)
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Json]:
    """Return the objects of an array, none where it is no array."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def text(value: Any, most: int = MAX_TEXT) -> str | None:
    """Return one line of at most *most* characters, None where nothing is said."""
    if not isinstance(value, str):
        return None
    if not (value.isascii() and value.isprintable()):
        value = _UNSAFE.sub("", value[: 4 * most])
    value = value[:most].strip()
    return None if value.lower() in _NOT_SAID else value


def agent(value: Any) -> str | None:
    """Return a user agent as it came, as far as the API takes it."""
    if not isinstance(value, str) or value.lower() in _NOT_SAID:
        return None
    value = value[:MAX_AGENT]
    return value if value.isascii() else _SURROGATE.sub("", value)


def subject_id(value: Any) -> str | None:
    """Return an identifier as one path segment; one that is too long is hashed, so that two never become one."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**64:
        return str(value)
    found = text(value, MAX_TEXT + 1)
    if found is None:
        return None
    found = found.replace("/", "%2F")
    return found if len(found) <= MAX_TEXT else stranger(value)


def stranger(name: Any) -> str | None:
    """Return an opaque subject for a name that somebody typed: who mistakes the field types a password there."""
    if text(name) is None:
        return None
    digest = sha256(name.strip().lower().encode("utf-8", "surrogatepass")).hexdigest()
    return f"name:{digest[:24]}"


def address(value: Any) -> str | None:
    """Return an address in its one form, without port or zone; None for names of services, 0.0.0.0 and the like."""
    return _address(value) if isinstance(value, str) and len(value) <= MAX_LENGTH else None


@lru_cache(maxsize=65_536)
def _address(value: str) -> str | None:
    bare = value.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    found = read_address(bare)
    return found.text if found is not None and found.number else None


def instant(value: Any) -> str:
    """Return a written time as RFC 3339 in UTC, to the millisecond; one without a zone is in UTC. Unfit for others."""
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise Unfit("no time that can be read")
    day, clock, fraction, offset = match.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{clock}")
        if offset not in _UTC_NAMES:
            zoned = datetime.strptime(f"{day}T{clock}{offset}", "%Y-%m-%dT%H:%M:%S%z").astimezone(UTC)
            if not 1970 <= zoned.year <= 2099:
                raise Unfit("a time before 1970 or after 2099")
            moment = zoned.replace(tzinfo=None)
    except (ValueError, OverflowError):
        raise Unfit("no time that the calendar knows") from None
    milliseconds = (fraction or "")[:3].ljust(3, "0")
    return moment.isoformat() + ("Z" if milliseconds == "000" else f".{milliseconds}Z")


def instant_of_ms(value: Any) -> str:
    """Return a number of milliseconds since 1970 as RFC 3339; Unfit where it is none."""
    # Compared as it is: to divide a number of a thousand digits is an error.
    if isinstance(value, bool) or not isinstance(value, int | float) or not _FIRST * 1000 <= value < _LAST * 1000:
        raise Unfit("no time that can be read")
    return rfc3339(value / 1000)


def number(value: Any, low: float, high: float) -> float | None:
    """Return a number within bounds, also one that was written as text; None for anything else."""
    if isinstance(value, str) and len(value) <= 32:
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        return None
    return float(value) if isfinite(value) else None


def flag(value: Any) -> bool | None:
    """Return true or false, also written as text; None for anything else."""
    if isinstance(value, str):
        return {"true": True, "false": False, "yes": True, "no": False}.get(value.lower())
    return value if isinstance(value, bool) else None


def words(values: Iterable[Any]) -> list[str]:
    """Return what can stand in `session.amr`, each once, in order."""
    return [each for each in dict.fromkeys(_hashable(values)) if _WORD.fullmatch(each)][:MAX_AMR]


def _hashable(values: Iterable[Any]) -> Iterable[str]:
    return (each for each in values if isinstance(each, str))


def network(
    *, country: Any, region: Any = None, city: Any = None, lat: Any = None, lon: Any = None, **more: Any
) -> Json | None:
    """Return `facts.network` of what a log says of a location, None where it names no country.

    Without a country the service's own databases know more of the address than the log does.
    *more* is timezone, asn, as_org and anonymous.
    """
    code = country_code(country) if isinstance(country, str) else None
    if code is None:
        return None
    north, east = number(lat, -90, 90), number(lon, -180, 180)
    is_told = north is not None and east is not None and (north, east) != (0.0, 0.0)
    named = more.get("timezone")
    autonomous = _asn(more.get("asn"))
    stated = {
        "country": code,
        "region": text(region, MAX_PLACE),
        "city": text(city, MAX_PLACE),
        "lat": north if is_told else None,
        "lon": east if is_told else None,
        "timezone": named if isinstance(named, str) and zone(named) is not None else None,
        "asn": autonomous,
        "as_org": text(more.get("as_org"), MAX_PLACE) if autonomous else None,
        "anonymous": flag(more.get("anonymous")),
    }
    return {name: value for name, value in stated.items() if value is not None}


def _asn(value: Any) -> int | None:
    if isinstance(value, str):
        value = value[2:] if value[:2].upper() == "AS" else value
    found = number(value, 1, MAX_ASN)
    return int(found) if found is not None and found.is_integer() else None
