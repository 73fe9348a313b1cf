"""The time zone of a place, for databases that name none: the zone whose principal place is nearest.

Principal places and countries are tzdata's own (`zone.tab`). A country with one zone needs no coordinates.
"""

from functools import cache
from importlib.resources import files

from doorward.core.geometry import distance_km
from doorward.core.geometry import place as known_place

_Place = tuple[float, float, str]


def nearest_zone(country: str, lat: float | None, lon: float | None) -> str | None:
    """Return the zone of *country* whose principal place is nearest, or None where that cannot be told."""
    candidates = principal_places().get(country, ())
    if len(candidates) == 1:
        return candidates[0][2]
    here = known_place(lat, lon)
    if here is None or not candidates:
        return None
    return min(candidates, key=lambda each: distance_km(*here, each[0], each[1]))[2]


@cache
def principal_places() -> dict[str, tuple[_Place, ...]]:
    """Return latitude, longitude and zone of each principal place, by ISO 3166 code."""
    table = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    places: dict[str, tuple[_Place, ...]] = {}
    for line in table.splitlines():
        if line and not line.startswith("#"):
            country, coordinates, zone = line.split("\t")[:3]
            places[country] = (*places.get(country, ()), (*_degrees(coordinates), zone))
    return places


def _degrees(coordinates: str) -> tuple[float, float]:
    """Read ISO 6709 as zone.tab writes it: ±DDMM±DDDMM or ±DDMMSS±DDDMMSS."""
    cut = max(coordinates.rfind("+"), coordinates.rfind("-"))
    return _angle(coordinates[:cut], 2), _angle(coordinates[cut:], 3)


def _angle(text: str, width: int) -> float:
    digits = text[1:]
    degrees, minutes, seconds = int(digits[:width]), int(digits[width : width + 2]), int(digits[width + 2 :] or 0)
    size = degrees + minutes / 60 + seconds / 3600
    return -size if text[0] == "-" else size
