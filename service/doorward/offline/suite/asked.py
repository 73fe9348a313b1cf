"""The `request` of a case: the body of `POST /v1/decisions`, of which every part may be left out."""

from collections.abc import Mapping
from typing import Any

from doorward.core.request import ACTION, LOGIN, Action, Client, Contact, Credential, DecisionRequest, Session, Subject
from doorward.facts.addresses import read_address
from doorward.offline.suite.values import (
    Reader,
    Reading,
    choice,
    flag,
    free,
    instant,
    listed,
    mapped,
    nullable,
    number,
    shaped,
    text,
    texts,
)
from doorward.policy.source import Node


def _address(node: Node, where: str, at: Reading) -> str:
    value = text(node, where, at)
    if read_address(value) is None:
        at.error(node.place, f"'{where}' is no IPv4 or IPv6 address")
    return value


_FREE = mapped(free)
_CONTACT = shaped({"channel": choice(("email", "sms", "voice")), "address": text})

REQUEST: Mapping[str, Reader] = {
    "kind": choice((LOGIN, ACTION)),
    "attempt_id": text,
    "application": shaped({"id": text}),
    "action": shaped({"name": text, "binding": mapped(text), "display": text}),
    "subject": shaped(
        {
            "id": text,
            "groups": texts,
            "attributes": _FREE,
            "created_at": nullable(instant),
            "contacts": listed(_CONTACT),
        }
    ),
    "client": shaped(
        {
            "ip": nullable(_address),
            "user_agent": nullable(text),
            "device_token": nullable(text),
            "fingerprint": nullable(text),
            "accept_language": nullable(text),
            "timezone": nullable(text),
            "rtt_ms": nullable(number),
        }
    ),
    "session": shaped(
        {"id": text, "amr": texts, "acr": text, "auth_time": nullable(instant), "assertion": nullable(text)}
    ),
    "credential": shaped({"result": choice(("passed", "failed", "pending"), also=("",)), "breached": nullable(flag)}),
    "context": _FREE,
}
_NOTHING: Mapping[str, Any] = {}


def read_request(node: Node, at: Reading) -> DecisionRequest:
    """Return the request that *node* states; an action without a name is a mistake, as it is for the service."""
    body = shaped(REQUEST)(node, "request", at)
    if body.get("kind") == ACTION and not body.get("action", _NOTHING).get("name"):
        at.error(node.place, "a request of the kind action needs 'request.action.name'")
    return _request(body)


def _request(body: Mapping[str, Any]) -> DecisionRequest:
    subject: dict[str, Any] = {"id": "", **body.get("subject", _NOTHING)}
    contacts = tuple(Contact(each.get("channel", ""), each.get("address", "")) for each in subject.pop("contacts", ()))
    client = body.get("client", _NOTHING)
    return DecisionRequest(
        kind=body.get("kind", LOGIN),
        subject=Subject(**subject, contacts=contacts),
        client=Client(**client, device_token_collected="device_token" in client),
        attempt_id=body.get("attempt_id", ""),
        application_id=body.get("application", _NOTHING).get("id", ""),
        action=Action(**body.get("action", _NOTHING)),
        session=Session(**body.get("session", _NOTHING)),
        credential=Credential(**body.get("credential", _NOTHING)),
        context=body.get("context", {}),
    )
