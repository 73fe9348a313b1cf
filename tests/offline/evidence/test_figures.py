"""The figures of a few successes whose scores are chosen: each number is counted by hand."""

import json
from math import log

import pytest

from doorward.core.errors import BadInput
from doorward.offline.evidence.evaluation import evaluate
from doorward.offline.evidence.successes import NOT_KNOWN, YES, split

from .made import DAY, Made, hundred

RATES = [0.01, 0.02, 0.05, 0.10]


@pytest.fixture
def frozen():
    """Thresholds of it are 99, 98, 95 and 90."""
    return Made().genuine(*hundred()).attacks("naive", 91, 99.5).part


def judged(*families):
    """Return a hundred genuine successes, of which 10 lie above 90, and attacks."""
    made = Made().genuine(*hundred())
    for family, scores in families:
        made.attacks(family, *scores)
    return made


def of_model(document):
    return document["scorers"]["model"]


def shares(figures):
    return [each["share"] for each in figures]


def test_too_little_is_refused_with_what_is_missing(frozen):
    with pytest.raises(BadInput) as refused:
        evaluate(frozen, Made().genuine(1, 2).part)

    assert "2 genuine successes to judge are too few" in str(refused.value.mistakes[0])


def test_nobody_genuine_is_too_little_too(frozen):
    with pytest.raises(BadInput):
        evaluate(frozen, Made().attacks("naive", 1).part)


def test_thresholds_of_the_one_part_are_applied_to_the_other(frozen):
    higher = Made().genuine(*(score + 5 for score in hundred())).part

    document = evaluate(frozen, higher)

    assert of_model(document)["thresholds"] == [99, 98, 95, 90]
    assert shares(of_model(document)["challenged"]) == [0.06, 0.07, 0.10, 0.15]


def test_each_family_is_caught_by_its_own_share(frozen):
    document = evaluate(frozen, judged(("vpn", [90, 91, 96, 99.5]), ("spray", [100])).part, unseen=["spray"])

    model = of_model(document)
    assert shares(model["families"]["vpn"]["caught"]) == [0.25, 0.25, 0.5, 0.75]
    assert model["families"]["vpn"]["attacks"] == 4
    assert [model["families"][name]["unseen"] for name in ("spray", "vpn")] == [True, False]
    assert (model["mean_seen"], model["mean_unseen"]) == ([0.25, 0.25, 0.5, 0.75], [1, 1, 1, 1])


def test_the_price_of_catching_nine_in_ten_is_told(frozen):
    document = evaluate(frozen, judged(("vpn", [*[96] * 9, 50])).part)

    assert of_model(document)["families"]["vpn"]["needed"] == [0.05, 0.51]  # those at 96 and at 50 are challenged too


def test_an_alarm_is_worth_less_the_rarer_attacks_are(frozen):
    document = evaluate(frozen, judged(("vpn", [100])).part)

    assert of_model(document)["precision"][0]["precision"] == pytest.approx([1 / 2, 1 / 11, 1 / 101])


def test_another_price_is_judged_too(frozen):
    document = evaluate(frozen, judged(("vpn", [97])).part, at=0.04)

    assert document["rates"] == [0.01, 0.02, 0.04, 0.05, 0.10]
    assert shares(of_model(document)["families"]["vpn"]["caught"]) == [0, 0, 1, 1, 1]


def test_a_floor_that_is_missed_is_named(frozen):
    floors = {"vpn": 0.5, "naive": 0.9, "spray": 0.1}

    document = evaluate(frozen, judged(("vpn", [99, 1]), ("naive", [99, 1])).part, floors=floors)

    assert document["below"] == [
        "naive: 50.00% is challenged, less than 90.00%",
        "spray: no such attack was judged, at least 10.00% was asked for",
    ]


def test_the_roc_ends_where_a_tenth_is_challenged(frozen):
    document = evaluate(frozen, judged(("vpn", [90.5, 89])).part)

    assert document["roc"]["rates"][-1] == 0.1
    assert document["roc"]["families"]["vpn"][-1] == 0.5


def test_who_pays_is_told_by_history_and_by_what_is_known(frozen):
    made = judged()
    made.genuine(99, 1, subject="ben", events=3, country="SE", kind="vpn", anonymous=YES, mobile=YES, token=NOT_KNOWN)

    groups = evaluate(frozen, made.part)["groups"]

    rows = {(kind, row["name"]): (row["genuine"], row["challenged"][1]) for kind in groups for row in groups[kind]}
    assert rows["history", "0"] == (100, 0.02)
    for group in (
        ("history", "2–4"),
        ("country", "SE"),
        ("network", "vpn"),
        ("vpn", "VPN users"),
        ("mobile", "mobile only"),
        ("device token", "not collected"),
    ):
        assert rows[group] == (2, 0.5)


def test_who_comes_every_day_is_told_from_who_does_not(frozen):
    made = Made()
    for day in range(100):
        made.add(day, subject="daily", at=day * DAY)
        if day % 7 == 0:
            made.add(99, subject="weekly", at=day * DAY + 1)

    rows = evaluate(frozen, made.part)["groups"]["frequency"]

    assert [(row["name"], row["genuine"], row["challenged"][1]) for row in rows] == [
        ("daily", 100, 0.01),
        ("weekly", 15, 1.0),
    ]


def test_challenges_are_counted_along_a_persons_sign_ins(frozen):
    made = Made().genuine(95, 1, 95, subject="ada").genuine(1, 1, subject="ben").genuine(95, subject="cleo")
    for number in range(100):
        made.add(1, subject=f"other {number}")
    made.attacks("naive", 90)

    first = evaluate(frozen, made.part)["repeats"][0]

    # Of the attacks that thresholds are set on, the lowest is 91.
    assert (first["family"], first["caught"], first["frozen"]) == ("naive", 0.99, True)
    assert [(row["n"], row["subjects"], row["median"]) for row in first["rows"]] == [
        (1, 103, 0),
        (2, 2, 0.5),
        (3, 1, 2),
    ]
    assert first["rows"][0]["mean"] == pytest.approx(2 / 103)


def test_a_family_that_only_came_later_gets_its_threshold_there(frozen):
    found = evaluate(frozen, judged(("vpn", [50])).part)["repeats"]

    assert [(each["family"], each["frozen"], each["threshold"]) for each in found] == [
        ("vpn", False, pytest.approx(50)),
        ("vpn", False, pytest.approx(50)),
    ]


def test_only_those_are_followed_who_begin_in_the_judged_part():
    made = Made().genuine(*hundred(), subject="ada").genuine(*hundred(), subject="ben").attacks("naive", 1)

    frozen, later = split(made.rows, 100 / 201)

    rows = evaluate(frozen, later)["repeats"][0]["rows"]
    assert {row["subjects"] for row in rows} == {1}


def odds(share):
    return log(share / (1 - share))


def calibrated(*, slope=1.0):
    """Return successes of which 1 in 10 and 1 in 2 are attacks, as their odds say; mixed as they would come."""
    made = Made()
    for number in range(400):
        made.add(slope * odds(0.1), "vpn" if number % 10 == 0 else "")
    for number in range(80):
        made.add(slope * odds(0.5), "vpn" if number % 2 == 0 else "")
    return made.part


def test_odds_that_are_right_have_no_error():
    found = evaluate(calibrated(), calibrated())["calibration"]

    assert found["shift"] == pytest.approx(0, abs=0.02)
    assert found["ece"] < 0.035  # a twentieth holds 24, which ten does not divide
    assert found["brier"] == pytest.approx((400 * 0.09 + 80 * 0.25) / 480, abs=1e-3)
    assert found["slope"] == pytest.approx(1, abs=0.01)
    assert sum(each["sign_ins"] for each in found["bins"]) == 480


def test_odds_that_are_too_sure_have_a_slope_below_one():
    assert evaluate(calibrated(slope=2), calibrated(slope=2))["calibration"]["slope"] == pytest.approx(0.5, abs=0.01)


def test_nothing_is_said_of_odds_without_attacks_on_both_sides(frozen):
    assert evaluate(frozen, judged().part)["calibration"] is None


def test_a_slope_is_not_told_where_everything_is_told_apart(frozen):
    found = evaluate(judged(("vpn", [200, 201])).part, judged(("vpn", [200, 201])).part)["calibration"]

    assert found["slope"] is None


def test_what_a_score_promises_is_held_against_what_came(frozen):
    made = Made()
    for day in range(2):
        for number in range(50):
            made.add(number, at=day * DAY + number, of_hundred=98 if number < (day + 1) else 10)

    promised = evaluate(frozen, made.part)["promised"]

    assert [each["came"] for each in promised["scores"]] == [0, 0.03, 0.03, 0.03]
    by_score = promised["by_score"]
    assert (by_score["expected"], by_score["came"], by_score["days"]) == (0.02, 0.03, 2)
    assert by_score["mean_off_by_day"] == pytest.approx(0.01)
    assert by_score["most_off_by_day"] == pytest.approx(0.02)


def test_the_document_is_json_without_infinities(frozen):
    cold = Made("model", "rules").genuine(*[0.0] * 100).attacks("vpn", 0.0).part
    document = evaluate(cold, cold, at=1.0)

    assert json.loads(json.dumps(document, allow_nan=False))["scorers"]["rules"]["as_it_is"] == {
        "challenged": 0.0,
        "families": {"vpn": 0.0},
    }
    assert of_model(document)["thresholds"][-1] is None
