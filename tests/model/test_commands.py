"""`doorward model`: drift, the shadow model's report, and a scale that is held."""

import json

import pytest

from doorward.core.odds import bin_of, moves_of

from ..line.conftest import NEW_YORK, OSLO, TOR, enrolled

DAY = 86_400
PERIOD = ("--from", "2026-07-01", "--to", "2026-08-01")
ROBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


def many(house, number=110, **changes):
    return [house.decide(f"u-{each}", ip=f"84.208.{each}.7", **changes) for each in range(number)]


def test_a_shadow_model_is_recorded_beside_the_live_one_and_decides_nothing(desk):
    decision = desk.house.decide()

    said = desk.house.get(f"/v1/decisions/{decision['id']}").get_json()["shadow_model"]

    assert decision["outcome"] == "allow"
    assert (said["model"].split("@")[0], said["level"]) == ("gloomy", "high")
    assert said["score"] > decision["risk"]["score"]
    assert "shadow_model" not in decision


def test_the_report_tells_where_both_models_agree(desk):
    many(desk.house, 4)

    shown = desk.json("model", "shadow-report", *PERIOD)

    assert (shown["compared"], shown["agreement"]) == (4, 0.0)
    assert shown["levels"] == [{"kind": "genuine", "live": "low", "shadow": "high", "decisions": 4}]


def test_a_report_without_any_shadow_says_so(desk):
    desk.house.decide()

    shown = desk.json("model", "shadow-report", *PERIOD, "--shadow", "another@0")

    assert (shown["compared"], shown["agreement"], shown["other_shadows"]) == (0, None, 1)


def test_without_training_data_only_the_scores_are_compared(desk, untrained):
    many(desk.house, 3)

    shown = json.loads(desk.run("model", "drift", *PERIOD, "--model", str(untrained), "--format", "json").stdout)

    assert [row["name"] for row in shown["indices"]] == ["score"]
    assert shown["genuine"] == 3
    assert shown["indices"][0]["index"] is None


def test_a_feature_that_has_moved_fails(desk, trained):
    many(desk.house, agent=ROBOT)

    result = desk.run("model", "drift", *PERIOD, "--model", str(trained), "--format", "json")

    moved = {row["name"]: row["index"] for row in json.loads(result.stdout)["indices"]}
    assert result.exit_code == 1
    assert moved["bot"] > 0.25
    assert "bot: its index is" in result.stderr


def test_a_feature_that_has_not_moved_does_not(desk, trained):
    many(desk.house)

    result = desk.run("model", "drift", *PERIOD, "--model", str(trained), "--format", "json")

    moved = {row["name"]: row["index"] for row in json.loads(result.stdout)["indices"]}
    assert moved["bot"] < 0.25


def test_more_challenges_than_the_target_fail(desk):
    many(desk.house, 5)
    desk.house.decide(enrolled(desk.house, "u-tor"), ip=TOR)

    assert desk.run("model", "drift", *PERIOD, "--bound", "99", "--target", "5%").exit_code == 1
    assert desk.run("model", "drift", *PERIOD, "--bound", "99", "--target", "50%").exit_code == 0


def test_exported_records_tell_the_same_as_the_store(desk, exported):
    many(desk.house, 5)
    file = exported()

    for command in ("drift", "shadow-report"):
        of_store = desk.run("model", command, *PERIOD, "--format", "json").stdout
        assert desk.run("model", command, "--records", str(file), "--format", "json").stdout == of_store


def test_a_file_that_is_not_there_is_refused(desk):
    assert desk.run("model", "drift", "--records", "missing.jsonl").exit_code == 2


def held(desk):
    """Let the tenant have grown, and then a day on which many sign-ins lie far above the others."""
    house, scales = desk.house, desk.house.wiring.scale_watch.scales
    for groups in (((3000, -5.0),), ((400, -5.0), (100, 3.0))):
        house.wait(DAY)
        for number, log_odds in groups:
            moves = moves_of(scales.model, [(bin_of(log_odds), number)], at=house.now[0])
            house.wiring.tallies.add("default", moves)
        house.wait(1)
        house.wiring.scale_watch.look(house.now[0])
    return scales


def test_a_scale_that_is_held_is_shown_and_let_go(desk):
    scales = held(desk)
    assert desk.json("model", "scale")[0]["held"] == "tail"

    result = desk.run("model", "thaw", "--yes")

    assert result.exit_code == 0
    assert next(scales.look(["default"], desk.house.now[0])).held == ()


def test_nobody_who_is_asked_and_says_no_lets_it_go(desk):
    scales = held(desk)

    assert desk.run("model", "thaw", input="n\n").exit_code == 1
    assert next(scales.look(["default"], desk.house.now[0])).held != ()


def test_a_scale_that_follows_cannot_be_let_go(desk):
    result = desk.run("model", "thaw", "--yes")

    assert result.exit_code == 1
    assert "nothing holds" in result.stderr


@pytest.mark.parametrize("command", ["drift", "scale", "shadow-report"])
def test_every_command_speaks_to_people_too(desk, command):
    desk.house.decide(ip=OSLO)
    desk.house.decide(ip=NEW_YORK)

    result = desk.run("model", command)

    assert result.exit_code == 0
    assert result.stdout
