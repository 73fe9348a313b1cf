"""What the databases say, in each schema; and what is said when they do not."""

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.facts.networks import CACHED_ADDRESSES, MISSING, UNREADABLE, GeoProvider, Silence
from doorward.facts.records import anonymity_of, location_of, operator_of

from .conftest import BOSTON, CITIES, ELSEWHERE, OSLO, TOKYO, flat, nested, operator, write


def reasons(facts):
    return {facts.location_reason, facts.asn_reason, facts.kind_reason}


@pytest.mark.parametrize("paths", [[], [Path("no-such-folder")], [Path("no-such.mmdb")]])
def test_without_a_database_everything_is_unknown_with_the_reason(paths):
    facts = GeoProvider(paths).look_up(OSLO)

    assert (facts.country, facts.asn, facts.kind, facts.anonymous, facts.hosting) == (None,) * 5
    assert facts.location_reason == MISSING
    assert facts.asn_reason == "no database of autonomous systems"
    assert facts.kind_reason == "no database of anonymous networks"
    assert (facts.address, facts.prefix, facts.version) == (OSLO, "84.208.20.0/24", 4)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        (None, "no address was sent"),
        ("", "no address was sent"),
        ("not an address", "the address cannot be read"),
        ("10.0.0.1", "the address is private"),
        ("203.0.113.7", "the address is private"),
    ],
)
def test_what_is_no_public_address_is_unknown_with_the_reason(provider, address, reason):
    facts = provider.look_up(address)

    assert (facts.country, facts.asn, facts.kind) == (None, None, None)
    assert reasons(facts) == {reason}


def test_no_address_has_no_version_and_a_private_one_says_so(provider):
    assert provider.look_up(None).version == 0
    assert provider.look_up("::1").private
    assert not provider.look_up(OSLO).private


def test_an_address_that_no_record_holds_is_unknown(provider):
    facts = provider.look_up(ELSEWHERE)

    assert (facts.country, facts.location_reason) == (None, "no location for this address")


@pytest.mark.parametrize("content", [b"", b"\0", b"no database at all", b"\xab\xcd\xefMaxMind.com", b"\xff" * 5000])
def test_a_file_that_is_no_database_makes_locations_unknown(folder, content):
    (folder / "city.mmdb").write_bytes(content)

    provider = GeoProvider([folder])

    assert provider.look_up(OSLO).location_reason == UNREADABLE
    assert [(each["ok"], each["error"]) for each in provider.state()] == [
        (False, "it is no geo database, or a broken one")
    ]


def test_a_truncated_database_makes_locations_unknown(folder, cities):
    whole = cities.read_bytes()
    cities.write_bytes(whole[: len(whole) // 2])

    assert GeoProvider([folder]).look_up(OSLO).location_reason == UNREADABLE


def test_a_record_that_cannot_be_read_is_unknown_and_counted(folder, cities):
    latitude = struct.pack(">d", 59.91)
    # A double of seven bytes instead of eight.
    cities.write_bytes(cities.read_bytes().replace(b"\x68" + latitude, b"\x67" + latitude))
    provider = GeoProvider([folder])

    facts = provider.look_up(OSLO)

    assert (facts.country, facts.location_reason) == (None, "the geo database cannot be read at this address")
    assert (provider.lookups, provider.failures) == (1, 1)
    assert provider.state()[0]["warnings"] == ["some of its records cannot be read"]
    assert provider.look_up(BOSTON).city == "Boston"


def test_a_second_database_answers_where_the_first_cannot_be_read(folder, cities):
    latitude = struct.pack(">d", 59.91)
    cities.write_bytes(cities.read_bytes().replace(b"\x68" + latitude, b"\x67" + latitude))
    write(folder / "country.mmdb", {"84.208.0.0/16": {"country": {"iso_code": "NO"}}}, type="GeoIP2-Country")

    facts = GeoProvider([folder]).look_up(OSLO)

    assert (facts.country, facts.city, facts.location_reason) == ("NO", None, "")


def test_the_nested_schema_says_everything(provider):
    facts = provider.look_up(OSLO)

    assert (facts.country, facts.region, facts.city) == ("NO", "Region of Oslo", "Oslo")
    assert (facts.lat, facts.lon, facts.accuracy_km) == (59.91, 10.75, 20.0)
    assert (facts.timezone, facts.location_reason) == ("Europe/Oslo", "")


def test_a_time_zone_that_the_database_leaves_out_is_the_nearest_of_the_country(provider):
    assert provider.look_up(BOSTON).timezone == "America/New_York"


def test_a_mapped_address_is_looked_up_as_ipv4(provider):
    assert provider.look_up(f"::ffff:{OSLO}") == provider.look_up(OSLO)


def test_ipv6_addresses_are_looked_up_in_the_same_file(provider):
    facts = provider.look_up(TOKYO)

    assert (facts.city, facts.prefix, facts.version) == ("Tokyo", "2001:2f8::/48", 6)


def test_the_flat_schema_is_read_from_two_files(folder):
    oslo = flat("NO", "Oslo (Bydel Frogner)", 59.91, 10.75)
    write(folder / "v4.mmdb", {"84.208.0.0/16": oslo}, type="city ipv4", ip_version=4)
    write(folder / "v6.mmdb", {"2001:2f8::/32": flat("JP", "Tokyo", 35.69, 139.69)}, type="city ipv6")
    provider = GeoProvider([folder])

    oslo, tokyo = provider.look_up(OSLO), provider.look_up(TOKYO)

    assert (oslo.country, oslo.region, oslo.city) == ("NO", "Region of Oslo (Bydel Frogner)", "Oslo")
    assert (oslo.timezone, tokyo.timezone) == ("Europe/Oslo", "Asia/Tokyo")
    assert tokyo.city == "Tokyo"
    assert provider.failures == 0


def test_an_ipv6_address_that_only_an_ipv4_file_could_hold_is_unknown(folder):
    write(folder / "v4.mmdb", {"84.208.0.0/16": flat("NO", "Oslo", 59.91, 10.75)}, type="city ipv4", ip_version=4)
    provider = GeoProvider([folder])

    facts = provider.look_up(TOKYO)

    assert facts.country is None
    assert provider.failures == 0


def test_a_city_database_is_asked_before_one_of_countries(folder):
    write(folder / "a-country.mmdb", {"84.0.0.0/8": {"country": {"iso_code": "SE"}}}, type="GeoIP2-Country")
    write(folder / "city.mmdb", CITIES)
    provider = GeoProvider([folder])

    assert provider.look_up(OSLO).country == "NO"
    assert provider.look_up("84.1.1.1").country == "SE"


def test_a_type_that_nobody_knows_is_read_by_its_shape(folder):
    record = nested("NO", "Oslo", 59.91, 10.75) | operator(2119, "Nordic Net") | {"is_tor_exit_node": True}
    records = {"84.208.0.0/16": record, "69.112.0.0/16": nested("US", "Boston", 42.3, -71.0)}
    write(folder / "own.mmdb", records, type="own")
    provider = GeoProvider([folder])

    oslo, boston = provider.look_up(OSLO), provider.look_up(BOSTON)

    assert (oslo.city, oslo.asn, oslo.kind) == ("Oslo", 2119, "tor")
    assert (boston.city, boston.asn, boston.anonymous) == ("Boston", None, None)


def test_the_operator_comes_from_a_database_of_autonomous_systems(folder, cities):
    write(folder / "asn.mmdb", {"84.208.0.0/16": operator(2119, "Nordic Net")}, type="GeoLite2-ASN")
    provider = GeoProvider([folder])

    known, nobody = provider.look_up(OSLO), provider.look_up(BOSTON)

    assert (known.asn, known.as_org, known.asn_reason) == (2119, "Nordic Net", "")
    assert (nobody.asn, nobody.asn_reason) == (None, "no autonomous system for this address")


@pytest.mark.parametrize(
    ("flags", "kind", "anonymous", "hosting"),
    [
        ({"is_anonymous": True, "is_tor_exit_node": True}, "tor", True, False),
        ({"is_anonymous": True, "is_anonymous_vpn": True}, "vpn", True, False),
        ({"is_anonymous": True, "is_anonymous_vpn": True, "is_hosting_provider": True}, "vpn", True, True),
        ({"is_anonymous": True, "is_hosting_provider": True}, "hosting", False, True),
        ({"is_anonymous": True, "is_public_proxy": True}, None, True, False),
        ({"is_residential_proxy": True}, None, True, False),
        ({"is_anonymous": True}, None, True, False),
        ({}, None, False, False),
    ],
)
def test_an_anonymous_ip_database_says_what_a_network_is_for(folder, flags, kind, anonymous, hosting):
    write(folder / "anonymous.mmdb", {"84.208.0.0/16": flags}, type="GeoIP2-Anonymous-IP")

    facts = GeoProvider([folder]).look_up(OSLO)

    assert (facts.kind, facts.anonymous, facts.hosting) == (kind, anonymous, hosting)


def test_what_an_anonymous_ip_database_does_not_list_is_neither_anonymous_nor_hosting(folder):
    write(folder / "anonymous.mmdb", {"1.0.0.0/24": {"is_tor_exit_node": True}}, type="GeoIP2-Anonymous-IP")

    facts = GeoProvider([folder]).look_up(OSLO)

    assert (facts.kind, facts.anonymous, facts.hosting) == (None, False, False)


@pytest.mark.parametrize(
    ("asn", "org", "kind", "anonymous", "hosting"),
    [
        (16509, "Amazon.com, Inc.", "hosting", None, True),
        (21928, "T-Mobile USA, Inc.", "mobile", None, False),
        (60729, "Exit Relays", "tor", True, False),
        (64600, "Nordic Web-Hosting Ltd", "hosting", None, True),
        (64601, "Cloudy Valley Cable", None, None, None),
        (64602, "Nordic Net", None, None, None),
    ],
)
def test_without_such_a_database_only_certain_operators_have_a_kind(folder, asn, org, kind, anonymous, hosting):
    write(folder / "asn.mmdb", {"84.208.0.0/16": operator(asn, org)}, type="GeoLite2-ASN")

    facts = GeoProvider([folder]).look_up(OSLO)

    assert (facts.kind, facts.anonymous, facts.hosting) == (kind, anonymous, hosting)
    assert facts.kind_reason == "no database of anonymous networks"


def test_answers_are_kept_up_to_a_bound(provider):
    for address in (OSLO, f"::ffff:{OSLO}", f" {OSLO}", BOSTON, OSLO):
        provider.look_up(address)

    kept = provider._look_up.cache_info()
    assert (kept.hits, kept.misses, kept.maxsize) == (3, 2, CACHED_ADDRESSES)
    assert provider.lookups == 2


@pytest.mark.parametrize(
    "record",
    [
        None, [], "NO", {}, {"country": "NO"}, {"country": {"iso_code": "ZZ"}}, {"country": {"iso_code": 5}},
        {"country": {"iso_code": "NOR"}}, {"country_code": None}, {"registered_country": {"iso_code": "NO"}},
    ],
)  # fmt: skip
def test_a_record_that_names_no_country_is_no_location(record):
    assert location_of(record, districts=False) is None


@pytest.mark.parametrize(
    ("lat", "lon"), [(91.0, 10.0), (10.0, 181.0), (float("nan"), 1.0), ("59", "10"), (None, 10.0), (True, 1)]
)
def test_coordinates_that_lie_nowhere_are_left_out(lat, lon):
    location = location_of(flat("NO", "Oslo", lat, lon), districts=False)

    assert location is not None
    assert (location.lat, location.lon, location.timezone) == (None, None, "Europe/Oslo")


def test_brackets_stay_where_they_belong_to_the_name():
    location = location_of(nested("DE", "Frankfurt (Oder)", 52.35, 14.55), districts=False)

    assert location is not None
    assert location.city == "Frankfurt (Oder)"


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.binary(max_size=3),
    lambda inside: st.lists(inside, max_size=2)
    | st.dictionaries(
        st.sampled_from(
            ["country", "country_code", "iso_code", "city", "names", "en", "location", "latitude", "longitude",
             "time_zone", "subdivisions", "traits", "autonomous_system_number", "is_anonymous", "accuracy_radius"]
        ),
        inside,
        max_size=5,
    ),
)  # fmt: skip


@given(_values)
def test_no_record_whatever_breaks_the_reading(record):
    location, operator = location_of(record, districts=True), operator_of(record)

    assert location is None or len(location.country) == 2
    assert operator is None or operator.asn > 0
    assert anonymity_of(record).kind in (None, "tor", "vpn", "hosting")


def test_silence_tells_the_form_of_an_address_and_nothing_else():
    facts = Silence().look_up(OSLO)

    assert (facts.address, facts.country, facts.location_reason) == (OSLO, None, MISSING)
