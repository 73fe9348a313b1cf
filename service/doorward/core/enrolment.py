"""What a subject has bound: its authenticators with their secrets, those that it once had, and where to reach it.

One value a subject, sealed as a whole. Pure: JSON in, JSON out.
"""

import base64
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

from doorward.core.contacts import MAX_CONTACTS, Former, former_after
from doorward.core.errors import Conflict, NotFound
from doorward.core.outcome import Enrolled
from doorward.core.request import Contact

PENDING = "pending"
ACTIVE = "active"
SUSPENDED = "suspended"
DISABLED = "disabled"

MAX_AUTHENTICATORS = 50
MAX_PAST = 100
MAX_EVENTS = 100

# One that was not confirmed within this time is as if it had never been made.
PENDING_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Authenticator:
    """One authenticator. *state* is its type's own and secret, *live* what its confirmation is held against.

    *aal* is what it reaches after a stated password. *bound_from* is where it was bound: `by` what leave, the
    `aal` that was shown for it, and the `decision`, `session`, `challenge`, `ip` and `user_agent` as far as they are
    known. *status_at* is when its
    status last changed, *expires_at* the end of one that an administrator made for a while.
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
    status_at: float | None = None

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
    confirmed_at: float | None = None
    last_used_at: float | None = None
    bound_from: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that was done to what a subject has bound: *by* what leave, *reason* an administrator's word."""

    at: float
    what: str
    authenticator: str = ""
    by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Holdings:
    """Everything that one subject has bound.

    *contacts* are those that the caller vouched for last, *former* those before, for a while. *proofs_from* is when
    what was passed before stopped counting: something was lost, or all was reset. *exempt_until* is for how long an
    administrator exempts the subject.
    """

    authenticators: tuple[Authenticator, ...] = ()
    past: tuple[Past, ...] = ()
    contacts: tuple[Contact, ...] = ()
    events: tuple[Event, ...] = ()
    proofs_from: float = 0.0
    former: tuple[Former, ...] = ()
    exempt_until: float = 0.0

    @property
    def active(self) -> tuple[Authenticator, ...]:
        return tuple(each for each in self.authenticators if each.status == ACTIVE)

    @property
    def blocked(self) -> tuple[Authenticator, ...]:
        """What is bound and cannot be used: suspended, or disabled after too many guesses."""
        return tuple(each for each in self.authenticators if each.status in (SUSPENDED, DISABLED))

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

    def shares_seed(self, one: Authenticator) -> bool:
        """Answer whether another has the seed of *one*, whatever its type: a code would be good once through each."""
        seeds = [_seed(each) for each in self.authenticators if each.id != one.id]
        return _seed(one) is not None and _seed(one) in seeds

    def without(self, authenticator_id: str, *, why: str, now: float) -> Self:
        """Return these holdings with the authenticator among the past; NotFound where there is none."""
        gone = self.find(authenticator_id)
        kept = tuple(each for each in self.authenticators if each.id != authenticator_id)
        if gone.confirmed_at is None:
            return replace(self, authenticators=kept)  # never bound, so nothing to remember
        life = (gone.created_at, now, why, gone.confirmed_at, gone.last_used_at)
        past = Past(gone.id, gone.type, gone.label, *life, gone.bound_from)
        return replace(self, authenticators=kept, past=(*self.past, past)[-MAX_PAST:])

    def tidy(self, now: float) -> Self:
        """Return these holdings as they are at *now*.

        What was not confirmed in time is as if it had never been made; what was made for a while and has been used
        up, or is past its end, is among the past.
        """
        held = replace(self, authenticators=tuple(each for each in self.authenticators if not is_over(each, now)))
        for each in held.authenticators:
            if each.expires_at is not None and not each.is_usable(now):
                why = "used up" if each.status == DISABLED else "its time was over"
                held = held.without(each.id, why=why, now=min(now, each.expires_at))
        return held

    def reached_at(self, vouched: tuple[Contact, ...], now: float) -> Self:
        """Return these holdings with *vouched* as the contacts; none that are vouched for say nothing."""
        new = tuple(dict.fromkeys(vouched))[:MAX_CONTACTS]
        if not new or set(new) == set(self.contacts):
            return self
        return replace(self, contacts=new, former=former_after(self.contacts, self.former, new, now))

    def told_at(self, now: float) -> tuple[Contact, ...]:
        """Return every contact that must hear of changes: the present ones, and for a while those before."""
        before = [Contact(each.channel, each.address) for each in self.former if each.until > now]
        return (*self.contacts, *before)

    def noted(self, event: Event) -> Self:
        """Return these holdings with *event* among the newest that are remembered."""
        return replace(self, events=(*self.events, event)[-MAX_EVENTS:])

    def to_json(self) -> dict[str, Any]:
        return {
            "v": 1,
            "bound": [asdict(each) for each in self.authenticators],
            "past": [asdict(each) for each in self.past],
            "contacts": [[each.channel, each.address] for each in self.contacts],
            "events": [asdict(each) for each in self.events],
            "proofs_from": self.proofs_from,
            "former": [[each.channel, each.address, each.until] for each in self.former],
            "exempt_until": self.exempt_until,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            tuple(Authenticator(**each) for each in data["bound"]),
            tuple(Past(**each) for each in data["past"]),
            tuple(Contact(channel, address) for channel, address in data["contacts"]),
            tuple(Event(**each) for each in data.get("events", ())),
            data.get("proofs_from", 0.0),
            tuple(Former(*each) for each in data.get("former", ())),
            data.get("exempt_until", 0.0),
        )


def _seed(one: Authenticator) -> bytes | None:
    """Return the seed of an app or a token; base32 has several spellings, and HMAC fills a key up with zeros."""
    secret = one.state.get("secret")
    return base64.b32decode(secret + "=" * (-len(secret) % 8)).rstrip(b"\0") if isinstance(secret, str) else None


def is_over(one: Authenticator, now: float) -> bool:
    """Answer whether *one* was made and not confirmed in time."""
    return one.status == PENDING and now >= one.created_at + PENDING_SECONDS
