"""What a subject has bound: its authenticators with their secrets, those that it once had, and where to reach it.

One value a subject, sealed as a whole. Pure: JSON in, JSON out.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

from doorward.core.errors import Conflict, NotFound
from doorward.core.outcome import Enrolled
from doorward.core.request import Contact

PENDING = "pending"
ACTIVE = "active"
SUSPENDED = "suspended"
DISABLED = "disabled"

MAX_AUTHENTICATORS = 50
MAX_PAST = 100
MAX_CONTACTS = 8


@dataclass(frozen=True, slots=True)
class Authenticator:
    """One authenticator. *state* is its type's own and secret, *live* what its confirmation is held against.

    *aal* is what it reaches after a stated password; *bound_from* is where it was bound. *expires_at* is the end of
    one that an administrator made for a while.
    """

    id: str
    type: str
    state: Mapping[str, Any] = field(repr=False)
    label: str = ""
    status: str = PENDING
    created_at: float = 0.0
    confirmed_at: float | None = None
    last_used_at: float | None = None
    phishing_resistant: bool = False
    restricted: bool = False
    aal: int = 0
    reason: str = ""
    expires_at: float | None = None
    live: Mapping[str, Any] | None = field(default=None, repr=False)
    bound_from: Mapping[str, str] = field(default_factory=dict, repr=False)

    def is_usable(self, now: float) -> bool:
        return self.status == ACTIVE and (self.expires_at is None or now < self.expires_at)

    @property
    def enrolled(self) -> Enrolled:
        """What a decision sees of it."""
        return Enrolled(self.id, self.type, self.label, self.status, self.created_at, self.phishing_resistant, self.aal)


@dataclass(frozen=True, slots=True)
class Past:
    """An authenticator that is no more, for the record of all that were ever bound (SP 800-63B-4, section 4.1)."""

    id: str
    type: str
    label: str
    created_at: float
    ended_at: float
    why: str


@dataclass(frozen=True, slots=True)
class Holdings:
    """Everything that one subject has bound."""

    authenticators: tuple[Authenticator, ...] = ()
    past: tuple[Past, ...] = ()
    contacts: tuple[Contact, ...] = ()

    @property
    def active(self) -> tuple[Authenticator, ...]:
        return tuple(each for each in self.authenticators if each.status == ACTIVE)

    def find(self, authenticator_id: str) -> Authenticator:
        """Return the authenticator; NotFound where this subject has none of that name."""
        for each in self.authenticators:
            if each.id == authenticator_id:
                return each
        raise NotFound("there is no such authenticator")

    def with_(self, authenticator: Authenticator) -> Self:
        """Return these holdings with *authenticator* added, or in the place of the one with its id."""
        if any(each.id == authenticator.id for each in self.authenticators):
            changed = tuple(authenticator if each.id == authenticator.id else each for each in self.authenticators)
            return replace(self, authenticators=changed)
        if len(self.authenticators) >= MAX_AUTHENTICATORS:
            raise Conflict(f"a subject has at most {MAX_AUTHENTICATORS} authenticators; revoke one first")
        return replace(self, authenticators=(*self.authenticators, authenticator))

    def without(self, authenticator_id: str, *, why: str, now: float) -> Self:
        """Return these holdings with the authenticator among the past; NotFound where there is none."""
        gone = self.find(authenticator_id)
        kept = tuple(each for each in self.authenticators if each.id != authenticator_id)
        if gone.confirmed_at is None:
            return replace(self, authenticators=kept)  # never bound, so nothing to remember
        past = Past(gone.id, gone.type, gone.label, gone.created_at, now, why)
        return replace(self, authenticators=kept, past=(*self.past, past)[-MAX_PAST:])

    def to_json(self) -> dict[str, Any]:
        return {
            "v": 1,
            "bound": [asdict(each) for each in self.authenticators],
            "past": [asdict(each) for each in self.past],
            "contacts": [[each.channel, each.address] for each in self.contacts],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            tuple(Authenticator(**each) for each in data["bound"]),
            tuple(Past(**each) for each in data["past"]),
            tuple(Contact(channel, address) for channel, address in data["contacts"]),
        )
