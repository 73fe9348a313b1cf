"""Small values that somebody owns, each with an end."""

from doorward.ports import Rewrite
from doorward.stores.sqlite.part import Part, row

_ONE = "SELECT body FROM notes WHERE owner = ? AND name = ? AND tenant = ? AND expires_at > ?"
_PUT = """
INSERT INTO notes (tenant, owner, name, expires_at, body) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (owner, name, tenant) DO UPDATE SET expires_at = excluded.expires_at, body = excluded.body
"""


class Notes(Part):
    def note(self, tenant: str, owner: bytes, name: str, now: float) -> bytes | None:
        found = self._row(_ONE, owner, name, tenant, now)
        return found[0] if found else None

    def rewrite_note(
        self, tenant: str, owner: bytes, name: str, rewrite: Rewrite, *, expires_at: float, now: float
    ) -> None:
        with self._database.writing() as db:
            held = row(db, _ONE, owner, name, tenant, now)
            body = rewrite(held[0] if held else None)
            if body is None:
                db.execute("DELETE FROM notes WHERE owner = ? AND name = ? AND tenant = ?", (owner, name, tenant))
            else:
                db.execute(_PUT, (tenant, owner, name, expires_at, body))

    def rewrite_losable_note(
        self, tenant: str, owner: bytes, name: str, rewrite: Rewrite, *, expires_at: float, now: float
    ) -> None:
        self.rewrite_note(tenant, owner, name, rewrite, expires_at=expires_at, now=now)
