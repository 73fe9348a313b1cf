"""The proofs of a session: one value of JSON each session, so that a decision reads them at once."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from doorward.core.outcome import Proof
from doorward.ports import PROOFS_OF_A_SESSION
from doorward.stores.redis import layout, values
from doorward.stores.redis.calls import call
from doorward.stores.redis.part import Part

Kept = tuple[float, Proof]


class Proofs(Part):
    """A bounded number for each session, each with an end of its own."""

    def put_proof(self, tenant: str, session: bytes, proof: Proof, *, expires_at: float, now: float) -> None:
        new = replace(proof, session_id="")

        def change(raw: bytes | None) -> tuple[bytes, int]:
            others = [(ends, kept) for ends, kept in _kept(raw, now) if kept != new]
            proofs = [*others, (expires_at, new)][-PROOFS_OF_A_SESSION:]
            last = max(ends for ends, _ in proofs)
            return values.kept(last, _body(proofs)), values.milliseconds(last, now)

        self._swap(layout.proofs(tenant, session), change)

    def drop_proofs(self, tenant: str, session: bytes, now: float) -> None:  # noqa: ARG002 (the port's)
        self._exchange.spend(call("DEL", layout.proofs(tenant, session)))


def proofs_of(raw: bytes | None, now: float) -> tuple[Proof, ...]:
    """Return the proofs in *raw* that have not ended, oldest first."""
    return tuple(proof for _, proof in _kept(raw, now))


def _kept(raw: bytes | None, now: float) -> list[Kept]:
    body = values.living(raw, now)
    return [(ends, _proof(fields)) for ends, fields in json.loads(body) if ends > now] if body else []


def _body(proofs: Sequence[Kept]) -> bytes:
    return json.dumps([(ends, asdict(proof)) for ends, proof in proofs], separators=(",", ":")).encode()


def _proof(fields: dict[str, Any]) -> Proof:
    return Proof(**fields | {"amr": tuple(fields["amr"]), "types": tuple(fields["types"])})
