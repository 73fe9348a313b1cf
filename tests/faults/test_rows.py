"""What makes a row of the table wrong: trials that are made up, each with one thing that must not be."""

from dataclasses import replace

import pytest

from ..challenges.callers import Person
from .chaos import Fault, Row, not_tried, row, verdict
from .keeping import DECISIONS, ENTRIES, OUTCOMES, Kept, acknowledged, counted
from .load import Answer
from .promises import LET_IN, Breach
from .spending import GONE, MISSED, REFUSED, TAKEN, Again, Spend
from .traffic import Sent
from .trials import Trial

STRUCK, MENDING, MENDED, AFTER = 1.0, 2.8, 3.0, 4.0
SOMETHING = Fault("something", lambda *_: None, lambda *_: None)
EMPTIED = replace(SOMETHING, may_lose=True)
QUIET = Trial([], [], STRUCK, MENDING, MENDED, [], [], [], True)


def answer(kind, *, status, at=AFTER, about="", body=None):
    return Answer(Sent(kind, "GET", "/", about=about), at, at + 0.1, status, body)


def wrong(fault, told=(), **seen):
    return row(fault, replace(QUIET, **seen), told).wrong


def test_a_quiet_trial_has_nothing_wrong():
    assert wrong(SOMETHING) == []


GONE_DECISION = Kept(DECISIONS, "dec_1", began=0.0)
LOOKED_FOR = answer("record", status=404, about="dec_1")


@pytest.mark.parametrize(
    "breach",
    [
        Breach(answer("returning", status=500), "status 500: None"),
        Breach(answer("returning", status=200), "allowed without history or record"),
        Breach(answer("blocked", status=200, at=STRUCK), LET_IN),
        Breach(answer("record", status=404, at=STRUCK, about="dec_1"), "status 404"),
        Breach(answer("record", status=404, about="dec_2"), "status 404"),
        Breach(answer("page", status=404), "status 404"),
    ],
    ids=["a 500", "allowed without history", "let in before", "missing before", "not of the lost", "of nothing"],
)
def test_a_store_that_came_back_empty_excuses_no_other_breach(breach):
    assert wrong(EMPTIED, broken=[breach], lost=[GONE_DECISION]) == [str(breach)]


@pytest.mark.parametrize(
    "breach",
    [
        Breach(answer("blocked", status=200), LET_IN),
        Breach(answer("blocked", status=200, at=MENDING), LET_IN),
        Breach(LOOKED_FOR, "status 404"),
    ],
)
def test_what_a_store_has_lost_is_not_there_afterwards(breach):
    seen = {"broken": [breach], "lost": [GONE_DECISION]}

    assert wrong(EMPTIED, **seen) == []
    assert len(wrong(SOMETHING, **seen)) == 2


def test_what_is_lost_after_it_was_accepted_empty_is_wrong():
    late = Kept(ENTRIES, "/v1/lists/blocked_addresses/198.18.0.1", began=AFTER)

    assert wrong(EMPTIED, lost=[late]) == [f"lost: {late}"]


@pytest.mark.parametrize("said", [TAKEN, MISSED, GONE, "429 throttled"])
def test_what_was_used_must_be_refused_by_name_once_more(said):
    again = Again("somebody: code", said)

    assert wrong(SOMETHING, again=[again]) == [str(again)]
    assert wrong(SOMETHING, again=[replace(again, verdict=REFUSED)]) == []


def test_whoever_was_enrolled_in_a_store_that_was_emptied_may_be_gone():
    assert wrong(EMPTIED, again=[Again("somebody: code", GONE)]) == []


def test_an_answer_to_a_code_that_nobody_should_get_is_wrong():
    spend = Spend(Person("somebody"), STRUCK, code="500 None")

    assert wrong(SOMETHING, spends=[spend]) == ["code: 500 None"]


def test_what_is_told_must_be_what_the_fault_tells():
    fault = replace(SOMETHING, tell=lambda service: "", tells=("away", "back"))

    assert wrong(fault, told=["away", "back"]) == []
    assert wrong(fault, told=["away", "away"]) == ["told 'away', not 'back'"]


def test_decisions_that_failed_are_counted():
    failed = replace(QUIET, answers=[answer("returning", status=500, at=2.0)])

    assert "1 failed" in failed.gets()
    assert "none failed" in QUIET.gets()


def test_codes_and_proofs_that_met_503_are_told_apart():
    person = Person("somebody")
    spends = [Spend(person, 0.0, TAKEN, MISSED), Spend(person, 0.0, MISSED), Spend(person, 0.0, TAKEN, TAKEN)]

    told = replace(QUIET, spends=spends).spent()

    assert told == "2 of 3 codes passed, 1 met 503; 1 of 2 proofs redeemed, 1 met 503; 0 were good twice"


def test_entries_and_outcomes_that_were_acknowledged_are_counted_beside_decisions():
    full = answer("returning", status=200, body={"id": "dec_1", "degraded": []})
    short = answer("returning", status=200, body={"id": "dec_2", "degraded": ["history"]})
    others = [answer("list", status=200), answer("list", status=503), answer("outcome", status=200, about="dec_1")]

    kept = acknowledged([full, short, *others])

    assert [each.what for each in kept] == [DECISIONS, ENTRIES, OUTCOMES]
    assert counted(kept, kept[1:2]) == "0 of 1 decisions in full, 1 of 1 list entries, 0 of 1 outcomes"


def test_a_run_without_rows_and_one_with_untried_ones_prove_nothing():
    tried, untried = Row("a fault", "all well"), not_tried("a disk that is full", "no root")

    assert verdict([], allow_untried=True) != []
    assert verdict([tried, untried], allow_untried=False) == ["a disk that is full: not tried, no root"]
    assert verdict([tried, untried], allow_untried=True) == []
    assert verdict([replace(tried, wrong=["lost"])], allow_untried=True) == ["a fault: 1 wrong"]
