"""Requests that may be repeated: who claimed a key, and what was answered."""

from hashlib import sha256

from doorward.ports import CLAIM_SECONDS, Claim
from doorward.stores.redis import layout, scripts, values
from doorward.stores.redis.part import Part


class Idempotency(Part):
    def claim(self, key: bytes, fingerprint: bytes, *, expires_at: float, now: float) -> Claim:
        value = values.end(expires_at) + values.end(now) + b"0" + sha256(fingerprint).digest()
        life = values.milliseconds(expires_at, now)
        state, answer = self._exchange.one(
            scripts.CLAIM.call((layout.claim(key),), repr(now), value, life, CLAIM_SECONDS)
        )
        return Claim(state.decode(), answer)

    def finish(self, key: bytes, answer: bytes, *, expires_at: float, now: float) -> None:
        life = values.milliseconds(expires_at, now)
        self._exchange.one(scripts.FINISH.call((layout.claim(key),), repr(now), values.end(expires_at), answer, life))

    def release(self, key: bytes, now: float) -> None:
        self._exchange.one(scripts.RELEASE.call((layout.claim(key),), repr(now)))
