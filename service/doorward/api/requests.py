"""From the caller's words to the core's: JSON to `DecisionRequest`."""

from collections.abc import Mapping
from typing import Any

from doorward.api.schemas import DecisionBody
from doorward.api.validation import load
from doorward.core.request import Action, Client, Contact, Credential, DecisionRequest, Session, Subject

_BODY = DecisionBody()
_NOTHING: Mapping[str, Any] = {}


def to_request(data: Mapping[str, Any]) -> DecisionRequest:
    """Check the body of `POST /v1/decisions` and build the request; BadInput with every mistake at once."""
    return build_request(load(_BODY, data))


def build_request(loaded: Mapping[str, Any]) -> DecisionRequest:
    """Build the request from a body that the schema has loaded."""
    return DecisionRequest(
        kind=loaded["kind"],
        subject=_subject(loaded["subject"]),
        client=build_client(loaded["client"]),
        attempt_id=loaded.get("attempt_id", ""),
        application_id=loaded.get("application", _NOTHING).get("id", ""),
        action=_action(loaded.get("action", _NOTHING)),
        session=_session(loaded.get("session", _NOTHING)),
        credential=_credential(loaded.get("credential", _NOTHING)),
        context=loaded.get("context", {}),
    )


def build_client(loaded: Mapping[str, Any]) -> Client:
    """Build the client; a device token that is None was looked for, one that is missing was not."""
    return Client(**loaded, device_token_collected="device_token" in loaded)


def _subject(loaded: Mapping[str, Any]) -> Subject:
    return Subject(
        id=loaded["id"],
        groups=tuple(loaded.get("groups", ())),
        attributes=loaded.get("attributes", {}),
        created_at=loaded.get("created_at"),
        contacts=tuple(Contact(**contact) for contact in loaded.get("contacts", ())),
    )


def _action(loaded: Mapping[str, Any]) -> Action:
    return Action(**loaded)


def _session(loaded: Mapping[str, Any]) -> Session:
    return Session(
        id=loaded.get("id", ""),
        amr=tuple(loaded.get("amr", ())),
        acr=loaded.get("acr", ""),
        auth_time=loaded.get("auth_time"),
        assertion=loaded.get("assertion"),
    )


def _credential(loaded: Mapping[str, Any]) -> Credential:
    return Credential(**loaded)
