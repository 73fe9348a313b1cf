"""Distances on the globe, in kilometres; coordinates in degrees."""

from math import asin, cos, radians, sin, sqrt

Place = tuple[float, float]  # latitude and longitude

EARTH_RADIUS_KM = 6371.0088  # the mean radius (IUGG)


def distance_km(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Return the great-circle distance (haversine), at most half the way round.

    Rounding can push the haversine past 0 or 1 near the poles and the antipodes, so it is clamped there.
    """
    phi, other_phi = radians(lat), radians(other_lat)
    half_phi = sin((other_phi - phi) / 2)
    half_lambda = sin(radians(other_lon - lon) / 2)
    haversine = half_phi * half_phi + cos(phi) * cos(other_phi) * half_lambda * half_lambda
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, max(0.0, haversine))))


def place(lat: float | None, lon: float | None) -> Place | None:
    """Return the coordinates, or None unless both are known, finite and on the globe."""
    if lat is None or lon is None or not (-90.0 <= lat <= 90.0 and -180.0 <= lon <= 180.0):
        return None
    return float(lat), float(lon)


def coarse(degrees: float) -> float:
    """Return *degrees* on the grid of 0.1° that history is kept on (at most 8 km off, a city at best)."""
    return round(degrees * 10) / 10
