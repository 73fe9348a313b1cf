from math import pi

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.core.geometry import EARTH_RADIUS_KM, coarse, distance_km, place

latitudes = st.floats(-90, 90)
longitudes = st.floats(-180, 180)
places = st.tuples(latitudes, longitudes)


def test_oslo_to_berlin_is_what_an_atlas_says():
    assert distance_km(59.91, 10.75, 52.52, 13.40) == pytest.approx(838, abs=3)


def test_the_date_line_is_not_a_wall():
    assert distance_km(0.0, 179.95, 0.0, -179.95) == pytest.approx(11.1, abs=0.1)


def test_all_longitudes_meet_at_a_pole():
    assert distance_km(90.0, 0.0, 90.0, 123.0) == pytest.approx(0.0, abs=1e-6)


def test_from_pole_to_pole_is_half_the_way_round():
    assert distance_km(90.0, 17.0, -90.0, -80.0) == pytest.approx(pi * EARTH_RADIUS_KM)


@given(places, places)
def test_a_distance_is_the_same_both_ways(one, two):
    assert distance_km(*one, *two) == pytest.approx(distance_km(*two, *one), abs=1e-6)


@given(places, places)
def test_a_distance_lies_between_nothing_and_half_the_way_round(one, two):
    assert 0.0 <= distance_km(*one, *two) <= pi * EARTH_RADIUS_KM + 1e-6


@given(places, places, places)
def test_a_detour_is_never_shorter(one, two, three):
    straight = distance_km(*one, *three)

    assert straight <= distance_km(*one, *two) + distance_km(*two, *three) + 1e-3


@given(places)
def test_the_same_place_is_no_distance_away(one):
    assert distance_km(*one, *one) == 0.0


@pytest.mark.parametrize(
    ("lat", "lon"), [(None, 1.0), (1.0, None), (91.0, 0.0), (0.0, 181.0), (float("nan"), 0.0), (0.0, float("inf"))]
)
def test_what_is_not_on_the_globe_is_no_place(lat, lon):
    assert place(lat, lon) is None


@given(latitudes)
def test_the_grid_is_a_tenth_of_a_degree(lat):
    assert abs(coarse(lat) - lat) <= 0.05 + 1e-9
