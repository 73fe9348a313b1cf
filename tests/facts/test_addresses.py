"""Addresses: one canonical form, one prefix, and what is nobody's on the Internet."""

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.facts.addresses import canonical_network, read_address


@pytest.mark.parametrize(
    "given",
    ["", " ", "300.1.1.1", "1.2.3", "01.2.3.4", "1.2.3.4/24", "::g", "1" * 65, "\0", "\ud800", "1.2.3.4,5.6.7.8"],
)  # fmt: skip
def test_what_names_no_address_is_none(given):
    assert read_address(given) is None


@pytest.mark.parametrize(
    ("given", "text", "prefix"),
    [
        ("84.208.20.11", "84.208.20.11", "84.208.20.0/24"),
        ("::ffff:84.208.20.11", "84.208.20.11", "84.208.20.0/24"),
        ("::FFFF:54D0:140B", "84.208.20.11", "84.208.20.0/24"),
        ("2A02:2121:0:0::00FF", "2a02:2121::ff", "2a02:2121::/48"),
        ("2a02:2121:7:8::1", "2a02:2121:7:8::1", "2a02:2121:7::/48"),
        ("fe80::1%eth0", "fe80::1", "fe80::/48"),
        (" 84.208.20.11 ", "84.208.20.11", "84.208.20.0/24"),
    ],
)
def test_an_address_has_one_form_and_one_prefix(given, text, prefix):
    address = read_address(given)

    assert address is not None
    assert (address.text, address.prefix) == (text, prefix)


@pytest.mark.parametrize(
    "given",
    [
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.1.1", "172.16.0.1", "192.168.1.1", "192.0.2.1",
        "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
        "::", "::1", "fe80::1", "fc00::1", "fec0::1", "ff02::1", "ff0e::1", "2001:db8::1", "::ffff:10.0.0.1",
    ],
)  # fmt: skip
def test_what_is_nobodys_on_the_internet_is_private(given):
    address = read_address(given)

    assert address is not None
    assert address.private


@pytest.mark.parametrize(
    "given", ["1.1.1.1", "84.208.20.11", "100.63.255.255", "100.128.0.1", "2001:4860::1", "2a02::1"]
)
def test_what_is_somebodys_is_not_private(given):
    address = read_address(given)

    assert address is not None
    assert not address.private


def test_a_network_that_maps_ipv4_is_ipv4():
    assert canonical_network(ip_network("::ffff:198.51.100.0/120")) == ip_network("198.51.100.0/24")


@given(st.text(max_size=80))
def test_any_text_is_an_address_or_none(text):
    address = read_address(text)

    assert address is None or read_address(address.text) == address


@given(st.ip_addresses())
def test_the_canonical_form_names_the_same_address(ip):
    address = read_address(str(ip))

    assert address is not None
    assert read_address(address.text) == address
    assert address.text == address.text.lower()
