"""How many requests each tenant and each API key may make: one quota over all workers and machines, by shares.

A worker takes what it needs for a quarter of a second from the store in one step, so that a request costs no trip.
No more is let in than the quota and a second's worth at once, with what was taken before and is still held, as long as
clocks are within CLOCKS_APART_SECONDS. The one that is behind gets less; one further behind counts by itself.
A store that is away gives no shares, and everybody is let in until it is back: a quota is about fairness, and what
guards against guessing has counters of its own that fail closed.
"""

import struct
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import NoReturn

from doorward.core.errors import ClockBehind, StoreUnavailable, Throttled
from doorward.core.keyed import KeyedHash
from doorward.core.quotas import CLOCKS_APART_SECONDS, SHARE_SECONDS, Quotas, share, take
from doorward.core.throttle import Limit
from doorward.meter import Meter
from doorward.ports import NoteStore
from doorward.services import Caller

NOTE = "quota"
LEEWAY_SECONDS = 60
KNOWN_SECONDS = 1.0
MOST_HELD = 8192

_STATE = struct.Struct(">d")


@dataclass(slots=True)
class _Held:
    """What this worker may still let in until *ends_at*; where it is *refused* more, it asks for none until then."""

    left: int
    ends_at: float
    refused: bool = False

    def covers(self, now: float, limit: Limit) -> bool:
        """Answer whether it is for *now*; one from before a clock was set back is not.

        A request that read the clock a little earlier must not throw away what a later one brought.
        """
        return now < self.ends_at <= now + SHARE_SECONDS + limit.interval + CLOCKS_APART_SECONDS


class QuotaDesk:
    """Counts requests against the quotas of their tenant and of their key. Thread-safe."""

    def __init__(self, store: NoteStore, hasher: KeyedHash, quotas_of: Callable[[str], Quotas], meter: Meter) -> None:
        self._store = store
        self._hasher = hasher
        self._quotas_of = quotas_of
        self._meter = meter
        self._held: OrderedDict[tuple[str, str], _Held] = OrderedDict()
        self._known: dict[str, tuple[float, Quotas]] = {}
        self._lock = Lock()

    def count(self, caller: Caller, now: float) -> None:
        """Count one request of *caller*; Throttled where its key or its tenant has made too many.

        The key is asked first, so that one that is held back uses up nothing of what the others share.
        """
        quotas = self._quotas(caller.tenant, now)
        if quotas.key is not None:
            self._count("key", caller.tenant, caller.key_id, quotas.key, now)
        if quotas.tenant is not None:
            self._count("tenant", caller.tenant, "", quotas.tenant, now)

    def _quotas(self, tenant: str, now: float) -> Quotas:
        """Return what is in force; the tenant's file is not asked for every request."""
        known = self._known.get(tenant)
        if known is None or not 0 <= now - known[0] < KNOWN_SECONDS:
            if len(self._known) > MOST_HELD:
                self._known.clear()
            known = self._known[tenant] = (now, self._quotas_of(tenant))
        return known[1]

    def _count(self, of: str, tenant: str, name: str, limit: Limit, now: float) -> None:
        place = (tenant, name)
        with self._lock:
            held = self._held.get(place)
            if held is not None and held.covers(now, limit):
                if held.left:
                    held.left -= 1
                    return
                if held.refused:
                    self._refuse(of)
        # Outside the lock: a store that is slow must not hold up the others. Two that ask at once share what they get.
        fresh = self._share(of, tenant, name, limit, now)
        with self._lock:
            held = self._held.get(place)
            if held is not None and held.covers(now, limit):
                fresh = _joined(held, fresh)
            self._keep(place, fresh)
            if not fresh.left:
                self._refuse(of)
            fresh.left -= 1

    def _keep(self, place: tuple[str, str], held: _Held) -> None:
        self._held[place] = held
        self._held.move_to_end(place)
        if len(self._held) > MOST_HELD:
            self._held.popitem(last=False)

    def _refuse(self, of: str) -> NoReturn:
        self._meter.over_quota(of)
        raise Throttled(f"this {_WHOSE[of]} makes more requests than it may", retry_after_seconds=1)

    def _share(self, of: str, tenant: str, name: str, limit: Limit, now: float) -> _Held:
        taken = 0

        def rewrite(kept: bytes | None) -> bytes:
            nonlocal taken
            whole_at, taken = take(_STATE.unpack(kept)[0] if kept else 0.0, limit, share(limit), now)
            return _STATE.pack(whole_at)

        owner = self._hasher.key(tenant, f"quota-{of}", name)
        ends = now + limit.span + LEEWAY_SECONDS
        try:
            self._store.rewrite_losable_note(tenant, owner, NOTE, rewrite, expires_at=ends, now=now)
        except Throttled:
            # Asked again when one has been earned, and no sooner: a storm must not become the store's.
            return _Held(0, now + min(SHARE_SECONDS, limit.interval), refused=True)
        except ClockBehind:
            # What the others use cannot be told: as much as the quota for this worker alone, until its clock is right.
            return _Held(share(limit), now + share(limit) * limit.interval, refused=True)
        except StoreUnavailable:
            self._meter.store_failed("quota")
            return _Held(share(limit), now + SHARE_SECONDS)
        return _Held(taken, now + max(SHARE_SECONDS, limit.interval))


def _joined(held: _Held, fresh: _Held) -> _Held:
    """Return what two that asked at once have together; a refusal, or a share that no store gave, is had once."""
    if fresh.refused and (held.left or held.refused):
        return held
    fresh.left += held.left
    return fresh


_WHOSE = {"key": "API key", "tenant": "tenant"}
