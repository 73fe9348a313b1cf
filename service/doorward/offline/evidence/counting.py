"""Shares, thresholds and how far to trust them. Whoever scores above a threshold is challenged; ties are not."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from math import ceil, floor, inf, nextafter, sqrt
from random import Random

Interval = tuple[float, float]

# Of the normal distribution, for 95 %.
_Z = 1.959963984540054
_RESAMPLED = 200
_MOST_CLUSTERS = 20_000
_SEED = 0
# Shares such as 0.02 are no exact binary numbers; a fiftieth of 50 is one all the same.
_ROUNDING = 1e-9


def threshold_at(rate: float, ordered: Sequence[float]) -> float:
    """Return the lowest threshold above which at most the share *rate* of *ordered*, rising scores lies."""
    allowed = floor(rate * len(ordered) + _ROUNDING)
    return -inf if allowed >= len(ordered) else ordered[len(ordered) - allowed - 1]


def threshold_catching(share: float, ordered: Sequence[float]) -> float:
    """Return the highest threshold above which at least *share* of *ordered* lies; inf where there is nothing."""
    wanted = ceil(share * len(ordered) - _ROUNDING)
    return inf if wanted <= 0 else nextafter(ordered[len(ordered) - wanted], -inf)


def number_above(threshold: float, ordered: Sequence[float]) -> int:
    return len(ordered) - bisect_right(ordered, threshold)


def share_above(threshold: float, ordered: Sequence[float]) -> float | None:
    """Return the share of *ordered* that is challenged; None of nothing."""
    return number_above(threshold, ordered) / len(ordered) if len(ordered) else None


def wilson(hits: int, number: int) -> Interval | None:
    """Return between what the true share lies with 95 % (Wilson 1927), if each of *number* is one of its own."""
    if not number:
        return None
    share, square = hits / number, _Z * _Z
    middle = share + square / (2 * number)
    width = _Z * sqrt(share * (1 - share) / number + square / (4 * number * number))
    whole = 1 + square / number
    low = 0.0 if not hits else (middle - width) / whole
    return low, 1.0 if hits == number else (middle + width) / whole


def clustered(clusters: Sequence[tuple[int, int]]) -> Interval | None:
    """Return the same for (hits, number) of each subject, whose sign-ins are alike: a bootstrap of whole subjects.

    The same clusters give the same interval. None where there are too many to be drawn quickly, or fewer than two.
    """
    if not 2 <= len(clusters) <= _MOST_CLUSTERS:
        return None
    rng = Random(_SEED)  # noqa: S311 - statistics, not secrets
    shares = []
    for _ in range(_RESAMPLED):
        drawn = rng.choices(clusters, k=len(clusters))
        shares.append(sum(hits for hits, _ in drawn) / max(1, sum(number for _, number in drawn)))
    shares.sort()
    cut = round(0.025 * _RESAMPLED)
    return shares[cut], shares[-cut - 1]


def precision(caught: float, challenged: float, genuine_per_attack: float) -> float | None:
    """Return the share of challenges that meet an attack, with so many genuine sign-ins to one attack."""
    alarms = caught + challenged * genuine_per_attack
    return caught / alarms if alarms else None


def auc(genuine: Sequence[float], attacks: Sequence[float]) -> float | None:
    """Return how often an attack scores above a genuine sign-in, ties counting half; *genuine* rises."""
    if not len(genuine) or not len(attacks):
        return None
    ranks = sum(bisect_left(genuine, each) + bisect_right(genuine, each) for each in attacks)
    return ranks / (2 * len(genuine) * len(attacks))


def median(counted: dict[int, int]) -> float:
    """Return the median of whole numbers, given how often each is there."""
    total = sum(counted.values())
    lower, upper = (total - 1) // 2, total // 2
    found, passed = [], 0
    for value in sorted(counted):
        found += [value for place in (lower, upper) if passed <= place < passed + counted[value]]
        passed += counted[value]
    return sum(found) / 2
