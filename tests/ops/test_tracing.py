"""Spans, in one process: what they hold, what they never hold, and that nobody waits for a collector."""

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from doorward import settings_parsers, tracing
from doorward.settings import SettingsError, load
from doorward.tracing import TracedMetrics, Tracing

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE_ID}-00f067aa0ba902b7-01"

App = Callable[[TracedMetrics, dict[str, Any]], str]


def decided(metrics: TracedMetrics, _environ: dict[str, Any]) -> str:
    with metrics.stage("total"), metrics.stage("facts"):
        pass
    metrics.decided(outcome="deny", kind="login", rule="no-tor", reason="tor", degraded=False)
    metrics.requested(method="POST", route="/v1/decisions", status=200, seconds=0.01)
    return "200 OK"


def spans_of(answer: App, **environ: str) -> dict[str, ReadableSpan]:
    """Return what one request leaves, by name."""
    exporter = InMemorySpanExporter()
    tracing = Tracing(exporter)
    ask(tracing, answer, **environ)
    tracing.stop()
    return {span.name: span for span in exporter.get_finished_spans()}


def ask(tracing: Tracing, answer: App, **environ: str) -> list[str]:
    """Send one request, and return the statuses that were answered."""
    metrics, statuses = tracing.metrics(), []

    def app(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        start(answer(metrics, environ), [])
        return [b""]

    tracing.around(app)({"REQUEST_METHOD": "POST"} | environ, lambda status, *_: statuses.append(status))
    return statuses


def test_an_exceptions_text_is_in_no_span() -> None:
    def fails(metrics: TracedMetrics, _environ: dict[str, Any]) -> str:
        with metrics.stage("total"):
            raise ValueError("u-123 came from 193.0.6.139")

    exporter = InMemorySpanExporter()
    tracing = Tracing(exporter)
    with pytest.raises(ValueError, match="u-123"):
        ask(tracing, fails)
    tracing.stop()

    assert {span.name for span in exporter.get_finished_spans()} == {"POST", "decision"}
    assert "u-123" not in "".join(span.to_json() for span in exporter.get_finished_spans())


def test_what_a_stranger_sends_is_in_no_span() -> None:
    path = "/v1/subjects/u-123/devices"
    spans = spans_of(
        decided, PATH_INFO=path, RAW_URI=path, HTTP_AUTHORIZATION="Bearer dwk_x", REMOTE_ADDR="193.0.6.139"
    )

    told = "".join(span.to_json() for span in spans.values())
    assert [text for text in ("u-123", "dwk_", "193.0.6.139") if text in told] == []


def test_a_method_of_somebodys_own_names_no_span() -> None:
    assert list(spans_of(lambda *_: "405 METHOD NOT ALLOWED", REQUEST_METHOD="U-123")) == ["other"]


def test_a_request_without_a_sampled_parent_is_left_out() -> None:
    assert spans_of(decided, HTTP_TRACEPARENT=PARENT[:-1] + "0") == {}


@pytest.mark.parametrize("sent", ["", "nonsense", "00-" + "0" * 32 + "-00f067aa0ba902b7-01"])
def test_a_parent_that_is_none_begins_a_trace(sent: str) -> None:
    span = spans_of(decided, HTTP_TRACEPARENT=sent)["POST /v1/decisions"]

    assert span.parent is None


def test_a_request_is_a_span_of_the_callers_trace_and_each_step_one_below() -> None:
    spans = spans_of(decided, HTTP_TRACEPARENT=PARENT)

    parents = {name: f"{span.parent.span_id:016x}" if span.parent else "" for name, span in spans.items()}
    ids = {name: f"{span.context.span_id:016x}" for name, span in spans.items() if span.context}
    assert parents == {
        "POST /v1/decisions": "00f067aa0ba902b7",
        "decision": ids["POST /v1/decisions"],
        "facts": ids["decision"],
    }


def test_the_span_of_a_decision_says_what_was_decided() -> None:
    assert spans_of(decided)["POST /v1/decisions"].attributes == {
        "doorward.outcome": "deny",
        "doorward.kind": "login",
        "doorward.rule": "no-tor",
        "doorward.degraded": False,
        "http.request.method": "POST",
        "http.route": "/v1/decisions",
        "http.response.status_code": 200,
    }


def test_the_answer_and_the_log_name_the_span() -> None:
    seen: list[str] = []

    def remembers(_metrics: TracedMetrics, environ: dict[str, Any]) -> str:
        seen.append(environ["HTTP_TRACEPARENT"])
        return "200 OK"

    span = spans_of(remembers, HTTP_TRACEPARENT=PARENT)["POST"]

    assert span.context is not None
    assert seen == [f"00-{TRACE_ID}-{span.context.span_id:016x}-01"]


def test_a_failure_of_ours_and_a_store_that_is_away_show() -> None:
    def fails(metrics: TracedMetrics, _environ: dict[str, Any]) -> str:
        metrics.store_failed("begin")
        return "500 INTERNAL SERVER ERROR"

    span = spans_of(fails)["POST"]

    assert (span.status.status_code.name, [event.name for event in span.events]) == ("ERROR", ["store_failed"])


def test_nobody_waits_for_a_collector_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracing, "LAST_SPANS_SECONDS", 0.1)
    monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "4")
    monkeypatch.setenv("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "2")
    released = threading.Event()

    class Hanging(SpanExporter):
        def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
            released.wait()
            return SpanExportResult.FAILURE

    traced = Tracing(Hanging())
    statuses = [status for _ in range(20) for status in ask(traced, decided)]
    traced.stop()
    released.set()

    assert statuses == ["200 OK"] * 20


def test_a_collectors_key_is_not_logged(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "Bearer s3cret")

    Tracing().stop()

    assert [record.getMessage() for record in caplog.records if "malformed" in record.getMessage()]
    assert "s3cret" not in caplog.text


def test_a_queue_that_cannot_be_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "0")

    with pytest.raises(tracing.BadVariables, match="max_queue_size must be a positive integer"):
        tracing.check()


def test_without_the_extra_it_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings_parsers, "find_spec", lambda _: None)

    with pytest.raises(SettingsError, match=r"DOORWARD_TRACE: .*pip install 'doorward\[trace\]'"):
        load({"DOORWARD_TRACE": "on"})


def test_it_is_off_unless_asked_for() -> None:
    assert load({}).trace == "off"
