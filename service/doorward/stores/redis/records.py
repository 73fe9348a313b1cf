"""Decisions as they are kept: with their subject, and told of by their id and by their day."""

from doorward.core.errors import Unreadable
from doorward.ports import RecordRow, Rewrite
from doorward.stores.redis import layout, values
from doorward.stores.redis.calls import Call, call
from doorward.stores.redis.part import Part
from doorward.stores.redis.writes import Step, own, record_value

DAY_SECONDS = 86_400
_DAYS_REMEMBERED = 256


class Days:
    """Which days of which tenants this process has put into their indexes, so that not every decision does."""

    def __init__(self) -> None:
        self._noted: set[tuple[str, int]] = set()

    def missing(self, tenant: str, day: int) -> bool:
        return (tenant, day) not in self._noted

    def noted(self, record: RecordRow | None) -> None:
        """Remember that the day of *record* is in its tenant's index."""
        if len(self._noted) > _DAYS_REMEMBERED:
            self._noted.clear()
        if record:
            self._noted.add((record.tenant, day_of(record.at)))

    def forget(self) -> None:
        self._noted.clear()


class Records(Part):
    """Kept, read and rewritten; a record whose life is over is not there."""

    def record(self, tenant: str, record_id: str, now: float) -> RecordRow | None:
        key = self._key_of_record(tenant, record_id)
        return record_of(self._raw(key), now, key) if key else None

    def rewrite_record(self, tenant: str, record_id: str, rewrite: Rewrite, now: float) -> RecordRow | None:
        key = self._key_of_record(tenant, record_id)
        if key is None:
            return None

        def change(raw: bytes | None) -> tuple[bytes, int] | None:
            row = record_of(raw, now, key)
            body = rewrite(row.body) if row else None
            if row is None or body is None:
                return None
            changed = RecordRow(row.id, row.tenant, row.subject, row.at, row.outcome, row.rule, body, row.expires_at)
            return record_value(changed), values.milliseconds(row.expires_at, now)

        return record_of(self._swap(key, change), now, key)

    def _key_of_record(self, tenant: str, record_id: str) -> bytes | None:
        # Whose a record is never changes.
        name = layout.owner(tenant, record_id)
        owner = self._seen.get(name) or self._raw(name)
        return layout.record(tenant, owner[values.END_BYTES :], record_id) if owner else None


def told_steps(row: RecordRow, now: float) -> list[Step]:
    """Return what makes *row* found by its id and by its day."""
    index = layout.day(row.tenant, day_of(row.at), layout.shard_of(row.id))
    member = row.id.encode() + b"\0" + row.subject
    return [
        own(row.tenant, row.id, row.subject, row.expires_at, now),
        Step(index, "index", member, values.milliseconds(row.expires_at, now), repr(row.at)),
    ]


def day_calls(row: RecordRow, days: Days) -> list[Call]:
    """Return what puts the day of *row* into its tenant's index, where that was not done."""
    day = day_of(row.at)
    return [call("SADD", layout.of_tenant(row.tenant, "days"), day)] if days.missing(row.tenant, day) else []


def record_of(raw: bytes | None, now: float, key: bytes) -> RecordRow | None:
    """Return the record under *key*; Unreadable where it is another, that somebody has put there."""
    plain = values.living(raw, now)
    row = record_of_plain(plain) if plain is not None else None
    if row is not None and layout.record(row.tenant, row.subject, row.id) != key:
        raise Unreadable("the record under a key of the store is another's")
    return row


def record_of_plain(plain: bytes) -> RecordRow:
    (record_id, tenant, subject, at, outcome, rule, expires_at), body = values.columns_of(plain)
    return RecordRow(record_id, tenant, bytes.fromhex(subject), at, outcome, rule, body, expires_at)


def day_of(at: float) -> int:
    return int(at // DAY_SECONDS)
