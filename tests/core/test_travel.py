from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.core.facts import Facts, HistoryFacts, NetworkFacts
from doorward.core.request import DecisionRequest, Subject
from doorward.core.signals import Attempt, evaluate
from doorward.core.signals.travel import SPEED_CEILING_KMH

HOUR = 3600
NOW = 1_767_261_600.0
ALL = ("travel.distance_km", "travel.speed_kmh", "travel.usual_distance_km", "travel.impossible")

places = st.tuples(st.floats(-90, 90), st.floats(-180, 180))
radii = st.none() | st.floats(0, 2000)


def journey(there, here, seconds, *, radius=0.0, last_radius=0.0):
    """Evaluate a sign-in at *here*, so long after the last verified one at *there*."""
    network = NetworkFacts(address="203.0.113.7", country="NO", lat=here[0], lon=here[1], accuracy_km=radius)
    history = HistoryFacts(
        events=12,
        last_at=NOW - seconds,
        last_lat=there[0],
        last_lon=there[1],
        last_accuracy_km=last_radius,
        nearest_km=1.0,
    )
    return evaluate(Attempt(DecisionRequest("login", Subject("u-1")), Facts(network=network, history=history), NOW))


OSLO, BERLIN, SYDNEY = (59.9, 10.7), (52.5, 13.4), (-33.9, 151.2)


def test_hours_are_hours():
    """A flight from Oslo to Berlin takes three hours: hours taken for days would make it impossible."""
    values = journey(OSLO, BERLIN, 3 * HOUR).values

    assert values["travel.hours"] == 3.0
    assert values["travel.distance_km"] == pytest.approx(841, abs=10)
    assert values["travel.speed_kmh"] == pytest.approx((841 - 50) / 3, abs=5)
    assert values["travel.impossible"] is False


def test_from_oslo_to_sydney_in_an_hour_is_impossible():
    assert journey(OSLO, SYDNEY, HOUR).values["travel.impossible"] is True


def test_from_oslo_to_sydney_in_a_day_is_possible():
    assert journey(OSLO, SYDNEY, 24 * HOUR).values["travel.impossible"] is False


def test_the_border_is_a_thousand_kilometres_an_hour_after_the_slack():
    certain = journey(OSLO, SYDNEY, HOUR).values["travel.distance_km"] - 50
    seconds = certain / 1000 * HOUR

    assert journey(OSLO, SYDNEY, seconds * 0.999).values["travel.impossible"] is True
    assert journey(OSLO, SYDNEY, seconds * 1.001).values["travel.impossible"] is False


@pytest.mark.parametrize(("degrees", "impossible"), [(1.3, False), (1.4, True)])
def test_less_than_a_hundred_kilometres_after_the_slack_is_never_impossible(degrees, impossible):
    assert journey((0.0, 0.0), (0.0, degrees), 1).values["travel.impossible"] is impossible


@pytest.mark.parametrize(("radius", "last_radius", "impossible"), [(0, 0, True), (400, 0, True), (400, 400, False)])
def test_both_accuracy_radii_are_taken_off(radius, last_radius, impossible):
    values = journey(OSLO, BERLIN, 60, radius=radius, last_radius=last_radius).values

    assert values["travel.impossible"] is impossible


def test_an_unstated_accuracy_is_fifty_kilometres():
    unstated = journey(OSLO, BERLIN, HOUR, radius=None, last_radius=None).values["travel.speed_kmh"]

    assert unstated == pytest.approx(journey(OSLO, BERLIN, HOUR, radius=50, last_radius=50).values["travel.speed_kmh"])


def test_no_time_at_all_has_the_highest_speed_there_is():
    values = journey(OSLO, SYDNEY, 0).values

    assert values["travel.speed_kmh"] == SPEED_CEILING_KMH
    assert values["travel.impossible"] is True


def test_no_time_and_no_way_is_no_speed():
    values = journey(OSLO, OSLO, 0).values

    assert values["travel.speed_kmh"] == 0.0
    assert values["travel.impossible"] is False


def test_a_clock_that_was_set_back_is_no_shorter_journey():
    assert journey(OSLO, SYDNEY, -24 * HOUR).values["travel.hours"] == 24.0
    assert journey(OSLO, SYDNEY, -24 * HOUR).values["travel.impossible"] is False


def test_across_the_date_line_is_near():
    assert journey((0.0, 179.9), (0.0, -179.9), 60).values["travel.distance_km"] == pytest.approx(22, abs=1)


def test_around_a_pole_is_near():
    assert journey((89.9, 0.0), (89.9, 180.0), 60).values["travel.distance_km"] == pytest.approx(22, abs=1)


@given(places, places, st.floats(0, 1e8), radii, radii)
def test_a_journey_is_the_same_both_ways(there, here, seconds, one, two):
    forth = journey(there, here, seconds, radius=one, last_radius=two).values
    back = journey(here, there, seconds, radius=two, last_radius=one).values

    assert forth["travel.speed_kmh"] == pytest.approx(back["travel.speed_kmh"], rel=1e-6, abs=1e-6)
    assert forth["travel.distance_km"] == pytest.approx(back["travel.distance_km"], abs=1e-6)


@given(places, places, st.floats(0, 1e8))
def test_speed_and_distance_are_bounded(there, here, seconds):
    values = journey(there, here, seconds).values

    assert 0 <= values["travel.distance_km"] < 20_016
    assert 0 <= values["travel.speed_kmh"] <= SPEED_CEILING_KMH


@given(places, places, st.floats(1, 1e8), st.floats(1, 100))
def test_more_time_never_makes_a_journey_impossible(there, here, seconds, factor):
    slower = journey(there, here, seconds * factor).values["travel.impossible"]

    assert journey(there, here, seconds).values["travel.impossible"] or not slower


@given(places, places, st.floats(0, 1e8), st.floats(0, 500))
def test_less_accuracy_never_makes_a_journey_impossible(there, here, seconds, radius):
    vague = journey(there, here, seconds, radius=radius).values["travel.impossible"]

    assert journey(there, here, seconds).values["travel.impossible"] or not vague


@given(places, st.floats(0, 1e8))
def test_who_stays_does_not_travel(here, seconds):
    values = journey(here, here, seconds).values

    assert values["travel.distance_km"] == pytest.approx(0, abs=1e-6)
    assert values["travel.impossible"] is False


def test_without_a_verified_sign_in_there_is_no_journey(signals):
    dark = signals(history=HistoryFacts()).unknown

    assert {dark[name] for name in (*ALL, "travel.hours")} == {"no_history"}


@pytest.mark.parametrize(
    "changes", [{"lat": None}, {"lon": None}, {"lat": 95.0}, {"kind": "mobile"}, {"kind": "vpn"}, {"anonymous": True}]
)
def test_from_here_there_is_no_distance_where_here_is_no_place(signals, oslo, berlin_yesterday, changes):
    dark = signals(network=replace(oslo, **changes), history=berlin_yesterday)

    assert set(ALL) <= set(dark.unknown)
    assert dark.values["travel.hours"] == 24.0


@pytest.mark.parametrize(
    "changes",
    [{"last_lat": None}, {"last_lon": 200.0}, {"last_kind": "mobile"}, {"last_kind": "tor"}, {"last_anonymous": True}],
)
def test_from_there_there_is_no_distance_where_there_is_no_place(signals, berlin_yesterday, changes):
    dark = signals(history=replace(berlin_yesterday, **changes))

    assert {"travel.distance_km", "travel.speed_kmh", "travel.impossible"} <= set(dark.unknown)
    assert dark.values["travel.usual_distance_km"] == 838.0


def test_anonymity_that_nobody_looked_up_does_not_hide_the_journey(signals, oslo, berlin_yesterday):
    network = replace(oslo, anonymous=None, kind=None)
    history = replace(berlin_yesterday, last_anonymous=None, last_kind=None)

    assert signals(network=network, history=history).values["travel.impossible"] is False
