"""What a subject has enrolled: one sealed value, which never ends by itself."""

from doorward.ports import Rewrite
from doorward.stores.redis import layout, values
from doorward.stores.redis.part import Part


class Authenticators(Part):
    def authenticators(self, tenant: str, subject: bytes, now: float) -> bytes | None:
        return self._living(layout.subject(tenant, subject, "authenticators"), now)

    def rewrite_authenticators(self, tenant: str, subject: bytes, rewrite: Rewrite, now: float) -> None:
        def change(raw: bytes | None) -> tuple[bytes, int]:
            body = rewrite(values.living(raw, now))
            return (b"", 0) if body is None else (values.kept(values.NEVER, body), 0)

        self._swap_kept(layout.subject(tenant, subject, "authenticators"), change)
