"""Problem documents (RFC 9457). The only place that knows which status a fact has."""

import traceback
from http import HTTPStatus
from typing import Any, NamedTuple

import structlog
from werkzeug.exceptions import HTTPException

from doorward.api.errors import (
    BadJson,
    BadParameter,
    BadUrl,
    BodyTooLarge,
    KeyReused,
    NotAuthenticated,
    ScopeMissing,
    StillRunning,
    WrongContentType,
)
from doorward.api.reply import PROBLEM, Reply
from doorward.api.trace import Trace, answering
from doorward.core.errors import (
    BadInput,
    BadSignature,
    ChallengeExpired,
    Conflict,
    DoorwardError,
    InvalidAssertion,
    NotAllowed,
    NotFound,
    NotReady,
    PerhapsSent,
    SenderUnavailable,
    StoreUnavailable,
    Throttled,
)

RETRY_RUNNING_SECONDS = 1

log = structlog.get_logger("doorward.api")


class Kind(NamedTuple):
    """How one error reads in HTTP."""

    error: type[DoorwardError]
    status: int
    name: str
    title: str


# The first row whose class fits is taken, so a subclass stands before its parent.
KINDS = (
    Kind(BadJson, 400, "bad-json", "The body is not acceptable JSON"),
    Kind(BadUrl, 400, "bad-url", "The URL cannot be read"),
    Kind(NotAuthenticated, 401, "not-authenticated", "The API key is missing or not valid"),
    Kind(BadSignature, 401, "bad-signature", "No paired device has signed this"),
    Kind(ScopeMissing, 403, "scope-missing", "The API key is not for this operation"),
    Kind(NotAllowed, 403, "not-allowed", "A proof or a reason is needed"),
    Kind(NotFound, 404, "not-found", "There is no such thing"),
    Kind(StillRunning, 409, "still-running", "The first request is still running"),
    Kind(Conflict, 409, "conflict", "The object has moved on"),
    Kind(ChallengeExpired, 410, "challenge-expired", "The challenge has expired"),
    Kind(BodyTooLarge, 413, "too-large", "The body is too large"),
    Kind(WrongContentType, 415, "wrong-content-type", "The body is not declared as JSON"),
    Kind(BadInput, 422, "bad-input", "The input cannot be used"),
    Kind(KeyReused, 422, "idempotency-key-reused", "The idempotency key belongs to another request"),
    Kind(InvalidAssertion, 422, "invalid-assertion", "The assertion proves nothing here"),
    Kind(Throttled, 429, "throttled", "Too many tries"),
    Kind(PerhapsSent, 502, "perhaps-sent", "The message may be on its way"),
    Kind(SenderUnavailable, 502, "sender-unavailable", "The message could not be handed over"),
    Kind(StoreUnavailable, 503, "store-unavailable", "The store cannot be reached"),
    Kind(NotReady, 503, "not-ready", "An operator must act before this can be answered"),
)

# What the framework finds out before or beside an operation.
_FRAMEWORK = {
    400: ("bad-request", "the request cannot be read"),
    404: ("unknown-path", "there is nothing at this path"),
    405: ("wrong-method", "the path does not take this method; see Allow"),
    413: ("too-large", "the request is larger than any that is read"),
    415: ("wrong-content-type", "the body must be sent as application/json in UTF-8"),
}


def problem(error: DoorwardError) -> Reply:
    """Return how *error* reads; an error that no row knows is ours, and logged."""
    kind = next((kind for kind in KINDS if isinstance(error, kind.error)), None)
    if kind is None:
        return unexpected(error)
    if isinstance(error, SenderUnavailable):
        log.warning("sender_unavailable", reason=str(error))
    body = document(kind.status, kind.name, kind.title, str(error) or kind.title.lower())
    mistakes = _mistakes(error)
    if mistakes:
        body["detail"] = _summary(mistakes)
        body["errors"] = mistakes
    return Reply(body, kind.status, PROBLEM, _headers(error))


def framework_problem(error: HTTPException) -> Reply:
    """Return how the framework's own *error* reads."""
    status = error.code or 500
    name, detail = _FRAMEWORK.get(status, ("http-error", HTTPStatus(status).phrase.lower()))
    headers = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    return Reply(document(status, name, HTTPStatus(status).phrase, detail), status, PROBLEM, headers)


def unexpected(error: BaseException) -> Reply:
    """Log what happened and return a bare 500; an exception's message may hold personal data and is left out."""
    trace = answering.get() or Trace("", "")
    log.error(
        "unexpected_exception",
        request_id=trace.request_id,
        traceparent=trace.traceparent,
        exception=type(error).__name__,
        traceback="".join(traceback.format_tb(error.__traceback__)),
    )
    detail = "something went wrong here; the request id finds it in the log"
    body = document(500, "internal", "Internal Server Error", detail)
    return Reply(body | {"instance": f"urn:doorward:request:{trace.request_id}"}, 500, PROBLEM)


def document(status: int, name: str, title: str, detail: str) -> dict[str, Any]:
    """Return the members that every problem document has."""
    return {"type": f"urn:doorward:problem:{name}", "title": title, "status": status, "detail": detail}


def _summary(mistakes: list[dict[str, str]]) -> str:
    first = f"{mistakes[0]['detail']} at {mistakes[0]['pointer']}"
    return first if len(mistakes) == 1 else f"{len(mistakes)} mistakes, see errors; the first: {first}"


def _mistakes(error: DoorwardError) -> list[dict[str, str]]:
    if isinstance(error, BadJson):
        return [{"detail": error.mistake.detail, "pointer": error.mistake.pointer}]
    if not isinstance(error, BadInput):
        return []
    place = {"in": error.place} if isinstance(error, BadParameter) else {}
    return [{"detail": mistake.detail, "pointer": mistake.pointer, **place} for mistake in error.mistakes]


def _headers(error: DoorwardError) -> dict[str, str]:
    if isinstance(error, Throttled | StoreUnavailable | SenderUnavailable):
        return {"Retry-After": str(max(1, error.retry_after_seconds))}
    if isinstance(error, StillRunning):
        return {"Retry-After": str(RETRY_RUNNING_SECONDS)}
    if isinstance(error, NotAuthenticated):
        wrong = ', error="invalid_token"' if error.presented else ""
        return {"WWW-Authenticate": f'Bearer realm="doorward"{wrong}'}
    if isinstance(error, BadSignature):
        return {"WWW-Authenticate": 'Doorward-Device realm="doorward"'}
    if isinstance(error, ScopeMissing):
        scope = " ".join(error.scopes)
        return {"WWW-Authenticate": f'Bearer realm="doorward", error="insufficient_scope", scope="{scope}"'}
    return {}
