"""A candidate beside the policy in force: evaluated on every decision, kept with it, counted, and without effect."""

import pytest
from prometheus_client import generate_latest

from doorward.metrics import Metrics

from .conftest import NEW_YORK, ROOT, TOR, house_in

STRICTER = """
version: 1
id: stricter
levels: {medium: 0.0, high: 100.0}
requirements: {mfa: {any_of: [totp, passkey]}}
rules:
  - {id: abroad, when: 'geo.country != "NO" && !event.weekend', on_unknown: skip, then: deny}
  - {id: any-risk, when: 'risk.level == "medium"', then: {challenge: mfa}}
  - {id: rest, when: "true", then: allow}
"""


@pytest.fixture
def metrics():
    return Metrics()


@pytest.fixture
def shadowed(tmp_path, metrics):
    folder = tmp_path / "rules" / "default"
    folder.mkdir(parents=True)
    (folder / "candidate.yaml").write_text(STRICTER)
    made = house_in(tmp_path, meter=metrics)
    yield made
    made.wiring.stop()


def shown(house, decision):
    return house.get(f"/v1/decisions/{decision['id']}").get_json()


def test_a_candidate_that_would_deny_denies_nothing(shadowed):
    decision = shadowed.decide(ip=NEW_YORK)

    assert decision["outcome"] != "deny"
    assert decision["shadow"] == [{"policy": "stricter", "rule": "abroad", "outcome": "deny"}]


def test_both_outcomes_are_counted_and_nothing_of_the_subject(shadowed, metrics):
    first = shadowed.decide()
    second = shadowed.decide("u-2", ip=TOR)

    lines = [
        line for line in generate_latest(metrics.registry).decode().splitlines() if "shadow_decisions_total{" in line
    ]
    assert sorted(lines) == sorted(
        f'doorward_shadow_decisions_total{{candidate="{each["shadow"][0]["outcome"]}",live="{each["outcome"]}"}} 1.0'
        for each in (first, second)
    )


def test_without_a_candidate_nothing_is_counted(tmp_path, metrics):
    house = house_in(tmp_path, meter=metrics)
    decision = house.decide()

    assert "doorward_shadow_decisions_total{" not in generate_latest(metrics.registry).decode()
    assert shown(house, decision)["candidate"] is None
    house.wiring.stop()


def test_a_record_shows_the_candidates_rules_at_its_own_levels(shadowed):
    decision = shadowed.decide()

    candidate = shown(shadowed, decision)["candidate"]

    assert (candidate["policy"], candidate["rule"], candidate["replay"]) == ("stricter", "any-risk", "recorded")
    assert (decision["risk"]["level"], candidate["level"]) == ("low", "medium")
    assert [(each["rule"], each["state"]) for each in candidate["rules"]] == [
        ("abroad", "not_matched"),
        ("any-risk", "matched"),
        ("rest", "not_reached"),
    ]


def test_the_text_of_a_candidate_that_was_taken_away_is_still_held(shadowed, tmp_path):
    decision = shadowed.decide()
    (tmp_path / "rules" / "default" / "candidate.yaml").unlink()
    shadowed.wait(10)
    assert shadowed.decide("u-2")["shadow"] == []

    candidate = shown(shadowed, decision)["candidate"]

    assert (candidate["replay"], len(candidate["rules"])) == ("recorded", 3)


def test_a_candidate_whose_list_file_changed_since_keeps_what_it_said(tmp_path):
    folder = tmp_path / "rules" / "default"
    folder.mkdir(parents=True)
    (folder / "vip.txt").write_text("u-9\n")
    listed = STRICTER.replace("levels:", "lists: {vip: {file: vip.txt}}\nlevels:")
    (folder / "candidate.yaml").write_text(listed.replace('"true"', "'!(subject.id in lists.vip)'"))
    house = house_in(tmp_path)
    decision = house.decide()
    (folder / "vip.txt").write_text("u-8\n")
    house.wait(10)

    candidate = shown(house, decision)["candidate"]

    assert (candidate["rule"], candidate["outcome"], candidate["rules"]) == ("any-risk", "challenge", [])
    assert "list file" in candidate["replay"]
    house.wiring.stop()


def test_a_rule_that_did_not_match_says_which_part_failed_and_which_was_unknown_and_why(shadowed):
    decision = shadowed.decide(ip="203.0.114.77")

    rule = shown(shadowed, decision)["candidate"]["rules"][0]

    assert (rule["state"], rule["on_unknown"], rule["signals"]) == ("unknown", "skip", ["event.weekend", "geo.country"])
    assert [(each["value"], [one["signal"] for one in each["unknown"]]) for each in rule["conditions"]] == [
        ("unknown", ["geo.country"]),
        ("true", []),
    ]
    assert rule["conditions"][0]["unknown"][0]["reason"]


def test_a_condition_of_both_is_asked_again_where_the_level_is_another(tmp_path):
    text = (ROOT / "rules" / "default" / "policy.yaml").read_text()
    folder = tmp_path / "rules" / "default"
    folder.mkdir(parents=True)
    (folder / "candidate.yaml").write_text(text.replace("medium: 95.0, high: 99.0", "medium: 0.0, high: 100.0"))
    house = house_in(tmp_path)

    decision = house.decide()

    assert (decision["policy"]["rule"], decision["shadow"][0]["rule"]) == ("everything-else", "medium-risk")
    house.wiring.stop()
