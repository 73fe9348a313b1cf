"""Global counts and ratios in each worker: gathered here, flushed in batches, read as a versioned snapshot."""

import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field

from doorward.core.errors import StoreUnavailable
from doorward.core.population import MINUTE, Population, Tally
from doorward.ports import TallyStore

# A worker that cannot flush keeps this many sums; what comes beyond is dropped and counted.
MAX_WAITING = 50_000
MAX_TENANTS = 64
REFRESH_SECONDS = 1.0
RELOAD_SECONDS = 3_600.0
FIRST_READ_SECONDS = 0.5
VALUES_KEPT = 20_000
# A level that holds more than this drops its rarest, in the store and in each worker: above what is kept, so that it
# is not done each minute for a few.
MOST_VALUES = 30_000


@dataclass(slots=True)
class _Held:
    """What is held of a tenant's sums; who has the *turn* may read them."""

    population: Population | None = None
    read_at: float = 0.0
    loaded_at: float = 0.0
    turn: threading.Lock = field(default_factory=threading.Lock)

    def is_good(self, newest: int, now: float) -> bool:
        """Answer whether there is nothing newer, or what is held was read less than a second ago."""
        if self.population is None or not 0 <= now - self.loaded_at < RELOAD_SECONDS:
            return False
        return self.population.version >= newest or 0 <= now - self.read_at < REFRESH_SECONDS

    def read(self, store: TallyStore, tenant: str, now: float) -> None:
        """Read what has changed, or everything where that is due."""
        stale = self.population is None or not 0 <= now - self.loaded_at < RELOAD_SECONDS
        fresh = Population() if stale or self.population is None else self.population
        version, changed = store.tallies_since(tenant, fresh.version)
        fresh.take(version, changed)
        fresh.keep_most_common(VALUES_KEPT, above=MOST_VALUES)
        fresh.forget_before(now)
        self.population, self.read_at = fresh, now
        self.loaded_at = now if stale else self.loaded_at


class Tallies:
    """One worker's share of the sums. `add` never touches the store; `flush` and `population` do."""

    def __init__(self, store: TallyStore) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._waiting: dict[tuple[str, str, int, int], tuple[float, float]] = {}
        self._populations: OrderedDict[str, _Held] = OrderedDict()
        self.dropped = 0

    def add(self, tenant: str, tallies: Iterable[Tally]) -> None:
        """Gather *tallies* until the next flush."""
        with self._lock:
            for each in tallies:
                key = (tenant, each.level, each.value, each.bucket)
                if key not in self._waiting and len(self._waiting) >= MAX_WAITING:
                    self.dropped += 1
                    continue
                a, b = self._waiting.get(key, (0.0, 0.0))
                self._waiting[key] = (a + each.a, b + each.b)

    def flush(self, now: float) -> None:
        """Write what was gathered; what cannot be written is kept for the next time."""
        with self._lock:
            waiting, self._waiting = self._waiting, {}
        by_tenant: dict[str, list[Tally]] = {}
        for (tenant, level, value, bucket), (a, b) in waiting.items():
            by_tenant.setdefault(tenant, []).append(Tally(level, value, bucket, a, b))
        for tenant, tallies in by_tenant.items():
            try:
                self._store.add_tallies(tenant, tallies, now)
            except StoreUnavailable:
                self.add(tenant, tallies)

    def population(self, tenant: str, now: float, *, newest: int) -> Population:
        """Return the tenant's sums, at most a second older than version *newest*.

        One caller reads; whoever comes meanwhile takes what is held, and waits only where nothing is.
        """
        held = self._held(tenant)
        if held.population is not None and held.is_good(newest, now):
            return held.population
        if held.turn.acquire(timeout=0.0 if held.population else FIRST_READ_SECONDS):
            try:
                if not held.is_good(newest, now):
                    held.read(self._store, tenant, now)
            finally:
                held.turn.release()
        if held.population is None:
            raise StoreUnavailable("too many wait for the global counts")
        return held.population

    def _held(self, tenant: str) -> "_Held":
        with self._lock:
            held = self._populations.setdefault(tenant, _Held())
            self._populations.move_to_end(tenant)
            if len(self._populations) > MAX_TENANTS:
                self._populations.popitem(last=False)
            return held

    def take_dropped(self) -> int:
        """Return how many sums were lost since the last call."""
        with self._lock:
            dropped, self.dropped = self.dropped, 0
        return dropped

    def prune(self, tenant: str, now: float) -> None:
        """Drop the minutes that no window reaches, and the rarest values beyond the bound."""
        before = int(now // MINUTE) - 120
        self._store.prune_tallies(tenant, before_bucket=before, keep=VALUES_KEPT, above=MOST_VALUES)
