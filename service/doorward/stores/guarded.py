"""A store behind a circuit breaker: once it has failed several times in a row, callers are told so at once.

Without it every request would wait for its own time-out while the store is away, and the threads with it. One call in
a second is let through to see whether the store is back.
"""

import threading
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from doorward.core.errors import StoreUnavailable
from doorward.ports import Store

FAILURES_TO_OPEN = 5
REST_SECONDS = 1.0

# What must reach the store whatever the breaker says: the probe of readiness, and the end.
_UNGUARDED = frozenset({"ping", "warnings", "epoch", "close"})


class Breaker:
    """Counts failures in a row; *clock* must never go backwards, and *tell* hears whether the store is away."""

    def __init__(self, clock: Callable[[], float], tell: Callable[[bool], object]) -> None:
        self._clock = clock
        self._tell = tell
        self._lock = threading.Lock()
        self._failures = 0
        self._probe_at = 0.0

    def admits(self) -> bool:
        """Answer whether a call may go to the store now; while open, one a second may."""
        with self._lock:
            if self._failures < FAILURES_TO_OPEN:
                return True
            now = self._clock()
            if now < self._probe_at:
                return False
            self._probe_at = now + REST_SECONDS
            return True

    def worked(self) -> None:
        """Close: the store answers again."""
        if self._failures:
            with self._lock:
                was_away = self._failures >= FAILURES_TO_OPEN
                self._failures = 0
            if was_away:
                self._tell(False)

    def failed(self) -> None:
        with self._lock:
            self._failures += 1
            self._probe_at = self._clock() + REST_SECONDS
            opened = self._failures == FAILURES_TO_OPEN
        if opened:
            self._tell(True)


class _Guarded:
    """Hands every operation on, through the breaker."""

    def __init__(self, store: Store, breaker: Breaker) -> None:
        self._store = store
        self._breaker = breaker

    def __getattr__(self, name: str) -> Any:
        operation = getattr(self._store, name)
        if callable(operation) and name not in _UNGUARDED:
            operation = self._guard(operation)
        # Found here the next time, without this detour.
        self.__dict__[name] = operation
        return operation

    def _guard(self, operation: Callable[..., Any]) -> Callable[..., Any]:
        breaker = self._breaker

        @wraps(operation)
        def guarded(*arguments: Any, **named: Any) -> Any:
            if not breaker.admits():
                raise StoreUnavailable
            try:
                answer = operation(*arguments, **named)
            except StoreUnavailable:
                breaker.failed()
                raise
            breaker.worked()
            return answer

        return guarded


def guarded(store: Store, clock: Callable[[], float], tell: Callable[[bool], object] = bool) -> Store:
    """Return *store* behind a breaker of its own; *tell* is called when it opens (True) and closes (False)."""
    return cast(Store, _Guarded(store, Breaker(clock, tell)))
