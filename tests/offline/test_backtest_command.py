"""`doorward rules backtest`, as a security team runs it."""

import json
import os
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner

from doorward.cli import main
from doorward.offline.report import ReportNeedsPlotly
from doorward.records_export import HEADER, POLICY

from .scenes import SCENES
from .test_replay import CHALLENGE_ALL, WITH_A_LIST, policy

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "rules" / "default" / "policy.yaml"


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("DOORWARD_STATE_DIR", str(tmp_path / "var"))

    def run(*arguments, **more):
        return CliRunner().invoke(main, ["rules", "backtest", *map(str, arguments)], **more)

    return run


@pytest.fixture
def log(served, tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_text("".join(json.dumps(event) + "\n" for event in served.events()))
    return path


@pytest.fixture
def records(served, tmp_path):
    path = tmp_path / "records.jsonl"
    lines = [{HEADER: 1}, {POLICY: policy().digest, "text": policy().text}]
    lines += [record.to_json() for record in reversed(served.records)]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


@pytest.fixture
def strict(tmp_path):
    path = tmp_path / "strict.yaml"
    path.write_text(CHALLENGE_ALL)
    return path


def test_a_policy_that_does_not_pass_is_told_with_its_places(run, log, tmp_path):
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text('version: 1\nid: wrong\nrules: [{id: a, when: geo.contry == "NO", then: deny}]\n')
    ended = run(log, "--policy", wrong)
    assert ended.exit_code == 1
    assert f"{wrong}:3:" in ended.stderr
    assert "geo.country" in ended.stderr


@pytest.mark.parametrize("share", ["300%", "-1%", "many"])
def test_a_budget_that_is_no_share_is_refused(run, log, strict, share):
    ended = run(log, "--policy", strict, "--max-challenge-rate", share)
    assert ended.exit_code == 2
    assert "--max-challenge-rate" in ended.stderr


@pytest.mark.parametrize("time", ["²d", "٣d", "d", "-1d", "30", "9" * 5000 + "d"])
def test_a_warm_up_that_is_no_time_is_refused(run, log, strict, time):
    ended = run(log, "--policy", strict, "--warm-up", time)
    assert ended.exit_code == 2
    assert "--warm-up" in ended.stderr


def test_a_log_that_holds_no_event_is_refused_with_the_reason(run, strict, tmp_path):
    empty = tmp_path / "empty.jsonl"
    empty.write_text('{"a": 1}\n')
    ended = run(empty, "--policy", strict)
    assert ended.exit_code == 2
    assert "there is no event in" in ended.stderr


def test_a_log_cannot_be_replayed_as_recorded(run, log, strict):
    ended = run(log, "--policy", strict, "--mode", "recorded")
    assert ended.exit_code == 2
    assert "doorward records export" in ended.stderr


def test_a_policy_over_its_budget_fails(run, log, strict):
    ended = run(log, "--policy", strict, "--max-challenge-rate", "3%")
    assert ended.exit_code == 1
    assert "100.00% of genuine sign-ins are challenged, more than 3.00%" in ended.stderr


def test_a_policy_within_its_budget_passes(run, log):
    assert run(log, "--policy", SHIPPED, "--max-challenge-rate", "80 %", "--max-deny-rate", "0.5").exit_code == 0


@pytest.mark.parametrize("budget", ["--max-challenge-rate", "--max-deny-rate"])
def test_a_budget_that_nothing_was_held_against_is_not_kept(run, log, budget):
    ended = run(log, "--policy", SHIPPED, "--warm-up", "400d", budget, "3%")

    assert ended.exit_code == 2
    assert "0 events judged" in ended.stdout
    assert "no genuine sign-in was judged" in ended.stderr


def test_two_policies_are_shown_side_by_side(run, log, strict):
    ended = run(log, "--policy", strict, "--against", SHIPPED)
    assert ended.exit_code == 0
    assert f"{len(SCENES)} events judged" in ended.stdout
    assert "everything-else → everybody" in ended.stdout
    assert "decided nothing: " in ended.stdout


def test_the_figures_are_one_json_document_for_programs(run, log, strict):
    told = json.loads(run(log, "--policy", strict, "--against", SHIPPED, "--format", "json").stdout)
    assert (told["mode"], told["results"]["events"]) == ("rebuilt", len(SCENES))
    assert [side["policy"] for side in told["results"]["sides"]] == ["default", "challenge-all"]


def test_standard_input_is_a_log_too(run, log, strict):
    ended = run("-", "--policy", strict, input=log.read_text())
    assert f"{len(SCENES)} events judged" in ended.stdout


@pytest.fixture
def piped(tmp_path):
    """Return a maker of a pipe that a file comes through, once."""
    writers = []

    def piped(path):
        pipe = tmp_path / f"{path.name}.pipe"
        os.mkfifo(pipe)
        writers.append(threading.Thread(target=pipe.write_bytes, args=(path.read_bytes(),), daemon=True))
        writers[-1].start()
        return pipe

    yield piped
    for each in writers:
        each.join(timeout=10)


def test_a_pipe_is_read_once_and_whole(run, log, strict, piped):
    ended = run(piped(log), "--policy", strict)
    assert f"{len(SCENES)} events judged" in ended.stdout


def test_our_own_records_come_through_a_pipe_where_the_mode_says_so(run, records, piped):
    told = json.loads(run(piped(records), "--policy", SHIPPED, "--mode", "recorded", "--format", "json").stdout)
    assert (told["mode"], told["results"]["events"]) == ("recorded", len(SCENES))


def test_our_own_records_are_judged_as_recorded(run, records):
    told = json.loads(run(records, "--policy", SHIPPED, "--format", "json").stdout)
    assert told["mode"] == "recorded"
    assert told["results"]["changes"]["rows"] == []
    assert told["replayability"]["policies_without_text"] == []


def test_our_own_records_may_be_rebuilt_and_what_differs_is_explained(run, records):
    ended = run(records, "--policy", SHIPPED, "--mode", "rebuilt")
    assert f"0 of {len(SCENES)} records come out otherwise when rebuilt" in ended.stdout


@pytest.mark.parametrize("mode", ["recorded", "rebuilt"])
def test_a_decision_of_two_exports_counts_once_as_the_one_that_knows_more(run, records, tmp_path, mode):
    lines = [json.loads(line) for line in records.read_text().splitlines()]
    fraud = {"label": "fraud", "source": "analyst", "note": "", "at": 1_900_000_000.0}
    later = [{**line, "feedback": [fraud]} if "answer" in line else line for line in lines]
    second = tmp_path / "second.jsonl"
    second.write_text("".join(json.dumps(line) + "\n" for line in later))

    asked = ("--policy", SHIPPED, "--mode", mode, "--format", "json")
    told = json.loads(run(records, second, records, *asked).stdout)
    alone = json.loads(run(second, *asked).stdout)

    assert told["results"] == alone["results"]
    assert told["unread"]["skipped"] == [
        {"reason": "a decision that stands in the logs more than once", "events": 2 * len(SCENES)}
    ]


def test_a_warm_up_of_our_own_records_stays_out_of_the_rates(run, records):
    asked = ("--policy", SHIPPED, "--mode", "rebuilt", "--warm-up", "5d", "--format", "json")

    told = json.loads(run(records, *asked).stdout)

    assert 0 < told["results"]["warm_up"] < told["results"]["events"]
    assert told["assumptions"] == ["The first 5 days are learned from and left out of the rates"]


def test_our_own_successes_are_learned_from_where_that_is_asked_for(run, records):
    lines = [json.loads(line) for line in records.read_text().splitlines()]
    silent = [{**line, "learned": False} if "learned" in line else line for line in lines]
    records.write_text("".join(json.dumps(line) + "\n" for line in silent))
    asked = (records, "--policy", SHIPPED, "--mode", "rebuilt", "--format", "json")

    unlearned, learned = (json.loads(run(*asked, *more).stdout) for more in ((), ("--assume-success-verified",)))

    assert unlearned["results"]["sides"][1]["scores"] != learned["results"]["sides"][1]["scores"]


@pytest.mark.parametrize("option", [("--warm-up", "5d"), ("--assume-success-verified",)])
def test_what_is_for_a_rebuilt_past_is_refused_of_a_recorded_one(run, records, option):
    ended = run(records, "--policy", SHIPPED, *option)

    assert ended.exit_code == 2
    assert "'recorded' rebuilds none" in ended.stderr


def test_a_rule_that_needs_what_was_not_recorded_is_told(run, records, tmp_path):
    listing = tmp_path / "listing.yaml"
    listing.write_text(WITH_A_LIST)
    ended = run(records, "--policy", listing)
    assert "not replayable: rule 'suspects'" in ended.stdout


def test_lines_that_cannot_be_read_are_counted_and_stop_nothing(run, log, strict):
    log.write_text(log.read_text() + "{broken\n" + '{"at": "soon"}\n')
    ended = run(log, "--policy", strict)
    assert ended.exit_code == 0
    assert "could not be read" in ended.stdout


def test_a_report_is_written_that_needs_nothing_else(run, log, strict, tmp_path):
    page = tmp_path / "report.html"
    ended = run(log, "--policy", strict, "--against", SHIPPED, "--html", page)
    assert ended.exit_code == 0
    assert "challenge-all against default" in page.read_text()


def test_a_report_is_readable_for_its_owner_alone_and_leaves_nothing_else(run, log, strict, tmp_path):
    page = tmp_path / "out" / "report.html"
    page.parent.mkdir()
    page.write_text("old")
    page.chmod(0o644)

    assert run(log, "--policy", strict, "--html", page).exit_code == 0

    assert page.stat().st_mode & 0o777 == 0o600
    assert list(page.parent.iterdir()) == [page]


def test_a_report_that_cannot_be_written_is_told_before_anything_is_read(run, log, strict, tmp_path):
    ended = run(log, "--policy", strict, "--html", tmp_path / "nowhere" / "report.html")

    assert ended.exit_code == 2
    assert ended.stdout == ""
    assert "cannot write" in ended.stderr


def test_a_report_does_not_take_the_place_of_its_log(run, log, strict):
    before = log.read_text()

    assert run(log, "--policy", strict, "--html", log).exit_code == 2
    assert log.read_text() == before


def test_the_figures_are_told_even_where_the_report_fails_in_the_end(run, log, strict, tmp_path, monkeypatch):
    def full(document):
        raise ReportNeedsPlotly

    monkeypatch.setattr("doorward.offline.report.html", full)
    ended = run(log, "--policy", strict, "--html", tmp_path / "report.html")

    assert ended.exit_code == 1
    assert f"{len(SCENES)} events judged" in ended.stdout
