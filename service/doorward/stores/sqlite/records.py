"""Decisions as they are kept, and the pages that list them."""

from typing import Any

import apsw

from doorward.ports import RecordQuery, RecordRow, Rewrite
from doorward.stores.sqlite.part import Part, row

_COLUMNS = "id, tenant, subject, at, outcome, rule, body, expires_at"
_ONE = f"SELECT {_COLUMNS} FROM records WHERE id = ? AND tenant = ? AND expires_at > ?"  # noqa: S608
_PUT = f"""
INSERT INTO records ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id, tenant) DO UPDATE SET subject = excluded.subject, at = excluded.at, outcome = excluded.outcome,
  rule = excluded.rule, body = excluded.body, expires_at = excluded.expires_at
"""  # noqa: S608


class Records(Part):
    """Kept, read, rewritten and listed; a record whose life is over is not there."""

    def record(self, tenant: str, record_id: str, now: float) -> RecordRow | None:
        with self._database.reading() as db:
            return record_in(db, tenant, record_id, now)

    def rewrite_record(self, tenant: str, record_id: str, rewrite: Rewrite, now: float) -> RecordRow | None:
        with self._database.writing() as db:
            found = row(db, _ONE, record_id, tenant, now)
            if found is None:
                return None
            body = rewrite(RecordRow(*found).body)
            if body is not None:
                db.execute("UPDATE records SET body = ? WHERE id = ? AND tenant = ?", (body, record_id, tenant))
                found = row(db, _ONE, record_id, tenant, now)
            return RecordRow(*found) if found else None

    def records(self, query: RecordQuery, now: float) -> list[RecordRow]:
        conditions, values = _conditions(query, now)
        sql = f"SELECT {_COLUMNS} FROM records WHERE {conditions} ORDER BY at DESC, id DESC LIMIT ?"  # noqa: S608
        return [RecordRow(*found) for found in self._rows(sql, *values, max(0, query.limit))]


def record_in(db: apsw.Connection, tenant: str, record_id: str, now: float) -> RecordRow | None:
    """Return the record that *db* holds; None where there is none, or its life is over."""
    found = row(db, _ONE, record_id, tenant, now)
    return RecordRow(*found) if found else None


def put_record(db: apsw.Connection, record: RecordRow) -> None:
    """Keep *record*, in the place of one with the same id."""
    values = (record.id, record.tenant, record.subject, record.at, record.outcome, record.rule)
    db.execute(_PUT, (*values, record.body, record.expires_at))


def _conditions(query: RecordQuery, now: float) -> tuple[str, list[Any]]:
    """Return the WHERE clause and its values; every text in it is ours."""
    asked: list[tuple[str, tuple[Any, ...]]] = [("tenant = ?", (query.tenant,)), ("expires_at > ?", (now,))]
    if query.subject is not None:
        asked.append(("subject = ?", (query.subject,)))
    if query.outcome:
        asked.append(("outcome = ?", (query.outcome,)))
    if query.rule:
        asked.append(("rule = ?", (query.rule,)))
    if query.since is not None:
        asked.append(("at >= ?", (query.since,)))
    if query.until is not None:
        asked.append(("at < ?", (query.until,)))
    if query.before is not None:
        asked.append(("(at, id) < (?, ?)", query.before))
    return " AND ".join(text for text, _ in asked), [value for _, values in asked for value in values]
