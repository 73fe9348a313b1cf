"""The use-cases as `api` sees them: what is handed to the HTTP layer, and nothing else.

Every answer is JSON-ready and has the shape that the HTTP contract gives it. `now` is in seconds since 1970 UTC.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from doorward.core.answered import Answered as Answered
from doorward.core.request import Client, DecisionRequest
from doorward.hosting import ChallengePage as ChallengePage
from doorward.meter import NULL_METER, Meter
from doorward.ports import IdempotencyStore, Sealer

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who holds the API key: its tenant and scopes; `admin` holds every scope."""

    tenant: str
    key_id: str
    scopes: frozenset[str]

    def may(self, scope: str) -> bool:
        return scope in self.scopes or "admin" in self.scopes


@dataclass(frozen=True, slots=True)
class ReportedEvent:
    """What `POST /v1/events` tells; *at* is when it happened, None for now."""

    type: str
    subject_id: str
    client: Client
    attempt_id: str = ""
    at: float | None = None


@dataclass(frozen=True, slots=True)
class Signed:
    """What a device sent: *body* is what it signed, all but the signature."""

    authenticator: str
    body: Mapping[str, Any]
    signature: str


@dataclass(frozen=True, slots=True)
class PushAnswer:
    """What the person said on the device; the number is empty where none was typed."""

    nonce: str
    decision: str
    number: str = ""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What allows a change to a subject's authenticators: a proof, a grant, or an administrator's reason.

    *client* is the browser that asks for it, where the caller says so.
    """

    assertion: str = ""
    grant: str = ""
    reason: str = ""
    is_admin: bool = False
    client: Client | None = None


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """The query of `GET /v1/decisions`, parsed; times in seconds since 1970 UTC."""

    subject_id: str = ""
    outcome: str = ""
    rule: str = ""
    since: float | None = None
    until: float | None = None
    cursor: str = ""
    limit: int = 50


class ApiKeys(Protocol):
    def check(self, key: str, now: float) -> Caller | None:
        """Return the caller, or None for a key that is wrong, ended or revoked."""
        ...


class Decisions(Protocol):
    def decide(self, tenant: str, request: DecisionRequest, now: float) -> Json: ...

    def what_if(
        self, tenant: str, request: DecisionRequest, *, text: str | None, facts: Mapping[str, Any] | None, now: float
    ) -> Json:
        """Return the decision without any effect; BadInput where *text* is no policy or *facts* no facts."""
        ...


class Records(Protocol):
    def show(self, tenant: str, decision_id: str, now: float) -> Json: ...

    def page(self, tenant: str, query: RecordFilter, now: float) -> Json:
        """Return `{"items": […], "next_cursor": text or null}`; BadInput for a cursor that is not ours."""
        ...


class Reports(Protocol):
    """What callers tell afterwards."""

    def outcome(
        self, tenant: str, decision_id: str, *, result: str, amr: tuple[str, ...], auth_time: float | None, now: float
    ) -> Json: ...

    def feedback(self, tenant: str, decision_id: str, *, label: str, source: str, note: str, now: float) -> Json: ...

    def event(self, tenant: str, event: ReportedEvent, now: float) -> Json: ...


class RuntimeLists(Protocol):
    """Run-time lists; NotFound where the policy declares no such list, BadInput where the entry does not fit."""

    def show(self, tenant: str, name: str, entry: str, now: float) -> Json: ...

    def put(self, tenant: str, name: str, entry: str, *, until: float | None, reason: str, now: float) -> Json: ...

    def delete(self, tenant: str, name: str, entry: str, now: float) -> None: ...


class PolicyDesk(Protocol):
    def show(self, tenant: str, now: float) -> Json: ...

    def check(self, tenant: str, text: str) -> Json:
        """Return `{"findings": […]}`, empty for a policy without fault."""
        ...

    def schema(self) -> Json:
        """Return the JSON Schema of a policy's file."""
        ...


class Challenges(Protocol):
    """Challenges answered; the answers are those of the contract."""

    def show(self, tenant: str, challenge_id: str, now: float) -> Json: ...

    def begin(self, tenant: str, challenge_id: str, authenticator_id: str, now: float) -> Json: ...

    def verify(self, tenant: str, challenge_id: str, answered: Answered, now: float) -> Json: ...

    def cancel(self, tenant: str, challenge_id: str, reason: str, now: float) -> Json: ...


class Pushes(Protocol):
    """What devices say. BadSignature for every request that no paired device has signed."""

    def pair(self, code: str, public_key: Json, signed: Signed, now: float) -> Json: ...

    def pending(self, at: float, signed: Signed, now: float) -> list[Json]: ...

    def answer(self, challenge_id: str, answer: PushAnswer, signed: Signed, now: float) -> Json: ...


class Authenticators(Protocol):
    """What a subject has bound. An id that it does not have is NotFound; a change without leave NotAllowed."""

    def show(self, tenant: str, subject_id: str, now: float) -> list[Json]: ...

    def make(self, tenant: str, subject_id: str, asked: Mapping[str, Any], allowed: Allowed, now: float) -> Json: ...

    def confirm(self, tenant: str, subject_id: str, answered: Answered, now: float) -> Json: ...


class Life(Protocol):
    """What becomes of authenticators that are bound, with the same refusals."""

    def revoke(self, tenant: str, subject_id: str, authenticator_id: str, allowed: Allowed, now: float) -> None: ...

    def suspend(self, tenant: str, subject_id: str, authenticator_id: str, allowed: Allowed, now: float) -> Json: ...

    def resume(self, tenant: str, subject_id: str, authenticator_id: str, allowed: Allowed, now: float) -> Json: ...

    def history(self, tenant: str, subject_id: str, now: float) -> Json: ...


class Administration(Protocol):
    """What only an administrator may do to a subject."""

    def exempt(self, tenant: str, subject_id: str, until: float, reason: str, now: float) -> Json: ...

    def bypass_code(self, tenant: str, subject_id: str, uses: int, ttl_s: int, reason: str, now: float) -> Json: ...

    def unlock(self, tenant: str, subject_id: str, reason: str, now: float) -> Json: ...

    def reset(self, tenant: str, subject_id: str, reason: str, now: float) -> Json: ...


class Disclosure(Protocol):
    """Everything that is held of a subject."""

    def export(self, tenant: str, subject_id: str, now: float) -> Json: ...

    def erase(self, tenant: str, subject_id: str, now: float) -> None: ...


class Devices(Protocol):
    """By which browsers a subject is known."""

    def show(self, tenant: str, subject_id: str, now: float) -> list[Json]: ...

    def drop(self, tenant: str, subject_id: str, device_id: str, now: float) -> None: ...

    def drop_all(self, tenant: str, subject_id: str, now: float) -> None: ...


class Assertions(Protocol):
    def jwks(self, tenant: str, now: float) -> Json: ...

    def redeem(self, tenant: str, assertion: str, now: float) -> Json:
        """Return the claims and spend the assertion; InvalidAssertion for one that proves nothing here."""
        ...


class WasThisYou(Protocol):
    """The links of messages; NotFound for one that is not good, whatever is wrong with it."""

    def show(self, token: str, now: float) -> Json:
        """Return `{"name", "facts": [text, …], "answer": "", "yes" or "no"}`; nothing changes."""
        ...

    def answer(self, token: str, *, genuine: bool, now: float) -> Json: ...


class Health(Protocol):
    def ready(self, now: float) -> tuple[bool, Json]: ...


@dataclass(frozen=True, slots=True)
class Services:
    """Everything the HTTP layer may call. *clock* is the only clock.

    *begin_request* is called first in each request: what it may wait for the store is counted from there.
    """

    clock: Callable[[], float]
    api_keys: ApiKeys
    decisions: Decisions
    records: Records
    reports: Reports
    lists: RuntimeLists
    policies: PolicyDesk
    challenges: Challenges
    page: ChallengePage
    authenticators: Authenticators
    life: Life
    devices: Devices
    pushes: Pushes
    administration: Administration
    disclosure: Disclosure
    assertions: Assertions
    was_this_you: WasThisYou
    health: Health
    idempotency: IdempotencyStore
    sealer: Sealer
    meter: Meter = NULL_METER
    begin_request: Callable[[], object] = bool
