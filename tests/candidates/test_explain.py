"""`doorward rules explain`: every rule with what it came to, for a decision that was made or a request in a file."""

import json

import pytest
from click.testing import CliRunner

from doorward.cli import main

from ..line.conftest import NEW_YORK, login
from .conftest import CANDIDATE, POLICY, put

ABROAD = {"network": {"country": "US", "kind": "residential"}}


@pytest.fixture
def alone(tmp_path):
    """Run the command where there is no store and no state folder at all."""
    put(tmp_path / "rules" / "default" / "policy.yaml", POLICY)
    put(tmp_path / "rules" / "default" / "candidate.yaml", CANDIDATE)
    environ = {"DOORWARD_RULES_DIR": str(tmp_path / "rules"), "DOORWARD_STATE_DIR": str(tmp_path / "state")}

    def run(question, *more):
        text = question if isinstance(question, str) else json.dumps(question)
        return CliRunner().invoke(main, ("rules", "explain", "-", "--no-store", *more), env=environ, input=text)

    return run


def explained(result):
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def states(rules):
    return [(each["rule"], each["state"]) for each in rules]


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("{", "not readable as JSON"),
        ({"request": {"kind": "login", "client": {}}}, "#/subject: required"),
        ({"request": login(), "facts": {"netwerk": {}}}, "#/facts/netwerk: unknown group of facts"),
        ({"request": login(), "fact": {}}, "unknown key 'fact'"),
        ({"request": login(), "facts": []}, "facts: expected an object"),
        ({"request": login(), "now": "2027-01-31"}, "now: expected an RFC 3339 time"),
    ],
)
def test_a_question_that_is_none_is_refused_with_its_place(alone, question, told):
    result = alone(question)

    assert result.exit_code == 2
    assert told in result.stderr


def test_now_may_end_in_a_small_z(alone):
    assert alone({"request": login(), "now": "2027-01-31t03:00:00z"}).exit_code == 0


def test_a_file_that_is_not_there_is_refused(desk):
    assert desk.run("rules", "explain", "nowhere.json").exit_code == 2


def test_a_decision_that_was_never_made_is_refused(desk):
    assert desk.run("rules", "explain", "dec_nothing").exit_code == 1


def test_a_policy_that_does_not_pass_is_refused_with_its_mistakes(alone, tmp_path):
    put(tmp_path / "mine.yaml", POLICY.replace("network.kind", "network.knd"))

    result = alone(login(), "--policy", str(tmp_path / "mine.yaml"))

    assert result.exit_code == 1
    assert "network.knd" in result.stderr


def test_without_a_store_history_is_unknown_and_no_file_is_made(alone, tmp_path):
    shown = explained(alone({"request": login(), "facts": ABROAD}, "--format", "json"))

    assert shown["signals"]["new.country"]["state"] == "unknown"
    assert shown["signals"]["velocity.ip_failures_1h"]["state"] == "unknown"
    assert shown["decision"]["degraded"] == []
    assert not (tmp_path / "state").exists()


def test_facts_take_the_place_of_what_is_found(alone):
    shown = explained(alone({"request": login(), "facts": ABROAD | {"velocity": {"counts": {"ip_failures_1h": 30}}},
                             "now": "2026-07-04T12:00:00Z"}, "--format", "json"))  # fmt: skip

    assert shown["signals"]["geo.country"] == {"state": "known", "value": "US"}
    assert shown["signals"]["velocity.ip_failures_1h"]["value"] == 30
    assert shown["signals"]["event.weekend"]["value"] is True
    assert states(shown["rules"]) == [("tor", "not_matched"), ("watch-abroad", "matched"), ("rest", "matched")]
    assert states(shown["candidate"]["rules"]) == [("america", "matched"), ("rest", "not_reached")]


def test_another_policy_can_be_asked(alone, tmp_path):
    put(tmp_path / "mine.yaml", POLICY.replace("then: allow", "then: deny"))

    shown = explained(alone(login(), "--policy", str(tmp_path / "mine.yaml"), "--format", "json"))

    assert shown["decision"]["outcome"] == "deny"


def test_a_person_reads_each_rule_its_parts_and_the_signals_they_name(alone):
    text = alone({"request": login(), "facts": ABROAD}).stdout

    for line in (
        "allow by rest: rest",
        "not matched    tor",
        '    false    network.kind == "tor"',
        '             network.kind = "residential"',
        "matched        watch-abroad → challenge (shadow: never applied)",
        "challenge by america",
    ):
        assert line in text.splitlines() or f"  {line}" in text.splitlines(), line
    assert "\x1b" not in text


def test_an_unknown_condition_says_which_signal_and_why(alone):
    lines = alone(login(ip=None)).stdout.splitlines()

    at = lines.index("unknown        tor (on_unknown: skip)")
    assert lines[at + 1] == '    unknown  network.kind == "tor"'
    assert lines[at + 2].startswith("             network.kind is unknown: ")


def test_the_candidates_rules_come_with_an_option(alone):
    assert "america →" in alone({"request": login(), "facts": ABROAD}, "--candidate").stdout
    assert "america →" not in alone({"request": login(), "facts": ABROAD}).stdout


def test_what_a_caller_sent_cannot_move_the_cursor_of_a_terminal(alone, tmp_path):
    put(tmp_path / "mine.yaml", POLICY.replace('network.kind == "tor"', 'subject.id == "x"'))

    assert "\x1b" not in alone(login("\u009b31m evil"), "--policy", str(tmp_path / "mine.yaml")).stdout


def test_a_decision_that_was_made_is_explained_from_its_record(desk):
    decision = desk.house.decide(ip=NEW_YORK)

    shown = desk.json("rules", "explain", decision["id"])
    text = desk.run("rules", "explain", decision["id"], "--candidate").stdout

    assert shown["decision"]["policy"] == decision["policy"]
    assert states(shown["candidate"]["rules"]) == [("america", "matched"), ("rest", "not_reached")]
    assert text.startswith(f"{decision['id']}, decided at ")
    assert 'geo.country = "US"' in text


def test_a_store_is_asked_for_the_history_and_nothing_is_counted(desk, tmp_path):
    for _ in range(2):
        desk.house.decide()
    question = tmp_path / "question.json"
    question.write_text(json.dumps({"request": login(), "now": "2026-07-01T10:01:00Z"}))

    first, again = (desk.json("rules", "explain", str(question)) for _ in range(2))

    assert first["signals"]["velocity.subject_attempts_1h"]["value"] == 2
    assert again["signals"] == first["signals"]
