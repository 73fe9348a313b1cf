"""What allows a change to a subject's authenticators: read, judged by `core.leave`, and then spent, once."""

import hashlib
import hmac
import re
from dataclasses import replace

from doorward.assertions import AssertionDesk
from doorward.challenge_rows import Kept, KeptChallenges
from doorward.core.challenges import EXPIRED, PENDING, Challenge
from doorward.core.enrolment import Holdings
from doorward.core.errors import InvalidAssertion, NotAllowed, NotFound
from doorward.core.identifiers import new_secret
from doorward.core.leave import ADMINISTRATOR, GRANT, PROOF, Leave
from doorward.services import Allowed

# How old a proof may be that allows a change.
FRESH_SECONDS = 900

GRANT_SECONDS = 600

_GRANT = re.compile(r"grt_([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})\Z")
_REFUSED = "the enrolment grant is not accepted: it is unknown, was used before, is over, or is another subject's"


class Leaves:
    """Reads proofs, grants and reasons, and spends them."""

    def __init__(self, assertions: AssertionDesk, challenges: KeptChallenges) -> None:
        self._assertions = assertions
        self._challenges = challenges

    def read(self, tenant: str, subject_id: str, held: Holdings, allowed: Allowed, now: float) -> Leave:
        """Return what the caller brought along; InvalidAssertion or NotAllowed for what proves nothing here.

        An administrator's reason comes first: a proof beside it is not used up.
        """
        if allowed.is_admin and allowed.reason:
            return Leave(ADMINISTRATOR, reason=allowed.reason)
        if allowed.grant:
            return self._grant(tenant, subject_id, held, allowed.grant, now)
        if allowed.assertion:
            return self._proof(tenant, subject_id, held, allowed.assertion, now)
        return Leave()

    def _proof(self, tenant: str, subject_id: str, held: Holdings, assertion: str, now: float) -> Leave:
        claims, proof = self._assertions.read(tenant, assertion, subject_id=subject_id, now=now)
        if proof.binding:
            raise InvalidAssertion("the assertion is not accepted: it is bound to an action")
        if now - proof.auth_time > FRESH_SECONDS:
            raise InvalidAssertion("the assertion is not accepted: what it proves is older than 15 minutes")
        if proof.auth_time < held.proofs_from:
            raise InvalidAssertion("the assertion is not accepted: the subject's authenticators changed since then")
        shown_for = (str(claims.get("dec", "")), proof.session_id)
        return Leave(PROOF, proof.aal, proof, decision_id=shown_for[0], session_id=shown_for[1])

    def _grant(self, tenant: str, subject_id: str, held: Holdings, token: str, now: float) -> Leave:
        kept = self._challenge_of(tenant, token, now)
        challenge = kept.challenge
        is_older = challenge.grant_until - GRANT_SECONDS < held.proofs_from
        if challenge.subject_id != subject_id or is_older or not is_good(challenge, token, now):
            raise NotAllowed(_REFUSED)
        return Leave(
            GRANT,
            challenge.grant_aal,
            types=challenge.enrol,
            challenge_id=kept.row.id,
            token=token,
            decision_id=kept.row.decision_id,
            session_id=challenge.request.session.id,
        )

    def _challenge_of(self, tenant: str, token: str, now: float) -> Kept:
        named = _GRANT.match(token)
        if named is None:
            raise NotAllowed(_REFUSED)
        try:
            return self._challenges.read(tenant, f"chl_{named[1]}", now)
        except NotFound:
            raise NotAllowed(_REFUSED) from None

    def spend(self, tenant: str, leave: Leave, now: float) -> None:
        """Spend what allows one change; of many racing calls exactly one succeeds."""
        if leave.proof is not None:
            self._assertions.spend(tenant, leave.proof.jti, now=now)
        if leave.token:
            kept = self._challenge_of(tenant, leave.token, now)
            self._challenges.change(kept, lambda challenge: _without_grant(challenge, leave.token, now), now)

    def give_back(self, tenant: str, leave: Leave, now: float) -> None:
        """Make a grant good again where the message that the change needed could not be handed over."""
        if leave.token:
            kept = self._challenge_of(tenant, leave.token, now)
            digest = digest_of(leave.token)
            self._challenges.change(kept, lambda challenge: replace(challenge, grant=challenge.grant or digest), now)


def new_grant(challenge_id: str) -> str:
    """Return a grant that names its challenge; its digest is what is kept."""
    return f"grt_{challenge_id[4:]}.{new_secret('x')[2:]}"


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def is_good(challenge: Challenge, token: str, now: float) -> bool:
    """Answer whether *token* is the challenge's grant, unused, in time; one that outlives the challenge still is."""
    is_open = challenge.status_at(now) in (PENDING, EXPIRED) and now < challenge.grant_until
    return bool(challenge.grant) and hmac.compare_digest(challenge.grant, digest_of(token)) and is_open


def _without_grant(challenge: Challenge, token: str, now: float) -> Challenge:
    if not is_good(challenge, token, now):
        raise NotAllowed(_REFUSED)
    return replace(challenge, grant="")
