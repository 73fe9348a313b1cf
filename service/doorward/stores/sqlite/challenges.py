"""Challenges, by their id and by the decision that opened them."""

import apsw

from doorward.ports import ENDED_CHALLENGE_SECONDS, Beside, ChallengeRow, ChangeChallenge
from doorward.stores.sqlite.authenticators import authenticators_in
from doorward.stores.sqlite.part import Part
from doorward.stores.sqlite.part import row as _one
from doorward.stores.sqlite.records import record_in

_COLUMNS = "id, tenant, subject, decision_id, status, body, created_at, expires_at"
_ONE = f"SELECT {_COLUMNS} FROM challenges WHERE id = ? AND tenant = ? AND expires_at > ?"  # noqa: S608
_OF_DECISION = f"""
SELECT {_COLUMNS} FROM challenges WHERE decision_id = ? AND tenant = ? AND expires_at > ?
ORDER BY created_at DESC, number DESC LIMIT 1
"""  # noqa: S608
_PUT = f"""
INSERT INTO challenges ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id, tenant) DO UPDATE SET subject = excluded.subject, decision_id = excluded.decision_id,
  status = excluded.status, body = excluded.body, created_at = excluded.created_at, expires_at = excluded.expires_at
"""  # noqa: S608


class Challenges(Part):
    """Read for a while after their end too, so that an ended one is told from none."""

    def challenge(self, tenant: str, challenge_id: str, now: float) -> ChallengeRow | None:
        return self._challenge(_ONE, challenge_id, tenant, now)

    def challenge_of_decision(self, tenant: str, decision_id: str, now: float) -> ChallengeRow | None:
        return self._challenge(_OF_DECISION, decision_id, tenant, now)

    def put_challenge(self, row: ChallengeRow, now: float) -> None:  # noqa: ARG002 (the port's)
        with self._database.writing() as db:
            put_challenge(db, row)

    def beside_challenge(self, row: ChallengeRow, note: str, now: float) -> Beside:  # noqa: ARG002 (the port's)
        with self._database.reading() as db:
            held = authenticators_in(db, row.tenant, row.subject)
            return Beside(held, record_in(db, row.tenant, row.decision_id, now))

    def rewrite_challenge(self, row: ChallengeRow, change: ChangeChallenge, now: float) -> ChallengeRow | None:
        with self._database.writing() as db:
            found = _one(db, _ONE, row.id, row.tenant, now - ENDED_CHALLENGE_SECONDS)
            if found is None:
                return None
            changed = change(ChallengeRow(*found))
            put_challenge(db, changed)
            return changed

    def _challenge(self, sql: str, name: str, tenant: str, now: float) -> ChallengeRow | None:
        found = self._row(sql, name, tenant, now - ENDED_CHALLENGE_SECONDS)
        return ChallengeRow(*found) if found else None


def put_challenge(db: apsw.Connection, row: ChallengeRow) -> None:
    """Keep *row*, in the place of one with the same id."""
    values = (row.id, row.tenant, row.subject, row.decision_id, row.status, row.body, row.created_at, row.expires_at)
    db.execute(_PUT, values)
