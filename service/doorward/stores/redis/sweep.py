"""What has ended by the `now` that is passed goes, by whoever holds the lease; TTLs do so later, by Redis's clock."""

import os
import secrets

from doorward.stores.redis import layout, scripts, values
from doorward.stores.redis.calls import Address, at, call
from doorward.stores.redis.exchange import Exchange
from doorward.stores.redis.part import Part

LEASE_SECONDS = 60.0
# About 5 ms of a worker's time. A large store takes hours to go round, and Redis forgets by itself meanwhile.
SCAN_COUNT = 250

# Indexes, counters and what never ends; all else begins with its end.
_NOT_SWEPT = (b"dw:{t:", b"dw:{x:", b"dw:{k", b"dw:{z:", b"dw:{e")


class Sweeper(Part):
    """Looks at so many keys a call and goes on from there in the next, so that a large store is never held up."""

    def __init__(self, exchange: Exchange) -> None:
        super().__init__(exchange)
        self._me = f"{os.getpid()}-{secrets.token_hex(8)}".encode()
        self._cursors: dict[Address, bytes] = {}

    def sweep(self, now: float, limit: int = 1000) -> int:
        """Delete at most *limit* ended things; 0 where another process is at it."""
        if not self._elected(now):
            return 0
        gone = 0
        for address in self._exchange.topology.masters():
            gone += self._sweep_node(address, now, limit - gone)
        return gone

    def _elected(self, now: float) -> bool:
        ends = now + LEASE_SECONDS
        life = values.milliseconds(ends, now)
        leased = scripts.LEASE.call((layout.SWEEPER,), repr(now), values.end(ends), self._me, life)
        return bool(self._exchange.one(leased) == 1)

    def _sweep_node(self, address: Address, now: float, limit: int) -> int:
        if limit <= 0:
            return 0
        cursor = self._cursors.get(address, b"0")
        following, keys = self._exchange.one(at(address, "SCAN", cursor, "COUNT", SCAN_COUNT))
        gone = self._drop(keys, now, limit)
        if gone < limit:
            # What a full portion has left is looked at once more.
            self._cursors[address] = following
        return gone

    def _drop(self, keys: list[bytes], now: float, limit: int) -> int:
        plain = [key for key in keys if key.startswith(b"dw:{") and not key.startswith(_NOT_SWEPT)]
        plain = [key for key in plain if not key.endswith(b"}:records")]
        ends = self._exchange.run([call("GETRANGE", key, 0, values.END_BYTES - 1) for key in plain]) if plain else []
        ended = [key for key, found in zip(plain, ends, strict=True) if found and values.ends(found) <= now]
        calls = [scripts.DROP.call((key,), repr(now)) for key in ended]
        for key in (key for key in keys if key.startswith(b"dw:{t:") and key.endswith(b"}:lists")):
            held = self._exchange.one(call("HGETALL", key))
            fields = [field for field, raw in zip(held[::2], held[1::2], strict=True) if values.ends(raw) <= now]
            calls += [scripts.DROP_ENTRY.call((key,), repr(now), field) for field in fields]
        return sum(self._exchange.run(calls[:limit])) if calls[:limit] else 0
