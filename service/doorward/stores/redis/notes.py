"""Small values that somebody owns, each with an end."""

from doorward.ports import Rewrite
from doorward.stores.redis import layout, values
from doorward.stores.redis.part import Change, Part


class Notes(Part):
    """Under the tag of a subject, and of other owners whose keyed hash differs from any subject's."""

    def note(self, tenant: str, owner: bytes, name: str, now: float) -> bytes | None:
        return _body(self._living(layout.note(tenant, owner, name), now))

    def rewrite_note(
        self, tenant: str, owner: bytes, name: str, rewrite: Rewrite, *, expires_at: float, now: float
    ) -> None:
        self._swap_kept(layout.note(tenant, owner, name), _change(name, rewrite, expires_at, now))

    def rewrite_losable_note(
        self, tenant: str, owner: bytes, name: str, rewrite: Rewrite, *, expires_at: float, now: float
    ) -> None:
        self._swap(layout.note(tenant, owner, name), _change(name, rewrite, expires_at, now))


def _change(name: str, rewrite: Rewrite, expires_at: float, now: float) -> Change:
    def change(raw: bytes | None) -> tuple[bytes, int]:
        body = rewrite(_body(values.living(raw, now)))
        if body is None:
            return b"", 0
        return values.kept(expires_at, named(name, body)), values.milliseconds(expires_at, now)

    return change


def named(name: str, body: bytes) -> bytes:
    """Return *body* with its name, which the key may hold as a hash alone."""
    return values.columns((name,), body)


def name_and_note(plain: bytes) -> tuple[str, bytes]:
    (name,), body = values.columns_of(plain)
    return name, body


def _body(plain: bytes | None) -> bytes | None:
    return name_and_note(plain)[1] if plain is not None else None
