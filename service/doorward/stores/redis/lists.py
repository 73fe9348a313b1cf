"""Run-time lists; every change raises the version of the tenant's lists."""

from dataclasses import replace
from functools import lru_cache

from doorward.core.errors import StoreUnavailable
from doorward.ports import ListEntry, Rewrite
from doorward.stores.redis import layout, scripts, values
from doorward.stores.redis.calls import Call, call
from doorward.stores.redis.part import SWAPS_AT_MOST, Part

# A list is read as a whole whenever one entry of it has changed.
READ_LATELY = 16_384


class Lists(Part):
    """One hash a tenant: an entry under the name of its list and its key."""

    def put_entry(self, tenant: str, entry: ListEntry, now: float) -> None:  # noqa: ARG002 (the port's)
        self._exchange.one(put_entry(tenant, entry))

    def entry(self, tenant: str, name: str, key: bytes, now: float) -> ListEntry | None:
        return _entry(self._exchange.one(call("HGET", list_keys(tenant)[0], entry_field(name, key))), now)

    def rewrite_entry(self, tenant: str, name: str, key: bytes, rewrite: Rewrite, now: float) -> None:
        keys, field = list_keys(tenant)[:1], entry_field(name, key)
        for _ in range(SWAPS_AT_MOST):
            raw = self._exchange.one(call("HGET", keys[0], field))
            held = _entry(raw, now)
            if held is None:
                return
            said = entry_value(replace(held, entry=rewrite(held.entry) or b""))
            if self._exchange.one(scripts.LIST_SAY_AGAIN.call(keys, field, raw, said)) == 1:
                return
        raise StoreUnavailable("too many write the same thing at once")

    def delete_entry(self, tenant: str, name: str, key: bytes, now: float) -> bool:
        return bool(
            self._exchange.one(scripts.LIST_DELETE.call(list_keys(tenant), repr(now), entry_field(name, key))) == 1
        )

    def entries(self, tenant: str, now: float) -> tuple[int, list[ListEntry]]:
        entries, versions = list_keys(tenant)
        # The version first: a change between the two is then read again, never missed.
        version, held = self._exchange.run([call("HGET", versions, "lists"), call("HVALS", entries)])
        found = [entry for entry in (_entry(raw, now) for raw in held) if entry]
        return int(version or 0), sorted(found, key=lambda entry: (entry.name, entry.key))


def put_entry(tenant: str, entry: ListEntry) -> Call:
    """Return the call that keeps *entry* and raises the version of the tenant's lists."""
    return scripts.LIST_PUT.call(list_keys(tenant), entry_field(entry.name, entry.key), entry_value(entry))


def entry_value(entry: ListEntry) -> bytes:
    """Return *entry* as it is kept."""
    ends_at = values.NEVER if entry.until is None else entry.until
    head = (entry.name, entry.key, entry.until, entry.created_at)
    return values.kept(ends_at, values.columns(head, entry.entry))


def list_keys(tenant: str) -> tuple[bytes, bytes]:
    return layout.of_tenant(tenant, "lists"), layout.of_tenant(tenant, "versions")


def entry_field(name: str, key: bytes) -> bytes:
    return name.encode() + b"\0" + key


def _entry(raw: bytes | None, now: float) -> ListEntry | None:
    plain = values.living(raw, now)
    return entry_of_plain(plain) if plain is not None else None


@lru_cache(maxsize=READ_LATELY)
def entry_of_plain(plain: bytes) -> ListEntry:
    (name, key, until, created_at), body = values.columns_of(plain)
    return ListEntry(name, bytes.fromhex(key), body, until, created_at)
