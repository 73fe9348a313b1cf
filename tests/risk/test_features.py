"""Each feature: what it reads, and that what is not known is not a number."""

from dataclasses import replace
from math import e, isnan, log, log1p
from pathlib import Path

import pytest

from doorward.core.facts import Facts, HistoryFacts, PopulationFacts, VelocityFacts
from doorward.core.request import Credential, DecisionRequest, Subject
from doorward.core.signals.base import Attempt
from doorward.risk.features import FEATURES, features
from doorward.risk.floors import FLOORS

BANGKOK = {"country": "TH", "city": "Bangkok", "lat": 13.8, "lon": 100.5, "accuracy_km": 20.0}


@pytest.fixture
def of(request_of_login, facts, now):
    """Return the features of what `facts` makes of the same arguments."""
    return lambda **arguments: features(Attempt(request_of_login, facts(**arguments), now))


def test_every_feature_has_its_own_name():
    names = [feature.name for feature in FEATURES]

    assert len(set(names)) == len(names)


def test_the_documentation_has_every_feature_and_floor():
    page = (Path(__file__).parents[2] / "docs" / "scoring.md").read_text("utf-8")

    missing = [row.name for row in (*FEATURES, *FLOORS) if f"| `{row.name}` | {row.doc} |" not in page]

    assert missing == []


def test_nothing_is_known_of_an_attempt_whose_history_cannot_be_read(request_of_login, now):
    blind = Facts(history=HistoryFacts(reachable=False), velocity=VelocityFacts(reachable=False))

    values = features(Attempt(request_of_login, blind, now))

    assert [name for name, value in values.items() if not isnan(value)] == []


def test_a_network_that_came_lately_speaks_only_against_a_device_that_is_not_the_subjects(of):
    lately = {"before_network": 0.9, "on_returning": 12.0}
    late = {
        device: of(device=device, history=lately)["late_network"] for device in ("known", "seen", "unfamiliar", "none")
    }

    assert late["known"] == late["seen"] == 0.0
    assert late["unfamiliar"] == late["none"] == pytest.approx(0.9 * 12 / 13)


def test_a_network_says_the_more_the_later_it_came_and_the_more_there_was_before(of):
    def late(before, sign_ins):
        history = {"before_network": before, "on_returning": sign_ins}
        return of(device="none", sign_ins=sign_ins, history=history)["late_network"]

    assert late(0.0, 12.0) == 0.0 < late(0.5, 12.0) < late(0.9, 12.0) < late(0.9, 40.0) < 1.0
    assert late(0.5, 2.0) < late(0.5, 12.0)


def test_a_late_network_says_nothing_of_whose_browser_keeps_no_token(of):
    assert of(device="none", history={"before_network": 1.0, "on_returning": 0.0})["late_network"] == 0.0


@pytest.mark.parametrize("lacking", ["before_network", "on_returning"])
def test_a_late_network_is_not_known_where_the_history_does_not_tell(of, lacking):
    history = {"before_network": 0.9, "on_returning": 12.0} | {lacking: None}

    assert isnan(of(device="none", history=history)["late_network"])


def test_at_a_first_sign_in_the_country_is_as_telling_as_it_is_rare_in_the_tenant(of):
    first = of(sign_ins=0.0, unseen=["country"])

    assert first["first_country"] == first["rarity_country"] > of(sign_ins=0.0)["first_country"]


def test_after_the_first_sign_in_the_countrys_rarity_is_left_to_the_history(of):
    assert of(unseen=["country"])["first_country"] == 0.0


def test_where_nobodys_country_was_counted_a_first_one_is_not_known(request_of_login, facts, now):
    uncounted = replace(facts(sign_ins=0.0), population=PopulationFacts())

    assert isnan(features(Attempt(request_of_login, uncounted, now))["first_country"])


def test_a_first_sign_in_is_compared_with_nothing(of):
    values = of(sign_ins=0.0)

    compared = {feature.name for feature in FEATURES if feature.compares}
    assert {name for name in compared if values[name] != 0.0 and not isnan(values[name])} == set()


@pytest.mark.parametrize(
    ("device", "rank"),
    [("known", 0), ("seen", 1), ("unfamiliar", 2), ("none", 3), ("expired", 4), ("foreign", 4), ("revoked", 5)],
)
def test_a_device_has_a_rank(of, device, rank):
    assert of(device=device)["device"] == rank


def test_a_token_that_was_not_collected_has_no_rank(of):
    assert isnan(of(device="not collected")["device"])


def test_travel_is_the_distance_that_nothing_explains_over_the_time(of):
    values = of(network=BANGKOK, hours_ago=10.0, history={"nearest_km": 8000.0})

    assert values["travel_speed"] == pytest.approx((8670 - 50 - 20 - 20) / 10, rel=0.01)
    assert values["usual_distance"] == pytest.approx(log1p(8000 - 50 - 20))


def test_a_neighbouring_town_is_no_journey(of):
    assert of(network={"lat": 60.9, "lon": 10.7}, hours_ago=0.01)["travel_speed"] == 0.0


@pytest.mark.parametrize(
    "end",
    [
        {"network": BANGKOK | {"kind": "mobile"}},
        {"network": BANGKOK | {"kind": "vpn"}},
        {"network": BANGKOK | {"anonymous": True}},
        {"network": BANGKOK | {"lat": None}},
        {"network": BANGKOK, "history": {"last_kind": "mobile"}},
        {"network": BANGKOK, "history": {"last_anonymous": True}},
        {"network": BANGKOK, "history": {"last_lon": None}},
    ],
    ids=str,
)
def test_a_place_that_is_not_its_users_own_has_no_speed(of, end):
    assert isnan(of(**end)["travel_speed"])


def test_a_clock_that_was_set_back_is_still_a_journey(of):
    assert of(network=BANGKOK, hours_ago=-10.0)["travel_speed"] == of(network=BANGKOK, hours_ago=10.0)["travel_speed"]


def test_a_new_address_tells_more_soon_after_the_last_sign_in(of):
    soon = of(unseen=("ip",), hours_ago=0.01)["new_ip_gap"]

    late = of(unseen=("ip",), hours_ago=24 * 60.0)["new_ip_gap"]

    assert soon == pytest.approx(log(0.9 / 0.023))
    assert late == pytest.approx(log(0.9 / 0.74))


def test_an_address_gets_familiar_by_and_by(of):
    new = of(unseen=("ip",))["new_ip_gap"]
    barely = of(history={"counts": {"ip": 0.1}})["new_ip_gap"]
    often = of(history={"counts": {"ip": 10.0}})["new_ip_gap"]

    assert new > barely > often


def test_the_browser_speaks_for_its_new_version_on_a_known_device(of):
    updated = of(unseen=("agent",), device="known")

    assert updated["llr_agent"] == updated["llr_browser"]


def test_a_new_version_without_a_device_is_less_odd_than_a_new_browser(of):
    version = of(unseen=("agent",), device="none")["llr_agent"]

    browser = of(unseen=("agent", "browser"), device="none")["llr_agent"]

    assert 0 < version < browser


def test_counts_are_told_as_logarithms(of):
    values = of(counts={"subject_failures_1h": 7, "ip_subjects_1h": 20, "device_subjects_24h": 3})

    assert values["subject_failures_1h"] == log1p(7)
    assert values["ip_subjects_1h"] == log1p(20)
    assert values["device_subjects_24h"] == log1p(3)


def test_what_the_caller_states_is_read(facts, now):
    created_at = now - (e - 1) * 86_400
    request = DecisionRequest("login", Subject("u", created_at=created_at), credential=Credential("passed", True))

    values = features(Attempt(request, facts(), now))

    assert values["breached"] == 1.0
    assert values["account_age"] == pytest.approx(1.0)


@pytest.mark.parametrize(("kind", "rank"), [("residential", 0), ("hosting", 3), ("tor", 5)])
def test_networks_have_a_rank(of, kind, rank):
    assert of(network={"kind": kind})["network_kind"] == rank


def test_a_network_of_unknown_kind_has_no_rank(of):
    values = of(network={"kind": None, "anonymous": None})

    assert isnan(values["network_kind"])
    assert isnan(values["anonymous"])


def test_rarity_needs_no_history(of):
    values = of(sign_ins=0.0, unseen=("asn",), population=10_000.0)

    assert values["rarity_asn"] > 9


def test_the_secrets_that_a_record_leaves_out_change_nothing(request_of_login, facts, now):
    client = replace(request_of_login.client, device_token="dvt_x", device_token_collected=True)

    with_token = features(Attempt(replace(request_of_login, client=client), facts(), now))

    assert repr(with_token) == repr(features(Attempt(request_of_login, facts(), now)))
