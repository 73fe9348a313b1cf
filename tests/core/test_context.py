import pytest

from doorward.core.context import context_values, primary_language, sight_of
from doorward.core.facts import LEVELS, AgentFacts, NetworkFacts
from doorward.core.request import Client, DecisionRequest, Subject

AGENT = AgentFacts("desktop", "Firefox", 140, "Linux", False)


def request(**client):
    return DecisionRequest("login", Subject("u-1"), Client(**client))


def mark(kind, value):
    return hash((kind, value)) & 0xFFFFFFFF or 1


def test_a_full_attempt_has_a_value_at_every_level(oslo):
    values = context_values(request(accept_language="de-DE,de;q=0.9"), oslo, AGENT)

    assert tuple(sorted(values)) == tuple(sorted(LEVELS))
    assert values["city"] == "NO/Oslo/Oslo"
    assert values["agent"] == "Firefox/140/Linux"
    assert values["asn"] == "64500"
    assert values["language"] == "de"


def test_what_is_unknown_has_no_value():
    assert context_values(request(), NetworkFacts(), AgentFacts()) == {}


def test_a_private_address_has_itself_and_its_prefix_alone():
    network = NetworkFacts(address="10.0.0.9", prefix="10.0.0.0/24", version=4, private=True, country="NO", asn=1)

    assert context_values(request(), network, AgentFacts()) == {"ip": "10.0.0.9", "prefix": "10.0.0.0/24"}


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("de-DE,de;q=0.9", "de"),
        ("EN", "en"),
        (" nb ;q=1", "nb"),
        ("*", ""),
        ("", ""),
        ("x", ""),
        ("abcdefghijk", ""),
        ("d3", ""),
    ],
)
def test_the_language_is_the_first_primary_tag(header, expected):
    assert primary_language(header) == expected


def test_a_sight_holds_marks_and_no_address(oslo):
    sight = sight_of(request(fingerprint="f"), oslo, AGENT, "dev_a", mark)

    assert sight.marks["ip"] == mark("ip", "203.0.113.7")
    assert sight.fingerprint_mark == mark("fingerprint", "f")
    assert "203.0.113.7" not in repr(sight)


def test_a_sight_takes_its_zone_from_the_address_and_not_from_the_client(oslo):
    sight = sight_of(request(timezone="Asia/Tokyo"), oslo, AGENT, "", mark)

    assert sight.zone == "Europe/Oslo"


def test_a_sight_without_a_fingerprint_has_no_mark_for_it(oslo):
    assert sight_of(request(), oslo, AGENT, "", mark).fingerprint_mark == 0
