"""Which processor core each worker keeps to.

One thread of a worker computes at a time. Where the system moves threads to whichever core is free, each of them finds
what it needs in the cache of another core, or wakes one that slept; `bench/threads.py` shows what that costs.
"""

import os
from collections import Counter
from collections.abc import Iterable

import structlog

from doorward.settings import Settings

log = structlog.get_logger()


def are_kept(settings: Settings) -> bool:
    """Answer whether workers keep to cores.

    Unless somebody says so, only where there are no more cores than workers: all cores are used alike then, and other
    programs, or another Doorward that does the same, find none busier than the rest.
    """
    if settings.pin_workers == "auto":
        return hasattr(os, "sched_setaffinity") and len(_usable()) <= settings.workers
    return settings.pin_workers == "on"


def least_used(kept: Iterable[int | None]) -> int:
    """Return the core of those that this process may use on which the fewest of *kept* are."""
    taken = Counter(kept)
    return min(_usable(), key=lambda core: taken[core])


def core_of(number: int) -> int:
    """Return the core of the worker of that *number*: they go round."""
    usable = _usable()
    return usable[number % len(usable)]


def keep_to(core: int) -> None:
    """Stay on *core* from here on, with every thread that is yet to begin; where that is forbidden, go on without."""
    try:
        os.sched_setaffinity(0, {core})
    except OSError as wrong:
        log.warning("core_not_kept", core=core, reason=wrong.strerror or str(wrong))


def _usable() -> list[int]:
    return sorted(os.sched_getaffinity(0))
