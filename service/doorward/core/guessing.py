"""How often an authenticator may be guessed at: growing delays, and an end after 100 failures in a row.

A guess is counted before it is checked, so that what crashes in between costs the guesser a try. Counters live per
authenticator across challenges (SP 800-63B-4, section 3.2.2). Delays are kept per *lane*: a device that the subject
is known by has one of its own, so that a stranger who guesses does not make the owner wait.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Self

from doorward.core.errors import AuthenticatorDisabled, Throttled

# SP 800-63B-4, section 3.2.2: no more than 100 consecutive failures, then the authenticator is to be bound again.
MAX_FAILURES = 100
FREE_FAILURES = 5
FIRST_DELAY_SECONDS = 30
LONGEST_DELAY_SECONDS = 3600

# A counter that nothing was added to for so long is forgotten; far longer than any delay.
LIFE_SECONDS = 400 * 86_400

EVERYBODY = ""
MAX_LANES = 21  # as many as a subject has devices, and everybody else's

Lane = tuple[int, float]


@dataclass(frozen=True, slots=True)
class Guesses:
    """Failures in a row: in all, and for each lane with the time before which it must wait."""

    failures: int = 0
    lanes: Mapping[str, Lane] = field(default_factory=dict)

    def spend(self, lane: str, now: float) -> Self:
        """Return the counter with one more guess; AuthenticatorDisabled or Throttled where there may be none now."""
        if self.failures >= MAX_FAILURES:
            raise AuthenticatorDisabled("too many failures in a row; it must be bound again")
        count, wait_until = self.lanes.get(lane, (0, 0.0))
        if now < wait_until:
            # A clock that was set back must not make the wait longer than any wait is.
            left = min(ceil(wait_until - now), LONGEST_DELAY_SECONDS)
            raise Throttled("too many tries with this authenticator", retry_after_seconds=left)
        delay = delay_after(count + 1)
        # Without a delay there is no «before»: a guess whose clock was read a moment earlier may come a moment later.
        spent = (count + 1, now + delay if delay else 0.0)
        return replace(self, failures=self.failures + 1, lanes=_bounded({**self.lanes, lane: spent}))

    def right(self, lane: str) -> Self:
        """Return the counter after a right answer: nothing failed in a row any more."""
        return replace(self, failures=0, lanes={name: kept for name, kept in self.lanes.items() if name != lane})

    def to_bytes(self) -> bytes:
        return json.dumps({"f": self.failures, "l": self.lanes}, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, raw: bytes | None) -> Self:
        if raw is None:
            return cls()
        held = json.loads(raw)
        return cls(held["f"], {lane: (count, until) for lane, (count, until) in held["l"].items()})


def delay_after(failures: int) -> float:
    """Return for how many seconds nobody may guess after so many failures in one lane."""
    if failures < FREE_FAILURES:
        return 0.0
    return float(min(FIRST_DELAY_SECONDS * 2.0 ** min(failures - FREE_FAILURES, 20), LONGEST_DELAY_SECONDS))


def _bounded(lanes: Mapping[str, Lane]) -> Mapping[str, Lane]:
    """Return at most MAX_LANES lanes, everybody's among them; those go first that wait the least."""
    if len(lanes) <= MAX_LANES:
        return lanes
    known = sorted((name for name in lanes if name != EVERYBODY), key=lambda name: lanes[name][1])
    kept = {EVERYBODY, *known[len(known) - MAX_LANES + 1 :]}
    return {name: lane for name, lane in lanes.items() if name in kept}
