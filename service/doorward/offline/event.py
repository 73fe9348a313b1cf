"""The canonical sign-in event, read strictly: what importers make, and what a replay and a model read.

One JSON object: `at` (RFC 3339), `request` (the body of `POST /v1/decisions`), `verified` (true, false or null: whether
it ended as verified-good), `facts` (what stands in for look-ups), `label` (genuine, fraud or null), `family`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from math import isfinite
from typing import Any

from doorward.core.assurance import AUTHENTICATOR_TYPES
from doorward.core.errors import BadInput, DoorwardError
from doorward.core.facts import NetworkFacts
from doorward.core.request import ACTION, LOGIN, Action, Client, Credential, DecisionRequest, Session, Subject
from doorward.facts.networks import facts_from_event

Json = Mapping[str, Any]

GENUINE, FRAUD = "genuine", "fraud"

# As long as the longest field of the HTTP interface; a log's line that has more is none of ours.
MAX_TEXT = 4096
MAX_ITEMS = 256


class BadEvent(DoorwardError):
    """The object is no canonical event; the message says what is wrong with it, and holds none of its values."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """One event of a log. *at* in seconds since 1970 UTC; *verified* None where the log cannot tell.

    *network* is what the log states of the network, None where it is to be looked up. *enrolled* are the types of the
    subject's authenticators at that time, None where the log does not know. *label* and *family* are empty for none.
    """

    at: float
    request: DecisionRequest
    verified: bool | None = None
    network: NetworkFacts | None = None
    enrolled: tuple[str, ...] | None = None
    label: str = ""
    family: str = ""


def read_event(data: Any) -> SignIn:
    """Return the event that *data* states; BadEvent where it states none."""
    event = _object(data, "the event", _EVENT)
    request = read_request(event.get("request"))
    facts = _object(event.get("facts") or {}, "facts", _FACTS)
    stated = facts.get("network")
    return SignIn(
        at=_at(event.get("at")),
        request=request,
        verified=_one_of(event.get("verified"), (True, False, None), "verified"),
        network=_network(stated, request.client.ip) if stated is not None else None,
        enrolled=_enrolled(facts.get("enrolment")),
        label=_one_of(event.get("label"), (GENUINE, FRAUD, None), "label") or "",
        family=_text(event.get("family") or "", "family"),
    )


def read_request(data: Any) -> DecisionRequest:
    """Return the request that *data*, the body of `POST /v1/decisions`, states; BadEvent where it is none."""
    body = _object(data, "request", _REQUEST)
    kind = _one_of(body.get("kind", LOGIN), (LOGIN, ACTION), "request.kind")
    subject = _part(body, "subject", _SUBJECT)
    if not subject.get("id"):
        raise BadEvent("request.subject.id is missing")
    client = _part(body, "client", _CLIENT)
    return DecisionRequest(
        kind=kind,
        subject=Subject(**subject),
        client=Client(**client, device_token_collected="device_token" in (body.get("client") or {})),
        attempt_id=_text(body.get("attempt_id") or "", "request.attempt_id"),
        application_id=_part(body, "application", _APPLICATION).get("id", ""),
        action=Action(**_part(body, "action", _ACTION)),
        session=Session(**_part(body, "session", _SESSION)),
        credential=Credential(**_part(body, "credential", _CREDENTIAL)),
        context=_map(body.get("context") or {}, "request.context"),
    )


def _part(body: Json, name: str, readers: Mapping[str, Callable[[Any, str], Any]]) -> dict[str, Any]:
    """Return the fields of one part; one that is null is left out, as one that was not sent."""
    stated = body.get(name)
    if stated is None:
        return {}
    known = {}
    for field, value in _object(stated, f"request.{name}", readers).items():
        if value is not None and field not in _NOT_KEPT:
            known[field] = readers[field](value, f"request.{name}.{field}")
    return known


def _object(data: Any, what: str, known: Mapping[str, Any] | frozenset[str]) -> Json:
    if not isinstance(data, dict):
        raise BadEvent(f"{what} is no object")
    if not known >= data.keys() if isinstance(known, frozenset) else not known.keys() >= data.keys():
        odd = min(str(name) for name in data if name not in known)
        raise BadEvent(f"{what} has an unknown field '{odd[:40]}'")
    return data


def _at(value: Any) -> float:
    if not isinstance(value, str):
        raise BadEvent("at is no RFC 3339 time")
    return _moment(value, "at")


def _moment(value: Any, what: str) -> float:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise BadEvent(f"{what} is no RFC 3339 time") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _text(value: Any, what: str) -> str:
    if isinstance(value, str) and len(value) <= MAX_TEXT:
        return value
    raise BadEvent(f"{what} is no text of at most {MAX_TEXT} characters")


def _texts(value: Any, what: str) -> tuple[str, ...]:
    if isinstance(value, list) and len(value) <= MAX_ITEMS:
        return tuple(_text(each, what) for each in value)
    raise BadEvent(f"{what} is no list of at most {MAX_ITEMS} texts")


def _map(value: Any, what: str) -> Json:
    if isinstance(value, dict) and len(value) <= MAX_ITEMS:
        return value
    raise BadEvent(f"{what} is no object of at most {MAX_ITEMS} fields")


def _text_map(value: Any, what: str) -> Mapping[str, str]:
    return {name: _text(each, what) for name, each in _map(value, what).items()}


def _number(value: Any, what: str) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
        return float(value)
    raise BadEvent(f"{what} is no number")


def _flag(value: Any, what: str) -> bool:
    if isinstance(value, bool):
        return value
    raise BadEvent(f"{what} is neither true nor false")


def _result(value: Any, what: str) -> str:
    return str(_one_of(value, ("passed", "failed", "pending"), what))


def _one_of(value: Any, known: tuple[Any, ...], what: str) -> Any:
    if any(value is each or (isinstance(each, str) and value == each) for each in known):
        return value
    raise BadEvent(f"{what} is none of {', '.join('null' if each is None else str(each).lower() for each in known)}")


def _enrolled(stated: Any) -> tuple[str, ...] | None:
    if stated is None:
        return None
    types = _texts(_object(stated, "facts.enrolment", _ENROLMENT).get("types"), "facts.enrolment.types")
    for each in types:
        if each not in AUTHENTICATOR_TYPES:
            raise BadEvent("facts.enrolment.types names an unknown type of authenticator")
    return types


def _network(stated: Any, address: str | None) -> NetworkFacts:
    if not isinstance(stated, dict):
        raise BadEvent("facts.network is no object")
    try:
        return _stated(address, tuple(stated.items()))
    except TypeError:  # a value that is itself a list or an object cannot be looked up
        raise BadEvent("facts.network holds a list or an object") from None


@lru_cache(maxsize=65_536)
def _stated(address: str | None, fields: tuple[tuple[str, Any], ...]) -> NetworkFacts:
    try:
        return facts_from_event(dict(fields), address=address)
    except BadInput as wrong:
        first = wrong.mistakes[0]
        raise BadEvent(f"facts.network: {first.pointer.rpartition('/')[2][:40]}: {first.detail[:120]}") from None


_EVENT = frozenset(("at", "request", "verified", "facts", "label", "family"))
_FACTS = frozenset(("network", "enrolment"))
_ENROLMENT = frozenset(("types",))
_REQUEST = frozenset(
    ("kind", "subject", "client", "attempt_id", "application", "action", "session", "credential", "context")
)
# Addresses to send codes to decide nothing, and so are not read.
_NOT_KEPT = frozenset(("contacts", "assertion"))
_SUBJECT = {"id": _text, "groups": _texts, "attributes": _map, "created_at": _moment, "contacts": _map}
_CLIENT = {
    **dict.fromkeys(("ip", "user_agent", "device_token", "fingerprint", "accept_language", "timezone"), _text),
    "rtt_ms": _number,
}
_APPLICATION = {"id": _text}
_ACTION = {"name": _text, "binding": _text_map, "display": _text}
_SESSION = {"id": _text, "amr": _texts, "acr": _text, "auth_time": _moment, "assertion": _text}
_CREDENTIAL = {"result": _result, "breached": _flag}
