"""Geo databases made for the tests, in each schema that is read; the places are real, the networks' owners are not."""

import os
from pathlib import Path

import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from doorward.facts.networks import GeoProvider

# On the Internet, as far as `ipaddress` knows; nobody asks the Internet.
OSLO = "84.208.20.11"
BOSTON = "69.112.4.8"
TOKYO = "2001:2f8::77"
ELSEWHERE = "91.10.20.30"


def write(path: Path, records: dict, *, type: str = "GeoIP2-City", ip_version: int = 6) -> Path:
    """Write an `.mmdb` file, whole at once as an operator should: beside its place and then renamed."""
    writer = MMDBWriter(ip_version, type, languages=["en"], description="test", ipv4_compatible=ip_version == 6)
    for cidr, record in records.items():
        writer.insert_network(IPSet([cidr]), record)
    beside = path.with_suffix(".new")
    writer.to_db_file(str(beside))
    os.replace(beside, path)
    return path


def nested(country: str, city: str, lat: float, lon: float, **location: object) -> dict:
    return {
        "country": {"iso_code": country, "names": {"en": country}},
        "subdivisions": [{"iso_code": "03", "names": {"en": f"Region of {city}"}}],
        "city": {"names": {"en": city, "de": "?"}},
        "location": {"latitude": lat, "longitude": lon, **location},
    }


def flat(country: str, city: str, lat: float, lon: float, timezone: str = "") -> dict:
    return {
        "country_code": country,
        "state1": f"Region of {city}",
        "state2": "",
        "city": city,
        "postcode": "",
        "latitude": lat,
        "longitude": lon,
        "timezone": timezone,
    }


def operator(asn: int, org: str) -> dict:
    return {"autonomous_system_number": asn, "autonomous_system_organization": org}


CITIES = {
    "84.208.0.0/16": nested("NO", "Oslo", 59.91, 10.75, time_zone="Europe/Oslo", accuracy_radius=20),
    "69.112.0.0/16": nested("US", "Boston", 42.36, -71.06),
    "2001:2f8::/32": nested("JP", "Tokyo", 35.69, 139.69),
}


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "geodata"
    made.mkdir()
    return made


@pytest.fixture
def cities(folder):
    return write(folder / "city.mmdb", CITIES)


@pytest.fixture
def provider(cities):
    return GeoProvider([cities])
