"""The proofs of a session: one row of JSON each session, so that a decision reads them at once."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from doorward.core.outcome import Proof
from doorward.ports import PROOFS_OF_A_SESSION
from doorward.stores.sqlite.part import Part, row

_BODY = "SELECT body FROM proofs WHERE session = ? AND tenant = ?"
_PUT = """
INSERT INTO proofs (tenant, session, expires_at, body) VALUES (?, ?, ?, ?)
ON CONFLICT (session, tenant) DO UPDATE SET expires_at = excluded.expires_at, body = excluded.body
"""

Kept = tuple[float, Proof]


class Proofs(Part):
    """A bounded number for each session, each with an end of its own."""

    def put_proof(self, tenant: str, session: bytes, proof: Proof, *, expires_at: float, now: float) -> None:
        new = replace(proof, session_id="")
        with self._database.writing() as db:
            found = row(db, _BODY, session, tenant)
            others = [(end, kept) for end, kept in _kept(found[0] if found else None, now) if kept != new]
            proofs = [*others, (expires_at, new)][-PROOFS_OF_A_SESSION:]
            db.execute(_PUT, (tenant, session, max(end for end, _ in proofs), _body(proofs)))

    def drop_proofs(self, tenant: str, session: bytes, now: float) -> None:  # noqa: ARG002 (the port's)
        self._write("DELETE FROM proofs WHERE session = ? AND tenant = ?", session, tenant)


def proofs_of(body: str | None, now: float) -> tuple[Proof, ...]:
    """Return the proofs in *body* that have not ended, oldest first."""
    return tuple(proof for _, proof in _kept(body, now))


def _kept(body: str | None, now: float) -> list[Kept]:
    held = json.loads(body) if body else []
    return [(end, _proof(fields)) for end, fields in held if end > now]


def _body(proofs: Sequence[Kept]) -> str:
    return json.dumps([(end, asdict(proof)) for end, proof in proofs], separators=(",", ":"))


def _proof(fields: dict[str, Any]) -> Proof:
    return Proof(**fields | {"amr": tuple(fields["amr"]), "types": tuple(fields["types"])})
