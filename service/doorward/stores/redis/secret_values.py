"""Small sealed values of the service itself."""

from doorward.ports import Rewrite
from doorward.stores.redis import layout, values
from doorward.stores.redis.calls import call
from doorward.stores.redis.part import Change, Part


class SecretValues(Part):
    """Each with its name beside it."""

    def secret(self, tenant: str, name: str) -> bytes | None:
        raw = self._raw(layout.secret(tenant, name))
        return name_and_secret(raw[values.STAMP_BYTES :])[1] if raw else None

    def put_secret_if_absent(self, tenant: str, name: str, value: bytes) -> bytes:
        key = layout.secret(tenant, name)
        _, kept = self._exchange.run([call("SET", key, secret_value(name, value), "NX"), call("GET", key)])
        return name_and_secret(kept[values.STAMP_BYTES :])[1]

    def rewrite_secret(self, tenant: str, name: str, rewrite: Rewrite) -> None:
        self._swap(layout.secret(tenant, name), _change(name, rewrite))

    def rewrite_lasting_secret(self, tenant: str, name: str, rewrite: Rewrite) -> None:
        self._swap_kept(layout.secret(tenant, name), _change(name, rewrite))


def _change(name: str, rewrite: Rewrite) -> Change:
    def change(raw: bytes | None) -> tuple[bytes, int]:
        value = rewrite(name_and_secret(raw[values.STAMP_BYTES :])[1] if raw else None)
        return (b"" if value is None else secret_value(name, value), 0)

    return change


def secret_value(name: str, value: bytes) -> bytes:
    """Return *value* as it is kept: with its name, which the key may hold as a hash alone."""
    return values.kept(values.NEVER, values.columns((name,), value))


def name_and_secret(plain: bytes) -> tuple[str, bytes]:
    (name,), value = values.columns_of(plain)
    return name, value
