"""A store behind a circuit breaker: once it has failed several times, callers are told so at once.

Without it every request would wait for its own time-out while the store is away, and the threads with it. A thread of
the breaker's own finds out when the store is back, so that no request waits for that either.
"""

import threading
from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol, cast

from doorward.core.errors import SpendNotKept, StoreUnavailable
from doorward.ports import Store

# So many more failures than calls that worked: of a Cluster with a master away some calls always work.
FAILURES_TO_OPEN = 5
# So much waiting in vain is enough for one request; after that it asks no more.
PATIENCE_SECONDS = 0.2

FIRST_PROBE_SECONDS = 0.2
REST_SECONDS = 1.0

# What asks the store whatever the breaker says, and does not tell whether it is there.
_UNGUARDED = frozenset({"look", "beat", "warnings", "sighting", "accept", "begin_restoring"})

Clock = Callable[[], float]
Tell = Callable[[bool], object]


class Breaker:
    """Counts failures; *clock* must never go backwards, and *tell* hears whether the store is away."""

    def __init__(self, clock: Clock, tell: Tell) -> None:
        self._clock = clock
        self._tell = tell
        self._lock = threading.Lock()
        self._failures = 0
        self._opened_at: float | None = None
        self.reason = str(StoreUnavailable())

    @property
    def is_open(self) -> bool:
        return self._opened_at is not None

    def away_seconds(self) -> float | None:
        """Return for how long the store has been away; None where it is not."""
        opened = self._opened_at
        return None if opened is None else self._clock() - opened

    def worked(self) -> None:
        """Let a call that worked make up for one that did not."""
        if self._failures:
            with self._lock:
                self._failures = max(0, self._failures - 1)

    def failed(self, refusal: StoreUnavailable) -> bool:
        """Count a failure, and answer whether it was the one that opens; *reason* is that of the last."""
        with self._lock:
            self.reason = str(refusal)
            self._failures += 1
            if self.is_open or self._failures < FAILURES_TO_OPEN:
                return False
            self._opened_at = self._clock()
        self._tell(True)
        return True

    def close(self) -> None:
        """Close: the store answers again."""
        with self._lock:
            was_open = self.is_open
            self._failures, self._opened_at = 0, None
        if was_open:
            self._tell(False)


class _Guarded:
    """Hands every operation of *store* on through a breaker, and pings it while that is open."""

    def __init__(self, store: Store, clock: Clock, tell: Tell, probe_seconds: tuple[float, float]) -> None:
        self._store = store
        self._clock = clock
        self._breaker = Breaker(clock, tell)
        self._probe_seconds = probe_seconds
        self._closed = threading.Event()
        self._waited = threading.local()
        self.away_seconds = self._breaker.away_seconds

    def begin_request(self) -> None:
        """Give this thread its patience anew: what comes next belongs to another request."""
        self._waited.seconds = 0.0

    def ping(self) -> None:
        """Ask the store itself; one that answers is used again at once."""
        self._store.ping()
        self._breaker.close()

    def close(self) -> None:
        """Close the store, and probe no more."""
        self._closed.set()
        self._store.close()

    def __getattr__(self, name: str) -> Any:
        operation = getattr(self._store, name)
        if callable(operation) and name not in _UNGUARDED:
            operation = self._guard(operation)
        # Found here the next time, without this detour.
        self.__dict__[name] = operation
        return operation

    def _guard(self, operation: Callable[..., Any]) -> Callable[..., Any]:
        breaker, clock, waited = self._breaker, self._clock, self._waited

        @wraps(operation)
        def guarded(*arguments: Any, **named: Any) -> Any:
            if breaker.is_open or getattr(waited, "seconds", 0.0) >= PATIENCE_SECONDS:
                raise StoreUnavailable(breaker.reason)
            began = clock()
            try:
                answer = operation(*arguments, **named)
            except SpendNotKept:
                # Whatever else is asked of the store it does: it is not away.
                raise
            except StoreUnavailable as refusal:
                self._failed(refusal, clock() - began)
                raise
            breaker.worked()
            return answer

        return guarded

    def _failed(self, refusal: StoreUnavailable, seconds: float) -> None:
        # Only threads that serve requests have patience to lose.
        if hasattr(self._waited, "seconds"):
            self._waited.seconds += seconds
        if self._breaker.failed(refusal):
            threading.Thread(target=self._probe, name="doorward-probe", daemon=True).start()

    def _probe(self) -> None:
        """Ask until the store answers as it should, then let everybody in again."""
        pause, rest = self._probe_seconds
        while self._breaker.is_open and not self._closed.wait(pause):
            pause = rest
            try:
                self.ping()
            except StoreUnavailable:
                continue
            except BaseException:
                # Nobody would ask again: whatever this is, the callers must meet it.
                self._breaker.close()
                raise


class GuardedStore(Store, Protocol):
    """A store, and what its breaker adds."""

    def begin_request(self) -> None: ...

    def away_seconds(self) -> float | None: ...


def guarded(
    store: Store,
    clock: Clock,
    tell: Tell = bool,
    *,
    probe_seconds: tuple[float, float] = (FIRST_PROBE_SECONDS, REST_SECONDS),
) -> GuardedStore:
    """Return *store* behind a breaker of its own; *tell* is called when it opens (True) and closes (False).

    While it is open, the store is pinged after the first of *probe_seconds*, and then with the second in between.
    """
    return cast(GuardedStore, _Guarded(store, clock, tell, probe_seconds))
