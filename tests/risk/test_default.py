"""What the shipped scorecard must do for anyone who has just installed the service; it is a trained one."""

from pathlib import Path

import pytest

from doorward.core.facts import DeviceFacts, Facts
from doorward.core.signals.base import Attempt
from doorward.risk.features import FEATURES
from doorward.risk.model_file import load_scorecard
from doorward.risk.scorecard import assess

MEDIUM, HIGH = 95.0, 99.0
NETWORK = ("ip", "prefix", "asn", "country", "city")
LEASE = ("ip", "prefix")
BANGKOK = {"country": "TH", "city": "Bangkok", "lat": 13.8, "lon": 100.5, "accuracy_km": 20.0}
SHIPPED = Path(__file__).parents[2] / "models" / "default.json"


@pytest.fixture(scope="module")
def shipped():
    return load_scorecard(SHIPPED)


@pytest.fixture(scope="module")
def score(shipped, request_of_login, facts, now):
    return lambda **given: assess(shipped, Attempt(request_of_login, facts(**given), now)).score


def test_it_has_a_table_for_every_feature(shipped):
    assert shipped.tables.keys() == {feature.name for feature in FEATURES}


def test_it_says_that_its_scale_was_measured_on_simulated_people(shipped):
    assert shipped.calibration.source == "simulated"
    assert shipped.calibration.n > 10_000


def test_its_card_names_it(shipped):
    assert shipped.id in SHIPPED.with_suffix(".md").read_text("utf-8")


def test_the_owner_on_a_known_device_scores_low(score):
    assert score() < 70


def test_a_new_lease_on_a_known_device_stays_low(score):
    assert score(new=LEASE, unseen=LEASE) < MEDIUM


@pytest.mark.parametrize("kind", ["residential", "mobile", "corporate", None])
@pytest.mark.parametrize("population", [0.0, 5_000.0])
def test_a_first_sign_in_from_a_plain_network_is_not_challenged(score, kind, population):
    first = score(sign_ins=0.0, population=population, device="none", network={"kind": kind})

    assert first < MEDIUM


def test_a_first_sign_in_where_nothing_is_looked_up_is_not_challenged(shipped, request_of_login, now):
    bare = Facts(device=DeviceFacts(token_state="none", known=False))

    assert assess(shipped, Attempt(request_of_login, bare, now)).score < MEDIUM


def test_a_device_scores_by_how_well_it_is_known(score):
    scores = [score(device=each, new=LEASE) for each in ("known", "seen", "unfamiliar", "none", "expired", "revoked")]

    assert scores == sorted(scores)


def test_a_new_address_without_a_device_is_challenged_where_the_subjects_devices_return(score):
    assert score(new=LEASE, device="none", history={"on_returning": 12.0}) >= MEDIUM


def test_the_same_without_a_device_is_milder_for_whoever_never_keeps_a_token(score):
    keeps = score(new=LEASE, device="none", history={"on_returning": 12.0})

    assert score(new=LEASE, device="none", history={"on_returning": 0.0}) < keeps


def test_another_continent_without_a_device_is_high(score):
    assert score(new=NETWORK, unseen=NETWORK, device="none", hours_ago=0.2, network=BANGKOK) >= HIGH


def test_a_newcomer_through_tor_scores_above_one_from_home(score):
    tor = score(sign_ins=0.0, device="none", network={"kind": "tor", "anonymous": True})

    assert tor > score(sign_ins=0.0, device="none", network={"kind": "residential"})


@pytest.mark.parametrize("counts", [{"subject_failures_1h": 20}, {"ip_subjects_1h": 40, "ip_failures_1h": 40}])
def test_failures_raise_the_score(score, counts):
    assert score(counts=counts) > score()
