"""The rule tests that ship: all pass, and every rule of every shipped policy decides in one of them."""

from pathlib import Path

import pytest

from doorward.offline.suite.places import find
from doorward.offline.suite.running import run
from doorward.offline.suite.telling import failure, findings
from doorward.risk.model_file import load_scorecard

ROOT = Path(__file__).parents[2]
POLICIES = sorted(path.relative_to(ROOT) for path in (ROOT / "rules").rglob("policy.yaml"))


@pytest.fixture(scope="module")
def card():
    return load_scorecard(ROOT / "models" / "default.json")


@pytest.mark.parametrize("policy", POLICIES, ids=str)
def test_a_shipped_policy_passes_its_tests_and_every_rule_decides_in_one(policy, card):
    found = find(ROOT / policy)
    (coverage,) = found.coverages.values()
    told = [line for suite in found.suites for line in findings(suite)]
    for suite in found.suites:
        for result in run(suite, card):
            coverage.add(result)
            told += failure(suite, result) if not result.passed else ()

    assert told == []
    assert coverage.untested == ()
    assert coverage.never_unknown == ()


def test_the_example_of_the_documentation_passes(tmp_path, card):
    page = (ROOT / "docs" / "rule-tests.md").read_text(encoding="utf-8")
    (tmp_path / "policy.yaml").write_text((ROOT / "rules" / "default" / "policy.yaml").read_text(encoding="utf-8"))
    (tmp_path / "policy_test.yaml").write_text(page.split("```yaml\n")[1].split("```")[0], encoding="utf-8")
    (suite,) = find(tmp_path).suites

    assert suite.findings == ()
    assert [line for result in run(suite, card) if not result.passed for line in failure(suite, result)] == []
