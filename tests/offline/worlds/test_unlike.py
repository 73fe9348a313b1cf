"""Worlds that differ in a named way, and the logs that tell less of the same sign-ins."""

import json

import pytest
from click.testing import CliRunner

from doorward.cli import main
from doorward.offline.event import read_event
from doorward.offline.worlds.unlike import UNLIKE
from doorward.offline.worlds.world import Asked, World

from .made import genuine, network_of, passed, token_of, user_of, when

SMALL = {"seed": 5, "users": 50, "days": 80}
TOLD = [name for name, each in UNLIKE.items() if each.told is not None]
OTHERWISE = [name for name in UNLIKE if name not in TOLD]


def world(*names, **more):
    return list(World(Asked(**SMALL | more, unlike=names)).events())


@pytest.fixture(scope="module")
def usual():
    return world()


def address_of(event):
    return event["request"]["client"]["ip"]


@pytest.mark.parametrize("name", OTHERWISE)
def test_a_world_that_differs_is_another_one_and_can_be_read(usual, name):
    events = world(name)

    assert events != usual
    assert all(read_event(event) for event in events)


@pytest.mark.parametrize("name", TOLD)
def test_a_log_that_tells_less_tells_of_the_same_sign_ins(usual, name):
    events = world(name)

    assert events != usual
    assert all(read_event(event) for event in events)
    assert [(each["at"], user_of(each), each["family"]) for each in events] == [
        (each["at"], user_of(each), each["family"]) for each in usual
    ]


def test_several_differences_add_up():
    events = world("ipv4", "no-tokens", "no-places")

    assert not any(":" in address_of(event) for event in events)
    assert not any("device_token" in event["request"]["client"] for event in events)
    assert not any({"city", "lat", "lon"} & network_of(event).keys() for event in events)


def test_a_person_without_tokens_has_none_at_any_sign_in_and_others_have_theirs():
    collected = {}
    for event in world("some-tokens"):
        collected.setdefault(user_of(event), set()).add("device_token" in event["request"]["client"])

    assert all(len(found) == 1 for found in collected.values())
    assert set.union(*collected.values()) == {True, False}


def test_a_silent_log_leaves_out_the_token_that_there_is_not(usual):
    events = world("silent-tokens")

    assert [event["request"]["client"].get("device_token") for event in events] == [token_of(event) for event in usual]
    assert not any(event["request"]["client"].get("device_token", "") is None for event in events)


def test_who_does_not_notice_calls_every_success_verified():
    events = world("unnoticed")

    assert all(event["verified"] == passed(event) for event in events)
    assert not any(event["label"] for event in events)


def test_late_attackers_come_late():
    events = world("late-attackers", days=200)
    first = when(events[0])

    assert min(when(event) for event in events if event["family"]) >= first + 99 * 86_400


def test_shared_homes_change_their_address_more_often_than_leases(usual):
    def addresses(events):
        homes = [event for event in genuine(events) if network_of(event)["kind"] == "residential"]
        return len({address_of(event) for event in homes}) / len(homes)

    assert addresses(world("shared-homes")) > 1.5 * addresses(usual)


@pytest.mark.parametrize("names", ["moon", "mobile,moon"])
def test_a_way_to_differ_that_nobody_knows_is_refused(tmp_path, names):
    out = tmp_path / "world.jsonl"
    done = CliRunner().invoke(main, ["world", "generate", "--seed", "1", "--unlike", names, "--out", str(out)])

    assert done.exit_code == 2
    assert "'moon' is no way to differ" in done.stderr
    assert not out.exists()


def test_the_commands_list_the_differences_and_make_them(tmp_path):
    listed = CliRunner().invoke(main, ["world", "unlike", "--format", "json"])
    arguments = ["--seed", "5", "--users", "50", "--days", "80", "--unlike", "ipv4, no-kinds"]
    made = CliRunner().invoke(main, ["world", "generate", *arguments, "--out", str(tmp_path / "world.jsonl")])

    assert [row["name"] for row in json.loads(listed.stdout)] == list(UNLIKE)
    assert made.exit_code == 0
    assert [json.loads(line) for line in (tmp_path / "world.jsonl").read_text().splitlines()] == world(
        "ipv4", "no-kinds"
    )
