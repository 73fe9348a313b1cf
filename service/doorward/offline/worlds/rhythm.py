"""When a person signs in: habits of the hour and the weekend, and how often the password is typed wrong."""

from dataclasses import dataclass
from datetime import date
from math import tau

from numpy.random import Generator

from doorward.offline.worlds.streams import Weighted, chance

FAILURE_GAP_SECONDS = 17.0
MOST_TYPOS = 6

_PEAKS = Weighted((8.0, 10.0, 13.0, 17.0, 20.0, 21.0), (0.15, 0.2, 0.2, 0.15, 0.2, 0.1))
_MAIN, _FORGOTTEN = 0.65, 0.01
_WEEKEND = (5, 6)


@dataclass(frozen=True, slots=True)
class Habit:
    """Two peaks of local time with how narrow they are, and the share of sign-ins that a weekend leaves.

    *any_hour* is the share that comes at no usual hour.
    """

    peaks: tuple[tuple[float, float], tuple[float, float]]
    hours_ahead: float
    weekend: float
    any_hour: float


@dataclass(frozen=True, slots=True)
class Visit:
    """One attempt to get in on *day*: so many failures, and then a success, or none where a person gives up."""

    day: float
    failures: int
    succeeds: bool = True


@dataclass(frozen=True, slots=True)
class Span:
    """How long somebody is there: from the day *joined* to the end of a world of *days* that begins on *start*."""

    joined: float
    days: int
    start: date


def draw_habit(rng: Generator, hours_ahead: float, any_hour: float) -> Habit:
    """Draw the habits of somebody whose clock is *hours_ahead* of UTC."""
    main = _PEAKS.draw(rng) + float(rng.normal())
    second = main + float(rng.normal(6.0, 2.0))
    peaks = ((main, float(rng.uniform(1.2, 4.0))), (second, float(rng.uniform(1.2, 4.0))))
    return Habit(peaks, hours_ahead, float(rng.uniform(0.3, 1.0)), any_hour)


def visits_by_rate(rng: Generator, habit: Habit, span: Span, *, rate: float, typo: float) -> list[Visit]:
    """Return visits with Exp(1/*rate*) days between them, in the order of time."""
    moments = []
    day = span.joined + float(rng.exponential(1 / rate))
    while day < span.days:
        if _comes(rng, habit, int(day), span.start):
            moments.append(_at_hour(rng, habit, day))
        day += float(rng.exponential(1 / rate))
    return [Visit(moment, _failures(rng, typo)) for moment in sorted(moments)]


def visits_by_attempts(rng: Generator, habit: Habit, span: Span, *, attempts: int, typo: float) -> list[Visit]:
    """Return visits that take *attempts* in all, spread over the whole time; the last may not succeed."""
    counted = []
    while attempts > 0:
        failures = _failures(rng, typo)
        counted.append((min(failures, attempts), failures < attempts))
        attempts -= failures + 1
    moments: list[float] = []
    while len(moments) < len(counted):
        day = span.joined + float(rng.random()) * (span.days - span.joined)
        if _comes(rng, habit, int(day), span.start):
            moments.append(_at_hour(rng, habit, day))
    return [Visit(day, *each) for day, each in zip(sorted(moments), counted, strict=True)]


def _comes(rng: Generator, habit: Habit, day: int, start: date) -> bool:
    """Answer whether a sign-in that is due on *day* takes place: on a weekend some do not."""
    is_weekend = (start.weekday() + day) % 7 in _WEEKEND
    return not is_weekend or chance(rng, habit.weekend)


def _at_hour(rng: Generator, habit: Habit, day: float) -> float:
    """Return an hour of *day* that the habit likes; days are those of UTC."""
    if chance(rng, habit.any_hour):
        hour = float(rng.random()) * 24
    else:
        peak, narrow = habit.peaks[0 if chance(rng, _MAIN) else 1]
        hour = peak + float(rng.vonmises(0.0, narrow)) / tau * 24 - habit.hours_ahead
    return int(day) + hour % 24 / 24


def _failures(rng: Generator, typo: float) -> int:
    """Draw how often the password is wrong: typing mistakes, and now and then it is forgotten."""
    failures = 0
    while failures < MOST_TYPOS and chance(rng, typo):
        failures += 1
    if chance(rng, _FORGOTTEN):
        failures += int(rng.integers(3, 7))
    return failures
