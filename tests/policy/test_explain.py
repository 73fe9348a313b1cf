"""Why a rule matched or did not: each of its conditions with its value."""

import pytest

from doorward.core.facts import EnrolmentFacts
from doorward.policy.conjuncts import split
from doorward.policy.explain import explain

RULES = """
  - {id: a, when: 'new.ip && (new.country || event.weekend) && subject.id != "a && b"', on_unknown: skip, then: deny}
  - {id: b, when: "true", then: allow}
  - {id: c, when: event.weekend, then: deny}
"""


@pytest.fixture
def rows(policy, signals, now):
    def of(values):
        given = {"kind": "login", "now": now, "enrolment": EnrolmentFacts(), "proofs": (), "first_factor": True}
        return explain(policy(RULES), signals=signals(values), **given)

    return of


def test_a_rule_that_did_not_match_says_which_conditions_failed(rows):
    first = rows({"new.ip": True, "new.country": False})[0]

    assert (first["state"], first["value"]) == ("not_matched", "false")
    assert first["failed"] == ["(new.country || event.weekend)"]
    assert [each["value"] for each in first["conditions"]] == ["true", "false", "true"]


def test_an_unknown_condition_names_the_signals_that_were_missing(rows):
    first = rows({"new.ip": True})[0]

    assert (first["state"], first["value"], first["unknown"]) == ("unknown", "unknown", ["new.country"])
    assert first["failed"] == ["(new.country || event.weekend)"]


def test_rules_that_were_not_reached_are_explained_as_well(rows):
    last = rows({})[2]

    assert (last["rule"], last["state"], last["failed"]) == ("c", "not_reached", ["event.weekend"])


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a && b", ("a", "b")),
        ("a && b || c", ("a && b || c",)),
        ("(a && b) || c", ("(a && b) || c",)),
        ("a && (b || c)", ("a", "(b || c)")),
        ("a ? b : c && d", ("a ? b : c && d",)),
        ("x[\"&&\"] && m['a']['&&'] == '\\'&&'", ('x["&&"]', "m['a']['&&'] == '\\'&&'")),
        ("a == r'\\' && b", ("a == r'\\'", "b")),
        ("a // && c\n && b", ("a // && c", "b")),
        ('a == """x " && y""" && b', ('a == """x " && y"""', "b")),
        ("[1].exists(x, x > 0 && true) && {'a': 1}.a == 1", ("[1].exists(x, x > 0 && true)", "{'a': 1}.a == 1")),
    ],
)
def test_a_condition_is_split_only_where_it_is_sound(text, parts):
    assert split(text) == parts


def test_only_the_parts_that_stayed_unknown_name_what_was_unknown(rows):
    first = rows({"new.ip": True})[0]

    assert [(each["value"], each["unknown"]) for each in first["conditions"]] == [
        ("true", []),
        ("unknown", [{"signal": "new.country", "reason": "not in this test"}]),
        ("true", []),
    ]


def test_a_part_that_is_unknown_without_an_unknown_signal_met_an_error(policy, signals, now):
    rules = RULES + """  - {id: d, when: 'context.missing == "x"', on_unknown: skip, then: deny}"""
    given = {"kind": "login", "now": now, "enrolment": EnrolmentFacts(), "proofs": (), "first_factor": True}

    part = explain(policy(rules), signals=signals({}), **given)[-1]["conditions"][0]

    assert (part["value"], part["unknown"]) == ("unknown", [])
    assert "a missing key" in part["error"]


def test_a_list_that_could_not_be_read_is_named_like_a_signal(check, signals, now):
    made = check(
        """
        version: 1
        id: x
        lists: {blocked: {runtime: subject}}
        rules:
          - {id: a, when: subject.id in lists.blocked, on_unknown: deny, then: deny}
          - {id: b, when: "true", then: allow}
        """
    )
    given = {"kind": "login", "now": now, "enrolment": EnrolmentFacts(), "proofs": (), "first_factor": True}

    first = explain(made.policy, signals=signals({}), runtime_lists={"blocked": None}, **given)[0]

    assert (first["state"], first["outcome"], first["unknown"]) == ("unknown", "deny", ["lists.blocked"])
    assert first["conditions"][0]["unknown"] == [
        {"signal": "lists.blocked", "reason": "the run-time list cannot be read now"}
    ]
