"""The OpenAPI 3.1 document, written from what the operations declare, and the page that shows it to a person."""

import inspect
import re
import secrets
from functools import cache
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import current_app
from marshmallow import Schema, fields

from doorward import __version__
from doorward.api.answers import ProblemAnswer
from doorward.api.docs_page import render
from doorward.api.event_answers import EventAnswer, webhooks
from doorward.api.fields import JsonSchema
from doorward.api.idempotency import KEY
from doorward.api.limits import LIMITS
from doorward.api.operation import Call, Link, Operation, Resource
from doorward.api.path_parameters import PARAMETERS, TEXT
from doorward.api.reply import JSON, PROBLEM, Reply

DOCUMENT = "doorward.openapi"

resource = Resource("reference", about="This document, for programs and for people.")

_ABOUT = (
    "Doorward decides allow, challenge or deny for every sign-in and action. What is not sent is unknown, "
    "never false. JSON is I-JSON: duplicate names, NaN, lone surrogates and nesting past 32 are refused. "
    "Times are RFC 3339 in UTC with `Z`, from 1970 to 2099; `+00:00` is refused, a leap second reads as the next "
    "second. "
    "A field that may be `null` takes it for «not sent». A whole body may be smaller than its fields may be long: "
    "64 KiB are read."
)
HTML = "text/html"

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
    429: "Too many tries, or more requests than are allowed; see Retry-After.",
    500: "Something went wrong here.",
    502: "The message was not handed over, which cost nothing; or it may come (`perhaps-sent`). See Retry-After.",
    503: "The store cannot be reached, or too many requests wait; see Retry-After.",
}

_TRACE = "^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$"
_HEADERS: dict[str, Any] = {
    "Cache-Control": {"description": "Nothing is kept on the way.", "schema": {"const": "no-store"}, "required": True},
    "X-Content-Type-Options": {"description": "It is what it says.", "schema": {"const": "nosniff"}, "required": True},
    "X-Request-Id": {
        "description": "The request's id; a sane one that was sent is echoed.",
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,128}$"},
        "required": True,
    },
    "traceparent": {
        "description": "W3C trace context; a valid one that was sent is echoed, or its span here where there is one.",
        "schema": {"type": "string", "pattern": _TRACE},
        "required": True,
    },
    "Idempotency-Replayed": {
        "description": "`true` where this is the stored answer of an earlier request; left out otherwise.",
        "schema": {"const": "true"},
    },
    "Retry-After": {
        "description": "Seconds, where waiting will do.",
        "schema": {"type": "integer", "minimum": 1},
    },
    "WWW-Authenticate": {
        "description": "What was lacking: an API key or its scope (RFC 6750), or a device's signature.",
        "schema": {"type": "string", "pattern": "^(Bearer|Doorward-Device) "},
    },
}
_EVERYWHERE = ("Cache-Control", "X-Content-Type-Options", "X-Request-Id", "traceparent")
_ON_PROBLEM = {
    401: ("WWW-Authenticate",),
    403: ("WWW-Authenticate",),
    409: ("Retry-After",),
    429: ("Retry-After",),
    502: ("Retry-After",),
    503: ("Retry-After",),
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
    if plugin.converter is not None:
        plugin.converter.add_attribute_function(_names_of_members)
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
        schema = written["components"]["schemas"][name]
        schema |= {"description": inspect.getdoc(key[0])} | getattr(key[0], "also", {})
    return written


def _names_of_members(_: Any, field: fields.Field[Any], **__: Any) -> JsonSchema:
    """Return the one keyword of our fields that apispec leaves out."""
    return {name: value for name, value in field.metadata.items() if name == "propertyNames"}


def _schema_name(schema: Schema | type[Schema]) -> str:
    kind = schema if isinstance(schema, type) else type(schema)
    return re.sub(r"(Body|Answer)$", "", kind.__name__) + ("Request" if kind.__name__.endswith("Body") else "")


def _add_components(spec: APISpec) -> None:
    spec.components.security_scheme("apiKey", {"type": "http", "scheme": "bearer", "description": "`dwk_…`"})
    for name, header in _HEADERS.items():
        spec.components.header(name, header)
    for limits in LIMITS:
        spec.components.schema(limits.name, component=limits.schema())
    spec.components.schema("Problem", schema=ProblemAnswer)
    for status, description in _PROBLEMS.items():
        spec.components.response(f"Problem{status}", _problem(status, description))
    spec.components.parameter(
        "IdempotencyKey",
        "header",
        {
            "name": "Idempotency-Key",
            "description": "The same key and body give the stored answer for 24 h, 10 min where it holds a secret.",
            "schema": {"type": "string", "pattern": f"^(?:{KEY.pattern})$"},
        },
    )


def _problem(status: int, description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    headers = _headers(*_EVERYWHERE, *_ON_PROBLEM.get(status, ()))
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
        {"name": name, "in": "path", "required": True, "schema": PARAMETERS.get(name, TEXT)}
        for name in _PARAMETER.findall(operation.path)
    ]
    in_query = [{"in": "query", "schema": operation.query}]
    repeatable = ["IdempotencyKey"] if operation.repeatable else []
    return in_path + in_query + repeatable


def _responses(operation: Operation) -> dict[str, Any]:
    responses: dict[str, Any] = {
        str(status): _answer(operation, status, schema) for status, schema in operation.answers.items()
    }
    for status in sorted(_refusals(operation)):
        responses.setdefault(str(status), _page(status) if operation.media_type == HTML else f"Problem{status}")
    return responses


def _page(status: int) -> dict[str, Any]:
    """Return a refusal that a person sees: a page, or a problem where it does not come to one."""
    described = _problem(status, _PROBLEMS[status])
    return described | {"content": {HTML: {"schema": {"type": "string"}}, **described["content"]}}


def _refusals(operation: Operation) -> set[int]:
    statuses = {400, 422, 500, *operation.refusals}
    if operation.scopes:
        statuses |= {401, 403, 429, 503}
    if operation.body is not None:
        statuses |= {413, 415}
    if operation.repeatable:
        statuses.add(409)
    return statuses


def _answer(operation: Operation, status: int, schema: Schema | None) -> dict[str, Any]:
    replayed = ["Idempotency-Replayed"] if operation.repeatable else []
    answer: dict[str, Any] = {
        "description": _phrase(status),
        "headers": _headers(*_EVERYWHERE, *replayed),
    }
    if status != 204:
        answer["content"] = {operation.media_type: {"schema": schema or {}}}
    if status < 300 and operation.links:
        answer["links"] = {_link_name(link): _link(link) for link in operation.links}
    return answer


def _link_name(link: Link) -> str:
    return "".join(word.capitalize() for word in link.operation.split("_"))


def _link(link: Link) -> dict[str, Any]:
    taken = {"parameters": dict(link.parameters), "requestBody": dict(link.body)}
    return {"operationId": link.operation} | {name: values for name, values in taken.items() if values}


def _phrase(status: int) -> str:
    return {200: "Answered.", 201: "Made.", 202: "Taken.", 204: "Done.", 303: "Go there."}.get(
        status, _PROBLEMS.get(status, "")
    )
