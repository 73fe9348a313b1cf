"""Challenges, with their subject, by their id and by the decision that opened them."""

from doorward.core.errors import Unreadable
from doorward.ports import ENDED_CHALLENGE_SECONDS, Beside, ChallengeRow, ChangeChallenge
from doorward.stores.redis import layout, values
from doorward.stores.redis.calls import call
from doorward.stores.redis.part import Part
from doorward.stores.redis.records import record_of
from doorward.stores.redis.writes import Step, calls_of, challenge_steps, challenge_value, own


class Challenges(Part):
    """Read for a while after their end too, so that an ended one is told from none."""

    def challenge(self, tenant: str, challenge_id: str, now: float) -> ChallengeRow | None:
        owner = self._owner(tenant, challenge_id)
        return self._challenge(tenant, owner, challenge_id, now) if owner is not None else None

    def challenge_of_decision(self, tenant: str, decision_id: str, now: float) -> ChallengeRow | None:
        owner = self._owner(tenant, decision_id)
        if owner is None:
            return None
        newest = self._living(layout.challenge_of(tenant, owner, decision_id), now)
        return self._challenge(tenant, owner, newest.decode(), now) if newest else None

    def put_challenge(self, row: ChallengeRow, now: float) -> None:
        self._exchange.run(calls_of([*told_steps(row, now), *challenge_steps(row, now)], now))

    def beside_challenge(self, row: ChallengeRow, note: str, now: float) -> Beside:
        own = (
            layout.subject(row.tenant, row.subject, "authenticators"),
            layout.record(row.tenant, row.subject, row.decision_id),
            layout.note(row.tenant, row.subject, note),
        )
        owner = layout.owner(row.tenant, row.decision_id)
        found, whose = self._exchange.run([call("MGET", *own), call("GET", owner)])
        for key, raw in zip((*own, owner), (*found, whose), strict=True):
            self._seen.expect(key, raw)
        return Beside(values.living(found[0], now), record_of(found[1], now, own[1]))

    def rewrite_challenge(self, row: ChallengeRow, change: ChangeChallenge, now: float) -> ChallengeRow | None:
        made: list[ChallengeRow] = []
        key = layout.challenge(row.tenant, row.subject, row.id)

        def rewrite(raw: bytes | None) -> tuple[bytes, int] | None:
            plain = values.living(raw, now)
            if plain is None:
                made.clear()
                return None
            made[:] = [change(_challenge_at(key, plain))]
            ends = made[0].expires_at + ENDED_CHALLENGE_SECONDS
            return challenge_value(made[0]), values.milliseconds(ends, now)

        self._swap_kept(key, rewrite)
        return made[0] if made else None

    def _owner(self, tenant: str, name: str) -> bytes | None:
        raw = self._raw(layout.owner(tenant, name))
        return raw[values.END_BYTES :] if raw else None

    def _challenge(self, tenant: str, owner: bytes, challenge_id: str, now: float) -> ChallengeRow | None:
        key = layout.challenge(tenant, owner, challenge_id)
        plain = self._living(key, now)
        return _challenge_at(key, plain) if plain is not None else None


def _challenge_at(key: bytes, plain: bytes) -> ChallengeRow:
    """Return the challenge under *key*; Unreadable where it is another, that somebody has put there."""
    row = challenge_of_plain(plain)
    if layout.challenge(row.tenant, row.subject, row.id) != key:
        raise Unreadable("the challenge under a key of the store is another's")
    return row


def challenge_of_plain(plain: bytes) -> ChallengeRow:
    (name, tenant, subject, decision_id, status, created_at, expires_at), body = values.columns_of(plain)
    return ChallengeRow(name, tenant, bytes.fromhex(subject), decision_id, status, body, created_at, expires_at)


def told_steps(row: ChallengeRow, now: float, *, besides: str = "") -> list[Step]:
    """Return what makes *row* found by its id and by its decision, where that is not *besides*."""
    names = [row.id] if row.decision_id == besides else [row.id, row.decision_id]
    return [own(row.tenant, name, row.subject, row.expires_at + ENDED_CHALLENGE_SECONDS, now) for name in names]
