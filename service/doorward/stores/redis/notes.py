"""Small values that somebody owns, each with an end."""

from doorward.ports import Rewrite
from doorward.stores.redis import layout, values
from doorward.stores.redis.part import Part


class Notes(Part):
    """Under the tag of a subject, and of other owners whose keyed hash differs from any subject's."""

    def note(self, tenant: str, owner: bytes, name: str, now: float) -> bytes | None:
        return self._living(layout.note(tenant, owner, name), now)

    def rewrite_note(
        self, tenant: str, owner: bytes, name: str, rewrite: Rewrite, *, expires_at: float, now: float
    ) -> None:
        def change(raw: bytes | None) -> tuple[bytes, int]:
            body = rewrite(values.living(raw, now))
            return (b"", 0) if body is None else (values.kept(expires_at, body), values.milliseconds(expires_at, now))

        self._swap(layout.note(tenant, owner, name), change)
