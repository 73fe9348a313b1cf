"""A back-test says what the service said: exactly from its records, and from any log with the past rebuilt."""

from pathlib import Path

import pytest

from doorward.judge import judge
from doorward.meter import NullMeter
from doorward.offline.backtest import Line, back_test_log, back_test_records
from doorward.offline.event import read_event
from doorward.offline.judging import Judging
from doorward.offline.ordering import in_order
from doorward.offline.replay import kind_of, label_of, verified_of
from doorward.policies import Policies
from doorward.records import case_of
from doorward.risk.model_file import load_scorecard

from .months import sign_ins
from .scenes import SCENES, past

ROOT = Path(__file__).resolve().parents[2]
POLICIES = Policies(ROOT / "rules")
CARD = load_scorecard(ROOT / "models" / "default.json")

CHALLENGE_ALL = """
version: 1
id: challenge-all
requirements: {mfa: {any_of: [totp, passkey], aal: 2}}
rules:
  - {id: everybody, when: "true", then: {challenge: mfa}}
"""
WITH_A_LIST = """
version: 1
id: with-a-list
lists: {suspects: {runtime: subject}}
rules:
  - {id: suspects, when: subject.id in lists.suspects, on_unknown: deny, then: deny}
  - {id: rest, when: "true", then: allow}
"""


def policy(text=None):
    if text is None:
        return POLICIES.current("default", 0).policy
    made, findings = POLICIES.compile("default", text)
    assert made is not None, findings
    return made


def line(text=None, name="candidate"):
    return Line(name, policy(text), CARD)


def shipped(digest):
    return policy() if policy().digest == digest else None


def of_sides(results, name):
    return [side[name] for side in results.to_json()["sides"]]


def decided_in(rules):
    return {each["rule"]: each["decided"] for each in rules if each["decided"]}


def test_records_are_judged_exactly_as_they_were(served):
    results, replayability = back_test_records(served.records, (line(),), policy_by=shipped)
    assert results.judged == len(SCENES)
    assert results.to_json()["changes"]["rows"] == []
    recorded, again = of_sides(results, "rules")
    assert decided_in(recorded) == decided_in(again)
    assert replayability.to_json()["rules_not_replayable"] == []


def test_scores_and_reasons_of_records_are_those_that_were_given(served):
    for record in served.records:
        case = case_of(record, policy())
        said = Judging([(policy(), CARD)]).judge(case)[0]
        assert round(said.assessment.score, 2) == record.answer["risk"]["score"]
        assert said.level == record.answer["risk"]["level"]


def test_judging_many_says_what_judging_one_says(served):
    lines = [(policy(), CARD), (policy(CHALLENGE_ALL), CARD)]
    for record in served.records:
        case = case_of(record, policy())
        for (its_policy, card), said in zip(lines, Judging(lines).judge(case), strict=True):
            assert said.ruling == judge(case, its_policy, card, NullMeter()).ruling


def test_a_log_of_the_same_sign_ins_is_judged_as_they_were(served):
    results, unread = back_test_log(served.events(), (line(),), past())
    recorded, _ = back_test_records(served.records, (), policy_by=shipped)
    assert unread.events == 0
    assert decided_in(of_sides(results, "rules")[0]) == decided_in(of_sides(recorded, "rules")[0])


def test_the_order_of_a_log_does_not_matter(served):
    forwards, _ = back_test_log(served.events(), (line(),), past())
    backwards, _ = back_test_log(reversed(served.events()), (line(),), past())
    assert forwards.to_json() == backwards.to_json()


def test_times_that_end_in_a_small_z_are_put_in_order_too(served):
    large, _ = back_test_log(served.events(), (line(),), past())
    small = [{**event, "at": event["at"].lower()} for event in reversed(served.events())]

    results, unread = back_test_log(small, (line(),), past())

    assert unread.events == 0
    assert results.to_json() == large.to_json()


def test_two_policies_are_told_apart(served):
    results, _ = back_test_log(served.events(), (line(name="live"), line(CHALLENGE_ALL)), past())
    changes = results.to_json()["changes"]
    assert {row["after_rule"] for row in changes["rows"]} == {"everybody"}
    assert changes["events"] > 0
    assert changes["examples"][0].keys() >= {"at", "subject", "before", "after", "why"}
    assert results.challenge_rate() == 1.0


def test_examples_are_of_the_whole_time():
    results, _ = back_test_log(sign_ins(people=9), (line(name="live"), line(CHALLENGE_ALL)), past())
    changes = results.to_json()["changes"]
    days = [each["at"][:10] for each in changes["examples"]]
    assert len(days) < changes["events"]
    assert days == sorted(days)
    assert min(days) < "2026-05-10"
    assert max(days) > "2026-06-20"


def test_what_was_learned_does_not_depend_on_what_the_policy_says(served):
    lenient, _ = back_test_log(served.events(), (line(),), past())
    strict, _ = back_test_log(served.events(), (line(name="live"), line(CHALLENGE_ALL)), past())
    assert of_sides(lenient, "scores")[0] == of_sides(strict, "scores")[1]


def test_what_was_learned_does_not_depend_on_the_levels_of_the_policy():
    unequal = CHALLENGE_ALL + "levels: {medium: 5.0, high: 20.0}\n"
    events = sign_ins(people=20, days=30)

    alone, _ = back_test_log(events, (line(unequal),), past(), assume_verified=True)
    beside, _ = back_test_log(events, (line(name="live"), line(unequal)), past(), assume_verified=True)

    assert of_sides(alone, "scores")[0] == of_sides(beside, "scores")[1]


def test_the_warm_up_stays_out_of_the_rates(served):
    results, _ = back_test_log(served.events(), (line(),), past(), warm_up_seconds=5 * 86_400)
    told = results.to_json()
    assert 0 < told["warm_up"] < told["events"]
    assert sum(row["events"] for row in told["sides"][0]["outcomes"]) == told["judged"] == results.judged


def test_a_list_that_the_deciding_policy_did_not_have_is_unknown_and_told(served):
    results, replayability = back_test_records(served.records, (line(WITH_A_LIST),), policy_by=shipped)
    assert decided_in(of_sides(results, "rules")[1]) == {"suspects": len(SCENES)}
    assert replayability.to_json()["rules_not_replayable"] == [
        {"line": "candidate", "rule": "suspects", "records": len(SCENES)}
    ]


def test_what_is_no_event_is_counted_and_stops_nothing(served):
    events = [{"at": "soon"}, *served.events(), {"at": "2026-07-01T10:00:00Z", "request": {"subject": {}}}]
    results, unread = back_test_log(events, (line(),), past())
    assert results.events == len(SCENES)
    assert unread.to_json()["events"] == 2


def test_a_log_without_results_is_learned_from_only_where_that_is_asked_for(served):
    silent = [{**event, "verified": None} for event in served.events()]
    unlearned, _ = back_test_log(silent, (line(),), past())
    learned, _ = back_test_log(silent, (line(),), past(), assume_verified=True)
    assert of_sides(unlearned, "scores") != of_sides(learned, "scores")


@pytest.mark.parametrize("in_memory", [1, 2, 7, 1000])
def test_events_are_sorted_in_parts_as_in_one(served, in_memory):
    events = served.events()
    shuffled = events[1::2] + events[::2]
    assert list(in_order(shuffled, lambda each: read_event(each).at, in_memory=in_memory)) == events


@pytest.mark.parametrize(
    ("outcome", "result", "kind"),
    [
        ("allow", None, "genuine"),
        ("deny", None, "genuine"),
        ("deny", "failed", "genuine"),
        ("challenge", None, "genuine"),
        ("challenge", "abandoned", "genuine"),
        ("challenge", "failed", "other"),
        ("allow", "failed", "other"),
    ],
)
def test_what_we_answered_does_not_speak_against_a_sign_in(served, outcome, result, kind):
    record = served.records[0]._replace(
        learned=False,
        reports=({"result": result},) if result else (),
        answer={**served.records[0].answer, "outcome": outcome},
    )

    assert kind_of(record.request, verified=verified_of(record), label=label_of(record)) == kind


def test_fraud_is_counted_apart_and_not_learned_from(served):
    events = [{**event, "label": "fraud", "family": "spray"} for event in served.events()]
    results, _ = back_test_log(events, (line(),), past())
    side = results.to_json()["sides"][0]
    assert side["challenge_rate"] is None
    assert {row["family"] for row in side["families"]} == {"spray"}
