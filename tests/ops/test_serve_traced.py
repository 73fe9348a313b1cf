"""`doorward serve` with a collector of its own: the real program, workers that are forked, spans over HTTP."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from doorward import __version__
from doorward.meter import STAGES

from .collector import Collector, attributes, collecting

Fetch = Callable[..., tuple[int, str]]
Start = Callable[..., Any]
Eventually = Callable[[Callable[[], bool]], bool]

ADDRESS = "193.0.6.139"
STEPS = {*STAGES, "decision"} - {"total"}


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with collecting() as found:
        yield found


@pytest.fixture(scope="module")
def served(start_for_all: Start, collector: Collector) -> Any:
    program = start_for_all(
        "-m",
        "doorward",
        "serve",
        DOORWARD_TRACE="on",
        OTEL_EXPORTER_OTLP_ENDPOINT=collector.url,
        OTEL_BSP_SCHEDULE_DELAY="50",
    )
    program.url()
    return program


def decide(program: Any, fetch: Fetch, trace_id: str) -> tuple[int, str]:
    key = program.wait_for(r"Bearer (dwk_[A-Za-z0-9_-]+)'")[1]
    body = {"kind": "login", "subject": {"id": "u-4711"}, "client": {"ip": ADDRESS}, "credential": {"result": "passed"}}
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    headers["traceparent"] = f"00-{trace_id}-00f067aa0ba902b7-01"
    url = f"{program.url()}/v1/decisions"
    return fetch(url, method="POST", body=json.dumps(body).encode(), headers=headers)


def test_each_worker_sends_a_decision_with_all_its_steps(
    served: Any, collector: Collector, fetch: Fetch, eventually: Eventually
) -> None:
    trace_ids = [f"{number:032x}" for number in range(1, 9)]

    statuses = [decide(served, fetch, trace_id)[0] for trace_id in trace_ids]

    assert statuses == [200] * 8
    expected = {"POST /v1/decisions", *STEPS}
    for trace_id in trace_ids:
        assert eventually(lambda trace_id=trace_id: {span.name for span in collector.spans(trace_id)} == expected)


def test_what_is_sent_names_the_service_and_nobody_else(
    served: Any, collector: Collector, fetch: Fetch, eventually: Eventually
) -> None:
    decide(served, fetch, "ab" * 16)
    assert eventually(lambda: len(collector.spans("ab" * 16)) == len(STEPS) + 1)

    sent = b"".join(collector.bodies)
    [name] = {attributes(each.resource)["service.name"] for one in collector.requests for each in one.resource_spans}
    [version] = {
        attributes(each.resource)["service.version"] for one in collector.requests for each in one.resource_spans
    }
    assert (name, version) == ("doorward", __version__)
    assert [text for text in (b"u-4711", b"193.0.6", b"dwk_") if text in sent] == []


def test_the_log_names_the_trace(served: Any, fetch: Fetch) -> None:
    decide(served, fetch, "cd" * 16)

    line = json.loads(served.wait_for(r'^\{.*"event": "request".*' + "cd" * 16 + ".*$")[0])
    assert line["trace_id"] == "cd" * 16


def test_a_collector_that_is_not_there_costs_no_answer_and_no_end(start: Start, fetch: Fetch) -> None:
    program = start(
        "-m",
        "doorward",
        "serve",
        DOORWARD_TRACE="on",
        OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9",
        DOORWARD_WORKERS="1",
    )

    status, _ = decide(program, fetch, "ef" * 16)

    assert status == 200
    assert program.stop() == 0
