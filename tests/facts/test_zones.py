"""Time zones of places, where the database names none."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.facts.zones import nearest_zone, principal_places


@pytest.mark.parametrize(
    ("country", "lat", "lon"),
    [("XX", 50.0, 10.0), ("", 50.0, 10.0), ("US", None, None), ("US", 40.0, None), ("US", 95.0, 10.0)],
)
def test_a_zone_that_cannot_be_told_is_none(country, lat, lon):
    assert nearest_zone(country, lat, lon) is None


def test_a_country_with_one_zone_needs_no_coordinates():
    assert nearest_zone("NO", None, None) == "Europe/Oslo"


@pytest.mark.parametrize(
    ("country", "lat", "lon", "zone"),
    [
        ("US", 42.36, -71.06, "America/New_York"),
        ("US", 34.05, -118.24, "America/Los_Angeles"),
        ("US", 39.74, -104.99, "America/Denver"),
        ("AU", -33.87, 151.21, "Australia/Sydney"),
        ("AU", -31.95, 115.86, "Australia/Perth"),
        ("BR", -23.55, -46.63, "America/Sao_Paulo"),
        ("RU", 55.75, 37.62, "Europe/Moscow"),
        ("RU", 43.12, 131.89, "Asia/Vladivostok"),
        ("ES", 28.12, -15.43, "Atlantic/Canary"),
        ("NZ", -41.29, 174.78, "Pacific/Auckland"),
    ],
)
def test_the_nearest_principal_place_gives_the_zone(country, lat, lon, zone):
    assert nearest_zone(country, lat, lon) == zone


def test_every_zone_of_the_table_exists_and_lies_on_the_globe():
    places = [place for of_country in principal_places().values() for place in of_country]

    assert len(places) > 300
    assert all(-90 <= each.lat <= 90 and -180 <= each.lon <= 180 and ZoneInfo(each.zone) for each in places)


@given(st.sampled_from(sorted(principal_places())), st.floats(-90, 90), st.floats(-180, 180))
def test_a_country_of_the_table_always_gets_one_of_its_own_zones(country, lat, lon):
    assert nearest_zone(country, lat, lon) in {each.zone for each in principal_places()[country]}
