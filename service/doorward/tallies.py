"""Global counts and ratios in each worker: gathered here, flushed in batches, read as a versioned snapshot."""

import threading
from collections import OrderedDict
from collections.abc import Iterable

from doorward.core.errors import StoreUnavailable
from doorward.core.population import MINUTE, Population, Tally
from doorward.ports import TallyStore

# A worker that cannot flush keeps this many sums; what comes beyond is dropped and counted.
MAX_WAITING = 50_000
MAX_TENANTS = 64
REFRESH_SECONDS = 1.0
RELOAD_SECONDS = 3_600.0
VALUES_KEPT = 20_000


class Tallies:
    """One worker's share of the sums. `add` never touches the store; `flush` and `population` do."""

    def __init__(self, store: TallyStore) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._waiting: dict[tuple[str, str, int, int], tuple[float, float]] = {}
        self._populations: OrderedDict[str, tuple[Population, float, float]] = OrderedDict()
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
        """Return the tenant's sums, at most a second older than version *newest*."""
        with self._lock:
            held, read_at, loaded_at = self._populations.get(tenant, (None, 0.0, 0.0))
            stale = held is None or not 0 <= now - loaded_at < RELOAD_SECONDS
            if held is not None and not stale and (held.version >= newest or 0 <= now - read_at < REFRESH_SECONDS):
                return held
            fresh = Population() if stale or held is None else held
            self._take(tenant, fresh, now)
            self._populations[tenant] = (fresh, now, now if stale else loaded_at)
            self._populations.move_to_end(tenant)
            if len(self._populations) > MAX_TENANTS:
                self._populations.popitem(last=False)
            return fresh

    def _take(self, tenant: str, population: Population, now: float) -> None:
        version, changed = self._store.tallies_since(tenant, population.version)
        population.take(version, changed)
        population.forget_before(now)

    def take_dropped(self) -> int:
        """Return how many sums were lost since the last call."""
        with self._lock:
            dropped, self.dropped = self.dropped, 0
        return dropped

    def prune(self, tenant: str, now: float) -> None:
        """Drop the minutes that no window reaches, and the rarest values beyond the bound."""
        self._store.prune_tallies(tenant, before_bucket=int(now // MINUTE) - 120, keep=VALUES_KEPT)
