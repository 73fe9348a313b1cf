"""Which processor core a worker keeps to, where an operator says that the cores are the service's alone.

One thread of a worker computes at a time. Where the system moves threads to whichever core is free, each of them finds
what it needs in the cache of another core; `bench/threads.py` shows what that costs.
"""

import os
from collections import Counter
from collections.abc import Iterable


def least_used(kept: Iterable[int | None]) -> int:
    """Return the core of those that this process may use on which the fewest of *kept* are."""
    taken = Counter(kept)
    return min(_usable(), key=lambda core: taken[core])


def core_of(number: int) -> int:
    """Return the core of the worker of that *number*: they go round."""
    usable = _usable()
    return usable[number % len(usable)]


def keep_to(core: int) -> None:
    """Stay on *core* from here on, with every thread that is yet to begin."""
    os.sched_setaffinity(0, {core})


def _usable() -> list[int]:
    return sorted(os.sched_getaffinity(0))
