"""How usual an hour of the week is: a circular kernel over the hours of the day, with weekends apart.

Two sign-ins are alike by their distance on the 24-hour circle (Gaussian, 1.5 h) and half as much where one is on a
weekend and the other is not. Seven separate weekdays would need months to fill; two kinds of day fill in weeks.
Hours are local to the subject's zone.
"""

from collections.abc import Sequence
from math import exp
from operator import itemgetter, mul

SPREAD_HOURS = 1.5
OTHER_KIND_OF_DAY = 0.5
# One sign-in spread evenly over the day: a single one does not make every other hour impossible.
PRIOR_SIGN_INS = 1.0

_HOURS = 24
_WEEK = 7 * _HOURS
_EPOCH_SECONDS = 3 * 86_400  # 1970-01-01 was a Thursday; weeks begin on Mondays
# A slot is an hour of the day on a weekday (0 to 23) or on a weekend (24 to 47).
_SLOT = [hour % _HOURS + (_HOURS if hour >= 5 * _HOURS else 0) for hour in range(_WEEK)]
_KERNEL = [exp(-0.5 * (min(hours, _HOURS - hours) / SPREAD_HOURS) ** 2) for hours in range(_HOURS)]
_PRIOR = PRIOR_SIGN_INS * sum(_KERNEL) / _HOURS


def hour_share(times: Sequence[int], weights: Sequence[float], *, now: float, offset_seconds: float) -> float:
    """Return the density around *now* relative to the busiest hour that the sign-ins have, in 0 to 1."""
    shift = int(offset_seconds) + _EPOCH_SECONDS
    filled: dict[int, float] = {}
    for at, weight in zip(times, weights, strict=True):
        slot = _SLOT[(at + shift) // 3600 % _WEEK]
        filled[slot] = filled.get(slot, 0.0) + weight
    here = _SLOT[(int(now) + shift) // 3600 % _WEEK]
    if not filled:
        return 1.0
    # The same sums by `map`, since a regular subject fills a dozen hours: the work grows with their square.
    likeness = itemgetter(*filled, here)
    sums = (*filled.values(), 0.0)
    densities: list[float] = [sum(map(mul, sums, likeness(_ALIKE[slot]))) for slot in (*filled, here)]
    density = densities.pop()
    return min(1.0, (density + _PRIOR) / (max(densities) + _PRIOR))


def _likeness(slot: int, other: int) -> float:
    same_kind_of_day = slot // _HOURS == other // _HOURS
    return _KERNEL[(slot - other) % _HOURS] * (1.0 if same_kind_of_day else OTHER_KIND_OF_DAY)


_ALIKE = [[_likeness(slot, other) for other in range(2 * _HOURS)] for slot in range(2 * _HOURS)]
