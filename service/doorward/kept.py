"""Records as the use-cases read and change them: opened, and sealed again."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from doorward.core.errors import NotFound
from doorward.core.identifiers import is_id
from doorward.core.purposes import purpose_at
from doorward.core.record import DecisionRecord
from doorward.ports import DecisionStore, RecordQuery, RecordRow, Sealer
from doorward.record_text import from_bytes, to_bytes

KIND = "record"


class KeptRecords:
    """The sealed records of a store."""

    def __init__(self, store: DecisionStore, sealer: Sealer) -> None:
        self._store = store
        self._sealer = sealer

    def read(self, tenant: str, decision_id: str, now: float) -> DecisionRecord:
        """Return the record; NotFound where this tenant has no such decision."""
        row = self._store.record(tenant, decision_id, now) if is_id(decision_id, "dec") else None
        if row is None:
            raise NotFound("there is no such decision")
        return self.open(row)

    def rows(self, query: RecordQuery, now: float) -> Iterator[RecordRow]:
        """Yield all that *query* asks for, newest first; its limit is how many are read and held at a time."""
        while page := self._store.records(query, now):
            yield from page
            if len(page) < query.limit:
                return
            query = replace(query, before=(page[-1].at, page[-1].id))

    def open(self, row: RecordRow) -> DecisionRecord:
        return from_bytes(self._sealer.open(row.body, purpose_of(row.tenant, row.id)))

    def rewrite(
        self,
        tenant: str,
        decision_id: str,
        change: Callable[[DecisionRecord], dict[str, Any]],
        now: float,
        *,
        known: tuple[RecordRow, DecisionRecord] | None = None,
    ) -> DecisionRecord:
        """Change fields of a record atomically and return the record as it was before.

        *change* returns the fields to replace; what it raises leaves the record as it is. Who has read the record says
        so by *known*, and it is not opened once more unless somebody has changed it.
        """
        before: list[DecisionRecord] = []
        purpose = purpose_of(tenant, decision_id)

        def rewrite(body: bytes | None) -> bytes | None:
            if body is None:
                return None
            record = known[1] if known and known[0].body == body else from_bytes(self._sealer.open(body, purpose))
            before[:] = [record]
            return self._sealer.seal(to_bytes(record._replace(**change(record))), purpose)

        row = self._store.rewrite_record(tenant, decision_id, rewrite, now) if is_id(decision_id, "dec") else None
        if row is None or not before:
            raise NotFound("there is no such decision")
        return before[0]


def purpose_of(tenant: str, decision_id: str) -> str:
    """Return for what the record of a decision is sealed: that of another opens nothing there."""
    return purpose_at(KIND, tenant, decision_id)
