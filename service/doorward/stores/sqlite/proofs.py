"""The proofs of a session: one row of JSON each session, so that a decision reads them at once."""

import json
from collections.abc import Sequence

from doorward.ports import PROOFS_OF_A_SESSION
from doorward.stores.sqlite.part import Part, row

_BODY = "SELECT body FROM proofs WHERE session = ? AND tenant = ?"
_PUT = """
INSERT INTO proofs (tenant, session, expires_at, body) VALUES (?, ?, ?, ?)
ON CONFLICT (session, tenant) DO UPDATE SET expires_at = excluded.expires_at, body = excluded.body
"""

Kept = tuple[float, str]


class Proofs(Part):
    """A bounded number for each session, each with an end of its own."""

    def put_proof(self, tenant: str, session: bytes, proof: str, *, expires_at: float, now: float) -> None:
        with self._database.writing() as db:
            found = row(db, _BODY, session, tenant)
            others = [(end, kept) for end, kept in _kept(found[0] if found else None, now) if kept != proof]
            proofs = [*others, (expires_at, proof)][-PROOFS_OF_A_SESSION:]
            db.execute(_PUT, (tenant, session, max(end for end, _ in proofs), _body(proofs)))

    def drop_proofs(self, tenant: str, session: bytes, now: float) -> None:  # noqa: ARG002 (the port's)
        self._write("DELETE FROM proofs WHERE session = ? AND tenant = ?", session, tenant)


def proofs_of(body: str | None, now: float) -> tuple[str, ...]:
    """Return the proofs in *body* that have not ended, oldest first."""
    return tuple(proof for _, proof in _kept(body, now))


def _kept(body: str | None, now: float) -> list[Kept]:
    held = json.loads(body) if body else []
    # What is no text is of a version that wrote proofs which anybody could have made.
    return [(end, proof) for end, proof in held if end > now and isinstance(proof, str)]


def _body(proofs: Sequence[Kept]) -> str:
    return json.dumps(proofs, separators=(",", ":"))
