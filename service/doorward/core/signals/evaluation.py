"""From one attempt to all its signals: pure, so that a record's facts give the same signals again."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from doorward.core.signals.base import Attempt, Signals, Unknown
from doorward.core.signals.table import SIGNALS

# With fewer verified sign-ins than this, what rests on the history is «learning».
LEARNING_EVENTS = 10

KNOWN = "known"
LEARNING = "learning"
UNKNOWN = "unknown"
NO_SCORE = "the score could not be computed"

_BEFORE = tuple((row.name, row.function) for row in SIGNALS.values() if row.function is not None)


def evaluate(attempt: Attempt) -> Signals:
    """Return every signal that comes before the score: each name is in the values or among the unknown."""
    return _evaluate(attempt, _BEFORE)


def evaluation_of(names: Collection[str]) -> Callable[[Attempt], Signals]:
    """Return what evaluates only the signals of *names*, for whoever reads no others."""
    rows = tuple(row for row in _BEFORE if row[0] in names)
    return lambda attempt: _evaluate(attempt, rows)


def _evaluate(attempt: Attempt, rows: tuple[tuple[str, Callable[[Attempt], Any]], ...]) -> Signals:
    values, unknown = {}, {}
    for name, function in rows:
        value = function(attempt)
        if value.__class__ is Unknown:
            unknown[name] = value.reason
        else:
            values[name] = value
    history = attempt.facts.history
    return Signals(values, unknown, learning=history.reachable and history.events < LEARNING_EVENTS)


def with_risk(
    signals: Signals,
    *,
    score: float | None,
    level: str,
    confidence: str,
    reasons: Sequence[str],
    floors: Sequence[str],
) -> Signals:
    """Return *signals* with the `risk.*` rows as well; a score of None is unknown, its level never."""
    values = {
        **signals.values,
        "risk.level": level,
        "risk.confidence": confidence,
        "risk.reasons": list(reasons),
        "risk.floors": list(floors),
    }
    if score is None:
        return Signals(values, {**signals.unknown, "risk.score": NO_SCORE}, signals.learning)
    values["risk.score"] = float(score)
    return Signals(values, signals.unknown, signals.learning)


def state_of(signals: Signals, name: str) -> str:
    """Return known, learning or unknown; a name that is no signal is unknown."""
    if name not in signals.values:
        return UNKNOWN
    return LEARNING if signals.learning and SIGNALS[name].learns else KNOWN
