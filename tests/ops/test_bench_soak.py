"""What a soak fails for: runs that are made up, each with one thing that must not be."""

import importlib
from pathlib import Path
from typing import Any

import pytest

BENCH = Path(__file__).parents[2] / "bench"
CALM = {"growing": [], "wrong": 0, "wrong_first": []}
STORM = {
    "answers": {"200": 900, "503": 100},
    "refused_without_retry_after": 0,
    "answered_ms": {"p50": 900.0, "p99": 2300.0, "longest": 9000.0},
    "refused_ms": {"p50": 1000.0, "p99": 1100.0, "longest": 9000.0},
    "shed_counted": 100,
}


@pytest.fixture
def failures(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(BENCH))
    return importlib.import_module("soak").failures


def test_an_overload_that_is_refused_in_time_and_counted_is_no_failure(failures: Any) -> None:
    assert failures({"steady": CALM, "overload": STORM}) == []


@pytest.mark.parametrize(
    "changed",
    [
        {"answers": {"200": 900, "502": 1}},
        {"refused_without_retry_after": 1},
        {"answered_ms": {"p99": 3001.0}},
        {"refused_ms": {"p99": 3001.0}},
        {"shed_counted": 99},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_an_overload_fails_for_each_thing_that_must_not_be(failures: Any, changed: dict[str, Any]) -> None:
    assert len(failures({"steady": CALM, "overload": STORM | changed})) == 1


def test_an_overload_of_which_nothing_was_refused_is_no_failure(failures: Any) -> None:
    quiet = {"answers": {"200": 900}, "refused_ms": {}, "shed_counted": 0}

    assert failures({"steady": CALM, "overload": STORM | quiet}) == []
