"""How many requests a tenant or a key may make in the long run: a share at a time, so that few of them ask the store.

A share is spent at once by the generic cell rate algorithm of `core.throttle`, and used up one by one by whoever holds
it. What is not used up within SHARE_SECONDS is lost: a holder must not save for later.
"""

from dataclasses import dataclass
from math import ceil, floor

from doorward.core.errors import ClockBehind, Throttled
from doorward.core.throttle import Limit

SHARE_SECONDS = 0.25
MOST_A_SECOND = 100_000
# Two readers of the clock differ: threads by milliseconds, machines by what their time service leaves.
CLOCKS_APART_SECONDS = 1.0

# As `core.throttle` rounds: adding up many intervals to seconds since 1970 loses a little.
_ROUNDING_SECONDS = 1e-3


@dataclass(frozen=True, slots=True)
class Quotas:
    """What a tenant may ask for in all, and by each of its keys; None is no limit."""

    tenant: Limit | None = None
    key: Limit | None = None


NO_QUOTAS = Quotas()


def quota(a_second: int) -> Limit:
    """Return *a_second* requests a second as a limit: a whole second's worth may come at once."""
    return Limit(a_second, 1, a_second)


def share(limit: Limit) -> int:
    """Return how many a holder takes at a time, at least one."""
    return max(1, ceil(SHARE_SECONDS / limit.interval))


def take(whole_at: float, limit: Limit, wanted: int, now: float) -> tuple[float, int]:
    """Return the budget's state with up to *wanted* taken, and how many; Throttled where none is there.

    Like `core.throttle.spend`, of which it is several in one step. To a clock that is behind, the others' budget seems
    emptier than empty: it is empty. ClockBehind past CLOCKS_APART_SECONDS, for nothing would be let in until then.
    """
    if whole_at > now + limit.span + CLOCKS_APART_SECONDS:
        raise ClockBehind("the quota was last used at a time that has not come here")
    rounding = min(_ROUNDING_SECONDS, limit.interval / 10)
    reached = min(max(whole_at, now), now + limit.span)
    left = floor((now + limit.span - reached + rounding) / limit.interval)
    if left < 1:
        wait = reached + limit.interval - limit.span - now
        raise Throttled("more requests than are allowed", retry_after_seconds=max(1, ceil(wait)))
    taken = min(wanted, left)
    return reached + taken * limit.interval, taken
