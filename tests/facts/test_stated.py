"""Networks as a sandbox's tests or a log state them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.core.errors import BadInput
from doorward.core.facts import NetworkFacts
from doorward.facts.networks import OverriddenLocator, Silence, facts_from_event, read_networks

from .conftest import OSLO

BERLIN = {
    "cidr": "198.51.100.0/24", "country": "DE", "city": "Berlin", "lat": 52.5, "lon": 13.4,
    "timezone": "Europe/Berlin", "asn": 3320, "as_org": "Nordic Net", "kind": "residential",
}  # fmt: skip


def pointers(rows):
    with pytest.raises(BadInput) as refused:
        read_networks(rows)
    return {mistake.pointer for mistake in refused.value.mistakes}


def test_all_mistakes_of_all_networks_are_told_at_once():
    rows = [
        {"cidr": "198.51.100.7/24", "country": "Germany", "lat": 91, "lon": 13.4, "knd": "vpn"},
        {"country": "DE", "asn": 0, "as_org": "two\nlines", "kind": "wifi", "timezone": "Mars/Olympus"},
        "198.51.100.0/24",
        {"cidr": 7, "lat": 52.5, "anonymous": "yes", "accuracy_km": float("inf"), "asn": True},
    ]

    assert pointers(rows) == {
        "#/0/cidr", "#/0/country", "#/0/lat", "#/0/knd",
        "#/1/cidr", "#/1/asn", "#/1/as_org", "#/1/kind", "#/1/timezone",
        "#/2",
        "#/3", "#/3/cidr", "#/3/anonymous", "#/3/accuracy_km", "#/3/asn",
    }  # fmt: skip


def test_a_name_that_is_nearly_right_is_suggested():
    with pytest.raises(BadInput, match="unknown field 'contry' \\(did you mean 'country'\\?\\)"):
        read_networks([{"cidr": "198.51.100.0/24", "contry": "DE"}])


def test_the_pointer_of_a_strange_name_is_escaped():
    assert pointers([{"cidr": "198.51.100.0/24", "a/b~c": 1}]) == {"#/0/a~1b~0c"}


def test_a_stated_network_answers_for_its_addresses():
    facts = OverriddenLocator(Silence(), read_networks([BERLIN])).look_up("198.51.100.7")

    assert (facts.country, facts.city, facts.timezone, facts.asn) == ("DE", "Berlin", "Europe/Berlin", 3320)
    assert (facts.address, facts.prefix, facts.version) == ("198.51.100.7", "198.51.100.0/24", 4)
    assert (facts.location_reason, facts.asn_reason, facts.kind_reason) == ("", "", "")


def test_an_address_that_a_stated_network_holds_counts_as_public():
    locator = OverriddenLocator(Silence(), read_networks([BERLIN]))

    assert not locator.look_up("198.51.100.7").private
    assert locator.look_up("203.0.113.7").private


@pytest.mark.parametrize(
    ("kind", "anonymous", "hosting"),
    [("residential", False, False), ("hosting", False, True), ("vpn", True, False), ("tor", True, False)],
)
def test_the_kind_says_what_is_anonymous_and_what_is_hosting(kind, anonymous, hosting):
    facts = OverriddenLocator(networks=read_networks([BERLIN | {"kind": kind}])).look_up("198.51.100.7")

    assert (facts.anonymous, facts.hosting) == (anonymous, hosting)


def test_what_is_not_stated_is_unknown():
    facts = OverriddenLocator(networks=read_networks([{"cidr": "198.51.100.0/24", "country": None}])).look_up(
        "198.51.100.7"
    )

    assert (facts.country, facts.asn, facts.kind, facts.anonymous) == (None, None, None, None)
    assert facts.location_reason == facts.asn_reason == facts.kind_reason == "the stated network does not say"


def test_the_longest_prefix_wins_in_whatever_order():
    rows = [
        {"cidr": "198.51.100.0/24", "country": "DE"},
        {"cidr": "198.51.100.128/25", "country": "NO"},
        {"cidr": "198.51.100.200/32", "country": "SE"},
        {"cidr": "0.0.0.0/0", "country": "US"},
        {"cidr": "2001:db8::/32", "country": "JP"},
    ]
    for ordered in (rows, rows[::-1]):
        locator = OverriddenLocator(networks=read_networks(ordered))

        addresses = ("198.51.100.1", "198.51.100.129", "198.51.100.200", OSLO, "2001:db8::1", "::ffff:198.51.100.200")
        assert [locator.look_up(each).country for each in addresses] == ["DE", "NO", "SE", "US", "JP", "SE"]


def test_what_no_network_holds_is_asked_of_the_databases(provider):
    locator = OverriddenLocator(provider, read_networks([BERLIN]))

    assert locator.look_up(OSLO).city == "Oslo"
    assert locator.look_up(None).location_reason == "no address was sent"
    assert locator.look_up("nonsense").location_reason == "the address cannot be read"


def test_new_networks_replace_the_old_ones():
    locator = OverriddenLocator(networks=read_networks([BERLIN]))

    locator.put(read_networks([BERLIN | {"cidr": "203.0.113.0/24"}]))

    assert locator.look_up("198.51.100.7").country is None
    assert locator.look_up("203.0.113.7").country == "DE"


def test_facts_without_an_address_of_their_own_may_be_put():
    locator = OverriddenLocator()

    locator.put([("198.51.100.0/24", NetworkFacts(country="DE"))])

    assert locator.look_up("198.51.100.7").country == "DE"


def test_a_logs_network_is_read_with_its_address():
    network = {"country": "NO", "region": None, "city": "Oslo", "lat": 59.9, "lon": 10.7, "timezone": "Europe/Oslo",
               "asn": 2119, "as_org": "Nordic Net", "kind": "residential", "anonymous": False}  # fmt: skip

    facts = facts_from_event(network, address="10.0.0.7")

    assert (facts.country, facts.region, facts.asn, facts.anonymous) == ("NO", None, 2119, False)
    assert (facts.address, facts.prefix, facts.private) == ("10.0.0.7", "10.0.0.0/24", False)


def test_a_logs_own_word_on_anonymity_holds():
    facts = facts_from_event({"kind": "residential", "anonymous": True})

    assert (facts.anonymous, facts.hosting) == (True, False)


def test_a_logs_mistakes_are_told_by_their_place():
    with pytest.raises(BadInput) as refused:
        facts_from_event({"country": "Norway", "planet": "Earth"})

    assert {mistake.pointer for mistake in refused.value.mistakes} == {
        "#/facts/network/country",
        "#/facts/network/planet",
    }


@given(st.lists(st.ip_addresses().map(str) | st.text(max_size=12), max_size=3), st.text(max_size=40))
def test_no_address_whatever_breaks_a_look_up(networks, address):
    rows = [{"cidr": cidr, "country": "DE"} for cidr in networks if "." in cidr or ":" in cidr]
    try:
        locator = OverriddenLocator(networks=read_networks(rows))
    except BadInput:
        return

    assert isinstance(locator.look_up(address), NetworkFacts)
