"""The journey since the last verified sign-in, as the score reads it: None where the signals say unknown."""

from doorward.core.signals import Unknown
from doorward.core.signals import travel as signal
from doorward.core.signals.base import Attempt


def km_since_last(attempt: Attempt) -> float | None:
    """Return the distance that no inaccuracy explains."""
    journey = signal.journey_of(attempt)
    return None if isinstance(journey, Unknown) else journey.certain_km


def hours_since_last(attempt: Attempt) -> float | None:
    """Return the time between the two, also where a clock was set back and the last one lies ahead."""
    last_at = attempt.facts.history.last_at
    return None if last_at is None else abs(attempt.now - last_at) / 3600


def speed_kmh(attempt: Attempt) -> float | None:
    """Return how fast one would have travelled; 0 for a distance that is much the same place."""
    journey = signal.journey_of(attempt)
    if isinstance(journey, Unknown):
        return None
    return journey.speed_kmh if journey.certain_km >= signal.SHORTEST_KM else 0.0


def km_from_usual(attempt: Attempt) -> float | None:
    """Return the distance to the nearest place of the history that no inaccuracy explains."""
    km = signal.usual_distance(attempt)
    if isinstance(km, Unknown):
        return None
    return max(0.0, km - signal.SLACK_KM - signal.radius_km(attempt.facts.network.accuracy_km))
