"""API keys, by their SHA-256."""

from typing import Any

from doorward.ports import ApiKeyRow
from doorward.stores.sqlite.part import Part

_COLUMNS = "id, tenant, digest, scopes, label, created_at, expires_at, revoked_at, mac"
_PUT = f"""
INSERT INTO api_keys ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET tenant = excluded.tenant, digest = excluded.digest, scopes = excluded.scopes,
  label = excluded.label, created_at = excluded.created_at, expires_at = excluded.expires_at,
  revoked_at = excluded.revoked_at, mac = excluded.mac
"""  # noqa: S608
_REVOKE = "UPDATE api_keys SET revoked_at = ifnull(revoked_at, ?), mac = x'' WHERE id = ?"
_BY_DIGEST = f"SELECT {_COLUMNS} FROM api_keys WHERE digest = ?"  # noqa: S608
_ALL = f"SELECT {_COLUMNS} FROM api_keys WHERE tenant = ifnull(?, tenant) ORDER BY created_at, id"  # noqa: S608


class ApiKeys(Part):
    def put_key(self, row: ApiKeyRow) -> None:
        life = (row.created_at, row.expires_at, row.revoked_at)
        self._write(_PUT, row.id, row.tenant, row.digest, " ".join(row.scopes), row.label, *life, row.mac)

    def key_by_digest(self, digest: bytes) -> ApiKeyRow | None:
        found = self._row(_BY_DIGEST, digest)
        return _key(found) if found else None

    def keys(self, tenant: str | None = None) -> list[ApiKeyRow]:
        return [_key(found) for found in self._rows(_ALL, tenant)]

    def revoke_key(self, key_id: str, now: float) -> bool:
        return self._write(_REVOKE, now, key_id) == 1

    def tenants(self) -> list[str]:
        return [tenant for (tenant,) in self._rows("SELECT DISTINCT tenant FROM api_keys ORDER BY tenant")]


def _key(columns: tuple[Any, ...]) -> ApiKeyRow:
    key_id, tenant, digest, scopes, *rest = columns
    return ApiKeyRow(key_id, tenant, digest, tuple(scopes.split()), *rest)
