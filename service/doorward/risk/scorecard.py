"""A scorecard: tables that are added up to log-odds, and what those mean among genuine sign-ins.

The score explains itself: what each feature adds is looked up, and nothing else enters the sum.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from math import fsum, inf, nan
from operator import getitem, itemgetter
from sys import float_info
from typing import Any, NamedTuple, Protocol

from doorward.core.facts import HistoryFacts
from doorward.core.outcome import Assessment, Reason
from doorward.core.signals import LEARNING_EVENTS
from doorward.core.signals.base import Attempt
from doorward.risk.features import FEATURES, FUNCTIONS, Evidence
from doorward.risk.floors import floors_of
from doorward.risk.likelihood import has_history
from doorward.risk.stability import Distribution
from doorward.risk.wording import Told, Voice, telling

# The entry of the contributions that belongs to no feature: constant, calibration and prior shift.
BASE = "base"

MAX_REASONS = 8
MAX_LOWERING = 3
LEAST_POINTS = 0.1

# Below every finite number's threshold, so that −∞ is not taken for NaN.
_LEAST = -float_info.max

_POINTS, _OVER = itemgetter(0), itemgetter(1)
_COMPARING = frozenset(feature.name for feature in FEATURES if feature.compares)


@dataclass(frozen=True, slots=True)
class Table:
    """One feature's contribution: `values[i]` up to and including `thresholds[i]`, the last one beyond them all.

    *reference* is what genuine sign-ins get on average; what is more is told by *raises*, what is less by *lowers*.
    """

    thresholds: tuple[float, ...]
    values: tuple[float, ...]
    missing: float = 0.0
    reference: float = 0.0
    raises: Voice | None = None
    lowers: Voice | None = None

    def value_at(self, x: float) -> float:
        return self.missing if x != x else self.values[bisect_left(self.thresholds, x)]


class Step(NamedTuple):
    """What a feature's value comes to, in log-odds: so all is multiplied by the calibration's slope.

    *over* says by how much that is above the reference, and *voice* how it is told: None where that is nothing.
    *compares* marks what says nothing where there is no history.
    """

    points: float
    over: float = 0.0
    voice: Told | None = None
    compares: bool = False


@dataclass(frozen=True, slots=True)
class Calibration:
    """Platt's two numbers, which make the sum log-odds, and where they come from: *n* genuine sign-ins."""

    source: str
    n: int
    version: str
    a: float = 1.0
    b: float = 0.0


@dataclass(frozen=True, slots=True)
class Quantiles:
    """The share in percent of genuine sign-ins that lie below each of *log_odds*, linear in between.

    One value of *log_odds* may stand twice, where many sign-ins share it: first the share below it, then with it.
    """

    log_odds: tuple[float, ...]
    scores: tuple[float, ...]

    def score(self, log_odds: float) -> float:
        """Return 0 to 100: about 100 less this percent of genuine sign-ins lie at least as high."""
        right = bisect_left(self.log_odds, log_odds)
        if right == len(self.log_odds):
            return self.scores[-1]
        if right == 0 or self.log_odds[right] == log_odds:
            return self.scores[right]
        left = right - 1
        way = (log_odds - self.log_odds[left]) / (self.log_odds[right] - self.log_odds[left])
        low, high = self.scores[left], self.scores[right]
        return min(high, low + way * (high - low))


class Blending(Protocol):
    """A tenant's own scale; `own_scale.with_own_scale` puts one in."""

    def blended(self, log_odds: float, shipped: float) -> float: ...


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Everything that makes a score of features. *id* is the name and the start of the file's SHA-256.

    *distributions* tell how each feature lay in training, where the file does; *own* is a tenant's own scale.
    """

    name: str
    constant: float
    tables: Mapping[str, Table]
    quantiles: Quantiles
    calibration: Calibration
    prior_shift: float = 0.0
    description: str = ""
    distributions: Mapping[str, Distribution] = field(default_factory=dict)
    id: str = field(default="", compare=False)
    own: Blending | None = None
    entries: tuple[str, ...] = field(init=False, compare=False, repr=False)
    scale: Mapping[str, Any] = field(init=False, compare=False, repr=False)
    _functions: tuple[Callable[[Evidence], float], ...] = field(init=False, compare=False, repr=False)
    _base: float = field(init=False, compare=False, repr=False)
    _thresholds: tuple[tuple[float, ...], ...] = field(init=False, compare=False, repr=False)
    _steps: tuple[tuple[Step, ...], ...] = field(init=False, compare=False, repr=False)
    _points: tuple[tuple[float, ...], ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Work out once what every score needs.

        A search for NaN ends in the first place, so what is not known stands there, below a threshold that every
        number passes: all tables are then looked up by one `map`, without a line of Python for each.
        """
        a, tables, told = self.calibration.a, self.tables, self.calibration
        steps = tuple(_steps(name, table, a) for name, table in tables.items())
        object.__setattr__(self, "entries", (BASE, *tables))
        object.__setattr__(self, "scale", {"source": told.source, "n": told.n, "version": told.version})
        object.__setattr__(self, "_functions", tuple(FUNCTIONS.get(name, _nothing) for name in tables))
        object.__setattr__(self, "_base", a * self.constant + told.b + self.prior_shift)
        object.__setattr__(self, "_thresholds", tuple((-inf, *table.thresholds) for table in tables.values()))
        object.__setattr__(self, "_steps", steps)
        object.__setattr__(self, "_points", tuple(tuple(step.points for step in each) for each in steps))

    def contributions(self, values: Mapping[str, float]) -> dict[str, float]:
        """Return what each feature adds to the calibrated log-odds, and BASE; `fsum` of them is the log-odds."""
        shares, _ = self.explained(self.row_of(values))
        return dict(zip(self.entries, shares, strict=True))

    def log_odds(self, values: Mapping[str, float]) -> float:
        return self.sum_of(self.row_of(values))

    def row_of(self, values: Mapping[str, float]) -> list[float]:
        """Return the value of each table's feature, in their order: NaN where there is none, and never −∞."""
        # In this order `max` keeps a NaN.
        return [max(values.get(name, nan), _LEAST) for name in self.tables]

    def row_about(self, attempt: Attempt) -> list[float]:
        """Return the feature of each table, in their order."""
        seen = Evidence(attempt)
        return [function(seen) for function in self._functions]

    def sum_of(self, row: Iterable[float]) -> float:
        """Return the calibrated log-odds alone."""
        return fsum((self._base, *map(getitem, self._points, map(bisect_left, self._thresholds, row))))

    def explained(self, row: Iterable[float]) -> tuple[list[float], list[Step]]:
        """Return what BASE and each value of *row* add, and the steps that are worth a word."""
        steps = list(map(getitem, self._steps, map(bisect_left, self._thresholds, row)))
        return [self._base, *map(_POINTS, steps)], [step for step in steps if step[2] is not None]

    def score(self, log_odds: float) -> float:
        """Return the score of *log_odds*: by the quantiles, or as far as there is one by the tenant's own scale."""
        shipped = self.quantiles.score(log_odds)
        return shipped if self.own is None else self.own.blended(log_odds, shipped)


def assess(
    card: Scorecard, attempt: Attempt, *, with_reasons: bool = True, values: Mapping[str, float] | None = None
) -> Assessment:
    """Return the score of an attempt and all it rests on; no score where the history could not be read.

    What each feature adds, and the reasons in words, take two fifths of the time: whoever reads neither may do without.
    *values* are the attempt's features, for whoever has them already.
    """
    row = card.row_about(attempt) if values is None else card.row_of(values)
    if not with_reasons:
        return _assessed(card, attempt, card.sum_of(row), (), None)
    shares, notable = card.explained(row)
    return _assessed(card, attempt, fsum(shares), _reasons(attempt, notable), shares)


def _assessed(
    card: Scorecard, attempt: Attempt, log_odds: float, reasons: tuple[Reason, ...], shares: list[float] | None
) -> Assessment:
    history = attempt.facts.history
    return Assessment(
        card.score(log_odds) if history.reachable else None,
        log_odds,
        confidence_of(history),
        reasons,
        floors_of(attempt.facts),
        card.scale,
        card.id,
        card.entries if shares is not None else (),
        shares or (),
    )


def _steps(name: str, table: Table, slope: float) -> tuple[Step, ...]:
    """Return what is not known, and then what each value comes to."""
    compares, reference = name in _COMPARING, slope * table.reference
    return (
        Step(slope * table.missing),
        *(_step(slope * value, table, reference, compares) for value in table.values),
    )


def _step(points: float, table: Table, reference: float, compares: bool) -> Step:
    over = points - reference
    if -LEAST_POINTS < over < LEAST_POINTS:
        return Step(points)
    voice = table.raises if over > 0 else table.lowers
    return Step(points, over, telling(voice) if voice is not None else None, compares)


def _nothing(_: Evidence) -> float:
    """Stand for a feature that this version does not know."""
    return nan


def confidence_of(history: HistoryFacts) -> str:
    """Return none without any verified sign-in, learning while there are few, ok after that."""
    if not has_history(history):
        return "none"
    return "learning" if history.events < LEARNING_EVENTS else "ok"


def _reasons(attempt: Attempt, notable: list[Step]) -> tuple[Reason, ...]:
    """Return what stands out most, largest first: what raises the score goes before the rest.

    A comparison with a history that there is not gives no reason.
    """
    if not has_history(attempt.facts.history):
        notable = [step for step in notable if not step.compares]
    notable.sort(key=_OVER, reverse=True)
    against = _told([step for step in notable if step[1] > 0], attempt, MAX_REASONS)
    in_favour = [step for step in reversed(notable) if step[1] < 0]
    if in_favour:
        against += reversed(_told(in_favour, attempt, min(MAX_LOWERING, MAX_REASONS - len(against))))
    return tuple(against)


def _told(steps: list[Step], attempt: Attempt, most: int) -> list[Reason]:
    """Return the first *most* of *steps* in words; a voice may have nothing to say."""
    reasons: list[Reason] = []
    for _, over, voice, _ in steps:
        if len(reasons) == most or voice is None:
            break
        code = voice.code(attempt)
        if code:
            reasons.append(Reason(code, voice.detail(attempt), over))
    return reasons
