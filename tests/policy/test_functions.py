"""The functions that conditions may call, as conditions see them."""

import math

import pytest

from doorward.policy.functions import FUNCTIONS, decimal, hour_between, matches_any
from doorward.policy.lists import distance_km

RULES = """
  - {id: a, when: 'WHEN', on_unknown: {challenge: mfa}, then: deny}
  - {id: rest, when: "true", then: allow}
"""


def answer(rule, when, values):
    outcome = rule(RULES.replace("WHEN", when), values).outcome
    return {"deny": True, "allow": False, "challenge": None}[outcome]


@pytest.mark.parametrize("text", ["950.00", "-1", "0", "123456789012345", "0.000000001"])
def test_decimal_reads_a_plain_number(text):
    assert decimal(text) == float(text)


@pytest.mark.parametrize(
    "text", ["NaN", "inf", "1e9", "1,000", "1_000", " 1", "1 ", "+1", ".5", "5.", "", "0x1", "٣", "1" * 16, "1\n"]
)
def test_decimal_of_anything_else_is_unknown(rule, text):
    values = {"action.binding": {"amount": text}}

    assert answer(rule, "decimal(action.binding.amount) > 0.0", values) is None


def test_an_amount_that_is_missing_is_unknown(rule):
    assert answer(rule, "decimal(action.binding.amount) > 500.0", {}) is None


def test_an_address_that_is_none_is_unknown(rule):
    text = "  - {id: a, when: 'in_network(ip.address, lists.x)', on_unknown: {challenge: mfa}, then: deny}\n"

    ruling = rule(text + "lists: {x: {cidr: [10.0.0.0/8]}}\n", {"ip.address": "nowhere"})

    assert (ruling.outcome, ruling.unknown_errors) == ("challenge", 1)


@pytest.mark.parametrize(
    ("hour", "start", "end", "expected"),
    [(9, 9, 17, True), (17, 9, 17, False), (23, 22, 6, True), (5, 22, 6, True), (6, 22, 6, False), (3, 8, 8, True)],
)
def test_hours_may_span_midnight(hour, start, end, expected):
    assert hour_between(hour, start, end) is expected


def test_a_pattern_cannot_be_made_to_take_long():
    assert matches_any("a" * 20_000, ["*a" * 50 + "b"]) is False


def test_distance_is_that_of_the_great_circle(rule):
    oslo_berlin = distance_km(59.91, 10.75, 52.52, 13.40)

    assert math.isclose(oslo_berlin, 838, abs_tol=3)
    assert answer(rule, "distance_km(geo.lat, geo.lon, 52.52, 13.4) < 850.0", {"geo.lat": 59.91, "geo.lon": 10.75})


def test_every_function_says_how_it_is_called():
    assert all(spec.signature.startswith(f"{name}(") and spec.doc for name, spec in FUNCTIONS.items())
