"""What is delivered in the background: tried, tried again with growing waits, given up in the end, all within bounds.

Nothing here outlives the process: a stop tries what waits once more, and a process that is killed loses it.
"""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import structlog

from doorward.core.errors import AddressRefused, DoorwardError, SenderUnavailable, StoreUnavailable, Throttled
from doorward.meter import Meter

MOST_WAITING = 5000
MOST_ON_A_LINE = 1000
THREADS = 3
OLDEST_SECONDS = 6 * 3600
# How long a line rests after failing once, twice, and so on; the last one again and again.
REST_SECONDS = (1, 5, 30, 60, 300)
LOOK_SECONDS = 0.25

log = structlog.get_logger()

# Delivers at the time that it is given; SenderUnavailable, StoreUnavailable and Throttled mean «not now».
Work = Callable[[float], None]


@dataclass(slots=True)
class Parcel:
    """One thing to deliver, not before *due*."""

    channel: str
    work: Work
    made_at: float
    due: float


@dataclass(slots=True)
class _Line:
    waiting: deque[Parcel] = field(default_factory=deque)
    is_busy: bool = False
    failures: int = 0
    rests_until: float = 0.0


class Deliveries:
    """Parcels in lines: whatever fails together, such as those for one receiver, stands in one.

    One of a line is on its way at a time. A line that fails rests, and the others go on.
    """

    def __init__(self, clock: Callable[[], float], meter: Meter) -> None:
        self._clock = clock
        self._meter = meter
        self._lines: dict[str, _Line] = {}
        self._waiting = 0
        self._last_round = False
        self._changed = threading.Condition()
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="doorward-deliver")
        self._free = threading.BoundedSemaphore(THREADS)
        self._thread: threading.Thread | None = None
        self._given_up = threading.Event()

    def put(self, line: str, channel: str, work: Work, *, due: float = 0.0) -> None:
        """Take *work* to be done once it is *due*; where there is no room it is dropped, and counted."""
        parcel = Parcel(channel, work, self._clock(), due)
        with self._changed:
            held = self._lines.setdefault(line, _Line())
            fits = self._waiting < MOST_WAITING and len(held.waiting) < MOST_ON_A_LINE
            if fits:
                held.waiting.append(parcel)
                self._waiting += 1
                self._changed.notify_all()
        if not fits:
            self._drop(parcel, "too many wait")

    def start(self) -> None:
        """Deliver from now on, until `stop`."""
        self._thread = threading.Thread(target=self._run, name="doorward-deliveries", daemon=True)
        self._thread.start()

    def stop(self, seconds: float) -> None:
        """Try everything that waits once more, and give up what is not delivered in *seconds*."""
        with self._changed:
            self._last_round = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(timeout=seconds)
        self._given_up.set()
        with self._changed:
            self._changed.notify_all()
        self._pool.shutdown(wait=False, cancel_futures=True)
        lost = self._waiting
        if lost:
            log.warning("deliveries_lost", number=lost)

    def settle(self) -> None:
        """Deliver everything that is due here and now, and return when none of it is on its way."""
        while True:
            taken = self._next()
            if taken is not None:
                self._carry(*taken)
                continue
            with self._changed:
                if not any(line.is_busy for line in self._lines.values()):
                    return
                self._changed.wait(LOOK_SECONDS)

    def waiting(self) -> int:
        return self._waiting

    def _run(self) -> None:
        while not self._given_up.is_set():
            taken = self._next()
            if taken is None:
                if not self._wait():
                    return
                continue
            self._free.acquire()
            if self._given_up.is_set():
                return
            self._pool.submit(self._carry, *taken).add_done_callback(self._done)

    def _wait(self) -> bool:
        """Wait until there may be something to do; False where there never will be."""
        with self._changed:
            is_busy = any(line.is_busy for line in self._lines.values())
            if self._last_round and not self._waiting and not is_busy:
                return False
            self._changed.wait(LOOK_SECONDS if self._waiting or is_busy else None)
        return True

    def _next(self) -> tuple[_Line, Parcel] | None:
        """Return a parcel that is due on a line that neither rests nor is busy; the line is busy then."""
        now = self._clock()
        with self._changed:
            for line in self._lines.values():
                if line.is_busy or (now < line.rests_until and not self._last_round):
                    continue
                for parcel in line.waiting:
                    if parcel.due <= now or self._last_round:
                        line.waiting.remove(parcel)
                        self._waiting -= 1
                        line.is_busy = True
                        return line, parcel
        return None

    def _carry(self, line: _Line, parcel: Parcel) -> None:
        """Try one parcel; whatever becomes of it, its line is free again."""
        now = self._clock()
        try:
            parcel.work(now)
        except Throttled as later:
            self._again(line, parcel, now, due=now + later.retry_after_seconds)
        except AddressRefused:
            # The line is sound: addresses that nobody has must not make it rest.
            self._again(line, parcel, now, due=now + REST_SECONDS[-1])
        except (SenderUnavailable, StoreUnavailable) as failure:
            line.rests_until = now + REST_SECONDS[min(line.failures, len(REST_SECONDS) - 1)]
            line.failures += 1
            log.warning("delivery_failed", channel=parcel.channel, reason=str(failure), failures=line.failures)
            self._again(line, parcel, now, due=now)
        except DoorwardError as wrong:
            self._drop(parcel, str(wrong))
        else:
            line.failures = 0
        finally:
            with self._changed:
                line.is_busy = False
                self._changed.notify_all()

    def _again(self, line: _Line, parcel: Parcel, now: float, *, due: float) -> None:
        """Put a parcel at the end of its line, so that it does not stand in the way of the others."""
        if self._last_round or now - parcel.made_at >= OLDEST_SECONDS:
            self._drop(parcel, "it could not be delivered in time")
            return
        self._meter.noticed(parcel.channel, "delayed")
        parcel.due = due
        with self._changed:
            line.waiting.append(parcel)
            self._waiting += 1

    def _drop(self, parcel: Parcel, reason: str) -> None:
        self._meter.noticed(parcel.channel, "dropped")
        log.error("notice_dropped", channel=parcel.channel, reason=reason)

    def _done(self, carried: "Future[None]") -> None:
        self._free.release()
        if not carried.cancelled() and carried.exception() is not None:
            log.error("delivery_broke", exc_info=carried.exception())
