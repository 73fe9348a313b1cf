"""What a subject has enrolled: one sealed value, which never ends by itself."""

import apsw

from doorward.ports import Rewrite
from doorward.stores.sqlite.part import Part, row

_ONE = "SELECT body FROM authenticators WHERE tenant = ? AND subject = ?"
_PUT = """
INSERT INTO authenticators (tenant, subject, body) VALUES (?, ?, ?)
ON CONFLICT (subject, tenant) DO UPDATE SET body = excluded.body
"""


class Authenticators(Part):
    """Read and rewritten as a whole."""

    def authenticators(self, tenant: str, subject: bytes, now: float) -> bytes | None:  # noqa: ARG002 (the port's)
        with self._database.reading() as db:
            return authenticators_in(db, tenant, subject)

    def rewrite_authenticators(
        self,
        tenant: str,
        subject: bytes,
        rewrite: Rewrite,
        now: float,  # noqa: ARG002 (the port's)
    ) -> None:
        with self._database.writing() as db:
            held = row(db, _ONE, tenant, subject)
            body = rewrite(held[0] if held else None)
            if body is None:
                db.execute("DELETE FROM authenticators WHERE tenant = ? AND subject = ?", (tenant, subject))
            else:
                db.execute(_PUT, (tenant, subject, body))


def authenticators_in(db: apsw.Connection, tenant: str, subject: bytes) -> bytes | None:
    """Return what *subject* has enrolled in *db*; None where it never did."""
    found = row(db, _ONE, tenant, subject)
    return found[0] if found else None
