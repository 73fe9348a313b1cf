"""Where an attempt is, against where the subject was: distances and speeds that a person can have travelled."""

from doorward.core.facts import Facts
from doorward.core.geometry import Place, coarse, distance_km, place

# Taken off every distance, with the accuracy of both ends; the latter where the database gives none.
SLACK_KM = 50.0
UNSTATED_ACCURACY_KM = 50.0
# Below it a place is much the same, however little time has passed.
LEAST_KM = 100.0
_LEAST_HOURS = 1 / 60

_ELSEWHERE = ("mobile", "vpn", "tor")  # kinds whose address is not where its user is


def km_since_last(facts: Facts) -> float | None:
    """Return the distance from the last verified sign-in that no inaccuracy explains; None where it is not known."""
    network, history = facts.network, facts.history
    here = _located(network.lat, network.lon, network.kind, network.anonymous)
    there = _located(history.last_lat, history.last_lon, history.last_kind, history.last_anonymous)
    if here is None or there is None:
        return None
    slack = SLACK_KM + _accuracy(network.accuracy_km) + _accuracy(history.last_accuracy_km)
    return max(0.0, distance_km(*here, *there) - slack)


def hours_since_last(facts: Facts, now: float) -> float | None:
    """Return the time between the two, also where a clock was set back and the last one lies ahead."""
    last_at = facts.history.last_at
    return None if last_at is None else abs(now - last_at) / 3600


def speed_kmh(facts: Facts, now: float) -> float | None:
    """Return how fast one would have travelled since the last verified sign-in; 0 for less than 100 km."""
    hours = hours_since_last(facts, now)
    km = km_since_last(facts) if hours is not None else None
    if km is None or hours is None:
        return None
    return 0.0 if km < LEAST_KM else km / max(hours, _LEAST_HOURS)


def km_from_usual(facts: Facts) -> float | None:
    """Return the distance to the nearest place of the history that no inaccuracy explains."""
    network, nearest = facts.network, facts.history.nearest_km
    if nearest is None or _located(network.lat, network.lon, network.kind, network.anonymous) is None:
        return None
    return max(0.0, nearest - SLACK_KM - _accuracy(network.accuracy_km))


def _located(lat: float | None, lon: float | None, kind: str | None, anonymous: bool | None) -> Place | None:
    """Return the place on the grid that history is kept on, where it is its user's own."""
    if anonymous or kind in _ELSEWHERE:
        return None
    found = place(lat, lon)
    return None if found is None else (coarse(found[0]), coarse(found[1]))


def _accuracy(km: float | None) -> float:
    return UNSTATED_ACCURACY_KM if km is None else max(0.0, km)
