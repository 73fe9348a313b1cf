import inspect
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Histogram, generate_latest

from doorward.core.standing import Standing
from doorward.meter import STAGES, Meter, NullMeter
from doorward.metrics import METRICS, MOST_RULES, Metrics


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


def shown(metrics: Metrics) -> str:
    return generate_latest(metrics.registry).decode()


def times_in(registry: CollectorRegistry) -> dict[tuple[str, str], float]:
    """What is shown of the times of requests, without when a series began."""
    families = [family for family in registry.collect() if family.name == "doorward_request_seconds"]
    samples = [sample for family in families for sample in family.samples if not sample.name.endswith("_created")]
    return {(each.name, each.labels.get("le", "")): each.value for each in samples}


def test_the_number_of_rules_that_are_told_apart_is_bounded(metrics: Metrics) -> None:
    for number in range(MOST_RULES + 50):
        metrics.decided(outcome="allow", kind="login", rule=f"rule-{number}", reason="", degraded=False)

    assert shown(metrics).count("doorward_rule_decisions_total{") == MOST_RULES + 1
    assert 'doorward_rule_decisions_total{rule="other"} 50.0' in shown(metrics)


def test_an_invented_method_does_not_make_a_new_series(metrics: Metrics) -> None:
    for method in ("BREW", "MELT"):
        metrics.requested(method=method, route="/v1/decisions", status=405, seconds=0.001)

    assert 'doorward_requests_total{method="other",route="/v1/decisions",status="405"} 2.0' in shown(metrics)


def test_a_stage_that_fails_is_timed_too(metrics: Metrics) -> None:
    with pytest.raises(KeyError), metrics.stage("score"):
        raise KeyError

    assert 'doorward_stage_seconds_count{stage="score"} 1.0' in shown(metrics)


@given(st.lists(st.sampled_from([0.0, 0.0005, 0.0007, 0.001, 0.01, 0.3, 2.5, 2.6, 60.0]), max_size=30))
def test_gathered_times_are_shown_as_if_each_had_been_told_at_once(times: list[float]) -> None:
    metrics, plain = Metrics(), CollectorRegistry()
    buckets = next(row.buckets for row in METRICS if row.name == "doorward_request_seconds")
    at_once = Histogram("doorward_request_seconds", "", ["route"], buckets=buckets, registry=plain)
    for seconds in times:
        metrics.requested(method="POST", route="/v1/decisions", status=200, seconds=seconds)
        at_once.labels("/v1/decisions").observe(seconds)

    assert times_in(metrics.registry) == times_in(plain)


def test_times_that_are_told_while_others_are_shown_are_counted_once(metrics: Metrics) -> None:
    def tell(_: int) -> None:
        for _ in range(200):
            with metrics.stage("total"):
                pass
            metrics.flush()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(tell, range(4)))

    assert 'doorward_stage_seconds_count{stage="total"} 800.0' in shown(metrics)


def test_other_processes_see_the_times_once_they_are_flushed(tmp_path: Path) -> None:
    program = """
from prometheus_client import CollectorRegistry
from prometheus_client.multiprocess import MultiProcessCollector
from doorward.metrics import Metrics

metrics, others = Metrics(), CollectorRegistry()
MultiProcessCollector(others)
with metrics.stage("total"):
    pass
counted = lambda: others.get_sample_value("doorward_stage_seconds_count", {"stage": "total"})
before = counted()
metrics.flush()
print(before, counted())
"""
    environ = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["0.0", "1.0"]


def test_decisions_are_counted_by_outcome_and_kind(metrics: Metrics) -> None:
    metrics.decided(outcome="deny", kind="login", rule="spray", reason="new_country", degraded=True)

    assert 'doorward_decisions_total{kind="login",outcome="deny"} 1.0' in shown(metrics)
    assert 'doorward_reason_decisions_total{outcome="deny",reason="new_country"} 1.0' in shown(metrics)
    assert "doorward_decisions_degraded_total 1.0" in shown(metrics)


def test_a_refused_policy_shows_until_one_passes(metrics: Metrics) -> None:
    metrics.policy_loaded("default", 100.0)
    metrics.policy_refused("default")
    refused = shown(metrics)
    metrics.policy_loaded("default", 200.0)

    assert 'doorward_policy_reload_ok{tenant="default"} 0.0' in refused
    assert 'doorward_policy_loaded_timestamp_seconds{tenant="default"} 100.0' in refused
    assert 'doorward_policy_reload_ok{tenant="default"} 1.0' in shown(metrics)


def test_a_store_that_goes_and_comes_back_shows(metrics: Metrics) -> None:
    metrics.store_available(True)
    metrics.store_available(False)
    away = shown(metrics)
    metrics.store_available(True)

    assert "doorward_store_available 0.0" in away
    assert "doorward_store_available 1.0" in shown(metrics)
    assert "doorward_store_outages_total 1.0" in shown(metrics)


def test_an_alarm_of_the_own_scale_shows_until_it_is_over(metrics: Metrics) -> None:
    held = Standing("default", "2026-11-01", 3000, ("shift",), 5.0, 0.05, None, made_at=1.0, shift=0.4)
    metrics.own_scale(held)
    during = shown(metrics)
    metrics.own_scale(replace(held, held=(), shift=0.02))

    assert 'doorward_own_scale_alarm{alarm="shift",tenant="default"} 1.0' in during
    assert 'doorward_own_scale_alarm{alarm="tail",tenant="default"} 0.0' in during
    assert 'doorward_own_scale_follows{tenant="default"} 0.0' in during
    assert 'doorward_score_shift{tenant="default"} 0.4' in during
    assert 'doorward_own_scale_made_timestamp_seconds{tenant="default"} 1.0' in during
    assert 'doorward_challenge_pass_rate{tenant="default"}' not in during
    assert 'doorward_own_scale_alarm{alarm="shift",tenant="default"} 0.0' in shown(metrics)


def test_everything_else_is_counted(metrics: Metrics) -> None:
    metrics.look_up_failed()
    metrics.condition_failed()
    metrics.store_failed("begin")
    metrics.replayed()
    metrics.tallies_dropped(3)
    metrics.key_rejected("wrong")
    with metrics.stage("total"):
        pass

    text = shown(metrics)
    for line in (
        "doorward_geo_look_up_failures_total 1.0",
        "doorward_condition_errors_total 1.0",
        'doorward_store_errors_total{operation="begin"} 1.0',
        "doorward_idempotent_replays_total 1.0",
        "doorward_tallies_dropped_total 3.0",
        'doorward_keys_rejected_total{reason="wrong"} 1.0',
        'doorward_stage_seconds_count{stage="total"} 1.0',
    ):
        assert line in text


def test_every_declared_metric_is_exported(metrics: Metrics) -> None:
    assert all(f"# HELP {row.name} {row.doc}" in shown(metrics) for row in METRICS)


@pytest.mark.parametrize("meter", [Metrics, NullMeter])
def test_both_meters_can_be_told_everything(meter: type) -> None:
    told = [name for name, _ in inspect.getmembers(Meter, inspect.isfunction) if not name.startswith("_")]

    assert [name for name in told if not callable(getattr(meter, name, None))] == []


def test_counting_nothing_needs_nothing() -> None:
    meter, done = NullMeter(), list[str]()

    for name in STAGES:
        with meter.stage(name):
            done.append(name)

    assert tuple(done) == STAGES
