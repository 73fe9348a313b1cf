"""What each verified sign-in counts at a given time: decay, quarantine, and a cap on what one day can do."""

from collections.abc import Sequence
from math import exp, log
from operator import eq

from doorward.core.history.entries import DAY_SECONDS, QUARANTINED

HALF_LIFE_SECONDS = 75 * DAY_SECONDS
LIFE_SECONDS = 180 * DAY_SECONDS
QUARANTINE_SECONDS = 48 * 3600

PASSWORD_ONLY_WEIGHT = 0.5
OTP_WEIGHT = 1.0
PHISHING_RESISTANT_WEIGHT = 2.0
QUARANTINE_SHARE = 0.2
DAILY_WEIGHT_PER_VALUE = 3.0
_ROUNDING = 0.001  # far more than sums of a hundred weights are off by


def settles_at(at: int, state: int) -> int:
    """Return when a sign-in counts in full: a quarantined one after 48 hours without a dispute."""
    return at + QUARANTINE_SECONDS if state & QUARANTINED else at


_IS_QUARANTINED = bytes(bool(state & QUARANTINED) for state in range(256))


def settled_at(times: Sequence[int], states: bytes, now: float) -> bytes:
    """Return for each sign-in 1 where it counts in full at *now*, else 0."""
    waiting = states.translate(_IS_QUARANTINED)
    if 1 not in waiting:
        return b"\1" * len(states)
    horizon = now - QUARANTINE_SECONDS
    return bytes([not waits or at <= horizon for at, waits in zip(times, waiting, strict=True)])


def weights_at(thousandths: Sequence[int], settled: bytes) -> list[float]:
    """Return each sign-in's weight, not yet decayed; one in quarantine counts a fifth."""
    if 0 not in settled:
        return [weight / 1000 for weight in thousandths]
    return [
        weight / 1000 if counts else weight / 1000 * QUARANTINE_SHARE
        for weight, counts in zip(thousandths, settled, strict=True)
    ]


def decayed(times: Sequence[int], weights: Sequence[float], now: float) -> list[float]:
    """Return *weights* halved for every 75 days of age; what lies ahead of *now* is not older than now."""
    rate = log(2) / HALF_LIFE_SECONDS
    return [weight * exp((at - now) * rate) if at < now else weight for at, weight in zip(times, weights, strict=True)]


def heavy_days(times: Sequence[int], weights: Sequence[float]) -> list[int]:
    """Return each sign-in's day (UTC) where some day weighs more than one value may count, else nothing."""
    days = [at // DAY_SECONDS for at in times]
    # So many sign-ins never weigh too much, and mostly no day has more. Those of a day stand side by side.
    harmless = int((DAILY_WEIGHT_PER_VALUE - _ROUNDING) / max(weights)) or 1
    if not any(map(eq, days, days[harmless:])):
        return []
    sums: dict[int, float] = {}
    for day, weight in zip(days, weights, strict=True):
        sums[day] = sums.get(day, 0.0) + weight
    return days if max(sums.values()) > DAILY_WEIGHT_PER_VALUE else []


def capped(values: bytes, days: Sequence[int], weights: Sequence[float], decayed: Sequence[float]) -> Sequence[float]:
    """Return the *decayed* weights, scaled down so that no value counts more than 3 (before decay) for one day."""
    if values.count(values[0]) == len(values):
        keys = days  # one value only, as most people's country is: the day alone tells
    else:
        keys = [day << 32 | value for day, value in zip(days, values, strict=True)]
    sums = dict.fromkeys(keys, 0.0)
    for key, weight in zip(keys, weights, strict=True):
        sums[key] += weight
    scale = {key: DAILY_WEIGHT_PER_VALUE / total for key, total in sums.items() if total > DAILY_WEIGHT_PER_VALUE}
    if not scale:
        return decayed
    return [weight * scale.get(key, 1.0) for key, weight in zip(keys, decayed, strict=True)]
