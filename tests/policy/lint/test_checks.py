"""Each lint check trips over its bad example and not over its good one."""

import pytest

from doorward.core.signals import SIGNALS
from doorward.policy.compiler import compile_policy
from doorward.policy.lint import CHECKS


def codes(example: str) -> set[str]:
    rest = "" if "rules:" in example else 'rules: [{id: rest, when: "true", then: allow}]\n'
    made = compile_policy(f"version: 1\nid: x\n{example}\n{rest}", signals=SIGNALS)
    assert made.policy is not None, made.findings
    return {each.code for each in made.findings}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
def test_a_check_trips_over_its_bad_example_and_not_over_its_good_one(check):
    assert check.code in codes(check.bad)
    assert check.code not in codes(check.good)


def test_a_check_says_in_one_sentence_what_it_is_for():
    assert all(type(check).__doc__ for check in CHECKS)
    assert len({check.code for check in CHECKS}) == len(CHECKS)


def test_warnings_do_not_keep_a_policy_from_loading(check):
    made = check("{version: 1, id: x, lists: {a: [b]}, rules: [{id: a, when: event.weekend, then: deny}]}")

    assert made.policy is not None
    assert {each.severity for each in made.findings} == {"warning"}
