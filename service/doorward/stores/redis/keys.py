"""API keys, by their SHA-256, and one index of all of them."""

from dataclasses import replace

from doorward.ports import ApiKeyRow
from doorward.stores.redis import layout, values
from doorward.stores.redis.calls import Call, call
from doorward.stores.redis.part import Part


class ApiKeys(Part):
    """In the index an id leads to the length of the digest, the digest and the tenant."""

    def put_key(self, row: ApiKeyRow) -> None:
        old = self._exchange.one(call("HGET", layout.KEY_IDS, row.id))
        self._exchange.run(keep_key(row))
        if old and _told(old)[0] != row.digest:
            self._exchange.one(call("DEL", layout.api_key(_told(old)[0])))

    def key_by_digest(self, digest: bytes) -> ApiKeyRow | None:
        return _key(self._raw(layout.api_key(digest)))

    def keys(self, tenant: str | None = None) -> list[ApiKeyRow]:
        told = [_told(each) for each in self._exchange.one(call("HVALS", layout.KEY_IDS))]
        asked = [layout.api_key(digest) for digest, its_tenant in told if tenant in (None, its_tenant)]
        rows = [_key(raw) for raw in self._exchange.run([call("GET", key) for key in asked])] if asked else []
        return sorted((row for row in rows if row), key=lambda row: (row.created_at, row.id))

    def revoke_key(self, key_id: str, now: float) -> bool:
        def change(raw: bytes | None) -> tuple[bytes, int] | None:
            row = _key(raw)
            if row is None:
                return None
            # One that was revoked is written as it was: whoever says it again asks whether a replica has it now.
            return _value(row if row.revoked_at is not None else replace(row, revoked_at=now, mac=b"")), 0

        told = self._exchange.one(call("HGET", layout.KEY_IDS, key_id))
        return bool(told) and self._swap_kept(layout.api_key(_told(told)[0]), change) is not None

    def tenants(self) -> list[str]:
        return sorted({_told(each)[1] for each in self._exchange.one(call("HVALS", layout.KEY_IDS))})


def keep_key(row: ApiKeyRow) -> list[Call]:
    """Return what keeps *row* by its digest and by its id."""
    told = bytes((len(row.digest),)) + row.digest + row.tenant.encode()
    return [call("SET", layout.api_key(row.digest), _value(row)), call("HSET", layout.KEY_IDS, row.id, told)]


def _value(row: ApiKeyRow) -> bytes:
    life = (row.created_at, row.expires_at, row.revoked_at)
    head = (row.id, row.tenant, row.digest, row.scopes, row.label, *life, row.mac)
    return values.kept(values.NEVER, values.columns(head))


def _key(raw: bytes | None) -> ApiKeyRow | None:
    return key_of(raw) if raw is not None else None


def key_of(raw: bytes) -> ApiKeyRow:
    (key_id, tenant, digest, scopes, label, created_at, expires_at, revoked_at, *mac), _ = values.columns_of(
        raw[values.STAMP_BYTES :]
    )
    life = (created_at, expires_at, revoked_at)
    # A row from before they had a MAC has none.
    proved_by = bytes.fromhex(mac[0]) if mac else b""
    return ApiKeyRow(key_id, tenant, bytes.fromhex(digest), tuple(scopes), label, *life, proved_by)


def _told(value: bytes) -> tuple[bytes, str]:
    length = value[0]
    return value[1 : 1 + length], value[1 + length :].decode()
