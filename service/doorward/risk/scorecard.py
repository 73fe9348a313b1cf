"""A scorecard: tables that are added up to log-odds, and what those mean among genuine sign-ins.

The score explains itself: what each feature adds is looked up, and nothing else enters the sum.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import fsum, isnan, nan
from typing import Protocol

from doorward.core.facts import HistoryFacts
from doorward.core.outcome import Assessment, Reason
from doorward.core.signals import LEARNING_EVENTS
from doorward.core.signals.base import Attempt
from doorward.risk.features import FEATURES, FUNCTIONS, Evidence, evidence_of, features
from doorward.risk.floors import floors_of
from doorward.risk.likelihood import has_history
from doorward.risk.stability import Distribution
from doorward.risk.wording import Voice, fill

# The entry of the contributions that belongs to no feature: constant, calibration and prior shift.
BASE = "base"

MAX_REASONS = 8
MAX_LOWERING = 3
LEAST_POINTS = 0.1

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


# How a table is added up, and how it is told, in log-odds: so all is multiplied by the calibration's slope. A name,
# thresholds, values and what stands for NaN; a name, the reference, both voices, and whether it compares with history.
Steps = tuple[str, tuple[float, ...], tuple[float, ...], float]
Planned = tuple[Callable[[Evidence], float], tuple[float, ...], tuple[float, ...], float]
Telling = tuple[str, float, Voice | None, Voice | None, bool]


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
    _steps: tuple[Steps, ...] = field(init=False, compare=False, repr=False)
    _plan: tuple[Planned, ...] = field(init=False, compare=False, repr=False)
    tellings: tuple[Telling, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Work out once what every score needs."""
        a, tables = self.calibration.a, self.tables.items()
        steps = ((name, each.thresholds, tuple(a * x for x in each.values), a * each.missing) for name, each in tables)
        told = ((name, a * each.reference, each.raises, each.lowers, name in _COMPARING) for name, each in tables)
        object.__setattr__(self, "_steps", tuple(steps))
        plan = tuple((FUNCTIONS.get(name, _nothing), *step) for name, *step in self._steps)
        object.__setattr__(self, "_plan", plan)
        object.__setattr__(self, "tellings", tuple(told))

    def contributions(self, values: Mapping[str, float]) -> dict[str, float]:
        """Return what each feature adds to the calibrated log-odds, and BASE; `fsum` of them is the log-odds."""
        shares = {BASE: self.calibration.a * self.constant + self.calibration.b + self.prior_shift}
        for name, thresholds, points, missing in self._steps:
            x = values.get(name, nan)
            shares[name] = points[bisect_left(thresholds, x)] if x == x else missing
        return shares

    def log_odds(self, values: Mapping[str, float]) -> float:
        return fsum(self.contributions(values).values())

    def log_odds_of(self, attempt: Attempt) -> float:
        """Return the log-odds alone, without keeping what each feature is and adds."""
        seen = evidence_of(attempt)
        points = [
            values[bisect_left(thresholds, x)] if (x := function(seen)) == x else missing
            for function, thresholds, values, missing in self._plan
        ]
        return fsum((self.calibration.a * self.constant + self.calibration.b + self.prior_shift, *points))

    def score(self, log_odds: float) -> float:
        """Return the score of *log_odds*: by the quantiles, or as far as there is one by the tenant's own scale."""
        shipped = self.quantiles.score(log_odds)
        return shipped if self.own is None else self.own.blended(log_odds, shipped)


def assess(
    card: Scorecard, attempt: Attempt, *, with_reasons: bool = True, values: Mapping[str, float] | None = None
) -> Assessment:
    """Return the score of an attempt and all it rests on; no score where the history could not be read.

    What each feature adds, and the reasons in words, take half of the time, so whoever reads neither may do without.
    *values* are the attempt's features, for whoever has them already.
    """
    if not with_reasons and values is None:
        return _assessed(card, attempt, card.log_odds_of(attempt), (), {})
    values = features(attempt) if values is None else values
    shares = card.contributions(values)
    reasons = _reasons(card, attempt, values, shares) if with_reasons else ()
    return _assessed(card, attempt, fsum(shares.values()), reasons, shares)


def _assessed(
    card: Scorecard, attempt: Attempt, log_odds: float, reasons: tuple[Reason, ...], shares: Mapping[str, float]
) -> Assessment:
    facts, calibration = attempt.facts, card.calibration
    return Assessment(
        score=card.score(log_odds) if facts.history.reachable else None,
        log_odds=log_odds,
        confidence=confidence_of(facts.history),
        reasons=reasons,
        floors=floors_of(facts),
        contributions=shares,
        calibration={"source": calibration.source, "n": calibration.n, "version": calibration.version},
        model=card.id,
    )


def _nothing(_: Evidence) -> float:
    """Stand for a feature that this version does not know."""
    return nan


def confidence_of(history: HistoryFacts) -> str:
    """Return none without any verified sign-in, learning while there are few, ok after that."""
    if not has_history(history):
        return "none"
    return "learning" if history.events < LEARNING_EVENTS else "ok"


def _reasons(
    card: Scorecard, attempt: Attempt, values: Mapping[str, float], shares: Mapping[str, float]
) -> tuple[Reason, ...]:
    """Return the contributions that stand out most, largest first: those that raise the score go before the others.

    What is not known gives no reason, nor does a comparison with a history that there is not.
    """
    silent = not has_history(attempt.facts.history)
    raising: list[tuple[float, Voice]] = []
    lowering: list[tuple[float, Voice]] = []
    for name, reference, raises, lowers, compares in card.tellings:
        points = shares[name] - reference
        if -LEAST_POINTS < points < LEAST_POINTS or (silent and compares) or isnan(values.get(name, nan)):
            continue
        if points > 0:
            if raises is not None:
                raising.append((points, raises))
        elif lowers is not None:
            lowering.append((points, lowers))
    against = _told(raising, attempt, MAX_REASONS)
    in_favour = _told(lowering, attempt, min(MAX_LOWERING, MAX_REASONS - len(against)))
    return (*against, *reversed(in_favour))


def _told(found: list[tuple[float, Voice]], attempt: Attempt, most: int) -> list[Reason]:
    """Return the *most* telling of *found*, the largest first; a voice may have nothing to say."""
    found.sort(key=_size, reverse=True)
    told: list[Reason] = []
    for points, voice in found:
        if len(told) == most:
            break
        code = fill(voice.code, attempt)
        if code:
            told.append(Reason(code, fill(voice.detail, attempt), points))
    return told


def _size(found: tuple[float, Voice]) -> float:
    return abs(found[0])
