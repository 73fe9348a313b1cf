"""Prometheus metrics: `METRICS` declares them all, `Metrics` counts.

Labels are bounded and hold no personal data: outcomes, kinds, rule ids of the policies, route templates. With
PROMETHEUS_MULTIPROC_DIR set before this module is imported, every worker counts into files of that folder.
"""

from bisect import bisect_left
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from threading import Lock
from time import perf_counter
from typing import Final, Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Metric

from doorward.core.standing import ALARMS, Standing
from doorward.meter import STAGES

OTHER = "other"
NOTHING = "none"
MOST_RULES = 500

_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
_STAGE_SECONDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)
METHODS = ("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH")


@dataclass(frozen=True, slots=True)
class Declared:
    """One row of the table. *buckets* makes it a histogram; *gauge* is the mode that merges the workers' values."""

    name: str
    doc: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()
    gauge: Literal["", "livemin", "livemax"] = ""


METRICS: Final = (
    Declared("doorward_decisions_total", "Decisions by outcome and kind.", ("outcome", "kind")),
    Declared("doorward_rule_decisions_total", "Decisions by the rule that decided.", ("rule",)),
    Declared("doorward_reason_decisions_total", "Decisions by what raised the risk most.", ("reason", "outcome")),
    Declared(
        "doorward_shadow_decisions_total",
        "Decisions beside which a candidate was evaluated, by both outcomes.",
        ("live", "candidate"),
    ),
    Declared("doorward_decisions_degraded_total", "Decisions that were made without history or the store."),
    Declared("doorward_requests_total", "HTTP requests by route template.", ("route", "method", "status")),
    Declared("doorward_request_seconds", "Time to answer a request.", ("route",), buckets=_SECONDS),
    Declared("doorward_stage_seconds", "Time of each step of a decision.", ("stage",), buckets=_STAGE_SECONDS),
    Declared("doorward_geo_look_up_failures_total", "Addresses that a geo database failed to answer for."),
    Declared("doorward_policy_reload_ok", "1 where the last change is in force.", ("tenant",), gauge="livemin"),
    Declared("doorward_policy_loaded_timestamp_seconds", "When it was loaded.", ("tenant",), gauge="livemin"),
    Declared("doorward_condition_errors_total", "Conditions that met an error and counted as unknown."),
    Declared("doorward_store_available", "1 where every worker asks the store, else 0.", gauge="livemin"),
    Declared("doorward_store_outages_total", "Times that a worker began to do without the store."),
    Declared("doorward_store_errors_total", "Operations that the store could not do.", ("operation",)),
    Declared("doorward_store_accepted", "1 where the store that answers is the accepted one.", gauge="livemin"),
    Declared("doorward_idempotent_replays_total", "Answers that were given again for an idempotency key."),
    Declared("doorward_proofs_refused_total", "Proofs that were handed back and not taken."),
    Declared("doorward_tallies_dropped_total", "Global counts that were lost because the store was away too long."),
    Declared(
        "doorward_messages_total", "Messages by channel: sent, unavailable, over a budget.", ("channel", "result")
    ),
    Declared("doorward_notices_total", "Notices by channel: sent, counted, delayed, dropped.", ("channel", "result")),
    Declared("doorward_shadow_model_total", "Decisions by live and shadow model's level.", ("level", "shadow")),
    Declared("doorward_model_dated_timestamp_seconds", "When the model was calibrated.", ("model",), gauge="livemin"),
    Declared("doorward_own_scale_follows", "1 where the own scale is not held.", ("tenant",), gauge="livemin"),
    Declared("doorward_own_scale_alarm", "1 where this holds the own scale.", ("tenant", "alarm"), gauge="livemax"),
    Declared(
        "doorward_own_scale_made_timestamp_seconds", "When what is in force was made.", ("tenant",), gauge="livemin"
    ),
    Declared("doorward_score_shift", "How far scores have moved since then (PSI).", ("tenant",), gauge="livemax"),
    Declared("doorward_challenge_rate", "Right passwords that did not suffice, decayed.", ("tenant",), gauge="livemin"),
    Declared("doorward_challenge_pass_rate", "Those that passed then, decayed.", ("tenant",), gauge="livemin"),
    Declared("doorward_keys_rejected_total", "Requests whose key was missing, wrong or lacked a scope.", ("reason",)),
    Declared("doorward_over_quota_total", "Requests over the quota of their key or tenant.", ("of",)),
    Declared("doorward_requests_shed_total", "Requests refused because they had waited too long for a thread."),
)


class Gathered:
    """A histogram whose observations wait in memory until `flush`.

    A decision makes a dozen, and each would be two additions in a file that other processes read, which the library
    bounds by locks and by asking for the process's id. It has no way of adding many at once, hence its inner parts.
    """

    __slots__ = ("_bounds", "_counts", "_histogram", "_lock", "_seconds")

    def __init__(self, histogram: Histogram) -> None:
        self._histogram = histogram
        self._bounds = histogram._upper_bounds
        self._lock = Lock()
        self._counts = [0] * len(self._bounds)
        self._seconds = 0.0

    def observe(self, seconds: float) -> None:
        place = bisect_left(self._bounds, seconds)
        with self._lock:
            self._counts[place] += 1
            self._seconds += seconds

    def flush(self) -> None:
        with self._lock:
            counts, seconds = self._counts, self._seconds
            self._counts, self._seconds = [0] * len(counts), 0.0
        for bucket, number in zip(self._histogram._buckets, counts, strict=True):
            if number:
                bucket.inc(number)
        if any(counts):
            self._histogram._sum.inc(seconds)


class Stage:
    """Times what is done inside, whether it ends well or not."""

    __slots__ = ("_begun", "_seconds")

    def __init__(self, seconds: Gathered) -> None:
        self._seconds = seconds

    def __enter__(self) -> None:
        self._begun = perf_counter()

    def __exit__(self, *_: object) -> None:
        self._seconds.observe(perf_counter() - self._begun)


class Metrics:
    """Counts what `meter.Meter` tells; one object for each process.

    Times are gathered, and reach other processes by `flush`; whoever reads the registry here reads them all.
    """

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        # Asked before all others, for it was the first to register.
        self.registry.register(self)
        self._counters: dict[str, Counter] = {}
        self._gauges: dict[str, Gauge] = {}
        self._histograms: dict[str, Histogram] = {}
        for row in METRICS:
            self._declare(row)
        stages = self._histograms["doorward_stage_seconds"]
        self._stages = {name: Gathered(stages.labels(name)) for name in STAGES}
        self._routes: dict[str, Gathered] = {}
        self._counted: dict[tuple[str, ...], Counter] = {}
        self._rules: set[str] = set()

    def _declare(self, row: Declared) -> None:
        if row.buckets:
            self._histograms[row.name] = Histogram(
                row.name, row.doc, row.labels, buckets=row.buckets, registry=self.registry
            )
        elif row.gauge:
            self._gauges[row.name] = Gauge(
                row.name, row.doc, row.labels, multiprocess_mode=row.gauge, registry=self.registry
            )
        else:
            self._counters[row.name] = Counter(row.name, row.doc, row.labels, registry=self.registry)

    def collect(self) -> Iterable[Metric]:
        """Flush; what is counted is collected from the metrics themselves."""
        self.flush()
        return ()

    def flush(self) -> None:
        for times in (*self._stages.values(), *list(self._routes.values())):
            times.flush()

    def _count(self, name: str, *labels: str, by: int = 1) -> None:
        series = (name, *labels)
        counter = self._counted.get(series)
        if counter is None:
            counter = self._counters[name]
            counter = self._counted[series] = counter.labels(*labels) if labels else counter
        counter.inc(by)

    def stage(self, name: str) -> AbstractContextManager[None]:
        return Stage(self._stages[name])

    def decided(self, *, outcome: str, kind: str, rule: str, reason: str, degraded: bool) -> None:
        self._count("doorward_decisions_total", outcome, kind)
        # A model names some dozens of reasons, and stays for as long as the process.
        self._count("doorward_reason_decisions_total", reason or NOTHING, outcome)
        self._count("doorward_rule_decisions_total", self._bounded(rule))
        if degraded:
            self._count("doorward_decisions_degraded_total")

    def shadowed(self, *, live: str, candidate: str) -> None:
        self._count("doorward_shadow_decisions_total", live, candidate)

    def _bounded(self, rule: str) -> str:
        """Return *rule*, or `other` once a process has seen too many: policies change while it runs."""
        if rule in self._rules or len(self._rules) < MOST_RULES:
            self._rules.add(rule)
            return rule
        return OTHER

    def requested(self, *, method: str, route: str, status: int, seconds: float) -> None:
        self._count("doorward_requests_total", route, method if method in METHODS else OTHER, str(status))
        times = self._routes.get(route)
        if times is None:
            # Of two threads that meet a route first, both count into the one that stays.
            times = self._routes.setdefault(route, Gathered(self._histograms["doorward_request_seconds"].labels(route)))
        times.observe(seconds)

    def look_up_failed(self) -> None:
        self._count("doorward_geo_look_up_failures_total")

    def policy_loaded(self, tenant: str, at: float) -> None:
        self._gauges["doorward_policy_reload_ok"].labels(tenant).set(1)
        self._gauges["doorward_policy_loaded_timestamp_seconds"].labels(tenant).set(at)

    def policy_refused(self, tenant: str) -> None:
        self._gauges["doorward_policy_reload_ok"].labels(tenant).set(0)

    def condition_failed(self) -> None:
        self._count("doorward_condition_errors_total")

    def store_failed(self, operation: str) -> None:
        self._count("doorward_store_errors_total", operation)

    def store_available(self, available: bool) -> None:
        self._gauges["doorward_store_available"].set(int(available))
        if not available:
            self._count("doorward_store_outages_total")

    def store_accepted(self, accepted: bool) -> None:
        self._gauges["doorward_store_accepted"].set(int(accepted))

    def replayed(self) -> None:
        self._count("doorward_idempotent_replays_total")

    def proof_refused(self) -> None:
        self._count("doorward_proofs_refused_total")

    def tallies_dropped(self, number: int) -> None:
        self._count("doorward_tallies_dropped_total", by=number)

    def sent(self, channel: str, result: str) -> None:
        self._count("doorward_messages_total", channel, result)

    def noticed(self, channel: str, result: str) -> None:
        self._count("doorward_notices_total", channel, result)

    def shadow_scored(self, *, level: str, shadow: str) -> None:
        self._count("doorward_shadow_model_total", level, shadow)

    def model_dated(self, model: str, at: float) -> None:
        self._gauges["doorward_model_dated_timestamp_seconds"].labels(model).set(at)

    def own_scale(self, standing: Standing) -> None:
        tenant = standing.tenant
        self._gauges["doorward_own_scale_follows"].labels(tenant).set(int(not standing.held))
        for alarm in ALARMS:
            self._gauges["doorward_own_scale_alarm"].labels(tenant, alarm).set(int(alarm in standing.held))
        known = {
            "doorward_own_scale_made_timestamp_seconds": standing.made_at,
            "doorward_score_shift": standing.shift,
            "doorward_challenge_rate": standing.challenge_rate,
            "doorward_challenge_pass_rate": standing.pass_rate,
        }
        for name, value in known.items():
            if value is not None:
                self._gauges[name].labels(tenant).set(value)

    def key_rejected(self, reason: str) -> None:
        self._count("doorward_keys_rejected_total", reason)

    def over_quota(self, of: str) -> None:
        self._count("doorward_over_quota_total", of)

    def shed(self, method: str) -> None:
        self._count("doorward_requests_shed_total")
        # It never came to a route, but it was answered.
        self._count("doorward_requests_total", OTHER, method if method in METHODS else OTHER, "503")
