"""The OpenAPI 3.1 document, written from what the operations declare, and the page that shows it to a person."""

import inspect
import re
import secrets
from functools import cache
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import current_app
from marshmallow import Schema

from doorward import __version__
from doorward.api.answers import ProblemAnswer
from doorward.api.docs_page import render
from doorward.api.event_answers import EventAnswer, webhooks
from doorward.api.operation import Call, Operation, Resource
from doorward.api.reply import JSON, PROBLEM, Reply

DOCUMENT = "doorward.openapi"

resource = Resource("reference", about="This document, for programs and for people.")

_ABOUT = (
    "Doorward decides allow, challenge or deny for every sign-in and action. What is not sent is unknown, "
    "never false. JSON is I-JSON: duplicate names, NaN, lone surrogates and nesting past 32 are refused. "
    "Times are RFC 3339 in UTC with `Z`, from 1970 to 2099; `+00:00` is refused, a leap second reads as the next "
    "second. "
    "A field that may be `null` takes it for «not sent»."
)
_PARAMETER = re.compile(r"<(?:path:)?([a-z_]+)>")

_PROBLEMS = {
    400: "The body is not acceptable JSON, or the URL not percent-encoded UTF-8.",
    401: "The API key is missing or not valid; of a device, the signature.",
    403: "The API key is not for this operation.",
    404: "There is no such thing for this tenant.",
    409: "The object has moved on, or the first request with this idempotency key is still running.",
    410: "The challenge has expired.",
    413: "The body is larger than 64 KiB.",
    415: "The body is not declared as JSON in UTF-8.",
    422: "The input cannot be used; every mistake at once.",
    429: "Too many tries; see Retry-After.",
    500: "Something went wrong here.",
    502: "The message could not be handed over; nothing was counted. See Retry-After.",
    503: "The store cannot be reached; see Retry-After.",
}


@resource.operation("GET", "/openapi.json", summary="This document.", answers={200: None})
def show_openapi(_: Call) -> Reply:
    return Reply(current_app.extensions[DOCUMENT])


@resource.operation("GET", "/docs", summary="This document, for a person.", answers={200: None}, media_type="text/html")
def show_docs(_: Call) -> Reply:
    nonce = secrets.token_urlsafe(16)
    policy = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    page = render(current_app.extensions[DOCUMENT], nonce=nonce)
    headers = {"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer"}
    return Reply(page, media_type="text/html; charset=utf-8", headers=headers)


def template(rule: str) -> str:
    """Return a Flask rule as OpenAPI writes it: `/v1/decisions/{decision_id}`."""
    return _PARAMETER.sub(r"{\1}", rule)


@cache
def document(resources: tuple[Resource, ...]) -> dict[str, Any]:
    """Return the OpenAPI document of *resources*; the same object for every application of this process."""
    plugin = MarshmallowPlugin(schema_name_resolver=_schema_name)
    spec = APISpec(
        title="Doorward",
        version=__version__,
        openapi_version="3.1.0",
        plugins=[plugin],
        info={"description": _ABOUT, "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
        tags=[{"name": each.name, "description": each.about} for each in resources],
    )
    _add_components(spec)
    for each in resources:
        for operation in each.operations:
            spec.path(template(operation.path), operations={operation.method.lower(): _operation(operation)})
    spec.components.schema("Event", schema=EventAnswer)
    return _described(spec.to_dict() | {"webhooks": webhooks()}, plugin)


def _described(written: dict[str, Any], plugin: MarshmallowPlugin) -> dict[str, Any]:
    """Return the document with the docstring of each schema as its description."""
    names = plugin.converter.refs if plugin.converter else {}
    for key, name in names.items():
        written["components"]["schemas"][name]["description"] = inspect.getdoc(key[0])
    return written


def _schema_name(schema: Schema | type[Schema]) -> str:
    kind = schema if isinstance(schema, type) else type(schema)
    return re.sub(r"(Body|Answer)$", "", kind.__name__) + ("Request" if kind.__name__.endswith("Body") else "")


def _add_components(spec: APISpec) -> None:
    spec.components.security_scheme("apiKey", {"type": "http", "scheme": "bearer", "description": "`dwk_…`"})
    for name, description in (
        ("X-Request-Id", "The request's id; a sane one that was sent is echoed."),
        ("traceparent", "W3C trace context; a valid one that was sent is echoed."),
        ("Idempotency-Replayed", "`true` where this is the stored answer of an earlier request."),
    ):
        spec.components.header(name, {"description": description, "schema": {"type": "string"}})
    spec.components.header("Retry-After", {"description": "Seconds.", "schema": {"type": "integer", "minimum": 1}})
    spec.components.schema("Problem", schema=ProblemAnswer)
    for status, description in _PROBLEMS.items():
        spec.components.response(f"Problem{status}", _problem(status, description))
    spec.components.parameter(
        "IdempotencyKey",
        "header",
        {
            "name": "Idempotency-Key",
            "description": "The same key and body give the stored answer for 24 h, 10 min where it holds a secret.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 257, "examples": ["9b1c7f1e-transfer-17"]},
        },
    )


def _problem(status: int, description: str) -> dict[str, Any]:
    headers = _headers("X-Request-Id", "traceparent", *(["Retry-After"] if status in (429, 502, 503) else []))
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": description, "headers": headers, "content": {PROBLEM: {"schema": schema}}}


def _headers(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _operation(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary,
        "parameters": _parameters(operation),
        "responses": _responses(operation),
        "security": [{"apiKey": []}] if operation.scopes else [],
    }
    if operation.scopes:
        described["description"] = "Scope: " + " or ".join(f"`{scope}`" for scope in operation.scopes) + "."
    if operation.body is not None:
        described["requestBody"] = {"required": True, "content": {JSON: {"schema": operation.body}}}
    return described


def _parameters(operation: Operation) -> list[Any]:
    in_path = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in _PARAMETER.findall(operation.path)
    ]
    in_query = [{"in": "query", "schema": operation.query}]
    repeatable = ["IdempotencyKey"] if operation.method == "POST" and operation.scopes else []
    return in_path + in_query + repeatable


def _responses(operation: Operation) -> dict[str, Any]:
    responses: dict[str, Any] = {
        str(status): _answer(operation, status, schema) for status, schema in operation.answers.items()
    }
    for status in sorted(_refusals(operation)):
        responses.setdefault(str(status), f"Problem{status}")
    return responses


def _refusals(operation: Operation) -> set[int]:
    statuses = {400, 422, 500, *operation.refusals}
    if operation.scopes:
        statuses |= {401, 403, 429, 503}
    if operation.body is not None:
        statuses |= {413, 415}
    if operation.method == "POST" and operation.scopes:
        statuses.add(409)
    return statuses


def _answer(operation: Operation, status: int, schema: Schema | None) -> dict[str, Any]:
    replayed = ["Idempotency-Replayed"] if operation.method == "POST" and operation.scopes else []
    answer: dict[str, Any] = {
        "description": _phrase(status),
        "headers": _headers("X-Request-Id", "traceparent", *replayed),
    }
    if status != 204:
        answer["content"] = {operation.media_type: {"schema": schema or {}}}
    return answer


def _phrase(status: int) -> str:
    return {200: "Answered.", 201: "Made.", 202: "Taken.", 204: "Done.", 303: "Go there."}.get(
        status, _PROBLEMS.get(status, "")
    )
