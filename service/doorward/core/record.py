"""The record of a decision: what it was asked, what was found out, what it said. Kept sealed, without any secret.

Signals, score and ruling are not kept: they are computed again from the facts.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple, Self

from doorward.core.facts import Facts
from doorward.core.outcome import Proof
from doorward.core.request import Action, Client, Contact, Credential, DecisionRequest, Session, Subject

Json = dict[str, Any]

# So many answers to challenges are kept with a decision; the newest.
MAX_EVENTS = 50

# Secrets of the request; they prove something to whoever reads them, and so are never kept.
_NEVER_KEPT = {"device_token", "assertion"}


class DecisionRecord(NamedTuple):
    """One decision whole. *answer* is the response without secrets; *reports*, *feedback* and *events* came later.

    *issued_device* is the device that its token was handed to, *learned* says that the history took it in. *log_odds*
    is what *model* gave, None where there was no score; *shadow_model* is what another one says, which decides nothing.
    """

    id: str
    at: float
    request: DecisionRequest
    facts: Facts
    policy_digest: str
    model: str
    answer: Json
    candidate_digest: str = ""
    proofs: tuple[Proof, ...] = ()
    listed: tuple[str, ...] = ()
    degraded: tuple[str, ...] = ()
    bind: bool = False
    issued_device: str = ""
    learned: bool = False
    log_odds: float | None = None
    shadow_model: Json | None = None
    reports: tuple[Json, ...] = ()
    feedback: tuple[Json, ...] = ()
    events: tuple[Json, ...] = ()

    @property
    def is_fraud(self) -> bool:
        """Whether somebody has said that the attempt was not the owner's; what that undid stays undone."""
        return any(each["label"] == "fraud" for each in self.feedback)

    @property
    def jtis(self) -> frozenset[str]:
        """The names of the assertions that were handed out for it."""
        return frozenset(str(each["jti"]) for each in (*self.events, *self.reports) if each.get("jti"))

    def to_json(self) -> Json:
        return {
            "v": 1,
            "id": self.id,
            "at": self.at,
            "request": request_to_json(self.request),
            "facts": self.facts.to_json(),
            "policy": self.policy_digest,
            "candidate": self.candidate_digest,
            "model": self.model,
            "answer": self.answer,
            "proofs": [proof_to_json(proof) for proof in self.proofs],
            "listed": self.listed,
            "degraded": self.degraded,
            "bind": self.bind,
            "device": self.issued_device,
            "learned": self.learned,
            "log_odds": self.log_odds,
            "shadow_model": self.shadow_model,
            "reports": self.reports,
            "feedback": self.feedback,
            "events": self.events,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Rebuild from `to_json`; KeyError, TypeError or ValueError where *data* is none of ours."""
        return cls(
            id=data["id"],
            at=data["at"],
            request=request_from_json(data["request"]),
            facts=Facts.from_json(data["facts"]),
            policy_digest=data["policy"],
            candidate_digest=data["candidate"],
            model=data["model"],
            answer=data["answer"],
            proofs=tuple(proof_from_json(each) for each in data["proofs"]),
            listed=tuple(data["listed"]),
            degraded=tuple(data["degraded"]),
            bind=data["bind"],
            issued_device=data["device"],
            learned=data["learned"],
            log_odds=data.get("log_odds"),
            shadow_model=data.get("shadow_model"),
            reports=tuple(data["reports"]),
            feedback=tuple(data["feedback"]),
            events=tuple(data["events"]),
        )


def request_to_json(request: DecisionRequest) -> Json:
    """Return *request* without its secrets and without what was not sent."""
    return {
        "kind": request.kind,
        "attempt_id": request.attempt_id,
        "application": request.application_id,
        "action": _sparse(request.action),
        "subject": _sparse(request.subject) | {"contacts": [[c.channel, c.address] for c in request.subject.contacts]},
        "client": _sparse(request.client),
        "session": _sparse(request.session),
        "credential": _sparse(request.credential),
        "context": request.context,
    }


def request_from_json(data: Mapping[str, Any]) -> DecisionRequest:
    """Rebuild from `request_to_json`; the secrets are gone."""
    subject = dict(data["subject"])
    contacts = tuple(Contact(channel, address) for channel, address in subject.pop("contacts", ()))
    return DecisionRequest(
        kind=data["kind"],
        attempt_id=data["attempt_id"],
        application_id=data["application"],
        action=Action(**_tuples(data["action"])),
        subject=Subject(**_tuples(subject), contacts=contacts),
        client=Client(**_tuples(data["client"])),
        session=Session(**_tuples(data["session"])),
        credential=Credential(**_tuples(data["credential"])),
        context=data["context"],
    )


def proof_to_json(proof: Proof) -> Json:
    return {name: getattr(proof, name) for name in Proof.__dataclass_fields__}


def proof_from_json(data: Mapping[str, Any]) -> Proof:
    return Proof(**_tuples(data))


def _sparse(part: Any) -> Json:
    names = [name for name in type(part).__dataclass_fields__ if name not in _NEVER_KEPT and name != "contacts"]
    return {name: getattr(part, name) for name in names if getattr(part, name) not in (None, "", (), {})}


def _tuples(data: Mapping[str, Any]) -> Json:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in data.items()}
