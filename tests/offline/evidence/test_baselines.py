"""What one would have without the model, by numbers that can be checked with a pencil."""

from dataclasses import replace
from math import log, nan

import pytest

from doorward.core.facts import HistoryFacts, PopulationFacts
from doorward.core.times import rfc3339
from doorward.offline.event import read_event
from doorward.offline.evidence import baselines
from doorward.offline.evidence.gathering import gather
from doorward.offline.evidence.successes import FROG, NOT_KNOWN, YES
from doorward.offline.replay import kind_of
from doorward.risk.provisional import provisional

from ...line.conftest import FIREFOX, NEW_YORK, OSLO_TWO, login
from ..scenes import DAY, past
from ..test_replay import policy

LEVELS = ("ip", "asn", "country", "agent", "browser", "os")


@pytest.mark.parametrize(
    ("speed", "device", "expected"),
    [(0.0, 0.0, 0), (2000.0, 0.0, 2), (10.0, 3.0, 1), (2000.0, 1.0, 3), (nan, nan, 0), (1000.0, nan, 0)],
)
def test_rules_alone_look_at_travel_then_at_the_device(speed, device, expected):
    assert baselines.rules({"travel_speed": speed, "device": device}) == expected


def test_ratios_are_added_and_what_is_not_known_adds_nothing():
    assert baselines.ratios({"llr_ip": 2.0, "llr_asn": -0.5, "llr_city": nan, "rarity_asn": 9.0}) == 1.5


def test_freeman_is_the_product_of_the_ratios_and_of_the_activity():
    population = PopulationFacts(counts=dict.fromkeys(LEVELS, 2.0), totals=dict.fromkeys(LEVELS, 8.0))
    history = HistoryFacts(logins=4.0, counts=dict.fromkeys(LEVELS, 4.0), totals=dict.fromkeys(LEVELS, 4.0))

    assert baselines.freeman(history, population, 2) == pytest.approx(log(8 / (2 * 4)) + 2 * log(2 / 8))


def test_to_freeman_a_new_address_is_explained_by_its_network():
    counts = dict.fromkeys(LEVELS, 4.0)
    population = PopulationFacts(counts=counts | {"ip": 0.0}, totals=dict.fromkeys(LEVELS, 4.0))
    history = HistoryFacts(logins=4.0, counts=counts | {"ip": 0.0}, totals=dict.fromkeys(LEVELS, 4.0))

    assert baselines.freeman(history, population, 1) == pytest.approx(log((0.4 + 0.6 / 5) / 0.4))


def test_to_freeman_all_that_is_wholly_new_is_alike_and_the_cold_are_most_dangerous():
    population = PopulationFacts(counts=dict.fromkeys(LEVELS, 4.0), totals=dict.fromkeys(LEVELS, 800.0))
    cold = HistoryFacts(totals=dict.fromkeys(LEVELS, 0.0))
    busy = HistoryFacts(logins=40.0, counts=dict.fromkeys(LEVELS, 0.0), totals=dict.fromkeys(LEVELS, 40.0))

    scores = [baselines.freeman(history, population, 10) for history in (cold, busy)]

    assert scores == pytest.approx([log(80 * 16), log(2 * 16)])


def sign_in(at, label="genuine", family="", **more):
    """Return an event as a log tells it."""
    request = login("ada", **more)
    verified = label == "genuine" and request["credential"]["result"] == "passed"
    return read_event(
        {"at": rfc3339(at), "request": request, "verified": verified, "label": label, "family": family or None}
    )


def gathered(*events, **more):
    return gather(enumerate(events), past(), provisional(), **more)


def test_failures_and_what_did_not_end_well_are_no_rows():
    start = 1_777_593_600.0
    pending = sign_in(start + 20, label=None, result="passed")
    assert kind_of(pending.request, verified=False, label="") == "other"

    rows = gathered(sign_in(start), sign_in(start + 10, result="failed"), pending)

    assert len(rows) == 1


def test_attacks_of_one_family_are_one_campaign_until_they_are_quiet():
    start = 1_777_593_600.0
    tries = [(0, "passed"), (3 * 3600, "failed"), (8 * 3600, "passed"), (2 * DAY, "passed")]

    rows = gathered(*(sign_in(start + at, "fraud", "spray", result=result) for at, result in tries))

    assert list(rows.campaign) == [1, 1, 2]


def test_more_families_than_anybody_can_look_at_are_one():
    start = 1_777_593_600.0
    rows = gathered(*(sign_in(start + number, "fraud", f"family {number}") for number in range(70)))

    assert len(rows.families) == 65
    assert rows.families.names()[-1] == "(all others)"
    assert len(rows.attacks()["(all others)"]) == 7


def test_a_frog_is_learned_from_and_no_other_attack_is():
    start = 1_777_593_600.0
    frogs = [sign_in(start + number * DAY, "fraud", FROG, ip=OSLO_TWO) for number in range(2)]
    naive = [sign_in(start + number * DAY, "fraud", "naive", ip=OSLO_TWO) for number in range(2)]

    assert list(gathered(*frogs).events) == [0, 1]
    assert list(gathered(*naive).events) == [0, 0]
    assert gathered(*frogs).families.names() == ["", FROG]


def test_whether_the_subject_used_the_network_before_is_kept():
    start = 1_777_593_600.0
    frogs = [sign_in(start + number * DAY, "fraud", FROG, ip=OSLO_TWO) for number in range(3)]

    assert list(gathered(*frogs).network_used) == [NOT_KNOWN, YES, YES]


@pytest.mark.parametrize("family", ["genuine", "attack_address", "regulars"])
def test_what_others_call_a_family_makes_no_attack_of_a_verified_sign_in(family):
    unlabelled = replace(sign_in(1_777_593_600.0, label=None, family=family), verified=True)

    assert gathered(unlabelled).attacks() == {}


def test_an_attack_that_nobody_noticed_is_one_and_is_learned_from():
    start = 1_777_593_600.0
    unnoticed = [
        replace(sign_in(start + number * DAY, label=None, family="naive", ip=OSLO_TWO), verified=True)
        for number in range(2)
    ]

    rows = gathered(*unnoticed)

    assert list(rows.events) == [0, 1]
    assert len(rows.attacks()["naive"]) == 2


def test_a_policy_is_a_baseline_without_its_score():
    start = 1_777_593_600.0
    events = [sign_in(start + number * DAY) for number in range(12)]
    events += [sign_in(start + 12 * DAY, ip=NEW_YORK, agent=FIREFOX), sign_in(start + 12 * DAY + 60)]

    rows = gathered(*events, policy=policy())

    assert set(rows.scores) == set(baselines.DOCS)
    assert rows.scores["policy"][5] == 0  # nothing is odd
    assert rows.scores["policy"][-1] > 0  # nobody is back from New York within a minute
    assert "policy" not in gathered(*events).scores
