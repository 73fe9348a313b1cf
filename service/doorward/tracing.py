"""OpenTelemetry, for whoever asks for it: a span of each request, one of each step of a decision, sent by OTLP/HTTP.

A span tells outcomes, kinds, rule ids, route templates and statuses: never a subject, an address, a token, or the text
of an exception. Spans leave in the background, from a queue that drops what it cannot hold, so that no decision waits
for a collector. The standard variables say where to and how many (`OTEL_EXPORTER_OTLP_…`, `OTEL_TRACES_SAMPLER`,
`OTEL_BSP_…`); docs/tracing.md explains them. Built after the fork: the exporter has a thread.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from opentelemetry import context, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from doorward import __version__
from doorward.core.errors import DoorwardError
from doorward.metrics import METHODS, OTHER, Metrics

# How long the end of a worker waits for the spans that are still here.
LAST_SPANS_SECONDS = 2.0
_UNNAMED = "unknown_service"
# The step that spans all others.
_NAMES = {"total": "decision"}

App = Callable[..., Iterable[bytes]]


class BadVariables(DoorwardError):
    """The standard variables ask for what cannot be."""


def check() -> None:
    """Build everything once and let go of it; BadVariables where a worker could not."""
    try:
        Tracing().stop()
    except (ValueError, OSError) as wrong:
        raise BadVariables(f"the variables OTEL_… cannot be used: {wrong}") from None


class Tracing:
    """Everything of one worker that is about spans."""

    def __init__(self, exporter: SpanExporter | None = None) -> None:
        # It would quote a malformed OTEL_EXPORTER_OTLP_HEADERS, which is where a collector's key stands.
        logging.getLogger("opentelemetry.util.re").addFilter(_unquoted)
        # Without a handler at exit: a collector that hangs would keep the process for half a minute.
        self._provider = TracerProvider(resource=_resource(), shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(exporter or OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("doorward", __version__)
        self._parents = TraceContextTextMapPropagator()

    def metrics(self) -> "TracedMetrics":
        """Return what counts, and tells the spans too."""
        return TracedMetrics(self._tracer)

    def around(self, app: App) -> App:
        """Return *app* such that each request is a span, within the caller's trace where it names one.

        To *app* the span is the caller: it is what the answer's `traceparent` and the log name.
        """

        def traced(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            sent = {name: environ.get(f"HTTP_{name.upper()}", "") for name in ("traceparent", "tracestate")}
            method = environ.get("REQUEST_METHOD", "")
            span = self._tracer.start_span(
                method if method in METHODS else OTHER,
                context=self._parents.extract(sent, context=context.Context()),
                kind=trace.SpanKind.SERVER,
            )
            if not span.is_recording():
                return app(environ, start_response)

            def start(status: str, *rest: Any) -> Any:
                _tell_status(span, int(status[:3]))
                return start_response(status, *rest)

            token = context.attach(trace.set_span_in_context(span))
            try:
                return app(environ | {"HTTP_TRACEPARENT": _traceparent(span)}, start)
            except BaseException:
                span.set_status(trace.StatusCode.ERROR)
                raise
            finally:
                context.detach(token)
                span.end()

        return traced

    def stop(self) -> None:
        """Send what is still here, for as long as the end of a worker may wait for that."""
        ending = threading.Thread(target=self._provider.shutdown, name="doorward-last-spans", daemon=True)
        ending.start()
        ending.join(LAST_SPANS_SECONDS)


class TracedMetrics(Metrics):
    """Counts as ever, and puts what it is told on the span of the request that is being answered."""

    def __init__(self, tracer: trace.Tracer) -> None:
        super().__init__()
        self._tracer = tracer

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        if not trace.get_current_span().is_recording():
            with super().stage(name):
                yield
            return
        # An exception's text may quote what was sent.
        span = self._tracer.start_as_current_span(
            _NAMES.get(name, name), record_exception=False, set_status_on_exception=False
        )
        with span, super().stage(name):
            yield

    def decided(self, *, outcome: str, kind: str, rule: str, reason: str, degraded: bool) -> None:
        super().decided(outcome=outcome, kind=kind, rule=rule, reason=reason, degraded=degraded)
        trace.get_current_span().set_attributes(
            {"doorward.outcome": outcome, "doorward.kind": kind, "doorward.rule": rule, "doorward.degraded": degraded}
        )

    def requested(self, *, method: str, route: str, status: int, seconds: float) -> None:
        super().requested(method=method, route=route, status=status, seconds=seconds)
        span = trace.get_current_span()
        if span.is_recording():
            method = method if method in METHODS else OTHER
            span.update_name(f"{method} {route}")
            span.set_attributes({"http.request.method": method, "http.route": route})

    def store_failed(self, operation: str) -> None:
        super().store_failed(operation)
        trace.get_current_span().add_event("store_failed", {"doorward.operation": operation})


def _unquoted(record: logging.LogRecord) -> bool:
    record.msg, record.args = "a header in OTEL_EXPORTER_OTLP_HEADERS is malformed and was left out", ()
    return True


def _resource() -> Resource:
    """Return who sends: `doorward`, unless the standard variables name it otherwise."""
    told = Resource.create({"service.version": __version__})
    if str(told.attributes.get(SERVICE_NAME, _UNNAMED)).startswith(_UNNAMED):
        told = told.merge(Resource({SERVICE_NAME: "doorward"}))
    return told


def _tell_status(span: trace.Span, status: int) -> None:
    span.set_attribute("http.response.status_code", status)
    if status >= 500:
        span.set_status(trace.StatusCode.ERROR)


def _traceparent(span: trace.Span) -> str:
    about = span.get_span_context()
    return f"00-{about.trace_id:032x}-{about.span_id:016x}-{about.trace_flags:02x}"
