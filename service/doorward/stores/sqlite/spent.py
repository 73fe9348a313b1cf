"""What may be used once: the jti of every proof that was."""

import apsw

from doorward.stores.sqlite.part import Part

_SPEND = """
INSERT INTO spent (tenant, jti, expires_at) VALUES (?, ?, ?)
ON CONFLICT (jti, tenant) DO UPDATE SET expires_at = excluded.expires_at WHERE spent.expires_at <= ?
"""


_FIND = "SELECT 1 FROM spent WHERE jti = ? AND tenant = ? AND expires_at > ?"


class Spent(Part):
    def is_spent(self, tenant: str, jti: str, now: float) -> bool:
        return self._row(_FIND, jti, tenant, now) is not None

    def spend(self, tenant: str, jti: str, *, expires_at: float, now: float) -> bool:
        with self._database.writing() as db:
            return spend(db, tenant, jti, expires_at, now)


def spend(db: apsw.Connection, tenant: str, jti: str, expires_at: float, now: float) -> bool:
    """Answer whether *jti* was unspent until now."""
    db.execute(_SPEND, (tenant, jti, expires_at, now))
    return db.changes() == 1
