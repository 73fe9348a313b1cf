"""How often something may be done: the generic cell rate algorithm, with one number as its state.

The number is when the budget would be whole again if nothing more were spent; nothing is counted and no window jumps.
"""

from dataclasses import dataclass
from math import ceil

from doorward.core.errors import Throttled

# Seconds since 1970 as a double are exact to about a quarter of a microsecond, and a burst adds up many.
_ROUNDING_SECONDS = 1e-3
# Another machine's clock may be ahead by so much.
SKEW_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Limit:
    """*count* in *period_seconds* in the long run, and at most *burst* at once."""

    count: int
    period_seconds: int
    burst: int

    @property
    def interval(self) -> float:
        """Seconds in which one is earned."""
        return self.period_seconds / self.count

    @property
    def span(self) -> float:
        """Seconds in which a budget that was emptied is whole again."""
        return self.burst * self.interval


def spend(whole_at: float, limit: Limit, now: float) -> float:
    """Return the budget's state with one spent; Throttled where it is empty, with when the next is earned."""
    reached = max(whole_at, now)
    if reached > now + limit.span + SKEW_SECONDS:
        # No budget is emptier than empty: the clock was set back. One is left, whose spending puts the state right;
        # otherwise nothing could be spent until the clock has caught up.
        reached = now + limit.span - limit.interval
    reached = min(reached, now + limit.span)
    wait = reached + limit.interval - limit.span - now
    if wait > min(_ROUNDING_SECONDS, limit.interval / 10):
        raise Throttled("too many in too short a time", retry_after_seconds=ceil(wait))
    return reached + limit.interval


def give_back(whole_at: float, limit: Limit) -> float:
    """Return the budget's state with one given back that was spent for nothing."""
    return whole_at - limit.interval
