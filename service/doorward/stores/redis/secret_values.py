"""Small sealed values of the service itself."""

from doorward.ports import Rewrite
from doorward.stores.redis import layout, values
from doorward.stores.redis.calls import call
from doorward.stores.redis.part import Part


class SecretValues(Part):
    def secret(self, tenant: str, name: str) -> bytes | None:
        raw = self._raw(layout.secret(tenant, name))
        return raw[values.STAMP_BYTES :] if raw else None

    def put_secret_if_absent(self, tenant: str, name: str, value: bytes) -> bytes:
        key = layout.secret(tenant, name)
        _, kept = self._exchange.run([call("SET", key, values.kept(values.NEVER, value), "NX"), call("GET", key)])
        return bytes(kept[values.STAMP_BYTES :])

    def rewrite_secret(self, tenant: str, name: str, rewrite: Rewrite) -> None:
        def change(raw: bytes | None) -> tuple[bytes, int]:
            value = rewrite(raw[values.STAMP_BYTES :] if raw else None)
            return (b"" if value is None else values.kept(values.NEVER, value), 0)

        self._swap(layout.secret(tenant, name), change)
