import inspect

import pytest
from prometheus_client import generate_latest

from doorward.meter import STAGES, Meter, NullMeter
from doorward.metrics import METRICS, MOST_RULES, Metrics


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


def shown(metrics: Metrics) -> str:
    return generate_latest(metrics.registry).decode()


def test_the_number_of_rules_that_are_told_apart_is_bounded(metrics: Metrics) -> None:
    for number in range(MOST_RULES + 50):
        metrics.decided(outcome="allow", kind="login", rule=f"rule-{number}", degraded=False)

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


def test_decisions_are_counted_by_outcome_and_kind(metrics: Metrics) -> None:
    metrics.decided(outcome="deny", kind="login", rule="spray", degraded=True)

    assert 'doorward_decisions_total{kind="login",outcome="deny"} 1.0' in shown(metrics)
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
