"""One declaration for each operation: it routes, validates, authorises, and writes the OpenAPI document."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Response, current_app, request
from marshmallow import Schema

from doorward.api.auth import authenticate, authorise
from doorward.api.bodies import NoQuery
from doorward.api.body import read_json
from doorward.api.errors import NotAuthenticated, ScopeMissing
from doorward.api.idempotency import once
from doorward.api.reply import Reply
from doorward.api.trace import answering
from doorward.api.validation import load, load_query
from doorward.services import Caller, Services

SERVICES = "doorward.services"


@dataclass(frozen=True, slots=True)
class Call:
    """One request, checked: what a handler needs to know of it."""

    services: Services
    caller: Caller
    now: float
    body: Any = None
    sent: Any = None  # the body as it was sent, which a signature is over
    query: Mapping[str, Any] = field(default_factory=dict)

    @property
    def tenant(self) -> str:
        return self.caller.tenant


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, unchecked, whoever took it from the server; *json* reads its body, once its caller is known."""

    path: str
    query: bytes
    authorization: str | None
    idempotency_key: str | None
    json: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Link:
    """What an answer leads to: another operation by its id, with what it takes out of this request and answer.

    The values of *parameters* and *body* are runtime expressions of OpenAPI, such as `$response.body#/id`.
    """

    operation: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, str] = field(default_factory=dict)


# A handler gets the call and the parameters of the path.
Handler = Callable[..., Reply]

NOBODY = Caller(tenant="", key_id="", scopes=frozenset())


@dataclass(frozen=True, slots=True)
class Operation:
    """What is declared of one operation.

    Any one of *scopes* suffices, none at all means that no API key is asked for. *answers* maps a status to its schema;
    *links* say what a good answer leads to; *refusals* are the statuses of the problems that it adds to those that
    every operation has.
    An operation that *answers_without_store* goes on where an idempotency key cannot be kept.
    """

    id: str
    method: str
    path: str
    tag: str
    summary: str
    handler: Handler
    answers: Mapping[int, Schema | None]
    scopes: tuple[str, ...] = ()
    body: Schema | None = None
    query: Schema = field(default_factory=NoQuery)
    links: tuple[Link, ...] = ()
    refusals: tuple[int, ...] = ()
    media_type: str = "application/json"
    answers_without_store: bool = False

    @property
    def repeatable(self) -> bool:
        """Whether an idempotency key makes it happen once.

        Without a body there is nothing to tell two requests apart by, and without an API key anybody could fill the
        store with answers to be repeated.
        """
        return self.method == "POST" and self.body is not None and bool(self.scopes)


class Resource(Blueprint):
    """A blueprint that remembers what its operations declare."""

    def __init__(self, name: str, *, about: str) -> None:
        super().__init__(name, __name__)
        self.about = about
        self.operations: list[Operation] = []

    def operation(self, method: str, path: str, **declared: Any) -> Callable[[Handler], Handler]:
        """Register the decorated handler; *declared* are fields of Operation."""

        def register(handler: Handler) -> Handler:
            operation = Operation(
                id=handler.__name__, method=method, path=path, tag=self.name, handler=handler, **declared
            )
            self.operations.append(operation)
            self.add_url_rule(path, operation.id, _view(operation), methods=[method])
            return handler

        return register


def _view(operation: Operation) -> Callable[..., Response]:
    def view(**parameters: str) -> Response:
        asked = Asked(
            path=request.path,
            query=request.query_string,
            authorization=request.headers.get("Authorization"),
            idempotency_key=request.headers.get("Idempotency-Key"),
            json=lambda: read_json(request),
        )
        return to_response(serve(operation, asked, current_app.extensions[SERVICES], parameters))

    return view


def serve(operation: Operation, asked: Asked, services: Services, parameters: Mapping[str, str]) -> Reply:
    """Return what *operation* replies to *asked*; what keeps it from replying is raised by name."""
    services.begin_request()
    now = services.clock()
    caller, key = _caller(operation, asked, services, now)
    query = load_query(operation.query, asked.query)
    if operation.body is None:
        return operation.handler(Call(services, caller, now, query=query), **parameters)
    sent = asked.json()
    call = Call(services, caller, now, body=load(operation.body, sent), sent=sent, query=query)
    if not operation.repeatable or asked.idempotency_key is None:
        return operation.handler(call, **parameters)
    return once(
        lambda: operation.handler(call, **parameters),
        services=services,
        place=(caller.tenant, caller.key_id, operation.method, asked.path),
        secret=(key, asked.idempotency_key),
        sent=sent,
        now=now,
        answers_without_store=operation.answers_without_store,
    )


def _caller(operation: Operation, asked: Asked, services: Services, now: float) -> tuple[Caller, str]:
    if not operation.scopes:
        return NOBODY, ""
    try:
        caller, key = authenticate(asked.authorization, services.api_keys, now)
        trace = answering.get()
        if trace is not None:
            trace.tenant = caller.tenant
        authorise(caller, operation.scopes)
    except (NotAuthenticated, ScopeMissing) as refusal:
        services.meter.key_rejected(refusal.reason)
        raise
    return caller, key


def to_response(reply: Reply) -> Response:
    """Return *reply* as a response."""
    response = Response(reply.text, status=reply.status, headers=dict(reply.headers))
    if reply.body is None:
        del response.headers["Content-Type"]
    else:
        response.headers["Content-Type"] = reply.media_type
    return response
