"""`doorward model first-days`: what a score promises on the first days of a tenant, and what comes."""

import json

import pytest
from click.testing import CliRunner

from doorward import scale_state
from doorward.cli import main
from doorward.offline.worlds.world import Asked, World
from doorward.risk import own_scale

SHARES = ("1%", "2%", "5%", "10%")


def first_days(*arguments):
    return CliRunner().invoke(main, ["model", "first-days", *map(str, arguments), "--format", "json"])


@pytest.fixture(scope="module")
def events():
    return list(World(Asked(seed=7, users=80, days=14)).events())


@pytest.fixture(scope="module")
def log(events, tmp_path_factory):
    path = tmp_path_factory.mktemp("world") / "world.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in events))
    return path


@pytest.fixture(scope="module")
def rows(log):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scale_state, "FIRST", 20.0)
        patch.setattr(scale_state, "NEW_LEAST", 5.0)
        patch.setattr(own_scale, "FULL", 200)
        ended = first_days(log, "--days", 12)
    assert ended.exit_code == 0, ended.stderr
    return json.loads(ended.stdout)


def test_a_log_without_a_genuine_sign_in_says_so_by_its_status(events, tmp_path):
    path = tmp_path / "attacks.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in events if each["label"] == "fraud"))

    assert first_days(path).exit_code == 1


def test_each_of_the_first_days_counts_its_genuine_sign_ins_and_those_who_come_first(rows, events):
    genuine = [each for each in events if each["verified"] is True and each["at"] < "2026-01-13"]

    assert [row["day"] for row in rows] == list(range(1, 13))
    assert sum(row["sign_ins"] for row in rows) == len(genuine)
    assert rows[0]["first"] > rows[-1]["first"]


def test_the_own_scale_is_the_models_until_it_has_a_version_and_blends_in_after_that(rows):
    sources = [row["source"] for row in rows]
    before = [row for row in rows if row["source"] == "simulated"]
    weights = [row["weight"] for row in rows]

    assert set(sources) == {"simulated", "blended"}
    assert all(row[f"model {share}"] == row[f"own {share}"] for row in before for share in SHARES)
    assert weights == sorted(weights)
    assert any(row["model 10%"] != row["own 10%"] for row in rows[len(before) :])


def test_what_is_challenged_at_a_lower_price_is_challenged_at_a_higher_one(rows):
    assert all(
        [row[f"{scale} {share}"] for share in SHARES] == sorted(row[f"{scale} {share}"] for share in SHARES)
        for row in rows
        for scale in ("model", "own")
    )
