"""Reasons: exact points, largest first, in words that are true of the attempt and name no address."""

import re

import pytest

from doorward.core.facts import Facts
from doorward.core.signals.base import Attempt
from doorward.risk.features import FEATURES
from doorward.risk.scorecard import BASE, LEAST_POINTS, MAX_LOWERING, MAX_REASONS
from doorward.risk.voices import VOICES
from doorward.risk.wording import WORDS, Voice, telling

NETWORK = ("ip", "prefix", "asn", "country", "city")
BANGKOK = {"country": "TH", "city": "Bangkok", "lat": 13.8, "lon": 100.5, "accuracy_km": 20.0}


@pytest.fixture
def told(assessed):
    """Return the reasons by their code."""
    return lambda **arguments: {reason.code: reason for reason in assessed(**arguments).reasons}


@pytest.fixture
def abroad(told):
    return told(
        new=NETWORK,
        network=BANGKOK | {"address": "203.0.113.7", "prefix": "203.0.113.0/24", "asn": 64496},
        hours_ago=0.2,
        history={"nearest_km": 8600.0},
        device="none",
    )


def test_a_new_country_is_told_with_the_usual_one(abroad):
    assert abroad["new_country"].detail == "first sign-in from TH; usual: NO"


def test_a_journey_is_told_with_distance_time_and_speed(abroad):
    detail = abroad["travel"].detail.replace("\N{NO-BREAK SPACE}", " ")

    assert re.fullmatch(r"8 [56]00 km from the last sign-in \(NO\) in 12 min: 4\d [0-9]00 km/h", detail)


def test_no_reason_names_an_address_or_a_network(abroad):
    text = " ".join(f"{reason.code} {reason.detail}" for reason in abroad.values())

    assert "203.0.113" not in text
    assert "64496" not in text


def test_points_are_what_the_feature_adds_beyond_the_usual(card, assessed):
    found = assessed(device="foreign")

    reason = next(reason for reason in found.reasons if reason.code == "foreign_device")
    assert reason.points == found.contributions["device"] - card.tables["device"].reference


@pytest.mark.parametrize("arguments", [{}, {"new": NETWORK, "device": "none"}, {"sign_ins": 0.0, "device": "none"}])
def test_reasons_are_few_and_largest_first(assessed, arguments):
    points = [reason.points for reason in assessed(**arguments).reasons]

    assert points == sorted(points, reverse=True)
    assert len(points) <= MAX_REASONS
    assert all(abs(each) >= LEAST_POINTS for each in points)


def test_what_raises_the_score_goes_before_what_lowers_it(card, assessed):
    found = assessed(new=NETWORK, device="none", counts={"ip_subjects_1h": 50, "ip_failures_1h": 50})

    raising = [
        share - card.tables[name].reference
        for name, share in found.contributions.items()
        if name != BASE and share - card.tables[name].reference >= LEAST_POINTS
    ]
    told = [reason.points for reason in found.reasons if reason.points > 0]
    assert told == sorted(raising, reverse=True)[:MAX_REASONS]


def test_of_what_lowers_the_score_the_most_is_told(card, assessed):
    found = assessed()

    lowering = sorted(
        share - card.tables[name].reference
        for name, share in found.contributions.items()
        if name != BASE and card.tables[name].lowers and share - card.tables[name].reference <= -LEAST_POINTS
    )
    assert [reason.points for reason in found.reasons] == sorted(lowering[:MAX_LOWERING], reverse=True)


def test_a_first_sign_in_is_not_told_as_a_change(told):
    codes = told(sign_ins=0.0, device="none").keys()

    assert not [code for code in codes if code.startswith(("new_country", "new_ip", "new_asn", "travel"))]
    assert "no_device" in codes


def test_what_is_not_known_is_no_reason(told):
    assert not [code for code in told(device="not collected") if "device" in code and "type" not in code]


def test_a_country_that_was_seen_before_is_not_called_new(told):
    reasons = told(history={"counts": {"country": 1.0}})

    assert "new_country" not in reasons
    assert reasons["rare_country"].detail == "8 % of sign-ins are from NO; usual: NO"


def test_the_usual_is_told_where_nothing_speaks_against_it(told):
    reasons = told()

    assert reasons["known_device"].points < 0


def test_a_password_that_is_in_no_breach_is_not_told_as_one_that_is(told):
    assert "breached_password" not in told()


def test_every_feature_has_its_words():
    assert VOICES.keys() == {feature.name for feature in FEATURES}


@pytest.mark.parametrize("device", ["known", "seen", "unfamiliar", "none", "expired", "revoked", "foreign"])
def test_devices_are_told_by_what_they_are(card, request_of_login, facts, now, device):
    voice = telling(Voice("", "{device_code}: {device}"))

    text = voice.detail(Attempt(request_of_login, facts(device=device), now))

    assert re.fullmatch(r"[a-z_]+: an? [a-z -]+|no_device: no device token", text)


def test_what_is_the_subjects_own_is_no_reason_against_it(card, assessed):
    # Where the population is the subject alone, its own values are less telling than they are on average.
    found = assessed(shares=dict.fromkeys(NETWORK, 1.0), population=12.0)

    assert found.contributions["llr_asn"] > card.tables["llr_asn"].reference + LEAST_POINTS
    assert not [reason for reason in found.reasons if reason.points > 0 and reason.code.startswith("usual")]


def test_every_word_can_be_said_of_an_attempt_of_which_nothing_is_known(request_of_login, now):
    said = [word(Attempt(request_of_login, Facts(), now)) for word in WORDS.values()]

    assert all(said)
