"""The proofs of a session: one value of JSON each session, so that a decision reads them at once."""

import json
from collections.abc import Sequence

from doorward.ports import PROOFS_OF_A_SESSION
from doorward.stores.redis import layout, values
from doorward.stores.redis.calls import call
from doorward.stores.redis.part import Part

Kept = tuple[float, str]


class Proofs(Part):
    """A bounded number for each session, each with an end of its own."""

    def put_proof(self, tenant: str, session: bytes, proof: str, *, expires_at: float, now: float) -> None:
        def change(raw: bytes | None) -> tuple[bytes, int]:
            others = [(ends, kept) for ends, kept in _kept(raw, now) if kept != proof]
            proofs = [*others, (expires_at, proof)][-PROOFS_OF_A_SESSION:]
            last = max(ends for ends, _ in proofs)
            return values.kept(last, _body(proofs)), values.milliseconds(last, now)

        self._swap(layout.proofs(tenant, session), change)

    def drop_proofs(self, tenant: str, session: bytes, now: float) -> None:  # noqa: ARG002 (the port's)
        self._exchange.spend(call("DEL", layout.proofs(tenant, session)))


def proofs_of(raw: bytes | None, now: float) -> tuple[str, ...]:
    """Return the proofs in *raw* that have not ended, oldest first."""
    return tuple(proof for _, proof in _kept(raw, now))


def _kept(raw: bytes | None, now: float) -> list[Kept]:
    body = values.living(raw, now)
    held = json.loads(body) if body else []
    # What is no text is of a version that wrote proofs which anybody could have made.
    return [(ends, proof) for ends, proof in held if ends > now and isinstance(proof, str)]


def _body(proofs: Sequence[Kept]) -> bytes:
    return json.dumps(proofs, separators=(",", ":")).encode()
