"""`doorward rules shadow-report`: the candidate against the policy in force, from the records of a period."""

import pytest

from doorward.kept import KeptRecords
from doorward.offline.counts import BoundedCounter
from doorward.ports import RecordQuery

from ..line.conftest import NEW_YORK, OSLO, TOR
from .conftest import CANDIDATE, put

PERIOD = ("--from", "2026-07-01", "--to", "2026-07-09")


@pytest.fixture
def report(desk):
    return lambda *more: desk.json("rules", "shadow-report", *PERIOD, *more)


@pytest.fixture
def decided(desk):
    """Ten decisions: seven at home, two abroad, one that the policy in force denies."""
    house = desk.house
    made = [house.decide(f"u-{number}", ip=OSLO) for number in range(7)]
    made += [house.decide(f"u-{number}", ip=NEW_YORK) for number in range(2)]
    return [*made, house.decide("u-9", ip=TOR)]


def test_a_period_that_ends_before_it_begins_is_refused(desk):
    assert desk.run("rules", "shadow-report", "--from", "2026-07-09", "--to", "2026-07-01").exit_code == 2


def test_a_candidate_that_no_decision_met_is_refused(desk, decided):
    result = desk.run("rules", "shadow-report", *PERIOD, "--candidate", "0000")

    assert result.exit_code == 2
    assert "'0000'" in result.stderr


def test_an_empty_period_has_no_shares(report):
    shown = report()

    assert (shown["decisions"], shown["agreement"], shown["genuine_sign_ins"]["live"]["challenge_rate"]) == (
        0,
        None,
        None,
    )


def test_every_change_of_outcome_is_counted_by_rule_country_and_kind(decided, report):
    shown = report()

    changes = {(each["live"], each["candidate"]): each["decisions"] for each in shown["outcomes"] if each["decisions"]}
    assert changes == {("allow", "allow"): 7, ("allow", "challenge"): 2, ("deny", "allow"): 1}
    assert (shown["compared"], shown["agreed"], shown["agreement"]) == (10, 7, 0.7)
    assert {(each["live_rule"], each["candidate_rule"]): each["decisions"] for each in shown["rules"]} == {
        ("rest", "rest"): 7,
        ("rest", "america"): 2,
        ("tor", "rest"): 1,
    }
    assert {each["country"]: each["changed"] for each in shown["countries"]} == {"NO": 0, "US": 2, "DE": 1}
    assert shown["kinds"] == [{"kind": "login", "decisions": 10, "changed": 3}]
    assert sum(each["changed"] for each in shown["hours"]) == 3


def test_challenge_rates_are_shares_of_genuine_sign_ins(desk, decided, report):
    desk.house.decide("u-8", ip=NEW_YORK, result="failed")
    desk.house.post(f"/v1/decisions/{decided[7]['id']}/feedback", {"label": "fraud", "source": "analyst"})

    genuine = report()["genuine_sign_ins"]

    assert genuine["number"] == 9
    assert (genuine["live"]["challenged"], genuine["live"]["denied"]) == (0, 1)
    assert (genuine["candidate"]["challenged"], genuine["candidate"]["denied"]) == (1, 0)
    assert genuine["candidate"]["challenge_rate"] == pytest.approx(1 / 9, abs=1e-6)


def test_labelled_fraud_is_caught_or_missed_by_each(desk, decided, report):
    for each in (decided[7], decided[9]):
        desk.house.post(f"/v1/decisions/{each['id']}/feedback", {"label": "fraud", "source": "analyst"})

    assert report()["labelled_fraud"] == {
        "number": 2,
        "live_caught": 1,
        "candidate_caught": 1,
        "newly_caught": 1,
        "newly_missed": 1,
    }


def test_rules_in_shadow_of_the_policy_in_force_are_told_beside_the_candidate(decided, report):
    rule = report()["shadow_rules"][0]

    assert (rule["rule"], rule["outcome"], rule["decisions"]) == ("watch-abroad", "challenge", 3)
    assert rule["by_live_outcome"] == {"allow": 2, "deny": 1}
    assert (rule["stricter"], rule["genuine_newly_challenged"]) == (2, 2)


def test_several_candidates_of_a_period_are_told_apart(desk, decided, report):
    first = report()["candidate"]
    put(desk.rules / "candidate.yaml", CANDIDATE.replace('"US"', '"NO"'))
    desk.house.wait(10)
    desk.house.decide("u-1")

    present, former = report(), report("--candidate", first[:15])

    assert (present["compared"], present["other_candidates"]) == (1, [{"digest": first, "decisions": 10}])
    assert (former["candidate"], former["compared"]) == (first, 10)


def test_the_last_candidate_counts_where_there_is_none_now(desk, decided, report):
    (desk.rules / "candidate.yaml").unlink()
    desk.house.wait(10)
    desk.house.decide("u-1")

    shown = report()

    assert (shown["compared"], shown["without_candidate"]) == (10, 1)


def test_no_subject_is_named_unless_asked_for(desk, decided, report):
    assert "'u-" not in str(report())
    assert report("--subjects")["subjects"] == [
        {"subject": "u-0", "changed": 1},
        {"subject": "u-1", "changed": 1},
        {"subject": "u-9", "changed": 1},
    ]


@pytest.mark.parametrize("limit", [1, 3, 5, 10, 11])
def test_records_are_read_to_the_end_whatever_is_held_at_a_time(desk, decided, limit):
    kept = KeptRecords(desk.house.wiring.store, desk.house.wiring.services.sealer)

    rows = list(kept.rows(RecordQuery(tenant="default", limit=limit), desk.house.now[0]))

    assert sorted(each.id for each in rows) == sorted(each["id"] for each in decided)


def test_a_person_reads_what_would_change(desk, decided):
    text = desk.run("rules", "shadow-report", *PERIOD).stdout

    assert "The same outcome: 7 of 10 (70.00 %)" in text
    assert "allow → challenge: 2" in text
    assert "\x1b" not in text


def test_what_is_beyond_the_bound_is_only_summed_up():
    counter = BoundedCounter(2)
    for key in "aabcd":
        counter.add(key)

    assert (counter.most(), counter.others, counter.total()) == ([("a", 2), ("b", 1)], 2, 5)
