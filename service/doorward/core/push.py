"""One push: the number that is to be typed on the person's device, and the one answer that the device gives."""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from math import ceil
from typing import Any, Self

from doorward.core.errors import ChallengeExpired, Conflict, Throttled

DIGITS = 6  # SP 800-63B-4, section 3.1.3.2
LIFE_SECONDS = 300
RESEND_SECONDS = 30
NONCE_BYTES = 16

WAITING = "waiting"
APPROVED = "approved"
DECLINED = "declined"
MISTYPED = "mistyped"


@dataclass(frozen=True, slots=True)
class Push:
    """A push as it is kept, sealed, with its challenge. The *nonce* begins with the challenge's id, and is used once.

    A device signs the nonce, and so says which challenge it answers.
    """

    nonce: str
    number: str
    expires_at: float
    resend_at: float
    answer: str = WAITING

    def is_waiting(self, now: float) -> bool:
        return self.answer == WAITING and now < self.expires_at

    def again(self, now: float) -> Self:
        """Return the same push, told once more: neither its number nor its end begins anew.

        Throttled where it is too early for that, Conflict where it was approved.
        """
        if self.answer == APPROVED and now < self.expires_at:
            raise Conflict("the push was approved; ask for the result")
        if now < self.resend_at:
            # A clock that was set back must not make the wait longer than any wait is.
            left = min(ceil(self.resend_at - now), RESEND_SECONDS)
            raise Throttled("a push was sent a moment ago", retry_after_seconds=left)
        return replace(self, resend_at=now + RESEND_SECONDS)

    def check(self, nonce: str, now: float) -> None:
        """Return where an answer to *nonce* is waited for; Conflict or ChallengeExpired where it is not."""
        if not hmac.compare_digest(nonce.encode(), self.nonce.encode()) or self.answer != WAITING:
            raise Conflict("no answer to this push is waited for: it was answered, or another took its place")
        if now >= self.expires_at:
            raise ChallengeExpired("the push has expired")

    def declined(self, nonce: str, now: float) -> Self:
        self.check(nonce, now)
        return replace(self, answer=DECLINED)

    def typed(self, nonce: str, number: str, now: float) -> Self:
        """Return the push as approved where *number* is right; a wrong one ends it (N-OOB-6)."""
        self.check(nonce, now)
        is_right = hmac.compare_digest(number.encode(), self.number.encode())
        return replace(self, answer=APPROVED if is_right else MISTYPED)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(**data)


def new_push(challenge_id: str, *, ends: float, now: float) -> Push:
    """Return a push for a challenge, which it never outlives."""
    return Push(
        nonce=f"{challenge_id}.{secrets.token_urlsafe(NONCE_BYTES)}",
        number=f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}",
        expires_at=min(now + LIFE_SECONDS, ends) if ends else now + LIFE_SECONDS,
        resend_at=now + RESEND_SECONDS,
    )
