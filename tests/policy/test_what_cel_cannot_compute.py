"""What CEL cannot compute though everything is known: found at load, or else something to say `on_unknown` for."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.core.signals import SIGNALS
from doorward.policy.conditions import Condition, Environment

ENVIRONMENT = Environment(signals=SIGNALS, lists={})
GETTERS = ["getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear", "getHours",
           "getMinutes", "getSeconds", "getMilliseconds"]  # fmt: skip
MOST = 2**63 - 1

RULES = """\
version: 1
id: x
rules:
  - {id: a, when: 'WHEN', ON_UNKNOWNthen: deny}
  - {id: rest, when: "true", then: allow}
"""


def errors(check, when, on_unknown=""):
    found = check(RULES.replace("WHEN", when).replace("ON_UNKNOWN", on_unknown)).errors
    return [(each.line, each.column, each.code) for each in found]


@pytest.mark.parametrize("getter", GETTERS)
def test_a_zone_that_there_is_not_is_a_mistake_at_its_place(check, getter):
    found = errors(check, f'event.kind == "é" && event.time.{getter}("Europe/Berlni") < 6', "on_unknown: skip, ")

    assert found == [(4, 20 + len(f'event.kind == "é" && event.time.{getter}('), "type")]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "UTC", "+01:00", "-03:30"])
def test_a_zone_that_there_is_needs_no_on_unknown(check, zone):
    assert errors(check, f'event.time.getHours("{zone}") < 6') == []


def test_a_zone_that_the_caller_names_needs_on_unknown(check):
    when = "event.time.getHours(event.kind) < 6"

    assert [each[2] for each in errors(check, when)] == ["missing-on-unknown"]
    assert errors(check, when, "on_unknown: skip, ") == []


@pytest.mark.parametrize("when", [f"event.hour + {MOST} > 0", f"event.hour * {MOST} > 0", "[1].exists(x, x + 1 > 1)"])
def test_a_sum_that_may_leave_64_bits_needs_on_unknown(check, when):
    assert [each[2] for each in errors(check, when)] == ["missing-on-unknown"]
    assert errors(check, when, "on_unknown: skip, ") == []


@pytest.mark.parametrize(
    ("when", "column"),
    [(f"{MOST} + 1 > 0", 40), (f"event.hour + 1 + {MOST} > 0", 35), (f"{MOST} * 2 > event.hour", 40)],
)
def test_a_sum_that_always_leaves_64_bits_is_a_mistake(check, when, column):
    assert errors(check, when, "on_unknown: skip, ") == [(4, column, "type")]


@pytest.mark.parametrize(
    "when",
    [
        "event.hour + 1 > 3",
        "event.hour * 60 + 30 > event.weekday - 7",
        "-event.hour < 0",
        "size(subject.groups) * 2 - subject.groups.size() > 1",
        'subject.groups.exists_one(g, g == "a")',
        'subject.groups.map(g, g + "x").exists(g, g == "ax")',
        '(event.weekend ? event.hour : 5) + event.time.getHours("UTC") > 2',
    ],
)
def test_sums_of_what_is_small_need_no_on_unknown(check, when):
    assert errors(check, when) == []


NUMBERS = st.sampled_from(
    ["event.hour", "event.weekday", "size(subject.groups)", "0", "1", "60", "(-1)", str(2**32), str(2**62), str(MOST)]
)
SUMS = st.recursive(
    NUMBERS,
    lambda inner: (
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*"), inner)
        | st.builds("(event.weekend ? {} : {})".format, inner, inner)
        | st.builds("(-{})".format, inner)
    ),
    max_leaves=5,
)


@settings(max_examples=400)
@given(SUMS, st.integers(0, 23), st.integers(0, 6), st.lists(st.just("a"), max_size=3), st.booleans())
def test_a_sum_that_is_said_to_be_known_is(text, hour, weekday, groups, weekend):
    compiled = ENVIRONMENT.compile(f"{text} > 0")
    values = {"event.hour": hour, "event.weekday": weekday, "subject.groups": groups, "event.weekend": weekend}
    answer = ENVIRONMENT.given(values)

    if isinstance(compiled, Condition):
        assert compiled.can_be_unknown or compiled.evaluate(answer) is not None
