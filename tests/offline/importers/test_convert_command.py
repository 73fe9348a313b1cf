"""`doorward logs convert`: a log in, canonical events out, and a summary of what was not read."""

import gzip
import json
import stat

import pytest
from click.testing import CliRunner

from doorward.cli import main


def line(number, at="2026-03-01T08:15:00Z"):
    request = {"kind": "login", "subject": {"id": f"u-{number}"}, "client": {}}
    whole = {"at": at, "request": request, "verified": True, "facts": {}, "label": None, "family": None}
    return json.dumps(whole) + "\n"


@pytest.fixture
def run():
    return lambda *arguments, **more: CliRunner().invoke(main, ["logs", *map(str, arguments)], **more)


def subjects(text):
    return [json.loads(each)["request"]["subject"]["id"] for each in text.splitlines()]


def test_a_log_that_is_not_there_is_refused(run, tmp_path):
    done = run("convert", tmp_path / "nowhere", "--to", tmp_path / "out.jsonl")

    assert done.exit_code == 2
    assert "there is no file or folder" in done.stderr


def test_a_log_is_not_written_over_itself(run, tmp_path):
    log = tmp_path / "log.jsonl"
    log.write_text(line(1))

    done = run("convert", tmp_path, "--to", log)

    assert done.exit_code == 2
    assert log.read_text() == line(1)


def test_where_there_is_no_sign_in_nothing_is_written(run, tmp_path):
    log, out = tmp_path / "log.jsonl", tmp_path / "out.jsonl"
    log.write_text('{"a": 1}\n')

    done = run("convert", log, "--to", out)

    assert done.exit_code == 1
    assert "no known format" in done.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["log.jsonl"]


def test_a_place_that_cannot_be_written_is_told(run, tmp_path):
    log = tmp_path / "log.jsonl"
    log.write_text(line(1))

    done = run("convert", log, "--to", tmp_path / "nowhere" / "out.jsonl")

    assert done.exit_code == 2
    assert "cannot write" in done.stderr


def test_events_are_written_for_their_owner_alone_and_the_rest_is_summed_up(run, tmp_path):
    log, out = tmp_path / "log.jsonl", tmp_path / "out.jsonl"
    log.write_text(line(1) + "oops\n" + line(2))

    done = run("convert", log, "--to", out)

    assert done.exit_code == 0
    assert subjects(out.read_text()) == ["u-1", "u-2"]
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert done.stderr.splitlines() == ["2 events (files: canonical 1)", "unreadable 1:", f"  {log}:2: no JSON"]


def test_gz_packs_what_is_written(run, tmp_path):
    log, out = tmp_path / "log.jsonl", tmp_path / "out.jsonl.gz"
    log.write_text(line(1))

    run("convert", log, "--to", out)

    assert subjects(gzip.decompress(out.read_bytes()).decode()) == ["u-1"]


def test_a_log_against_the_order_of_time_is_told_and_can_be_sorted(run, tmp_path):
    log = tmp_path / "log.jsonl"
    log.write_text(line(1, "2026-03-01T08:15:00Z") + line(2, "2026-03-01T08:14:59.5Z"))

    as_it_is = run("convert", log, "--to", "-")
    in_order = run("convert", log, "--to", "-", "--sort")

    assert subjects(as_it_is.stdout) == ["u-1", "u-2"]
    assert "1 events are earlier than the one before" in as_it_is.stderr
    assert subjects(in_order.stdout) == ["u-2", "u-1"]
    assert "earlier" not in in_order.stderr


def test_a_log_comes_from_the_standard_input(run):
    done = run("convert", "-", "--to", "-", input=gzip.compress(line(1).encode()))

    assert subjects(done.stdout) == ["u-1"]


def test_formats_are_listed(run):
    done = run("formats", "--format", "json")

    assert [each["name"] for each in json.loads(done.stdout)][:3] == ["canonical", "records", "rba"]
