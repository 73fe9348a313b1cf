"""The canonical sign-in event, read strictly: what importers make, and what a replay and a model read.

One JSON object: `at` (RFC 3339), `request` (the body of `POST /v1/decisions`), `verified` (true, false or null: whether
it ended as verified-good), `facts` (what stands in for look-ups), `label` (genuine, fraud or null), `family`.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from math import isfinite
from typing import Any

from doorward.core.assurance import AUTHENTICATOR_TYPES
from doorward.core.errors import BadInput, DoorwardError
from doorward.core.facts import NetworkFacts
from doorward.core.request import ACTION, LOGIN, Action, Client, Credential, DecisionRequest, Session, Subject
from doorward.core.times import moment
from doorward.facts.networks import facts_from_event

Json = Mapping[str, Any]

GENUINE, FRAUD = "genuine", "fraud"

# As long as the longest field of the HTTP interface; a log's line that has more is none of ours.
MAX_TEXT = 4096
MAX_ITEMS = 256

# How like one of ours a strange name must be to be taken for a slip: `lable` is, `country_code` is not.
_A_SLIP = 0.8
_NAME_SHOWN = 40


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


def read_event(data: Any, *, passed_over: Counter[str] | None = None) -> SignIn:
    """Return the event that *data* states; BadEvent where it states none.

    Given *passed_over*, fields of the event and of its facts that nobody knows, and what is stated of the network and
    cannot be so, are counted there by name and passed over: the sign-in is read without. A slip in the name of one of
    the event's own fields is refused all the same, for without `verified` or `label` something else would be learned.
    """
    event = _object(data, "the event", _EVENT, passed_over)
    request = read_request(event.get("request"))
    facts = _object(event.get("facts") or {}, "facts", _FACTS, passed_over)
    stated = facts.get("network")
    return SignIn(
        at=_at(event.get("at")),
        request=request,
        verified=_one_of(event.get("verified"), (True, False, None), "verified"),
        network=_network(stated, request.client.ip, passed_over) if stated is not None else None,
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


def _object(
    data: Any, what: str, known: Mapping[str, Any] | frozenset[str], passed_over: Counter[str] | None = None
) -> Json:
    if not isinstance(data, dict):
        raise BadEvent(f"{what} is no object")
    odd = sorted(str(name)[:_NAME_SHOWN] for name in data.keys() - known)
    if odd and (passed_over is None or len(odd) > MAX_ITEMS or any(_is_slip(name, frozenset(known)) for name in odd)):
        raise BadEvent(f"{what} has an unknown field '{odd[0]}'")
    for name in odd:
        _pass_over(passed_over, f"{what}: {name}")
    return data


@lru_cache(maxsize=1024)
def _is_slip(name: str, known: frozenset[str]) -> bool:
    return bool(get_close_matches(name, known, n=1, cutoff=_A_SLIP))


def _pass_over(passed_over: Counter[str] | None, name: str) -> None:
    if passed_over is not None:
        passed_over[name if name in passed_over or len(passed_over) < MAX_ITEMS else "other"] += 1


def _at(value: Any) -> float:
    if not isinstance(value, str):
        raise BadEvent("at is no RFC 3339 time")
    return _moment(value, "at")


def _moment(value: Any, what: str) -> float:
    try:
        return moment(value)
    except (AttributeError, ValueError):
        raise BadEvent(f"{what} is no RFC 3339 time") from None


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


def _network(stated: Any, address: str | None, passed_over: Counter[str] | None) -> NetworkFacts:
    if not isinstance(stated, dict):
        raise BadEvent("facts.network is no object")
    try:
        facts, wrong = _stated(address, tuple(stated.items()))
    except TypeError:  # a value that is itself a list or an object cannot be looked up
        raise BadEvent("facts.network holds a list or an object") from None
    if wrong and passed_over is None:
        raise BadEvent(f"facts.network: {wrong[0][0]}: {wrong[0][1]}")
    for name, _ in wrong:
        _pass_over(passed_over, f"facts.network: {name}")
    return facts


@lru_cache(maxsize=65_536)
def _stated(
    address: str | None, fields: tuple[tuple[str, Any], ...]
) -> tuple[NetworkFacts, tuple[tuple[str, str], ...]]:
    """Return what *fields* say, and those that say nothing that can be, each with what is wrong."""
    said = dict(fields)
    try:
        return facts_from_event(said, address=address), ()
    except BadInput as mistaken:
        wrong = [(_named(each.pointer), each.detail[:120]) for each in mistaken.mistakes]
    # One half of a place is none, whichever of the two was wrong.
    odd = {name for name, _ in wrong} | ({*_COORDINATES} if any(name in _HALVES for name, _ in wrong) else set())
    rest = {name: value for name, value in said.items() if name not in odd}
    return facts_from_event(rest, address=address), tuple((name[:_NAME_SHOWN], detail) for name, detail in wrong)


def _named(pointer: str) -> str:
    return pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")


_COORDINATES = ("lat", "lon")
_HALVES = (*_COORDINATES, "network")  # what is told of both together points at the network

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
