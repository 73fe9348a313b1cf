"""Logs: JSON lines (or a terminal's lines) with static event names, on standard error, from us and from the server.

What looks like one of our secrets is cut out of every line, wherever it stands: the last guard, not the first.
"""

import json
import logging
import re
import sys
from collections.abc import Callable, Mapping
from typing import Any, TextIO

import structlog
from structlog.types import EventDict, Processor, WrappedLogger

from doorward.api.trace import answering
from doorward.meter import Meter

REMOVED = "[removed]"
NO_ROUTE = "unmatched"
_MOST_DEPTH = 8
_ACCESS = "doorward.access"
_JSON = json.JSONEncoder()
_STAMP = structlog.processors.TimeStamper(fmt="iso", utc=True)
# API keys, receipts, the tokens of links in messages; device tokens and grants, whose secret stands after the dot; what
# web-hooks are signed with; the assertions that we sign.
_SECRETS = re.compile(
    r"\b(?:dwk|dvt|grt|rcp|wty)_[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)?|\bwhsec_[A-Za-z0-9+/=_-]+"
    r"|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"
)
# Fields whose value is a secret or a person whatever it looks like; nobody should log them at all.
_NEVER = frozenset(
    {"authorization", "key", "secret", "token", "device_token", "assertion", "code", "password", "phone"}
    | {"address", "ip", "subject", "subject_id", "user_agent", "email"}
)

Observe = Callable[[str, str, int, float], None]


def configure(*, level: str, form: str, stream: TextIO | None = None) -> None:
    """Send every log line of the process to *stream* in the form that the settings name."""
    out = stream or sys.stderr
    shared: list[Processor] = [
        name_request,
        structlog.stdlib.add_log_level,
        _STAMP,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = JsonLines(out) if form == "json" else logging.StreamHandler(out)
    handler.setFormatter(_formatter(form, shared, colors=out.isatty()))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # Its debug lines repeat whole URLs, in which a gateway may want a token.
    logging.getLogger("urllib3").setLevel(logging.ERROR)


class Line(logging.LogRecord):
    """A line that is written already; of a record it has only what a handler of ours asks for."""

    def __init__(self, text: str) -> None:
        self.text = text


class JsonLines(logging.StreamHandler[TextIO]):
    """Writes lines of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        return record.text if isinstance(record, Line) else super().format(record)


def _formatter(form: str, shared: list[Processor], *, colors: bool) -> logging.Formatter:
    renderer: Processor = structlog.processors.JSONRenderer()
    traces: list[Processor] = [structlog.processors.format_exc_info]
    if form == "console":
        renderer = structlog.dev.ConsoleRenderer(colors=colors)
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared, name_foreign_event],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *traces, guard_secrets, renderer],
    )


def name_request(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Add the ids and the tenant of the request that is being answered, so that every line about it can be found."""
    trace = answering.get()
    if trace is not None:
        event["request_id"] = trace.request_id
        event["trace_id"] = trace.traceparent.split("-")[1]
        if trace.tenant is not None:
            event["tenant"] = trace.tenant
    return event


def name_foreign_event(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Give a line of another library a static event name; its text becomes a field."""
    record = event.get("_record")
    event["message"] = event.get("event", "")
    event["event"] = f"{record.name.split('.')[0]}_log" if isinstance(record, logging.LogRecord) else "library_log"
    return event


def guard_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Cut secrets out of *event*: fields that must not be logged, and shapes of ours in any text."""
    return {name: REMOVED if name in _NEVER else _guarded(value, _MOST_DEPTH) for name, value in event.items()}


def _guarded(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return _SECRETS.sub(REMOVED, value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if depth and isinstance(value, Mapping):
        return {
            _guarded(str(name), depth - 1): REMOVED if str(name) in _NEVER else _guarded(inner, depth - 1)
            for name, inner in value.items()
        }
    if depth and isinstance(value, list | tuple | set | frozenset):
        return [_guarded(inner, depth - 1) for inner in value]
    return _SECRETS.sub(REMOVED, repr(value))


def observer(meter: Meter) -> Observe:
    """Return what the API tells each answer to: one access line and one count.

    The route is its template: a path may hold a subject's id. `name_request` adds the request's id and tenant.
    """
    access = structlog.get_logger(_ACCESS)
    root, gate = logging.getLogger(), logging.getLogger(_ACCESS)

    def observe(method: str, route: str, status: int, seconds: float) -> None:
        template = route or NO_ROUTE
        meter.requested(method=method, route=template, status=status, seconds=seconds)
        fields = {"method": method, "route": template, "status": status, "ms": round(seconds * 1000, 2)}
        if [type(handler) for handler in root.handlers] != [JsonLines]:
            access.info("request", **fields)
        elif gate.isEnabledFor(logging.INFO):
            root.handlers[0].handle(Line(access_line(fields)))

    return observe


def access_line(fields: dict[str, Any]) -> str:
    """Return the access line as the chain of `configure` writes it, for a third of its time.

    Only the request's id and tenant are anybody's text, so only they are guarded.
    """
    event: EventDict = fields | {"event": "request"}
    name_request(None, "info", event)
    for name in ("request_id", "tenant"):
        if name in event:
            event[name] = _SECRETS.sub(REMOVED, event[name])
    event["level"] = "info"
    return _JSON.encode(_STAMP(None, "info", event))
