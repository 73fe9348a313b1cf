"""Small sealed values of the service itself."""

from doorward.ports import Rewrite
from doorward.stores.sqlite.part import Part, row

_ONE = "SELECT value FROM secrets WHERE tenant = ? AND name = ?"
_REPLACE = """
INSERT INTO secrets (tenant, name, value) VALUES (?, ?, ?)
ON CONFLICT (tenant, name) DO UPDATE SET value = excluded.value
"""
_PUT = "INSERT INTO secrets (tenant, name, value) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"


class SecretValues(Part):
    def secret(self, tenant: str, name: str) -> bytes | None:
        found = self._row(_ONE, tenant, name)
        return found[0] if found else None

    def put_secret_if_absent(self, tenant: str, name: str, value: bytes) -> bytes:
        with self._database.writing() as db:
            db.execute(_PUT, (tenant, name, value))
            kept = row(db, _ONE, tenant, name)
            return kept[0] if kept else value

    def rewrite_secret(self, tenant: str, name: str, rewrite: Rewrite) -> None:
        with self._database.writing() as db:
            held = row(db, _ONE, tenant, name)
            value = rewrite(held[0] if held else None)
            if value is None:
                db.execute("DELETE FROM secrets WHERE tenant = ? AND name = ?", (tenant, name))
            else:
                db.execute(_REPLACE, (tenant, name, value))

    def rewrite_lasting_secret(self, tenant: str, name: str, rewrite: Rewrite) -> None:
        self.rewrite_secret(tenant, name, rewrite)
