"""Signals: named, typed values that are known, learning or unknown. One file per group; SIGNALS is the table."""

from doorward.core.signals.base import Attempt, Signals, SignalSpec, Unknown
from doorward.core.signals.evaluation import LEARNING_EVENTS, evaluate, evaluation_of, state_of, with_risk
from doorward.core.signals.table import SIGNALS

__all__ = [
    "LEARNING_EVENTS",
    "SIGNALS",
    "Attempt",
    "SignalSpec",
    "Signals",
    "Unknown",
    "evaluate",
    "evaluation_of",
    "state_of",
    "with_risk",
]
