"""Sums that all workers add to; each carries the version of the tenant's tallies at its last change."""

import struct
from collections import defaultdict
from collections.abc import Sequence
from itertools import chain

from doorward.ports import Tally
from doorward.stores.redis import layout, scripts
from doorward.stores.redis.calls import Word, call
from doorward.stores.redis.part import Part

# So many at a time: nobody else is served while a script runs.
PORTION = 500
SUMS = struct.Struct(">dd")


class Tallies(Part):
    """One hash of sums a tenant, one index by version, one of the minutes by their number."""

    def add_tallies(self, tenant: str, tallies: Sequence[Tally], now: float) -> None:  # noqa: ARG002 (the port's)
        for start in range(0, len(tallies), PORTION):
            words: list[tuple[Word, ...]] = [
                (sum_field(each), SUMS.pack(each.a, each.b), each.bucket) for each in tallies[start:][:PORTION]
            ]
            keys = (layout.of_tenant(tenant, "versions"), *sum_keys(tenant))
            self._exchange.one(scripts.ADD.call(keys, *chain.from_iterable(words)))

    def tallies_since(self, tenant: str, version: int) -> tuple[int, list[Tally]]:
        sums, versions, _ = sum_keys(tenant)
        # The version first: a sum that changes between the two is then read again, never missed.
        present, fields = self._exchange.run(
            [
                call("HGET", layout.of_tenant(tenant, "versions"), "tallies"),
                call("ZRANGEBYSCORE", versions, f"({version}", "+inf"),
            ]
        )
        return int(present or 0), self._read(sums, fields)

    def prune_tallies(self, tenant: str, *, before_bucket: int, keep: int) -> None:
        sums, versions, minutes = sum_keys(tenant)
        old, total, timed = self._exchange.run(
            [
                call("ZRANGEBYSCORE", minutes, "(0", f"({before_bucket}"),
                call("HLEN", sums),
                call("ZCARD", minutes),
            ]
        )
        self._forget(tenant, [(field, b"") for field in old])
        if total - timed > keep:
            held = self._exchange.one(call("ZRANGE", versions, 0, -1, "WITHSCORES"))
            seen = dict(zip(held[::2], held[1::2], strict=True))
            self._forget(tenant, [(field, seen[field]) for field in self._small(sums, list(seen), keep)])

    def _small(self, sums: bytes, fields: Sequence[bytes], keep: int) -> list[bytes]:
        """Return the fields in bucket 0 beyond the *keep* largest of their level."""
        levels: dict[str, list[Tally]] = defaultdict(list)
        for each in self._read(sums, fields):
            if each.bucket == 0:
                levels[each.level].append(each)
        by_size = [sorted(each, key=lambda tally: (-tally.a, tally.value)) for each in levels.values()]
        return [sum_field(tally) for each in by_size for tally in each[keep:]]

    def _read(self, sums: bytes, fields: Sequence[bytes]) -> list[Tally]:
        asked = [fields[start : start + PORTION] for start in range(0, len(fields), PORTION)]
        replies = self._exchange.run([call("HMGET", sums, *each) for each in asked]) if asked else []
        held = zip(fields, chain.from_iterable(replies), strict=True)
        return [tally_of(field, value) for field, value in held if value]

    def _forget(self, tenant: str, dropped: Sequence[tuple[bytes, bytes]]) -> None:
        for start in range(0, len(dropped), PORTION):
            words = chain.from_iterable(dropped[start : start + PORTION])
            self._exchange.one(scripts.FORGET.call(sum_keys(tenant), *words))


def sum_keys(tenant: str) -> tuple[bytes, bytes, bytes]:
    """Return the keys of the sums, of their versions and of the minutes."""
    sums = layout.of_tenant(tenant, "sums")
    return sums, sums + b":version", sums + b":minute"


def sum_field(tally: Tally) -> bytes:
    return f"{tally.level}\0{tally.value}\0{tally.bucket}".encode()


def tally_of(field: bytes, value: bytes) -> Tally:
    level, number, bucket = field.decode().split("\0")
    return Tally(level, int(number), int(bucket), *SUMS.unpack(value))
