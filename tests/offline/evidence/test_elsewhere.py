"""`doorward model elsewhere`: a model's figures in worlds that differ."""

import json

from click.testing import CliRunner

from doorward.cli import main
from doorward.offline.evidence import elsewhere
from doorward.offline.evidence.elsewhere import CASES, table
from doorward.offline.worlds.unlike import UNLIKE

FOUND = {
    "name": "mobile",
    "caught": {"naive": 0.98, "vpn": 0.9},
    "came": {"99": 0.0123, "98": 0.02, "95": 0.05, "90": 0.1},
    "second": 0.3,
    "frogs": 0.75,
    "below": ["vpn"],
}


def run(*arguments):
    return CliRunner().invoke(main, ["model", "elsewhere", *map(str, arguments)])


def test_a_world_that_nobody_knows_is_refused_with_those_that_there_are():
    done = run("moon")

    assert done.exit_code == 2
    assert "'moon' is none of like, scattered-addresses" in done.stderr


def test_every_way_to_differ_is_a_world_of_its_own_beside_the_usual_one():
    assert [case.name for case in CASES if case.unlike] == list(UNLIKE)
    assert CASES[0].unlike == ()


def test_what_misses_its_floor_or_costs_too_much_stands_between_stars():
    *_, row = table([FOUND, FOUND | {"caught": {"naive": 1.0}, "second": None, "frogs": None, "below": []}])
    head, _, first, _ = table([FOUND, FOUND | {"caught": {"naive": 1.0}, "second": None, "frogs": None, "below": []}])

    assert head == "| world | naive | vpn | 99, 98, 95, 90 came to | second at 5% | frogs |"
    assert first == "| mobile | 98 | **90** | 1.2, 2.0, 5.0, 10.0 | **30** | **75** |"
    assert row == "| mobile | 100 | – | 1.2, 2.0, 5.0, 10.0 | – | – |"


def test_a_world_is_made_replayed_and_told_of(monkeypatch):
    done = run("no-tokens", "--users", 200, "--format", "json")

    (found,) = json.loads(done.stdout)
    assert done.exit_code == 0
    assert (found["name"], found["users"], found["days"]) == ("no-tokens", 200, elsewhere.DAYS)
    assert set(found["came"]) == {"99", "98", "95", "90"}
    assert found["caught"]["very_targeted"] < 0.65
    assert "very_targeted" in found["below"]
