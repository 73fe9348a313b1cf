"""Challenges as the use-cases read and change them: opened, sealed, and opened again.

What a row says in clear, its status above all, is authenticated with what is sealed: a store may change it, and then
the challenge does not open.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

from doorward.core.challenges import Challenge
from doorward.core.errors import NotFound, Unreadable
from doorward.core.identifiers import is_id, new_id
from doorward.core.purposes import purpose_at
from doorward.ports import Beside, ChallengeRow, ChallengeStore, Sealer

KIND = "challenge"

Change = Callable[[Challenge], Challenge]


@dataclass(frozen=True, slots=True)
class Kept:
    """A challenge with the row that it is kept in."""

    row: ChallengeRow
    challenge: Challenge


class KeptChallenges:
    """The sealed challenges of a store."""

    def __init__(self, store: ChallengeStore, sealer: Sealer) -> None:
        self._store = store
        self._sealer = sealer

    def read(self, tenant: str, challenge_id: str, now: float) -> Kept:
        """Return the challenge; NotFound where this tenant has none of that name."""
        row = self._store.challenge(tenant, challenge_id, now) if is_id(challenge_id, "chl") else None
        if row is None:
            raise NotFound("there is no such challenge")
        return self._opened(row)

    def beside(self, kept: Kept, note: str, now: float) -> Beside:
        """Return what an answer needs besides the challenge; the subject's *note* is about to be rewritten."""
        return self._store.beside_challenge(kept.row, note, now)

    def of_decision(self, tenant: str, decision_id: str, now: float) -> Kept | None:
        row = self._store.challenge_of_decision(tenant, decision_id, now)
        if row is not None and row.decision_id != decision_id:
            raise Unreadable("the challenge is another decision's")
        return self._opened(row) if row is not None else None

    def change(self, kept: Kept, change: Change, now: float) -> Kept:
        """Change a challenge from what is kept now, atomically; what *change* raises leaves it as it is."""
        made: list[Challenge] = []

        def rewrite(row: ChallengeRow) -> ChallengeRow:
            # What is sealed alike is the same: two seals of one text differ.
            held = kept.challenge if row == kept.row else self._opened(row).challenge
            made[:] = [change(held)]
            return sealed_row(replace(row, status=made[0].status), made[0], self._sealer)

        row = self._store.rewrite_challenge(kept.row, rewrite, now)
        if row is None:
            raise NotFound("there is no such challenge")
        return Kept(row, made[0])

    def _opened(self, row: ChallengeRow) -> Kept:
        body = json.loads(self._sealer.open(row.body, purpose_of(row)))
        return Kept(row, Challenge.from_json(body, status=row.status, expires_at=row.expires_at))


def new_row(
    challenge: Challenge,
    sealer: Sealer,
    *,
    tenant: str,
    subject: bytes,
    decision_id: str,
    now: float,
) -> ChallengeRow:
    """Return the row of a challenge that begins now."""
    row = ChallengeRow(
        id=new_id("chl"),
        tenant=tenant,
        subject=subject,
        decision_id=decision_id,
        status=challenge.status,
        body=b"",
        created_at=now,
        expires_at=challenge.expires_at,
    )
    return sealed_row(row, challenge, sealer)


def sealed_row(row: ChallengeRow, challenge: Challenge, sealer: Sealer) -> ChallengeRow:
    """Return *row* with *challenge* sealed in it, for all that the row says."""
    plain = json.dumps(challenge.to_json(), separators=(",", ":")).encode()
    return replace(row, body=sealer.seal(plain, purpose_of(row)))


def purpose_of(row: ChallengeRow) -> str:
    """Return for what the body of *row* is sealed."""
    told = (row.subject, row.decision_id, row.status, row.created_at, row.expires_at)
    return purpose_at(KIND, row.tenant, row.id, *told)
