"""Sums that all workers add to; each carries the version of the tenant's tallies at its last change."""

import struct
from array import array
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from doorward.ports import Tally
from doorward.stores.redis import layout, scripts
from doorward.stores.redis.calls import Word, call
from doorward.stores.redis.part import Part

# So many at a time: nobody else is served while a script runs.
PORTION = 500
# So many portions are asked for at once: what is read of a large tenant is held as it came and as sums for no longer.
PORTIONS = 10
# A little less than what lies between two times that a process prunes.
PRUNING_MS = 50_000
SUMS = struct.Struct(">dd")
_NO_MINUTE = b"\x00" + b"0"


@dataclass(slots=True)
class _Excess:
    """How many sums of a level are too many, and how large the largest of them is; others may be as large."""

    largest: float
    number: int

    @classmethod
    def of(cls, amounts: Sequence[float], keep: int) -> "_Excess":
        return cls(sorted(amounts)[-keep - 1], len(amounts) - keep)


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

    def prune_tallies(self, tenant: str, *, before_bucket: int, keep: int, above: int) -> None:
        sums, _, minutes = sum_keys(tenant)
        turn = layout.of_tenant(tenant, "pruning")
        if self._exchange.one(call("SET", turn, b"", "NX", "PX", PRUNING_MS)) is None:
            return
        old, total, timed = self._exchange.run(
            [
                call("ZRANGEBYSCORE", minutes, "(0", f"({before_bucket}"),
                call("HLEN", sums),
                call("ZCARD", minutes),
            ]
        )
        self._forget(tenant, [(field, b"") for field in old])
        if total - timed > above:
            self._forget_small(tenant, keep, above)

    def _forget_small(self, tenant: str, keep: int, above: int) -> None:
        """Forget all but the *keep* largest of each level that has more than *above*; one portion is held at a time."""
        levels: dict[bytes, array[float]] = defaultdict(lambda: array("d"))
        for portion in self._lasting(tenant):
            for field, amount in portion:
                levels[_level(field)].append(amount)
        large = {level: _Excess.of(amounts, keep) for level, amounts in levels.items() if len(amounts) > above}
        for portion in self._lasting(tenant) if large else ():
            self._forget_of(tenant, portion, large)

    def _forget_of(self, tenant: str, portion: Sequence[tuple[bytes, float]], large: Mapping[bytes, "_Excess"]) -> None:
        sums, versions, _ = sum_keys(tenant)
        of_large = [(field, amount, large[_level(field)]) for field, amount in portion if _level(field) in large]
        small = [(field, excess) for field, amount, excess in of_large if amount <= excess.largest]
        if not small:
            return
        fields = [field for field, _ in small]
        # The version first: a sum that grows between the two has another one by then, and stays.
        seen, held = self._exchange.run([call("ZMSCORE", versions, *fields), call("HMGET", sums, *fields)])
        dropped = []
        for (field, excess), version, value in zip(small, seen, held, strict=True):
            if version is not None and value and excess.number and SUMS.unpack(value)[0] <= excess.largest:
                excess.number -= 1
                dropped.append((field, version))
        self._forget(tenant, dropped)

    def _lasting(self, tenant: str) -> Iterator[list[tuple[bytes, float]]]:
        """Yield the names and amounts of all sums of no minute, in portions; one that is written meanwhile may lack."""
        sums, _, _ = sum_keys(tenant)
        cursor = b"0"
        while True:
            cursor, held = self._exchange.one(call("HSCAN", sums, cursor, "COUNT", PORTION))
            pairs = zip(held[::2], held[1::2], strict=True)
            yield [(field, SUMS.unpack(value)[0]) for field, value in pairs if field.endswith(_NO_MINUTE)]
            if int(cursor) == 0:
                return

    def _read(self, sums: bytes, fields: Sequence[bytes]) -> list[Tally]:
        found: list[Tally] = []
        for start in range(0, len(fields), PORTION * PORTIONS):
            some = fields[start : start + PORTION * PORTIONS]
            asked = [some[each : each + PORTION] for each in range(0, len(some), PORTION)]
            held = chain.from_iterable(self._exchange.run([call("HMGET", sums, *each) for each in asked]))
            found += [tally_of(field, value) for field, value in zip(some, held, strict=True) if value]
        return found

    def _forget(self, tenant: str, dropped: Sequence[tuple[bytes, bytes]]) -> None:
        for start in range(0, len(dropped), PORTION):
            words = chain.from_iterable(dropped[start : start + PORTION])
            self._exchange.one(scripts.FORGET.call(sum_keys(tenant), *words))


def sum_keys(tenant: str) -> tuple[bytes, bytes, bytes]:
    """Return the keys of the sums, of their versions and of the minutes."""
    sums = layout.of_tenant(tenant, "sums")
    return sums, sums + b":version", sums + b":minute"


def _level(field: bytes) -> bytes:
    return field[: field.index(b"\0")]


def sum_field(tally: Tally) -> bytes:
    return f"{tally.level}\0{tally.value}\0{tally.bucket}".encode()


def tally_of(field: bytes, value: bytes) -> Tally:
    level, number, bucket = field.decode().split("\0")
    return Tally(level, int(number), int(bucket), *SUMS.unpack(value))
