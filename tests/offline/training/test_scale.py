"""What a score promises of genuine sign-ins is what comes, and odds are those of the tenant."""

from dataclasses import replace
from math import exp, log

import numpy as np
import pytest

from doorward.offline.training.calibrating import prior_shift, quantiles
from doorward.offline.training.making import Terms, made
from doorward.offline.training.measuring import log_odds, measure, scores
from doorward.offline.training.rows import NAMES
from doorward.risk.model_file import parse_scorecard, write_scorecard
from doorward.risk.provisional import provisional

TERMS = Terms(version="2026-11")


@pytest.fixture(scope="module")
def card(rows):
    return made(rows(seed=1), rows(seed=2), terms=TERMS, seed=1)


def test_a_feature_that_no_row_shows_keeps_its_hand_set_table(card):
    assert card.tables["breached"].values == provisional().tables["breached"].values


def test_the_file_of_a_trained_card_is_sound(card):
    assert parse_scorecard(write_scorecard(card), path="trained.json").tables == card.tables


def test_many_rows_at_once_get_what_the_service_gives_each(card, rows):
    values = rows(number=200, seed=3).values
    one_by_one = [card.log_odds(dict(zip(NAMES, row, strict=True))) for row in values]

    assert log_odds(card, values) == pytest.approx(one_by_one, abs=1e-9)


@pytest.mark.parametrize("score", [90.0, 95.0, 98.0])
def test_the_expected_share_of_genuine_sign_ins_scores_as_high(card, rows, score):
    later = rows(number=20_000, seed=4)
    genuine = scores(card, log_odds(card, later.values[later.genuine]))

    assert np.mean(genuine >= score) * 100 == pytest.approx(100 - score, abs=2.0)


def test_one_value_that_many_share_stands_with_both_of_its_shares():
    found = quantiles(np.array([0.0] * 60 + [1.0] * 40))

    assert found.score(0.0) == 0.0
    assert found.score(1.0) == 60.0
    assert found.score(2.0) == 100.0


def test_odds_are_shifted_to_the_share_of_fraud_that_is_expected(rows):
    shift = prior_shift(rows(), 0.5)

    assert exp(prior_shift(rows(), 0.001) - shift) == pytest.approx(0.001 / 0.999)
    assert shift > log(10)  # attacks weigh less than a tenth in what is fitted to


def test_how_each_feature_lay_is_kept_for_drift(card):
    held = card.distributions["device"]

    assert sum(held.all_shares) == pytest.approx(1.0)
    assert held.shares[held.place_of(0.0)] == pytest.approx(0.72, abs=0.03)
    assert card.distributions["bot"].missing == 1.0


def test_a_reference_is_what_genuine_sign_ins_get_on_average(card, rows):
    genuine = rows(seed=2)
    genuine = genuine.where(genuine.genuine)
    device = genuine.values[:, NAMES.index("device")]

    average = np.mean([card.tables["device"].value_at(x) for x in device])

    assert card.tables["device"].reference == pytest.approx(average)


def test_a_model_that_tells_nothing_is_worse_than_one_that_does(card, rows):
    scale, judged = rows(seed=5), rows(seed=6)
    blind = replace(card, tables={})

    good, bad = measure(card, scale, judged), measure(blind, scale, judged)

    assert bad.is_worse_than(good)
    assert not good.is_worse_than(bad)


def test_a_score_keeps_its_promise_where_nobody_collects_device_tokens(rows):
    device = NAMES.index("device")
    scale, later = rows(seed=2), rows(number=20_000, seed=4)
    scale.values[np.isnan(scale.values[:, device]), device] = 0
    card = made(rows(seed=1), scale, terms=TERMS, seed=1)
    values = later.values[later.genuine]
    values[:, device] = np.nan

    assert np.mean(scores(card, log_odds(card, values)) >= 95.0) * 100 == pytest.approx(5.0, abs=1.5)


def test_a_first_sign_in_of_which_nothing_is_looked_up_scores_below_usual_thresholds(rows):
    scale = rows(seed=2)
    scale.values[:, NAMES.index("rarity_asn")] = 1.0
    card = made(rows(seed=1), scale, terms=TERMS, seed=1)
    nothing = dict.fromkeys((name for name in NAMES if name.startswith("llr_")), 0.0)
    first = card.log_odds(nothing | {"device": 3.0, "without_device": 0.0, "history": 0.0, "disowned": 0.0})

    assert card.quantiles.score(first) < 95.0


def test_no_number_that_is_computed_of_rows_has_digits_that_the_order_of_a_sum_decides(card):
    told = [card.constant, card.calibration.a, card.calibration.b, card.prior_shift]
    for table in card.tables.values():
        told += [*table.values, table.missing, table.reference]

    assert all(each == float(f"{each:.12g}") for each in told)
