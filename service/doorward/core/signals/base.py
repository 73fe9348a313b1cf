"""What a signal is: a named, typed value that is known, learning or unknown with a reason."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from doorward.core.facts import Facts
from doorward.core.request import DecisionRequest


class Unknown(NamedTuple):
    """No value, and why: the reason is a short sentence without personal data."""

    reason: str


class Attempt:
    """What every signal function sees; *now* in seconds since 1970 UTC.

    *journey* is what `travel` has worked out for it, once for all who ask.
    """

    __slots__ = ("facts", "journey", "now", "request")

    def __init__(self, request: DecisionRequest, facts: Facts, now: float) -> None:
        self.request = request
        self.facts = facts
        self.now = now
        self.journey: Any = None


@dataclass(frozen=True, slots=True)
class SignalSpec:
    """One row of the table SIGNALS.

    *type* is a CEL type: bool, int, double, string, timestamp, list(string), map(string, string), map(string, dyn).
    *stage* is before or after the score; the rows after it are computed by `risk`, and have no function.
    *may_be_unknown* False is a promise that the function never returns Unknown.
    *learns* marks a value that rests on the history, and so is «learning» while that is short.
    """

    name: str
    type: str
    doc: str
    function: Callable[[Attempt], Any] | None = None
    unit: str = ""
    range: str = ""
    stage: str = "before"
    may_be_unknown: bool = False
    learns: bool = False


class Signals(NamedTuple):
    """The signals of one attempt: every name is either in *values* or in *unknown* (name to reason)."""

    values: Mapping[str, Any]
    unknown: Mapping[str, str]
    learning: bool = False
