"""Run-time lists; every change raises the version of the tenant's lists."""

import apsw

from doorward.ports import ListEntry, Rewrite
from doorward.stores.sqlite.part import Part, row, rows

_LIVE = "SELECT name, key, entry, until, created_at FROM list_entries WHERE tenant = ? AND (until IS NULL OR until > ?)"
_PUT = """
INSERT INTO list_entries (tenant, name, key, entry, until, created_at) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (tenant, name, key) DO UPDATE SET entry = excluded.entry, until = excluded.until,
  created_at = excluded.created_at
"""
_SAY_AGAIN = "UPDATE list_entries SET entry = ? WHERE tenant = ? AND name = ? AND key = ?"
_DELETE = "DELETE FROM list_entries WHERE tenant = ? AND name = ? AND key = ? RETURNING until"
_RAISE = "INSERT INTO versions (tenant, lists) VALUES (?, 1) ON CONFLICT (tenant) DO UPDATE SET lists = lists + 1"


class Lists(Part):
    def put_entry(self, tenant: str, entry: ListEntry, now: float) -> None:  # noqa: ARG002 (the port's)
        with self._database.writing() as db:
            db.execute(_PUT, (tenant, entry.name, entry.key, entry.entry, entry.until, entry.created_at))
            _raise_version(db, tenant)

    def entry(self, tenant: str, name: str, key: bytes, now: float) -> ListEntry | None:
        found = self._row(f"{_LIVE} AND name = ? AND key = ?", tenant, now, name, key)
        return ListEntry(*found) if found else None

    def rewrite_entry(self, tenant: str, name: str, key: bytes, rewrite: Rewrite, now: float) -> None:
        with self._database.writing() as db:
            held = row(db, f"{_LIVE} AND name = ? AND key = ?", tenant, now, name, key)
            if held:
                db.execute(_SAY_AGAIN, (rewrite(ListEntry(*held).entry), tenant, name, key))

    def delete_entry(self, tenant: str, name: str, key: bytes, now: float) -> bool:
        with self._database.writing() as db:
            ends = rows(db, _DELETE, tenant, name, key)
            if ends:
                _raise_version(db, tenant)
            return any(until is None or until > now for (until,) in ends)

    def entries(self, tenant: str, now: float) -> tuple[int, list[ListEntry]]:
        with self._database.reading() as db:
            # The version first: a change between the two is then read again, never missed.
            version = row(db, "SELECT lists FROM versions WHERE tenant = ?", tenant)
            found = rows(db, f"{_LIVE} ORDER BY name, key", tenant, now)
        return version[0] if version else 0, [ListEntry(*columns) for columns in found]


def _raise_version(db: apsw.Connection, tenant: str) -> None:
    db.execute(_RAISE, (tenant,))
