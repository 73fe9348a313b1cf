"""Whom a tenant is to a person, and what one answer is about."""

from collections.abc import Callable
from dataclasses import replace

from doorward.ceremony import Ceremony, Realm
from doorward.challenge_rows import Kept
from doorward.core.assurance import combine
from doorward.core.challenges import Challenge
from doorward.core.enrolment import Authenticator

RealmOf = Callable[[str], Realm]


class Ceremonies:
    """Makes ceremonies; *realm_of* answers for every tenant, *codes_from* since when no use was forgotten."""

    def __init__(self, realm_of: RealmOf, codes_from: Callable[[], float]) -> None:
        self._realm_of = realm_of
        self._codes_from = codes_from

    def of(self, tenant: str, kept: Kept, held: Authenticator, now: float) -> Ceremony:
        """Return what an answer of *held* to a challenge is about.

        Of an authenticator that was bound since then, none can have been forgotten anyway.
        """
        needs, codes_from = _needs_user_verification(kept.challenge, held, now), self._codes_from()
        codes_from = codes_from if held.created_at <= codes_from else 0.0
        return replace(self.about(tenant, kept, now), needs_user_verification=needs, codes_from=codes_from)

    def about(self, tenant: str, kept: Kept, now: float) -> Ceremony:
        """Return what any answer to a challenge is about."""
        challenge = kept.challenge
        return Ceremony(
            id=kept.row.id,
            realm=self._realm_of(tenant),
            subject_id=challenge.subject_id,
            now=now,
            application_id=challenge.request.application_id,
            action=challenge.request.action.display or challenge.request.action.name,
            expires_at=challenge.expires_at,
        )

    def binding(self, tenant: str, subject_id: str, authenticator_id: str, now: float) -> Ceremony:
        """Return what the first answer of a new authenticator is about."""
        realm = self._realm_of(tenant)
        return Ceremony(authenticator_id, realm, subject_id, now)


def _needs_user_verification(challenge: Challenge, held: Authenticator, now: float) -> bool:
    """Answer whether possession alone would not reach the level that is required."""
    reached = combine([held.type], first=challenge.first_factors(now), user_verified=False).aal
    return challenge.required.aal > reached
