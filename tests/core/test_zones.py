from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.core.zones import first_zone, offset_seconds, zone


@pytest.mark.parametrize(
    "name", ["", "Mars/Olympus", "../../etc/passwd", "/etc/localtime", "Europe", "Europe/Oslo\0", "x" * 5000]
)
def test_a_name_that_is_no_zone_is_none(name):
    assert zone(name) is None


@given(st.text(max_size=60))
def test_no_name_raises(name):
    zone(name)


def test_the_first_zone_that_exists_is_taken():
    assert str(first_zone("Mars/Olympus", "Europe/Oslo", "Asia/Tokyo")) == "Europe/Oslo"


def test_without_any_zone_it_is_utc():
    assert first_zone("", "nowhere") is UTC


def test_an_offset_follows_summer_time():
    oslo = first_zone("Europe/Oslo")

    assert offset_seconds(oslo, 1_767_261_600) == 3600
    assert offset_seconds(oslo, 1_782_900_000) == 7200
