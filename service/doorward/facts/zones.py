"""The time zone of a place, for databases that name none: the zone whose principal place is nearest.

Principal places and countries are tzdata's own (`zone.tab`). A country with one zone needs no coordinates.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import cos, radians, sin

from doorward.core.geometry import place

_Vector = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class PrincipalPlace:
    """The place that a zone is named after, or the largest in it; *vector* points there from the earth's centre."""

    lat: float
    lon: float
    zone: str
    vector: _Vector


def nearest_zone(country: str, lat: float | None, lon: float | None) -> str | None:
    """Return the zone of *country* whose principal place is nearest, or None where that cannot be told."""
    candidates = principal_places().get(country, ())
    if len(candidates) == 1:
        return candidates[0].zone
    here = place(lat, lon)
    if here is None or not candidates:
        return None
    x, y, z = _vector(*here)
    # The nearest place is the one at the smallest angle: the largest product of the vectors.
    return max(candidates, key=lambda each: x * each.vector[0] + y * each.vector[1] + z * each.vector[2]).zone


@cache
def principal_places() -> dict[str, tuple[PrincipalPlace, ...]]:
    """Return the principal places by ISO 3166 code."""
    table = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    places: dict[str, tuple[PrincipalPlace, ...]] = {}
    for line in table.splitlines():
        if line and not line.startswith("#"):
            country, coordinates, zone = line.split("\t")[:3]
            lat, lon = _degrees(coordinates)
            found = PrincipalPlace(lat, lon, zone, _vector(lat, lon))
            places[country] = (*places.get(country, ()), found)
    return places


def _vector(lat: float, lon: float) -> _Vector:
    phi, lam = radians(lat), radians(lon)
    return cos(phi) * cos(lam), cos(phi) * sin(lam), sin(phi)


def _degrees(coordinates: str) -> tuple[float, float]:
    """Read ISO 6709 as zone.tab writes it: ±DDMM±DDDMM or ±DDMMSS±DDDMMSS."""
    cut = max(coordinates.rfind("+"), coordinates.rfind("-"))
    return _angle(coordinates[:cut], 2), _angle(coordinates[cut:], 3)


def _angle(text: str, width: int) -> float:
    digits = text[1:]
    degrees, minutes, seconds = int(digits[:width]), int(digits[width : width + 2]), int(digits[width + 2 :] or 0)
    size = degrees + minutes / 60 + seconds / 3600
    return -size if text[0] == "-" else size
