"""`doorward world`, as somebody uses it who trains a model."""

import gzip
import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from doorward.cli import main

from .made import made


@pytest.fixture
def run():
    return lambda *arguments: CliRunner().invoke(main, ["world", *map(str, arguments)])


@pytest.fixture
def generated(run, tmp_path):
    def generate(name, *more):
        done = run("generate", "--seed", 1, "--users", 40, "--days", 30, "--out", tmp_path / name, *more)
        assert done.exit_code == 0
        return tmp_path / name, done

    return generate


@pytest.mark.parametrize("more", [("--users", 0), ("--days", 6), ("--start", "1066-10-14"), ("--profile", "moon")])
def test_a_world_that_cannot_be_is_refused(run, tmp_path, more):
    done = run("generate", "--seed", 1, "--out", tmp_path / "world.jsonl", *more)

    assert done.exit_code == 2
    assert not (tmp_path / "world.jsonl").exists()


def test_a_world_without_a_seed_is_refused(run, tmp_path):
    assert run("generate", "--out", tmp_path / "world.jsonl").exit_code == 2


@pytest.mark.parametrize("command", ["check", "audit"])
def test_a_log_that_is_no_world_is_told_by_its_line(run, tmp_path, command):
    event = made("a", 0)
    log = tmp_path / "log.jsonl"
    log.write_text(json.dumps(event) + "\n" + json.dumps(event | {"facts": {}}) + "\n")

    done = run(command, log)

    assert done.exit_code == 2
    assert f"{log}:2: the network is not stated" in done.stderr


def test_a_summary_counts_events_and_families(generated):
    path, done = generated("world.jsonl")
    lines = path.read_text().splitlines()

    assert f"{len(lines)} events" in done.stderr
    assert "cookie_theft: " in done.stderr
    assert done.stdout == ""


def test_the_same_options_give_the_same_file_compressed_as_well(generated):
    first, again = generated("a.jsonl.gz")[0], generated("b.jsonl.gz")[0]

    assert first.read_bytes() == again.read_bytes()
    assert gzip.decompress(first.read_bytes()) == generated("c.jsonl")[0].read_bytes()


def test_a_world_without_attackers_has_people_alone(generated):
    path, _ = generated("people.jsonl", "--no-attackers")

    assert {json.loads(line)["label"] for line in path.read_text().splitlines()} == {"genuine"}


def test_a_check_tells_target_and_measure_and_fails_where_they_differ(run, generated):
    path, _ = generated("world.jsonl")

    done = run("check", path, "--users", 40, "--days", 30, "--format", "json")

    rows = {row["what"]: row for row in json.loads(done.stdout)}
    assert rows["success share"]["target"] == 0.833
    assert done.exit_code == (1 if any(row["is"] == "outside" for row in rows.values()) else 0)
    assert rows["sign-ins of a user, 90 %"]["is"] == "outside"


def test_a_world_with_too_few_attacks_cannot_be_audited(run, generated):
    done = run("audit", generated("world.jsonl")[0])

    assert done.exit_code == 1
    assert "fewer than 30 successes of naive" in done.stderr


@pytest.mark.parametrize(("command", "library"), [("generate --seed 1 --out -", "numpy"), ("audit {log}", "sklearn")])
def test_without_the_extra_it_says_what_to_install(tmp_path, command, library):
    (tmp_path / "log.jsonl").touch()
    arguments = ["world", *command.format(log=tmp_path / "log.jsonl").split()]
    program = f"import sys; sys.modules['{library}'] = None; from doorward.cli import main; main({arguments!r})"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"doorward: {library} is not installed: make tools, or pip install 'doorward[train]'\n"
