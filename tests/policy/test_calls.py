"""Calls of our own functions are answered outside CEL, and nobody can tell but by the memory."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

REST = """
  - {id: rest, when: "true", then: allow}
lists: {office: {cidr: [198.51.100.0/24]}, near: {area: {lat: 1, lon: 2, km: 300}}, agents: ["*curl*", "a(b,c)*"]}
"""

CONDITIONS = [
    "decimal(action.binding.amount) > 500.0",
    "decimal(context.amount) > 500.0",
    'decimal(context.amount + "0") > 500.0',
    "in_network(ip.address, lists.office)",
    "in_network(subject.id, lists.office) || event.weekend",
    "within(geo.lat, geo.lon, lists.near)",
    "within(geo.lat + 0.5, -1.0 * geo.lon, lists.near)",
    "distance_km(geo.lat, geo.lon, decimal(subject.id), 2.0) < 300.0",
    'matches_any(subject.id, lists.agents) && !matches_any(subject.id, ["a(b,c)\\")", "x"])',
    "hour_between(event.hour, 22, 6) ? decimal(subject.id) > 1.0 : in_network(ip.address, lists.office)",
    'subject.id == "decimal(1)" || decimal(subject.id) >= 0.0 // decimal(2)',
]

AMOUNTS = st.sampled_from(["950.00", "5", "x", "", 600, None, 700.5])
VALUES = st.fixed_dictionaries(
    {
        "subject.id": st.sampled_from(["u", "7", "198.51.100.7", "CURL/8", "a(b,c)d", "decimal(1)"]),
        "event.hour": st.integers(0, 23),
        "context": st.dictionaries(st.just("amount"), AMOUNTS),
        "action.binding": st.dictionaries(st.just("amount"), st.sampled_from(["950.00", "5", "x", ""])),
    },
    optional={
        "ip.address": st.sampled_from(["198.51.100.9", "203.0.113.9", "nowhere"]),
        "geo.lat": st.floats(0, 3),
        "geo.lon": st.floats(0, 3),
    },
)


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_call_that_is_taken_out_answers_as_one_that_cel_makes(rule, policy, condition):
    quoted = condition.replace("'", "''")
    taken_out = policy(f"  - {{id: a, when: '{quoted}', on_unknown: deny, then: {{challenge: mfa}}}}{REST}")
    # Inside a macro the calls stay with CEL.
    inside = policy(
        f"  - {{id: a, when: '[1].exists(x, {quoted}\n\n      )', on_unknown: deny, then: {{challenge: mfa}}}}{REST}"
    )

    @given(VALUES)
    def same(values):
        assert rule(taken_out, values).outcome == rule(inside, values).outcome

    same()


def test_what_a_function_was_asked_is_given_back(rule, policy):
    asked = policy(f"  - {{id: a, when: 'in_network(ip.address, lists.office)', on_unknown: skip, then: deny}}{REST}")
    values = {"ip.address": "203.0.113.9"}
    for _ in range(3000):  # until Python has filled its own lists of what is used again
        rule(asked, values)
    before = sys.getallocatedblocks()

    for _ in range(2000):
        rule(asked, values)

    assert sys.getallocatedblocks() - before < 1000


def test_equal_calls_in_several_rules_are_answered_alike(rule):
    same = "in_network(ip.address, lists.office)"
    rules = f"  - {{id: a, when: '{same} && event.weekend', on_unknown: skip, then: deny}}\n"
    rules += f"  - {{id: b, when: '!{same}', on_unknown: skip, then: {{challenge: mfa}}}}"

    assert rule(rules + REST, {"ip.address": "198.51.100.1"}).outcome == "allow"
    assert rule(rules + REST, {"ip.address": "203.0.113.1"}).outcome == "challenge"


def test_a_function_inside_a_macro_sees_the_macros_variable(rule):
    rules = "  - {id: a, when: 'subject.groups.exists(g, matches_any(g, lists.agents))', then: deny}" + REST

    assert rule(rules, {"subject.groups": ["x", "my curl"]}).outcome == "deny"
    assert rule(rules, {"subject.groups": ["x"]}).outcome == "allow"
