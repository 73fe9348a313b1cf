"""Requests that may be repeated: who claimed a key, and what was answered."""

from hashlib import sha256
from typing import Any

from doorward.ports import CLAIM_SECONDS, Claim
from doorward.stores.sqlite.part import Part, row

_ONE = "SELECT fingerprint, claimed_at, answer FROM idempotency WHERE key = ? AND expires_at > ?"
_CLAIM = """
INSERT INTO idempotency (key, fingerprint, claimed_at, expires_at) VALUES (?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET fingerprint = excluded.fingerprint, claimed_at = excluded.claimed_at,
  expires_at = excluded.expires_at, answer = NULL
"""
_FINISH = "UPDATE idempotency SET answer = ?, expires_at = ? WHERE key = ? AND expires_at > ?"


class Idempotency(Part):
    def claim(self, key: bytes, fingerprint: bytes, *, expires_at: float, now: float) -> Claim:
        fingerprint = sha256(fingerprint).digest()
        with self._database.writing() as db:
            met = _met(row(db, _ONE, key, now), fingerprint, now)
            if met.state == "new":
                db.execute(_CLAIM, (key, fingerprint, now, expires_at))
            return met

    def finish(self, key: bytes, answer: bytes, *, expires_at: float, now: float) -> None:
        self._write(_FINISH, answer, expires_at, key, now)

    def release(self, key: bytes, now: float) -> None:
        self._write("DELETE FROM idempotency WHERE key = ? AND (answer IS NULL OR expires_at <= ?)", key, now)


def _met(found: tuple[Any, ...] | None, fingerprint: bytes, now: float) -> Claim:
    if found is None:
        return Claim("new")
    its_fingerprint, claimed_at, answer = found
    if its_fingerprint != fingerprint:
        return Claim("other")
    if answer is not None:
        return Claim("done", answer)
    return Claim("running" if now - claimed_at < CLAIM_SECONDS else "new")
