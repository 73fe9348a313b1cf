"""The cases of a condition say exactly when it is true, and domains contain what they say."""

import itertools
import math

from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.core.signals import SIGNALS
from doorward.policy.conditions import Environment
from doorward.policy.lint.cases import MAX_CASES, cases_of
from doorward.policy.lint.domains import Domain, Edge

ENVIRONMENT = Environment(signals=SIGNALS, lists={})
SIGNS = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
comparisons = st.one_of(
    st.builds("event.hour {} {}".format, SIGNS, st.integers(-1, 3)),
    st.builds("{} {} risk.score".format, st.integers(0, 2).map(float), SIGNS),
    st.builds("risk.score in [{}, 1.0]".format, st.integers(0, 2).map(float)),
    st.builds("event.kind {} 'login'".format, st.sampled_from(["==", "!="])),
    st.sampled_from(["event.weekend", "event.weekend == false", "event.kind in ['login', 'other']"]),
)
conditions = st.recursive(
    comparisons,
    lambda inner: (
        st.builds("({} {} {})".format, inner, st.sampled_from(["&&", "||"]), inner)
        | st.builds("!{}".format, inner.map("({})".format))
    ),
    max_leaves=5,
)
SCORES = (0.0, 0.5, 1.0, 2.0, math.nan)
edges = st.none() | st.builds(Edge, st.integers(0, 2), st.booleans())
values = st.frozensets(st.integers(0, 2), max_size=2)
domains = st.builds(Domain, only=st.none() | values, but=values, low=edges, high=edges)


def compiled(text):
    return ENVIRONMENT.compile(text)


def holds(case, known):
    return all(known[name] in domain for name, domain in case.signals.items())


@settings(max_examples=150)
@given(conditions, st.booleans(), st.sampled_from(["login", "action"]))
def test_a_condition_is_true_in_its_cases_and_in_no_other(text, weekend, kind):
    condition = compiled(text)
    cases = cases_of(condition.tree, {})
    whole = [case for case in cases if not case.pieces]

    for score, hour in itertools.product(SCORES, range(4)):
        known = {"risk.score": score, "event.hour": hour, "event.weekend": weekend, "event.kind": kind}
        is_true = condition.evaluate(ENVIRONMENT.given(known)) is True

        assert not any(holds(case, known) for case in whole) or is_true
        assert not is_true or any(holds(case, known) and not case.is_impossible for case in cases)


@settings(max_examples=400)
@given(domains, domains)
def test_what_is_said_of_domains_is_so_of_each_value(one, other):
    ours, theirs = ({value for value in range(-1, 4) if value in domain} for domain in (one, other))

    assert {value for value in range(-1, 4) if value in (one & other)} == ours & theirs
    assert not (one.is_empty and ours)
    assert not one.is_within(other) or ours <= theirs


def test_what_would_become_too_many_cases_is_taken_as_one_piece():
    text = " && ".join(f"(event.hour == {hour} || new.ip)" for hour in range(20))

    assert len(cases_of(compiled(text).tree, {})) <= MAX_CASES


def test_constants_of_other_types_are_not_taken_for_each_other():
    trees = [compiled(f"context.a == {each}").tree for each in ("1", "1.0", "true", "1u", "null", 'b"x"', "'1'")]

    assert all(one != other for at, one in enumerate(trees) for other in trees[:at])


def test_macros_with_other_variables_are_not_the_same():
    one, other = (compiled(f"subject.groups.exists({a}, session.amr.exists({b}, a < b))").tree for a, b in ("ab", "ba"))

    assert one != other
