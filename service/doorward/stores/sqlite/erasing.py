"""Everything that is kept of one subject, forgotten."""

from doorward.stores.sqlite import rings
from doorward.stores.sqlite.part import Part

_DELETE = (
    "DELETE FROM records WHERE subject = ? AND tenant = ?",
    "DELETE FROM challenges WHERE subject = ? AND tenant = ?",
    "DELETE FROM profiles WHERE subject = ? AND tenant = ?",
    "DELETE FROM authenticators WHERE subject = ? AND tenant = ?",
    "DELETE FROM notes WHERE owner = ? AND tenant = ?",
    f"DELETE FROM rings WHERE key = ? AND kind = {rings.SUBJECT} AND tenant = ?",  # noqa: S608 (a number of our own)
)


class Erasing(Part):
    """One transaction; every table is searched by an index."""

    def erase_subject(self, tenant: str, subject: bytes, now: float) -> None:  # noqa: ARG002 (the port's)
        with self._database.writing() as db:
            for statement in _DELETE:
                db.execute(statement, (subject, tenant))
