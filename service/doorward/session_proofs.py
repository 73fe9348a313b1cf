"""The proofs of a session as a store keeps them: each one text, with a mark that only this service can make.

They stand in clear, for nothing in them is secret; by the mark one that was made up, altered or moved is told.
"""

import hmac
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from doorward.core.keyed import KeyedHash
from doorward.core.outcome import Proof

_KIND = "session-proof"
_BETWEEN = "."


class SessionProofs:
    """Writes and reads them; *marks* is a keyed hash for nothing else."""

    def __init__(self, marks: KeyedHash) -> None:
        self._marks = marks

    def written(self, tenant: str, session: bytes, proof: Proof, *, expires_at: float) -> str:
        """Return *proof* as it is kept for a session, without the session's id."""
        told = json.dumps([expires_at, asdict(replace(proof, session_id=""))], separators=(",", ":"))
        return f"{self._mark(tenant, session, told)}{_BETWEEN}{told}"

    def read(self, tenant: str, session: bytes | None, kept: Sequence[str], now: float) -> tuple[Proof, ...]:
        """Return those of *kept* that were written for this session and have not ended; others prove nothing."""
        if not kept or session is None:
            return ()
        read = (self._read(tenant, session, text) for text in kept)
        return tuple(proof for ends, proof in filter(None, read) if ends > now)

    def _read(self, tenant: str, session: bytes, text: str) -> tuple[float, Proof] | None:
        mark, _, told = text.partition(_BETWEEN)
        if not hmac.compare_digest(mark.encode("utf-8", "surrogatepass"), self._mark(tenant, session, told).encode()):
            return None
        ends, fields = json.loads(told)
        return ends, _proof(fields)

    def _mark(self, tenant: str, session: bytes, told: str) -> str:
        return self._marks.key(tenant, _KIND, f"{session.hex()} {told}").hex()


def _proof(fields: dict[str, Any]) -> Proof:
    return Proof(**fields | {"amr": tuple(fields["amr"]), "types": tuple(fields["types"])})
