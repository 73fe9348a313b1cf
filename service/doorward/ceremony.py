"""What the use-cases ask of an authenticator type and of a sender: small protocols, and the data that crosses them.

A verifier is pure but for its random numbers: state and an answer in, a new state or a named refusal out. It neither
stores nor sends nor counts; `challenge.py` does that once, for every type alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from doorward.core.enrolment import Authenticator
from doorward.core.origins import is_local, is_plain_url, is_within, origin_of
from doorward.core.outcome import Proof
from doorward.core.quotas import NO_QUOTAS, Quotas
from doorward.core.request import Contact
from doorward.core.sender_url import SenderUrl

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Subscription:
    """An operator's system that hears of *events*, all of them where none is named, signed by what is in a file."""

    url: SenderUrl
    secret_file: str
    events: tuple[str, ...] = ()

    def takes(self, event: str) -> bool:
        return not self.events or event in self.events


@dataclass(frozen=True, slots=True)
class Realm:
    """What belongs to a tenant and a verifier must know: who it is to a person, and where its passkeys live.

    *origins* are those that a passkey may answer from; an empty *rp_id* means that there are no passkeys here.
    *base_url* is where a person's device reaches this service, without a slash at its end; empty where it does not.
    *return_to* are the addresses that a page of ours may send a person back to, and what lies below them.
    *webhooks* are the tenant's own systems that hear of what happens. *quotas* bound how often it may ask; None in one
    of them leaves it to the operator.
    """

    tenant: str
    name: str = "Doorward"
    rp_id: str = ""
    origins: tuple[str, ...] = ()
    top_origins: tuple[str, ...] = ()  # whose pages may frame one that asks for a passkey; none as a rule
    any_localhost: bool = False  # the sandbox takes http://localhost with any port
    base_url: str = ""
    return_to: tuple[str, ...] = ()
    webhooks: tuple[Subscription, ...] = ()
    quotas: Quotas = NO_QUOTAS

    def takes_origin(self, origin: str) -> bool:
        """Answer whether a passkey may answer from a page of *origin*."""
        return origin in self.origins or (self.any_localhost and is_local(origin))

    def may_return_to(self, url: str) -> bool:
        """Answer whether a person may be sent back to *url*."""
        return is_within(url, self.return_to) or (self.any_localhost and is_plain_url(url) and is_local(origin_of(url)))


@dataclass(frozen=True, slots=True)
class Ceremony:
    """What one answer is about. *id* is the challenge's, or the authenticator's own while it is being bound.

    *action* is what the person approves, empty for a sign-in. *needs_user_verification* says that possession alone
    would not do. *codes_from* is when the store was last accepted: a code of a period that began earlier may have
    been used before the store lost its memory.
    """

    id: str
    realm: Realm
    subject_id: str
    now: float
    application_id: str = ""
    action: str = ""
    expires_at: float = 0.0
    needs_user_verification: bool = False
    codes_from: float = 0.0


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one address; *at* in seconds since 1970 UTC. *code* is what a test reads, if there is one."""

    channel: str
    to: str
    code: str
    body: str
    at: float
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A new authenticator. *shown* goes to the caller once; *live* is what its confirmation will be held against.

    One that is *active* needs no confirmation, such as recovery codes; one with an end is over at *expires_at*.
    One that comes *from_device* is confirmed by that device, which must find it without an API key.
    """

    state: Json
    shown: Json = field(default_factory=dict)
    live: Json | None = None
    message: Message | None = None
    active: bool = False
    expires_at: float | None = None
    from_device: bool = False


@dataclass(frozen=True, slots=True)
class Begun:
    """What a challenge needs from now on: *live* is kept sealed with it, *shown* goes to the client.

    *on_device* says that a device of the person's will answer, and must be told.
    """

    live: Json | None = None
    shown: Json = field(default_factory=dict)
    message: Message | None = None
    on_device: bool = False


@dataclass(frozen=True, slots=True)
class DevicePairing:
    """What a device pairs itself by: the *code* that it was shown, and its public *key*, whose holder it is."""

    code: str = field(repr=False)
    key: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Verified:
    """An answer that was right. *state* replaces the authenticator's; *shown* is added to the caller's answer.

    *notices* are events that the subject must hear of. *recovered* says that the account was recovered, so that no
    device is familiar any more; one that *is_spent* cannot be used again.
    """

    state: Json
    user_verified: bool = True
    synced: bool = False
    shown: Json = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    recovered: bool = False
    is_spent: bool = False


class Verifier(Protocol):
    """One type of authenticator. What it is given of an authenticator and a challenge it must not keep."""

    @property
    def type(self) -> str:
        """The name of its row in `core.assurance.AUTHENTICATOR_TYPES`."""
        ...

    def enrol(self, asked: Mapping[str, Any], held: tuple[Authenticator, ...], ceremony: Ceremony) -> Enrolment:
        """Return a new authenticator as *asked* for; BadInput with every mistake. *held* are the subject's others."""
        ...

    def confirm(self, state: Json, live: Json | None, answer: Any, ceremony: Ceremony) -> Verified:
        """Return the state of an authenticator whose first answer was right; a Refusal where it was not."""
        ...

    def begin(self, held: Authenticator, live: Json | None, ceremony: Ceremony) -> Begun:
        """Return what the client needs to answer with *held*.

        *live* is what an earlier `begin` left; Throttled where it is too early for another.
        """
        ...

    def read(self, response: Mapping[str, Any]) -> Any:
        """Return the answer in *response*; BadInput where it has not the shape of one, which costs no attempt."""
        ...

    def is_guess(self, answer: Any) -> bool:
        """Answer whether *answer* could be one of many tries; asking whether a push was answered is not."""
        ...

    def prepare(self, state: Json, answer: Any) -> Any:
        """Return *answer* after what is slow, such as a password hash; `verify` must be quick."""
        ...

    def verify(self, state: Json, live: Json | None, answer: Any, ceremony: Ceremony) -> Verified:
        """Return the state after *answer* was right; a Refusal where it was not. May run twice for one answer."""
        ...


class Adopter(Protocol):
    """A type whose authenticators can be taken over from another system, where they were confirmed."""

    @property
    def type(self) -> str:
        """As that of a `Verifier`."""
        ...

    def adopt(self, asked: Mapping[str, Any], ceremony: Ceremony) -> Json:
        """Return the state of the authenticator that *asked* tells of; BadInput with every mistake."""
        ...


class DeviceKeys(Protocol):
    """What devices of persons sign with."""

    def read(self, jwk: Mapping[str, Any]) -> Json:
        """Return the public key that *jwk* is; BadInput with every mistake for what is none."""
        ...

    def check(self, key: Mapping[str, Any] | None, signed: bytes, signature: str) -> None:
        """Return where *signature* is by *key*; BadSignature where not, as late for a key that is not known."""
        ...


class Sender(Protocol):
    """Carries messages on one or more channels."""

    def send(self, message: Message) -> None:
        """Return when the message was handed over; SenderUnavailable where it was not, PerhapsSent where none knows."""
        ...


class Hook(Protocol):
    """Carries events to an operator's system."""

    def post(self, hook: Subscription, name: str, event: Json, now: float) -> None:
        """Return when *event* was taken; SenderUnavailable where it was not. *name* is the same in every try."""
        ...


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that a subject or an operator must hear of: what, about whom, and what may be told of it.

    *event* is a name of `core.notices.EVENTS`; *details* hold no secret. *decision_id* is the decision it is about,
    empty for none. *contacts* are where the subject must be told besides, such as an address that has just gone.
    """

    tenant: str
    event: str
    subject_id: str
    at: float
    details: Mapping[str, Any] = field(default_factory=dict)
    decision_id: str = ""
    contacts: tuple[Contact, ...] = field(default=(), repr=False)


class Notifier(Protocol):
    """Tells subjects and operators; never raises, for what it tells of has happened already."""

    def tell(self, notice: Notice) -> None: ...


class SilentNotifier:
    """Tells nobody."""

    def tell(self, notice: Notice) -> None: ...


class ProofReader(Protocol):
    """Reads an assertion that a caller hands back; InvalidAssertion where it proves nothing here."""

    def read(
        self,
        tenant: str,
        assertion: str,
        *,
        now: float,
        application_id: str | None = None,
        subject_id: str | None = None,
        session_id: str | None = None,
    ) -> tuple[Mapping[str, Any], Proof]: ...
