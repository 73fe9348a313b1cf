"""`doorward model score`, as somebody runs it who judges a model."""

import csv
import io
import json

import pytest
from click.testing import CliRunner

from doorward.cli import main

HEADER = ["index", "at", "subject", "score", "level", "confidence", "reasons"]


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("DOORWARD_STATE_DIR", str(tmp_path / "var"))
    return lambda *arguments: CliRunner().invoke(main, ["model", "score", *map(str, arguments)])


@pytest.fixture
def log(tmp_path):
    """Write *lines*, each an event or a text, and return the file."""

    def write(*lines):
        path = tmp_path / "log.jsonl"
        path.write_text("".join((each if isinstance(each, str) else json.dumps(each)) + "\n" for each in lines))
        return path

    return write


def event(day, *, result="passed", verified=True, ip="192.0.2.7"):
    return {
        "at": f"2026-03-{day:02}T10:00:00.250Z",
        "request": {
            "subject": {"id": "ada"},
            "client": {"ip": ip, "user_agent": "curl/8.0", "device_token": None},
            "credential": {"result": result},
        },
        "verified": verified and result == "passed",
    }


def table(text):
    header, *rows = csv.reader(io.StringIO(text))
    assert header == HEADER
    return [dict(zip(HEADER, row, strict=True)) for row in rows]


def test_a_log_without_any_sign_in_ends_with_one_and_still_has_its_rows(run, log):
    ended = run(log("{}", "no event"), "--out", "-")

    assert ended.exit_code == 1
    assert [row["index"] for row in table(ended.stdout)] == ["0", "1"]


def test_a_log_is_never_written_over(run, log):
    path = log(event(1))

    assert run(path, "--out", path).exit_code == 2
    assert json.loads(path.read_text()) == event(1)


def test_what_cannot_be_read_has_its_index_and_nothing_else(run, log):
    odd = event(2) | {"request": {"subject": {"id": "ada"}, "odd": 1}}
    rows = table(run(log(event(1), "no event", odd, event(3), '{"at": 1}'), "--out", "-").stdout)

    assert [row["index"] for row in rows] == ["0", "1", "2", "3", "4"]
    assert [row["score"] != "" for row in rows] == [True, False, False, True, False]
    assert rows[1] == {"index": "1"} | dict.fromkeys(HEADER[1:], "")


def test_fields_that_nobody_knows_cost_no_row_and_are_told(run, log):
    own = event(2) | {"campaign": "c-1", "at": "2026-03-02t10:00:00z", "facts": {"network": {"kind": "hotel"}}}
    ended = run(log(event(1), own), "--out", "-")

    assert [row["confidence"] for row in table(ended.stdout)] == ["none", "learning"]
    assert "passed over 1: the event: campaign" in ended.stderr
    assert "passed over 1: facts.network: kind" in ended.stderr


def test_a_log_that_does_not_tell_who_was_verified_is_said_to_teach_nothing(run, log):
    untold = log(*(event(day) | {"verified": None} for day in (1, 2)))

    ended = run(untold, "--out", "-")
    assert [row["confidence"] for row in table(ended.stdout)] == ["none", "none"]
    assert "not learned from 2:" in ended.stderr
    assumed = run(untold, "--out", "-", "--assume-success-verified")
    assert [row["confidence"] for row in table(assumed.stdout)] == ["none", "learning"]
    assert "not learned from" not in assumed.stderr


def test_a_failed_sign_in_is_scored_and_not_learned_from(run, log):
    rows = table(run(log(event(1, result="failed"), event(2)), "--out", "-").stdout)

    assert rows[0]["score"] != ""
    assert [row["confidence"] for row in rows] == ["none", "none"]


def test_rows_stand_in_the_order_of_the_log_and_know_what_came_earlier(run, log):
    rows = table(run(log(event(9), event(1)), "--out", "-").stdout)

    assert [row["at"] for row in rows] == ["2026-03-09T10:00:00.250Z", "2026-03-01T10:00:00.250Z"]
    assert [row["confidence"] for row in rows] == ["learning", "none"]


def test_reasons_are_codes_joined_by_bars(run, log):
    rows = table(run(log(*(event(day) for day in range(1, 9)), event(9, ip="198.51.100.9")), "--out", "-").stdout)

    assert "new_ip" in rows[-1]["reasons"].split("|")


def test_fraud_is_not_learned_from(run, log):
    taken = event(1) | {"label": "fraud", "family": "naive"}

    assert table(run(log(taken, event(2)), "--out", "-").stdout)[1]["confidence"] == "none"


def test_a_table_may_be_written_to_a_file(run, log, tmp_path):
    ended = run(log(event(1)), "--out", tmp_path / "scores.csv")

    assert ended.exit_code == 0
    assert len(table((tmp_path / "scores.csv").read_text())) == 1
    assert "1 scored" in ended.stderr
