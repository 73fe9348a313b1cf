"""Rubbish collection: what has ended goes, by the one process that holds the lease."""

import os
import secrets

from doorward.ports import ENDED_CHALLENGE_SECONDS, ENDED_DEVICE_SECONDS
from doorward.stores.sqlite.connection import Database
from doorward.stores.sqlite.part import Part

LEASE_SECONDS = 60.0
# Few enough that a decision does not wait long for its turn to write: 200 records took 10 ms.
BATCH = 100

# Table, its key, the column of its end, for how long a row is kept after that.
_ENDS = (
    ("rings", "id", "expires_at", 0),
    ("profiles", "id", "expires_at", 0),
    ("devices", "id, tenant", "expires_at", ENDED_DEVICE_SECONDS),
    ("proofs", "session, tenant", "expires_at", 0),
    ("spent", "jti, tenant", "expires_at", 0),
    ("records", "number", "expires_at", 0),
    ("challenges", "number", "expires_at", ENDED_CHALLENGE_SECONDS),
    ("notes", "owner, name, tenant", "expires_at", 0),
    ("list_entries", "tenant, name, key", "until", 0),
    ("idempotency", "key", "expires_at", 0),
)

# A lease that ends later than a lease can was taken by a clock that has since been set back.
_LEASE = """
INSERT INTO meta (name, value, until) VALUES ('sweeper', :me, :until)
ON CONFLICT (name) DO UPDATE SET value = excluded.value, until = excluded.until
WHERE value = excluded.value OR until <= :now OR until > :until
"""


class Sweeper(Part):
    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._name = secrets.token_hex(8)

    def sweep(self, now: float, limit: int = 1000) -> int:
        """Delete at most *limit* ended things and tidy the WAL; 0 where another process is at it."""
        if not self._elected(now):
            return 0
        gone = 0
        for table, key, end, kept_seconds in _ENDS:
            gone += self._delete(_statement(table, key, end), now - kept_seconds, limit - gone)
        self._database.checkpoint()
        return gone

    def _elected(self, now: float) -> bool:
        values = {"me": f"{os.getpid()}-{self._name}", "now": now, "until": now + LEASE_SECONDS}
        with self._database.writing() as db:
            db.execute(_LEASE, values)
            return db.changes() == 1

    def _delete(self, sql: str, before: float, limit: int) -> int:
        """Delete in batches with a transaction each, so that decisions come in between."""
        gone = 0
        while gone < limit:
            batch = min(BATCH, limit - gone)
            deleted = self._write(sql, before, batch)
            gone += deleted
            if deleted < batch:
                break
        return gone


def _statement(table: str, key: str, end: str) -> str:
    return f"DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {table} WHERE {end} <= ? LIMIT ?)"  # noqa: S608
