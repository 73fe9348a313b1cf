"""`doorward model train`, as somebody runs it on a log of their own."""

import json

import pytest
from click.testing import CliRunner

from doorward.cli import main
from doorward.offline.training import material, run
from doorward.offline.training.measuring import Figures
from doorward.offline.worlds.world import Asked, World
from doorward.risk.model_file import load_scorecard


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    path = tmp_path_factory.mktemp("log") / "world.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in World(Asked(users=100, days=120)).events()))
    return path


def train(*arguments):
    return CliRunner().invoke(main, ["model", "train", *map(str, arguments)])


@pytest.fixture(scope="module")
def few_are_enough():
    """A world that is made and replayed in a second has few attackers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "LEAST_TO_FIT", (500, 5))
        patch.setattr(run, "LEAST_TO_SCALE", (100, 2))
        yield


@pytest.fixture(scope="module")
def model(few_are_enough, log, tmp_path_factory):
    target = tmp_path_factory.mktemp("model") / "model.json"
    ended = train(log, "--out", target, "--version", "a")
    assert ended.exit_code == 0, ended.stderr
    return target


def test_a_model_that_is_worse_than_the_one_in_its_place_is_not_written(model, log, tmp_path, monkeypatch):
    target = tmp_path / "model.json"
    before = model.read_bytes()
    target.write_bytes(before)
    monkeypatch.setattr(Figures, "is_worse_than", lambda self, other: True)

    ended = train(log, "--out", target, "--version", "b")

    assert ended.exit_code == 1
    assert "worse than the one in its place" in ended.stderr
    assert target.read_bytes() == before


def test_the_same_log_gives_the_same_bytes_and_a_card_that_says_what_was_left_out(model, log, tmp_path):
    again = tmp_path / "model.json"
    assert train(log, "--out", again, "--version", "a").exit_code == 0

    card = again.with_suffix(".md").read_text()

    assert model.read_bytes() == again.read_bytes()
    assert load_scorecard(again).calibration.source == "logs"
    assert "| families that nothing was fitted to | very_targeted, cookie_theft, boiling_frog, spray, slowlow |" in card


def test_a_log_with_too_little_to_learn_from_is_refused(tmp_path):
    few = tmp_path / "few.jsonl"
    few.write_text("".join(json.dumps(each) + "\n" for each in World(Asked(users=5, days=40)).events()))

    ended = train(few, "--out", tmp_path / "model.json")

    assert ended.exit_code == 2
    assert "too few" in ended.stderr
    assert not (tmp_path / "model.json").exists()


@pytest.mark.parametrize("arguments", [(), ("--world-seeds", "1,x"), ("--world-seeds", "1,3")])
def test_what_cannot_be_trained_on_is_refused(tmp_path, arguments):
    assert train(*arguments, "--out", tmp_path / "model.json").exit_code == 2


def test_worlds_are_replayed_in_processes_of_their_own_and_several_give_the_scale(
    few_are_enough, tmp_path, monkeypatch
):
    small = ("realistic", 80, 100)
    monkeypatch.setattr(material, "SIZES", (small,))
    monkeypatch.setattr(material, "WHOLE", small)
    target = tmp_path / "model.json"

    ended = train("--world-seeds", 1, "--scale-seeds", "2,3", "--judge-seed", 4, "--workers", 1, "--out", target)

    assert ended.exit_code == 0, ended.stderr
    card = target.with_suffix(".md").read_text()
    assert "--world-seeds 1 --scale-seeds 2,3 --judge-seed 4 --seed 1" in card
    assert card.count("| scaled and judged by | world ") == 3
