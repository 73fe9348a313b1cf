"""What the records of geo databases say, whichever schema they have; what cannot be believed is left out.

Read by shape: MaxMind's nested one (DB-IP and others write it too), and the flat one of ip-location-db.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from doorward.core.geometry import place
from doorward.facts.zones import nearest_zone

MAX_TEXT = 128
MAX_ASN = 2**32 - 1
MAX_ACCURACY_KM = 20_000

_NO_COUNTRY = "ZZ"
_COUNTRY = re.compile(r"[A-Z]{2}\Z")
_DISTRICT = re.compile(r" \([^()]*\)\Z")

_TOR = "is_tor_exit_node"
_VPN = "is_anonymous_vpn"
_HOSTING = "is_hosting_provider"
_PROXIES = ("is_public_proxy", "is_residential_proxy")
_ANY = "is_anonymous"


@dataclass(frozen=True, slots=True)
class Location:
    """Where a record says that an address is; the fields are those of `NetworkFacts`."""

    country: str
    region: str | None
    city: str | None
    timezone: str | None
    lat: float | None
    lon: float | None
    accuracy_km: float | None


@dataclass(frozen=True, slots=True)
class Operator:
    """Who runs the network."""

    asn: int
    as_org: str | None


@dataclass(frozen=True, slots=True)
class Anonymity:
    """What an Anonymous-IP record says; *kind* is tor, vpn, hosting or None."""

    kind: str | None
    anonymous: bool
    hosting: bool


def location_of(record: Any, *, districts: bool) -> Location | None:
    """Return the location, or None where *record* names no country; *districts* says that cities carry them."""
    if not isinstance(record, Mapping):
        return None
    named = _flat(record) if "country_code" in record else _nested(record)
    country = _country(named["country"])
    if country is None:
        return None
    lat, lon = _place(named["lat"], named["lon"])
    city = text(named["city"])
    return Location(
        country=country,
        region=text(named["region"]),
        city=_DISTRICT.sub("", city) if city and districts else city,
        timezone=text(named["timezone"]) or nearest_zone(country, lat, lon),
        lat=lat,
        lon=lon,
        accuracy_km=_accuracy(named["accuracy"]),
    )


def operator_of(record: Any) -> Operator | None:
    """Return the autonomous system, or None where *record* names none."""
    asn = _at(record, "autonomous_system_number") or _at(record, "traits", "autonomous_system_number")
    if not isinstance(asn, int) or not 0 < asn <= MAX_ASN:
        return None
    org = "autonomous_system_organization"
    return Operator(asn, text(_at(record, org)) or text(_at(record, "traits", org)))


def anonymity_of(record: Any) -> Anonymity:
    """Return what the flags say; these databases list only what is anonymous or hosting, so no record says neither."""
    tor, vpn, hosting = (_at(record, name) is True for name in (_TOR, _VPN, _HOSTING))
    hides = tor or vpn or any(_at(record, name) is True for name in _PROXIES)
    # `is_anonymous` is set for hosting too, which alone hides nobody.
    anonymous = hides or (_at(record, _ANY) is True and not hosting)
    kind = "tor" if tor else "vpn" if vpn else "hosting" if hosting else None
    return Anonymity(kind, anonymous, hosting)


def has_anonymity(record: Any) -> bool:
    """Answer whether *record* has such flags at all."""
    return isinstance(record, Mapping) and any(name in record for name in (_TOR, _VPN, _HOSTING, _ANY, *_PROXIES))


def text(value: Any) -> str | None:
    """Return *value* as one printable line of bounded length, or None where nothing is left of it."""
    if not isinstance(value, str):
        return None
    line = value[:MAX_TEXT]
    if not line.isprintable():
        line = "".join(letter for letter in line if letter.isprintable())
    return line.strip() or None


def _nested(record: Mapping[str, Any]) -> dict[str, Any]:
    region = _at(record, "subdivisions", 0)
    return {
        "country": _at(record, "country", "iso_code"),
        "region": _at(region, "names", "en") or _at(region, "iso_code"),
        "city": _at(record, "city", "names", "en"),
        "timezone": _at(record, "location", "time_zone"),
        "lat": _at(record, "location", "latitude"),
        "lon": _at(record, "location", "longitude"),
        "accuracy": _at(record, "location", "accuracy_radius"),
    }


def _flat(record: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "country": record["country_code"],
        "region": record.get("state1"),
        "city": record.get("city"),
        "timezone": record.get("timezone"),
        "lat": record.get("latitude"),
        "lon": record.get("longitude"),
        "accuracy": None,
    }


def _at(value: Any, *path: str | int) -> Any:
    for step in path:
        if isinstance(step, str):
            value = value.get(step) if isinstance(value, Mapping) else None
        else:
            value = value[step] if isinstance(value, list) and len(value) > step else None
    return value


def _country(value: Any) -> str | None:
    code = value.upper() if isinstance(value, str) else ""
    return code if _COUNTRY.match(code) and code != _NO_COUNTRY else None


def _place(lat: Any, lon: Any) -> tuple[float | None, float | None]:
    """Return both coordinates, to about ten metres, or neither: single floats come with a tail of noise."""
    known = place(_number(lat), _number(lon))
    return (round(known[0], 4), round(known[1], 4)) if known else (None, None)


def _accuracy(value: Any) -> float | None:
    radius = _number(value)
    return radius if radius is not None and 0 < radius <= MAX_ACCURACY_KM else None


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
