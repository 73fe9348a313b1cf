"""How far and how fast since the last verified sign-in.

Places are compared on the grid that history is kept on (0.1°). An anonymous network's or a mobile carrier's place
says nothing of where its user is, so there is no distance from or to one.
"""

from typing import NamedTuple

from doorward.core.geometry import Place, coarse, distance_km, place
from doorward.core.signals import geo
from doorward.core.signals.base import Attempt, Unknown
from doorward.core.signals.reasons import NO_HISTORY, without_history

FASTEST_KMH = 1000.0
SHORTEST_KM = 100.0
SLACK_KM = 50.0
UNSTATED_ACCURACY_KM = 50.0
# Infinity has no JSON; this stands for «in no time at all».
SPEED_CEILING_KMH = 1_000_000.0

_ANONYMOUS_KINDS = ("vpn", "tor")
_ANONYMOUS = Unknown("an anonymous network has no place")
_MOBILE = Unknown("a mobile carrier's network has no place")
_LAST_UNLOCATED = Unknown("the last verified sign-in has no location")
_LAST_ANONYMOUS = Unknown("the last verified sign-in came through an anonymous network")
_LAST_MOBILE = Unknown("the last verified sign-in came through a mobile carrier's network")
_OFF_THE_GLOBE = Unknown("the location is not on the globe")
_NO_PLACES = Unknown("no verified sign-in has a place")


class Journey(NamedTuple):
    """From the last verified sign-in to this attempt; *certain_km* is what no inaccuracy can explain away."""

    distance_km: float
    certain_km: float
    hours: float

    @property
    def speed_kmh(self) -> float:
        if self.certain_km <= 0:
            return 0.0
        return min(self.certain_km / self.hours, SPEED_CEILING_KMH) if self.hours > 0 else SPEED_CEILING_KMH


def distance(attempt: Attempt) -> float | Unknown:
    journey = journey_of(attempt)
    return journey if isinstance(journey, Unknown) else journey.distance_km


def hours(attempt: Attempt) -> float | Unknown:
    """Return the hours between the two, also where a clock was set back and the last one lies ahead."""
    nothing = without_history(attempt)
    if nothing is not None:
        return nothing
    last_at = attempt.facts.history.last_at
    return NO_HISTORY if last_at is None else abs(attempt.now - last_at) / 3600


def speed(attempt: Attempt) -> float | Unknown:
    journey = journey_of(attempt)
    return journey if isinstance(journey, Unknown) else journey.speed_kmh


def usual_distance(attempt: Attempt) -> float | Unknown:
    nothing, here = without_history(attempt), _here(attempt)
    if nothing is not None:
        return nothing
    if isinstance(here, Unknown):
        return here
    nearest = attempt.facts.history.nearest_km
    return _NO_PLACES if nearest is None else float(nearest)


def impossible(attempt: Attempt) -> bool | Unknown:
    journey = journey_of(attempt)
    if isinstance(journey, Unknown):
        return journey
    return journey.certain_km >= SHORTEST_KM and journey.speed_kmh > FASTEST_KMH


def journey_of(attempt: Attempt) -> Journey | Unknown:
    """Return the way from the last verified sign-in to here, or why there is none to be known."""
    if attempt.journey is None:
        attempt.journey = _journey_of(attempt)
    journey: Journey | Unknown = attempt.journey
    return journey


def _journey_of(attempt: Attempt) -> Journey | Unknown:
    elapsed = hours(attempt)
    if isinstance(elapsed, Unknown):
        return elapsed
    here, there = _here(attempt), _there(attempt)
    if isinstance(here, Unknown):
        return here
    if isinstance(there, Unknown):
        return there
    facts = attempt.facts
    away = 0.0 if here == there else distance_km(*here, *there)
    slack = SLACK_KM + radius_km(facts.network.accuracy_km) + radius_km(facts.history.last_accuracy_km)
    return Journey(away, max(0.0, away - slack), elapsed)


def radius_km(accuracy_km: float | None) -> float:
    """Return the radius within which a place is right; 50 km where the database gives none."""
    return UNSTATED_ACCURACY_KM if accuracy_km is None else max(0.0, accuracy_km)


def _here(attempt: Attempt) -> Place | Unknown:
    network = attempt.facts.network
    if network.anonymous or network.kind in _ANONYMOUS_KINDS:
        return _ANONYMOUS
    if network.kind == "mobile":
        return _MOBILE
    found = place(network.lat, network.lon)
    if found is not None:
        return coarse(found[0]), coarse(found[1])
    why = geo.lat(attempt)
    return why if isinstance(why, Unknown) else _OFF_THE_GLOBE


def _there(attempt: Attempt) -> Place | Unknown:
    history = attempt.facts.history
    if history.last_anonymous or history.last_kind in _ANONYMOUS_KINDS:
        return _LAST_ANONYMOUS
    if history.last_kind == "mobile":
        return _LAST_MOBILE
    found = place(history.last_lat, history.last_lon)
    return _LAST_UNLOCATED if found is None else (coarse(found[0]), coarse(found[1]))
