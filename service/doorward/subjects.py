"""What a subject has bound, as the use-cases read and change it: one sealed value, read in a decision's own trip."""

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from math import inf

from doorward.core.enrolment import Authenticator, Holdings
from doorward.core.errors import Unreadable
from doorward.core.facts import EnrolmentFacts
from doorward.core.keyed import KeyedHash
from doorward.core.outcome import Enrolled, Proof
from doorward.core.purposes import purpose_at
from doorward.core.request import DecisionRequest
from doorward.ports import AuthenticatorStore, Keys, Sealer

KIND = "authenticators"

Change = Callable[[Holdings], Holdings]


ChangeOne = Callable[[Authenticator], Authenticator]


@dataclass(frozen=True, slots=True)
class Bound:
    """What a subject has bound, as a decision sees it: *enrolled* may answer a challenge of this attempt."""

    holdings: Holdings
    enrolled: tuple[Enrolled, ...]
    facts: EnrolmentFacts

    def counting(self, proofs: tuple[Proof, ...]) -> tuple[Proof, ...]:
        """Return those of *proofs* that still count.

        What was passed before an authenticator was lost, or all were reset, may have been passed by somebody else.
        """
        return tuple(proof for proof in proofs if proof.auth_time >= self.holdings.proofs_from)


_NOTHING_BOUND = Bound(Holdings(), (), EnrolmentFacts())


class Subjects:
    """The sealed holdings of a store; *key* is how the store names a subject."""

    def __init__(self, store: AuthenticatorStore, sealer: Sealer, hasher: KeyedHash) -> None:
        self._store = store
        self._sealer = sealer
        self.hasher = hasher

    def key(self, tenant: str, subject_id: str) -> bytes:
        """Return the key under which the store keeps a subject."""
        return subject_key(self.hasher, tenant, subject_id)

    def read(self, tenant: str, key: bytes, now: float) -> Holdings:
        """Return what the subject has bound; Unreadable where it cannot be opened."""
        return self.opened(self._store.authenticators(tenant, key, now), tenant, key)

    def opened(self, sealed: bytes | None, tenant: str, key: bytes) -> Holdings:
        """Return what is sealed there in the same way."""
        return holdings_of(sealed, self._sealer, purpose_of(tenant, key))

    def change(self, tenant: str, key: bytes, change: Change, now: float) -> Holdings:
        """Change what is bound from what is kept, atomically, and return it; what *change* raises changes nothing."""
        made: list[Holdings] = []
        purpose = purpose_of(tenant, key)

        def rewrite(sealed: bytes | None) -> bytes | None:
            made[:] = [change(holdings_of(sealed, self._sealer, purpose))]
            return sealed_holdings(made[0], self._sealer, purpose) if made[0] != Holdings() else None

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
            tenant, key, authenticator_id, lambda one: replace(one, status=status, status_at=now, reason=reason), now
        )


def subject_key(hasher: KeyedHash, tenant: str, subject_id: str) -> bytes:
    """Return the key under which the store keeps a subject."""
    return hasher.key(tenant, "subject", subject_id)


def purpose_of(tenant: str, key: bytes) -> str:
    """Return for what the holdings of the subject under *key* are sealed: those of another open nothing there."""
    return purpose_at(KIND, tenant, key)


def holdings_of(sealed: bytes | None, sealer: Sealer, purpose: str) -> Holdings:
    """Return what is sealed there; Unreadable where it cannot be opened, which never means «nothing»."""
    return Holdings() if sealed is None else Holdings.from_json(json.loads(sealer.open(sealed, purpose)))


def sealed_holdings(holdings: Holdings, sealer: Sealer, purpose: str) -> bytes:
    return sealer.seal(json.dumps(holdings.to_json(), separators=(",", ":")).encode(), purpose)


def bound_by(
    sealed: bytes | None,
    sealer: Sealer,
    keys: Keys,
    request: DecisionRequest,
    now: float,
    *,
    types: Collection[str],
) -> Bound:
    """Return what may answer a challenge of this attempt, and the types that are bound but may not.

    *types* are those that can be verified here; others, which a setting has turned off, are as if they were not bound.
    A number whose SIM was swapped lately is perhaps not the subject's any more (SP 800-63B-4, 3.1.3.3). Where what
    is sealed cannot be opened, it cannot be told either which proofs still count.
    """
    if sealed is None:
        return _NOTHING_BOUND
    try:
        held = holdings_of(sealed, sealer, purpose_of(keys.tenant, keys.subject)).tidy(now)
    except Unreadable:
        unreadable = EnrolmentFacts(readable=False, reason="the authenticators cannot be opened")
        return Bound(Holdings(proofs_from=inf), (), unreadable)
    taken = held.active if is_sim_swapped(request) else ()
    doubtful = tuple(each for each in taken if each.restricted)
    enrolled = tuple(each.enrolled for each in held.active if each.type in types and each not in doubtful)
    usable = tuple(dict.fromkeys(each.type for each in enrolled))
    blocked = tuple(dict.fromkeys(each.type for each in (*held.blocked, *doubtful)))
    return Bound(held, enrolled, EnrolmentFacts(types=usable, blocked=blocked))


def is_sim_swapped(request: DecisionRequest) -> bool:
    return request.context.get("sim_swap_recent") is True
