"""The way in for `POST /v1/decisions`: the same steps as every other operation, without the framework around them.

A decision takes less time than the framework's part of a request. So a request whose form leaves no question (the
plain path, a body of a stated length, JSON by name) is answered here, by the functions that `operation.py` and
`problems.py` have for all; every other one goes to the application untouched, body unread.
"""

import re
from collections.abc import Callable, Iterable
from time import perf_counter
from typing import Any
from wsgiref.types import StartResponse

from flask import Flask
from werkzeug.http import HTTP_STATUS_CODES

from doorward.api import decisions
from doorward.api.body import ended_early, strict_json
from doorward.api.operation import SERVICES, Asked, serve
from doorward.api.problems import problem, unexpected
from doorward.api.reply import Reply, headers_of_all
from doorward.api.trace import Trace, answering, trace_of
from doorward.core.errors import DoorwardError
from doorward.services import Services

Environ = dict[str, Any]
# Method, route template (empty where no route fits), status, seconds.
Observe = Callable[[str, str, int, float], None]

_DECIDE = next(each for each in decisions.resource.operations if each.id == "decide")
_JSON_TYPES = frozenset({"application/json", "application/json; charset=utf-8", "application/json;charset=utf-8"})
_LENGTH = re.compile(r"[0-9]{1,9}", re.ASCII)
# Names and addresses that the framework has nothing to say about.
_LABEL = "[A-Za-z0-9_-]{1,63}"
_HOST = re.compile(rf"(?:{_LABEL}(?:\.{_LABEL}){{0,8}}|\[[0-9a-f:]{{2,39}}\])(?::[0-9]{{1,5}})?", re.ASCII)


class Door:
    """A WSGI application: decisions by itself, everything else by *app*."""

    def __init__(self, app: Flask, *, observe: Observe) -> None:
        self._app = app
        self._observe = observe
        self._most_bytes: int = app.config["MAX_CONTENT_LENGTH"]

    def __call__(self, environ: Environ, start: StartResponse) -> Iterable[bytes]:
        if not _is_plain(environ) or int(environ["CONTENT_LENGTH"]) > self._most_bytes:
            return self._app(environ, start)
        begun = perf_counter()
        trace = trace_of(environ.get("HTTP_X_REQUEST_ID"), environ.get("HTTP_TRACEPARENT"))
        token = answering.set(trace)
        try:
            reply, body = _answered(environ, self._app.extensions[SERVICES])
            self._observe(_DECIDE.method, _DECIDE.path, reply.status, perf_counter() - begun)
        finally:
            answering.reset(token)
        start(f"{reply.status} {HTTP_STATUS_CODES[reply.status].upper()}", _headers(reply, body, trace))
        return [body]


def _is_plain(environ: Environ) -> bool:
    """Answer whether nothing about the request is left for the framework to read, but what `Asked` holds."""
    found = environ.get
    return (
        found("PATH_INFO") == _DECIDE.path
        and found("REQUEST_METHOD") == _DECIDE.method
        and not found("QUERY_STRING")
        and not found("SCRIPT_NAME")
        and (found("RAW_URI") or found("REQUEST_URI") or _DECIDE.path) == _DECIDE.path
        and found("CONTENT_TYPE") in _JSON_TYPES
        and _LENGTH.fullmatch(found("CONTENT_LENGTH", "")) is not None
        and _HOST.fullmatch(found("HTTP_HOST", "")) is not None
        and "HTTP_TRANSFER_ENCODING" not in environ
        and "HTTP_CONTENT_ENCODING" not in environ
    )


def _answered(environ: Environ, services: Services) -> tuple[Reply, bytes]:
    asked = Asked(
        path=_DECIDE.path,
        query=b"",
        authorization=environ.get("HTTP_AUTHORIZATION"),
        idempotency_key=environ.get("HTTP_IDEMPOTENCY_KEY"),
        json=lambda: _body(environ),
    )
    try:
        reply = serve(_DECIDE, asked, services, {})
        return reply, reply.text.encode()
    except DoorwardError as error:
        reply = problem(error)
    except Exception as error:
        reply = unexpected(error)
    return reply, reply.text.encode()


def _body(environ: Environ) -> Any:
    """Return the JSON body, read to its stated length and no further."""
    stream, left = environ["wsgi.input"], int(environ["CONTENT_LENGTH"])
    parts = []
    try:
        while left and (part := stream.read(left)):
            parts.append(part)
            left -= len(part)
    except OSError:
        raise ended_early() from None
    if left:
        raise ended_early()
    return strict_json(b"".join(parts))


def _headers(reply: Reply, body: bytes, trace: Trace) -> list[tuple[str, str]]:
    return [
        *reply.headers.items(),
        ("Content-Type", reply.media_type),
        ("Content-Length", str(len(body))),
        *headers_of_all(trace),
    ]
