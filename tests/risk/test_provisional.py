"""What the hand-set scorecard must do for anyone who has just installed the service."""

import pytest

from doorward.core.facts import Facts
from doorward.core.signals.base import Attempt
from doorward.risk.model_file import write_scorecard
from doorward.risk.provisional import provisional
from doorward.risk.scorecard import assess

MEDIUM, HIGH = 95.0, 99.0
NETWORK = ("ip", "prefix", "asn", "country", "city")
LEASE = ("ip", "prefix")
BANGKOK = {"country": "TH", "city": "Bangkok", "lat": 13.8, "lon": 100.5, "accuracy_km": 20.0}


def test_the_shipped_file_is_what_the_generator_makes(default_path):
    shipped = default_path.read_bytes()

    made = write_scorecard(provisional())

    assert made == shipped


def test_the_shipped_scale_says_that_it_rests_on_no_sign_ins(assessed):
    calibration = assessed().calibration

    assert calibration == {"source": "provisional", "n": 0, "version": "2026-11"}


@pytest.mark.parametrize("population", [0.0, 1.0, 100.0, 5_000.0, 10_000_000.0])
@pytest.mark.parametrize("sign_ins", [0.1, 1.0, 5.0, 40.0])
def test_a_network_that_nobody_has_seen_scores_above_the_owners(score, population, sign_ins):
    owners = score(sign_ins=sign_ins, population=population)

    unseen = score(sign_ins=sign_ins, population=population, unseen=NETWORK)

    assert unseen > owners


@pytest.mark.parametrize("share", [0.3, 0.95])
def test_a_network_that_nobody_has_seen_scores_above_the_owners_common_one(score, share):
    shares = dict.fromkeys(NETWORK, share)
    owners = score(shares=shares)

    unseen = score(shares=shares, unseen=NETWORK)

    assert unseen > owners


def test_a_rare_network_of_ones_own_scores_below_a_common_one_that_is_not(score):
    own_and_rare = score(shares={"ip": 1e-6, "asn": 1e-6}, device="none")

    common_and_new = score(shares={"asn": 0.4}, new=("ip", "prefix", "asn"), device="none")

    assert common_and_new > own_and_rare


@pytest.mark.parametrize("device", ["none", "not collected"])
@pytest.mark.parametrize("kind", ["residential", "mobile", "corporate", None])
def test_a_first_sign_in_from_a_plain_network_is_allowed(score, device, kind):
    first = score(sign_ins=0.0, device=device, network={"kind": kind})

    assert first < MEDIUM - 2


def test_a_first_sign_in_of_a_fresh_installation_is_allowed(card, request_of_login, now):
    first = assess(card, Attempt(request_of_login, Facts(), now)).score

    assert first is not None
    assert first < MEDIUM - 2


@pytest.mark.parametrize("population", [1.0, 10.0, 100.0, 150.0])
def test_a_small_population_does_not_punish_a_network_that_is_new_to_it(score, population):
    first = score(sign_ins=0.0, device="none", population=population, unseen=NETWORK)

    assert first < MEDIUM


def test_the_same_device_again_scores_lower_than_the_first_time(score):
    first = score(sign_ins=0.0, device="none")

    second = score(sign_ins=1.0, device="seen")

    assert second < first - 5


def test_a_quarantined_sign_in_lowers_the_score_a_bit(assessed):
    first = assessed(sign_ins=0.0, device="none")

    second = assessed(sign_ins=0.1, events=1, device="none")

    assert first.log_odds - 2 < second.log_odds < first.log_odds - 0.1


def test_a_quarantined_sign_in_lowers_the_score_even_without_a_population(assessed):
    first = assessed(sign_ins=0.0, device="none", population=0.0)

    second = assessed(sign_ins=0.1, events=1, device="none", population=0.0)

    assert second.log_odds < first.log_odds


def test_the_owner_on_a_known_device_scores_low(score):
    assert score() < 50


def test_a_new_lease_on_a_known_device_stays_low(score):
    assert score(new=LEASE, unseen=LEASE) < 70


def test_a_new_lease_without_a_device_is_not_challenged(score):
    assert score(unseen=LEASE, device="none") < MEDIUM


def test_a_journey_with_a_known_device_is_at_most_medium(score):
    away = score(new=NETWORK, network=BANGKOK, hours_ago=48.0, history={"nearest_km": 8600.0})

    assert away < HIGH


@pytest.mark.parametrize("sign_ins", [1.0, 12.0, 100.0])
def test_another_continent_ten_minutes_later_without_a_token_is_high(score, sign_ins):
    away = score(
        sign_ins=sign_ins,
        new=NETWORK,
        network=BANGKOK,
        hours_ago=1 / 6,
        history={"nearest_km": 8600.0},
        device="none",
    )

    assert away >= HIGH


@pytest.mark.parametrize("device", ["known", "none", "not collected"])
@pytest.mark.parametrize("sign_ins", [0.0, 1.0, 12.0, 100.0])
def test_twenty_failures_and_then_a_success_are_challenged(score, device, sign_ins):
    failures = {"subject_failures_1h": 20, "subject_failures_24h": 20}

    after = score(sign_ins=sign_ins, device=device, counts=failures)

    assert after >= MEDIUM


def test_a_forgotten_password_is_not_challenged(score):
    after = score(counts={"subject_failures_1h": 4, "subject_failures_24h": 4, "ip_failures_1h": 4})

    assert after < 70


def test_a_newcomer_through_tor_is_challenged(score):
    first = score(sign_ins=0.0, device="none", network={"kind": "tor", "anonymous": True})

    assert first >= MEDIUM


def test_a_newcomer_from_a_rare_network_and_country_is_high(score):
    first = score(sign_ins=0.0, device="none", population=20_000.0, unseen=("ip", "prefix", "asn", "country", "city"))

    assert first >= HIGH


def test_a_newer_browser_on_a_known_device_is_not_odd(score, assessed):
    updated = assessed(unseen=("agent",))

    assert updated.score < score() + 10
    assert "new_agent" not in [reason.code for reason in updated.reasons]


def test_another_browser_on_a_known_device_is_noticed(assessed):
    usual = assessed()

    other = assessed(new=("agent", "browser"))

    assert other.log_odds > usual.log_odds + 0.5


@pytest.mark.parametrize(
    "signs",
    [
        {"counts": {"ip_subjects_1h": 40, "ip_failures_1h": 40}},
        {"counts": {"device_subjects_24h": 12}},
        {"velocity": {"asn_failure_ratio_1h": 0.9}},
        {"network": {"kind": "hosting"}},
        {"history": {"flags": ("not_me",)}},
    ],
    ids=str,
)
def test_what_speaks_against_an_attempt_raises_its_score(score, signs):
    assert score(device="none", **signs) > score(device="none")


def test_a_device_scores_by_how_well_it_is_known(assessed):
    ranks = ["known", "seen", "unfamiliar", "none", "expired", "revoked"]

    log_odds = [assessed(device=device).log_odds for device in ranks]

    assert log_odds == sorted(log_odds)
    assert log_odds[0] < log_odds[1] < log_odds[2]
