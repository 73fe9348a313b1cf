"""Spans of a scenario that traces: sent to a collector here, in place of the one that the values name."""

import sys
from contextlib import AbstractContextManager, nullcontext

from chart import Json, Scenario
from chart_image import environment
from dockerfile import ROOT

sys.path.insert(0, str(ROOT / "tests"))
from ops.collector import Collector, collecting

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
# The caller samples it, whatever share of the others is taken.
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}


def collector_of(scenario: Scenario) -> AbstractContextManager[Collector | None]:
    """Start a collector where spans are sent."""
    [server] = scenario.of("Deployment")
    [container] = server["spec"]["template"]["spec"]["containers"]
    return collecting() if environment(container).get("DOORWARD_TRACE") == "on" else nullcontext()


def variables(container: Json, collector: Collector | None) -> dict[str, str]:
    """Return what the values tell of tracing, with *collector* as the one that they name."""
    named = [each for each in container.get("env", []) if each["name"].startswith("OTEL_") and "value" in each]
    given = {each["name"]: each["value"] for each in named}
    return given | ({ENDPOINT: collector.url} if collector and ENDPOINT in given else {})


def steps(collector: Collector) -> set[str]:
    """Return the names of the spans that came for the traced decision."""
    return {span.name for span in collector.spans(TRACE)}
