"""Builds the canonical sign-in event; what is not told is left out of it."""

from typing import Any

from doorward.offline.importers.fields import MAX_TEXT, text
from doorward.offline.importers.outcomes import Json

GENUINE, FRAUD = "genuine", "fraud"
PASSED, FAILED = "passed", "failed"
MAX_NUMBER = 2**53 - 1


def event(
    at: str,
    request: Json,
    *,
    verified: bool | None,
    network: Json | None = None,
    label: str | None = None,
    family: str | None = None,
) -> Json:
    """Return the event whole; without *network* the address is to be looked up."""
    return {
        "at": at,
        "request": request,
        "verified": verified,
        "facts": {"network": network} if network else {},
        "label": label,
        "family": family,
    }


def login(subject: str, *, result: str | None, client: Json, amr: list[str] | None = None, **more: Any) -> Json:
    """Return the body of `POST /v1/decisions`; *client* may hold None for what is not told.

    *more* is application and attempt, as the log writes them, and log: what else it says, for `context.log`.
    """
    request: Json = {
        "kind": "login",
        "subject": {"id": subject},
        "client": {name: value for name, value in client.items() if value is not None},
    }
    if result is not None:
        request["credential"] = {"result": result}
    if amr:
        request["session"] = {"amr": amr}
    application = text(more.get("application"))
    if application is not None:
        request["application"] = {"id": application}
    attempt = text(more.get("attempt"))
    if attempt is not None:
        request["attempt_id"] = attempt
    said = _said(more.get("log") or {})
    if said:
        request["context"] = {"log": said}
    return request


def _said(log: Json) -> Json:
    """Return the texts and codes of *log*; of a text only its beginning."""
    codes = {name: value for name, value in log.items() if isinstance(value, int) and abs(value) <= MAX_NUMBER}
    texts = {name: text(value, MAX_TEXT) for name, value in log.items()}
    return {name: said for name in log if (said := codes.get(name, texts[name])) is not None}
