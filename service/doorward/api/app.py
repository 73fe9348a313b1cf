"""Builds the WSGI application from the use-cases that it is handed."""

import re
from collections.abc import Callable, Sequence
from time import perf_counter
from urllib.parse import unquote_to_bytes

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from doorward.api import (
    assertions,
    authenticators,
    challenges,
    decisions,
    devices,
    events,
    health,
    lists,
    openapi,
    policy,
    push,
    subjects,
    was_this_you,
)
from doorward.api.errors import BadUrl
from doorward.api.operation import SERVICES, Resource, to_response
from doorward.api.page import routes as page
from doorward.api.problems import framework_problem, problem, unexpected
from doorward.api.reply import headers_of_all
from doorward.api.trace import answering, trace_of
from doorward.core.errors import DoorwardError
from doorward.services import Services

MAX_BODY_BYTES = 65536

# Method, route template (empty where no route fits), status, seconds.
Observe = Callable[[str, str, int, float], None]

RESOURCES: tuple[Resource, ...] = (
    decisions.resource,
    events.resource,
    challenges.resource,
    authenticators.resource,
    devices.resource,
    push.resource,
    subjects.resource,
    assertions.resource,
    lists.resource,
    policy.resource,
    was_this_you.resource,
    health.resource,
    openapi.resource,
    page.resource,
)

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"})
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


def create_app(
    services: Services,
    *,
    observe: Observe | None = None,
    max_body_bytes: int = MAX_BODY_BYTES,
    more: Sequence[Resource] = (),
) -> Flask:
    """Return the application; *observe* is called once a request, *more* are resources beside the contract's."""
    app = Flask("doorward", static_folder=None, template_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=max_body_bytes, PROVIDE_AUTOMATIC_OPTIONS=False)
    # A doubled slash is another path; a redirect would invite a body to be sent twice.
    app.url_map.merge_slashes = False
    resources = (*RESOURCES, *more)
    app.extensions[SERVICES] = services
    app.extensions[openapi.DOCUMENT] = openapi.document(resources)
    for resource in resources:
        app.register_blueprint(resource)
    app.before_request(_open)
    app.teardown_request(_close)
    app.after_request(_finish)
    if observe is not None:
        app.after_request(_observed(observe))
    _register_errors(app)
    return app


def _open() -> None:
    g.started = perf_counter()
    g.trace = trace_of(request.headers.get("X-Request-Id"), request.headers.get("traceparent"))
    answering.set(g.trace)
    _check_url()


def _check_url() -> None:
    """Refuse what the framework would read as replacement characters; a server that keeps no raw URL has decoded it."""
    raw = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or ""
    if _BAD_ESCAPE.search(raw):
        raise BadUrl("a percent sign that escapes nothing was found")
    try:
        unquote_to_bytes(raw.encode("latin-1")).decode("utf-8")
        request.environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8")
    except UnicodeError:
        raise BadUrl("the URL is not percent-encoded UTF-8") from None


def _finish(response: Response) -> Response:
    for name, value in headers_of_all(g.trace):
        response.headers[name] = value
    return response


def _close(_: BaseException | None) -> None:
    answering.set(None)


def _observed(observe: Observe) -> Callable[[Response], Response]:
    def after(response: Response) -> Response:
        # Both come from closed sets: a metric must not grow with what a stranger sends.
        method = request.method if request.method in _METHODS else "OTHER"
        route = openapi.template(request.url_rule.rule) if request.url_rule else ""
        observe(method, route, response.status_code, perf_counter() - g.started)
        return response

    return after


def _register_errors(app: Flask) -> None:
    def named(error: DoorwardError) -> Response:
        return to_response(problem(error))

    def framework(error: HTTPException) -> Response:
        return to_response(framework_problem(error))

    def unknown(error: Exception) -> Response:
        return to_response(unexpected(error))

    app.register_error_handler(DoorwardError, named)
    app.register_error_handler(HTTPException, framework)
    app.register_error_handler(Exception, unknown)
