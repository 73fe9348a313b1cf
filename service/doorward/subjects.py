"""What a subject has bound, as the use-cases read and change it: one sealed value, read in a decision's own trip."""

import json
from collections.abc import Callable
from dataclasses import replace

from doorward.core.enrolment import Authenticator, Holdings
from doorward.core.keyed import KeyedHash
from doorward.ports import AuthenticatorStore, Sealer

PURPOSE = "authenticators"

Change = Callable[[Holdings], Holdings]


ChangeOne = Callable[[Authenticator], Authenticator]


class Subjects:
    """The sealed holdings of a store; *key* is how the store names a subject."""

    def __init__(self, store: AuthenticatorStore, sealer: Sealer, hasher: KeyedHash) -> None:
        self._store = store
        self._sealer = sealer
        self._hasher = hasher

    def key(self, tenant: str, subject_id: str) -> bytes:
        """Return the key under which the store keeps a subject."""
        return subject_key(self._hasher, tenant, subject_id)

    def read(self, tenant: str, key: bytes, now: float) -> Holdings:
        """Return what the subject has bound; Unreadable where it cannot be opened."""
        return holdings_of(self._store.authenticators(tenant, key, now), self._sealer)

    def change(self, tenant: str, key: bytes, change: Change, now: float) -> Holdings:
        """Change what is bound from what is kept, atomically, and return it; what *change* raises changes nothing."""
        made: list[Holdings] = []

        def rewrite(sealed: bytes | None) -> bytes | None:
            made[:] = [change(holdings_of(sealed, self._sealer))]
            return sealed_holdings(made[0], self._sealer) if made[0] != Holdings() else None

        self._store.rewrite_authenticators(tenant, key, rewrite, now)
        return made[0]

    def change_one(
        self, tenant: str, key: bytes, authenticator_id: str, change: ChangeOne, now: float
    ) -> Authenticator:
        """Change one authenticator in the same way; NotFound where the subject has none of that name."""
        holdings = self.change(tenant, key, lambda held: held.with_(change(held.find(authenticator_id))), now)
        return holdings.find(authenticator_id)

    def set_status(
        self, tenant: str, key: bytes, authenticator_id: str, status: str, now: float, *, reason: str = ""
    ) -> Authenticator:
        """Give an authenticator another status."""
        return self.change_one(
            tenant, key, authenticator_id, lambda one: replace(one, status=status, reason=reason), now
        )


def subject_key(hasher: KeyedHash, tenant: str, subject_id: str) -> bytes:
    """Return the key under which the store keeps a subject."""
    return hasher.key(tenant, "subject", subject_id)


def holdings_of(sealed: bytes | None, sealer: Sealer) -> Holdings:
    """Return what is sealed there; Unreadable where it cannot be opened, which never means «nothing»."""
    return Holdings() if sealed is None else Holdings.from_json(json.loads(sealer.open(sealed, PURPOSE)))


def sealed_holdings(holdings: Holdings, sealer: Sealer) -> bytes:
    return sealer.seal(json.dumps(holdings.to_json(), separators=(",", ":")).encode(), PURPOSE)
