"""Binding within a challenge: the grant that an answer gives, and the new authenticator as the answer itself.

What is confirmed counts as shown: nobody types two codes, and a code that confirmed could not be used again anyway.
"""

from typing import Any

from doorward.ceremony import Verified
from doorward.challenge_rows import Kept, KeptChallenges
from doorward.core.assurance import combine
from doorward.core.challenges import PASSED, PENDING, Shown
from doorward.core.enrolment import Authenticator
from doorward.core.errors import ChallengeEnded, ChallengeExpired, MoreRequired, NotFound
from doorward.core.leave import Leave
from doorward.leaves import GRANT_SECONDS, digest_of, new_grant
from doorward.offering import STRONG_AAL
from doorward.passed import PassedChallenges
from doorward.services import Answered

Json = dict[str, Any]


class Enrolling:
    """What leads from a challenge to a new authenticator, and back."""

    def __init__(self, challenges: KeptChallenges, passed: PassedChallenges) -> None:
        self._challenges = challenges
        self._passed = passed

    def grant(self, tenant: str, kept: Kept, held: Authenticator, now: float) -> Json:
        """Return a grant after a right answer, where the challenge lets something be bound and this was enough.

        A code to a contact is worth no more than a password, whatever the channel: nobody has bound it.
        """
        challenge = kept.challenge
        is_contact = challenge.contact(held.id) is not None
        reached = combine((), first=challenge.first_factors(now)) if is_contact else challenge.assurance(now)
        aal = reached.aal
        if not challenge.enrol or not (is_contact or aal >= STRONG_AAL):
            return {}
        token = new_grant(kept.row.id)
        until = now + GRANT_SECONDS
        self._challenges.change(kept, lambda each: each.granting(digest_of(token), aal=aal, until=until, now=now), now)
        self._passed.granted(tenant, kept, held, now)
        return {"enrolment_grant": token}

    def join(self, tenant: str, leave: Leave, new: Authenticator, now: float) -> None:
        """Let the challenge that gave *leave* be answered with *new*, once that is confirmed."""
        if leave.challenge_id:
            kept = self._challenges.read(tenant, leave.challenge_id, now)
            self._challenges.change(kept, lambda challenge: challenge.offering(new.enrolled), now)

    def answered(
        self, tenant: str, one: Authenticator, verified: Verified, answered: Answered, now: float
    ) -> Json | None:
        """Take the confirmation of *one* for an answer to the challenge that it was bound within, if it was.

        Returns how the challenge stands then; one that is over stays so, and what was bound stays bound.
        """
        challenge_id = one.bound_from.get("challenge", "")
        if not challenge_id:
            return None
        try:
            kept = self._challenges.read(tenant, challenge_id, now)
        except NotFound:
            return None
        shown = Shown(one.id, one.type, now, user_verified=verified.user_verified, synced=verified.synced)
        try:
            kept = self._challenges.change(kept, lambda each: each.settle_right(shown, now, spent=False), now)
        except (ChallengeEnded, ChallengeExpired):
            return {"id": challenge_id, "status": kept.challenge.status_at(now)}
        if kept.challenge.status == PASSED:
            return {"id": challenge_id} | self._passed.complete(tenant, kept, one, answered, now)
        left = kept.challenge.attempts_left
        return {"id": challenge_id, "status": PENDING, "error": MoreRequired.code, "attempts_left": left}
