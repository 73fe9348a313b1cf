"""Pages of records: a subject's from one index, a tenant's from those of its days, newest first."""

import heapq
from collections.abc import Iterator, Sequence
from itertools import islice

from doorward.ports import RecordQuery, RecordRow
from doorward.stores.redis import layout
from doorward.stores.redis.calls import Call, call
from doorward.stores.redis.part import Part
from doorward.stores.redis.records import day_of, record_of

CHUNK = 64

# Time, id and subject: what an index tells of a record.
Candidate = tuple[float, str, bytes]


class Listing(Part):
    def records(self, query: RecordQuery, now: float) -> list[RecordRow]:
        found: list[RecordRow] = []
        candidates = self._candidates(query)
        while len(found) < query.limit and (chunk := list(islice(candidates, CHUNK))):
            keys = [layout.record(query.tenant, subject, record_id) for _, record_id, subject in chunk]
            held = self._exchange.run([call("GET", key) for key in keys])
            rows = [record_of(raw, now, key) for key, raw in zip(keys, held, strict=True)]
            found += [row for row in rows if row and _asked_for(row, query)]
        return found[: max(0, query.limit)]

    def _candidates(self, query: RecordQuery) -> Iterator[Candidate]:
        if query.subject is not None:
            index = layout.subject(query.tenant, query.subject, "records")
            yield from ((at, record_id, query.subject) for at, record_id, _ in self._walk([index], query))
            return
        newest, oldest = _newest(query), query.since
        for day in sorted(map(int, self._exchange.one(call("SMEMBERS", _days(query.tenant)))), reverse=True):
            if (newest is None or day <= day_of(newest)) and (oldest is None or day >= day_of(oldest)):
                shards = [layout.day(query.tenant, day, shard) for shard in range(layout.SHARDS)]
                yield from self._walk(shards, query)

    def _walk(self, indexes: Sequence[bytes], query: RecordQuery) -> Iterator[Candidate]:
        """Yield what all of *indexes* hold in one order; the first chunks are read in one trip."""
        firsts = self._exchange.run([_chunk(index, query, 0) for index in indexes])
        walks = [self._rest(index, query, first) for index, first in zip(indexes, firsts, strict=True)]
        yield from heapq.merge(*walks, reverse=True)

    def _rest(self, index: bytes, query: RecordQuery, held: Sequence[bytes]) -> Iterator[Candidate]:
        offset = 0
        while held:
            for member, score in zip(held[::2], held[1::2], strict=True):
                record_id, _, subject = member.partition(b"\0")
                yield float(score), record_id.decode(), subject
            offset += CHUNK
            held = self._exchange.one(_chunk(index, query, offset)) if len(held) == 2 * CHUNK else ()


def _chunk(index: bytes, query: RecordQuery, offset: int) -> Call:
    newest = _newest(query)
    highest = "+inf" if newest is None else repr(newest)
    lowest = "-inf" if query.since is None else repr(query.since)
    return call("ZREVRANGEBYSCORE", index, highest, lowest, "WITHSCORES", "LIMIT", offset, CHUNK)


def _newest(query: RecordQuery) -> float | None:
    """Return a time that no record asked for is after."""
    ends = [each for each in (query.until, query.before[0] if query.before else None) if each is not None]
    return min(ends) if ends else None


def _asked_for(row: RecordRow, query: RecordQuery) -> bool:
    return (
        (not query.outcome or row.outcome == query.outcome)
        and (not query.rule or row.rule == query.rule)
        and (query.since is None or row.at >= query.since)
        and (query.until is None or row.at < query.until)
        and (query.before is None or (row.at, row.id) < query.before)
    )


def _days(tenant: str) -> bytes:
    return layout.of_tenant(tenant, "days")
