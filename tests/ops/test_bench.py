"""The bench measures what it says, in one very short round; how fast that is, no test says."""

import importlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

BENCH = Path(__file__).parents[2] / "bench"
SIDES = ["baseline", "least", "redis", "sqlite"]
STAGES = {"facts", "store_begin", "history", "signals", "score", "policy", "record", "store_commit", "total"}


def run(script: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, str(BENCH / script), *arguments], capture_output=True, text=True, timeout=300, check=False
    )


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Any]]:
    """What a quick run printed, and what it wrote."""
    file = tmp_path_factory.mktemp("bench") / "result.json"
    done = run("decisions.py", "--quick", "--json", str(file))
    assert done.returncode == 0, done.stderr
    return done.stdout, json.loads(file.read_text(encoding="utf-8"))


def test_each_side_answers_every_request_of_a_round(quick: tuple[str, dict[str, Any]]) -> None:
    _, result = quick

    assert [list(each) for each in result["rounds"]] == [SIDES]
    assert {turn["refused"] for turn in result["rounds"][0].values()} == {0}
    assert all(turn["requests"] > 0 for turn in result["rounds"][0].values())


def test_a_decision_is_compared_with_the_empty_view(quick: tuple[str, dict[str, Any]]) -> None:
    printed, result = quick

    ratio = result["summary"]["ratio_of_rates"]["redis"]

    assert ratio["lowest"] <= ratio["median"] <= ratio["highest"]
    assert "redis to baseline" in printed


def test_the_stages_of_a_decision_are_told_for_both_stores(quick: tuple[str, dict[str, Any]]) -> None:
    _, result = quick

    stages = {side: set(each["stages_us"]) for side, each in result["alone"].items()}

    assert stages == {"baseline": set(), "least": set(), "redis": STAGES, "sqlite": STAGES}


def test_the_traffic_is_answered_in_more_ways_than_one(quick: tuple[str, dict[str, Any]]) -> None:
    _, result = quick

    # A round this short has few answers on a busy machine: both stores together must have seen more than one kind.
    seen = {kind for shares in result["outcomes"].values() for kind, share in shares.items() if share > 0}

    assert len(seen) > 1


def test_the_memory_of_a_person_is_told_with_records_and_without(tmp_path: Path) -> None:
    file = tmp_path / "memory.json"

    done = run("memory.py", "--people", "2", "--json", str(file))
    result = json.loads(file.read_text(encoding="utf-8"))

    assert done.returncode == 0, done.stderr
    assert 0 < result["middle"]["without_records"]["in_all"] < result["middle"]["with_records"]["in_all"]
    assert result["middle"]["without_records"]["in_all"] < result["bounds"]["without_records"]["in_all"]


def test_a_verify_is_told_in_decisions_for_both_stores(tmp_path: Path) -> None:
    file = tmp_path / "verifies.json"

    done = run("verifies.py", "--quick", "--json", str(file))

    assert done.returncode == 0, done.stderr + done.stdout
    told = json.loads(file.read_text(encoding="utf-8"))
    assert [each[store]["verifies"]["requests"] for each in told["rounds"] for store in SIDES[2:]] == [40, 40]
    assert told["refused"] == 0
    assert "decisions by CPU" in done.stdout


def test_a_candidate_is_measured_beside_no_candidate(tmp_path: Path) -> None:
    file = tmp_path / "result.json"

    done = run("shadow.py", "--quick", "--json", str(file))

    assert done.returncode == 0, done.stderr
    for told in json.loads(file.read_text(encoding="utf-8")).values():
        assert min(told[side]["lowest"] for side in ("without", "with")) > 0
        assert told["ratio"]["lowest"] <= told["ratio"]["median"] <= told["ratio"]["highest"]


def test_what_scores_mean_is_told_with_and_without_an_own_scale() -> None:
    done = run("scale.py", "--quick")

    assert done.returncode == 0, done.stderr
    assert "own: 95 or more" in done.stdout


def test_both_trips_to_both_stores_are_told_beside_one_get() -> None:
    done = run("trips.py", "--quick")

    assert done.returncode == 0, done.stderr
    for side in ("GET by redis-py", "redis begin", "redis commit", "sqlite begin", "sqlite commit"):
        assert f"\n{side} " in done.stdout


def test_every_number_of_threads_is_told_beside_the_last_one() -> None:
    short = ("--rounds", "1", "--seconds", "0.2", "--connections", "4", "--people", "8")

    done = run("threads.py", "--threads", "1,2p,2", "--network-ms", "1", *short)

    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["threads", "1", "2p", "2"]


def test_a_soak_tells_of_a_steady_load_and_of_an_overload(tmp_path: Path) -> None:
    file = tmp_path / "soak.json"
    short = ("--seconds", "6", "--connections", "20", "--a-second", "40", "--overload", "200")

    done = run("soak.py", *short, "--overload-seconds", "1", "--json", str(file))
    result = json.loads(file.read_text(encoding="utf-8"))

    assert done.returncode == 0, done.stderr
    assert result["steady"]["wrong"] == 0
    assert set(result["overload"]["answers"]) <= {"200", "503"}
    assert "| a steady load |" in done.stdout


def test_the_sums_of_the_sizing_page_are_those_of_its_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCH))
    sizing = importlib.import_module("sizing")

    page = sizing.PAGE.read_text(encoding="utf-8")

    assert sizing.written(page) == page


def test_a_sizing_page_without_a_number_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCH))
    sizing = importlib.import_module("sizing")

    with pytest.raises(SystemExit, match="no row for `W`"):
        sizing.inputs("| `R` | what | 139 | a command |")


def test_the_bytes_of_a_decision_are_told_for_each_wire() -> None:
    done = run("network.py", "--requests", "5")

    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == ["caller", "Doorward", "Redis"]


def test_what_a_decision_costs_is_told_by_subjects_and_by_rules() -> None:
    done = run("growth.py", "--subjects", "5,20", "--rounds", "1")

    assert done.returncode == 0, done.stderr
    assert [line.split(" | ")[0] for line in done.stdout.splitlines() if line.startswith("| ")] == [
        *("| subjects in the store", "| 5", "| 20"),
        *("| rules", "| 10", "| 50", "| 100", "| 200", "| 400"),
    ]
