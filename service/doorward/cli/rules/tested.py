"""Which rules the tests beside a policy name: a look at what they expect, without running them."""

from collections.abc import Iterator
from pathlib import Path

from doorward.policies import CANDIDATE_FILE, POLICY_FILE
from doorward.policy.files import read_bounded
from doorward.policy.findings import WARNING, Finding, Report
from doorward.policy.lint import RULE_WITHOUT_TEST
from doorward.policy.lint.silence import Silences
from doorward.policy.model import Policy
from doorward.policy.source import MAX_BYTES, Fields, Items, Node, Text, read

TEST_FILES = "*_test.yaml"


def untested(policy: Policy, path: Path) -> list[Finding]:
    """Return a warning for each rule of the policy at *path* that no test expects to decide.

    A rule in shadow decides nothing; of a candidate without tests of its own nothing is said.
    """
    named = named_in_tests(path)
    if named is None:
        return []
    first = policy.rules[0]
    if not named and not any(path.parent.glob(TEST_FILES)):
        found = [_warning(first.place, first.id, f"no rule is tested: there is no {TEST_FILES} beside the policy")]
    else:
        rules = [rule for rule in policy.rules if rule.id not in named and not rule.shadow]
        found = [_warning(rule.place, rule.id, "no test expects this rule to decide") for rule in rules]
    return Silences(policy).kept(found)


def named_in_tests(path: Path) -> frozenset[str] | None:
    """Return the rules that are expected in the tests of the policy at *path*; None where it cannot be told.

    A candidate with tests of its own is a change of the policy beside it, whose tests speak of the other rules.
    """
    named: dict[str, set[str]] = {}
    for file in sorted(path.parent.glob(TEST_FILES)):
        tests = _read(file)
        if tests is None:
            return None
        named.setdefault(_policy_of(tests), set()).update(_expected(tests))
    own = named.get(path.name, set())
    if path.name == CANDIDATE_FILE:
        return frozenset(own | named.get(POLICY_FILE, set())) if own else None
    return frozenset(own)


def _read(file: Path) -> Fields | None:
    try:
        content, _ = read_bounded(file, MAX_BYTES)
        return read(content.decode("utf-8-sig"), Report())
    except (OSError, UnicodeDecodeError):
        return None


def _policy_of(tests: Fields) -> str:
    return next(
        (value.value for key, value in tests.fields if key.value == "policy" and isinstance(value, Text)), POLICY_FILE
    )


def _expected(node: Node) -> Iterator[str]:
    """Yield each text under `rule` or `rules`, or a path such as `expect.rule`, wherever it stands."""
    if isinstance(node, Items):
        for item in node.items:
            yield from _expected(item)
    if isinstance(node, Fields):
        for key, value in node.fields:
            if key.value.rpartition(".")[2] in ("rule", "rules"):
                yield from (
                    each.value
                    for each in (value.items if isinstance(value, Items) else (value,))
                    if isinstance(each, Text)
                )
            yield from _expected(value)


def _warning(place: tuple[int, int], rule: str, message: str) -> Finding:
    return Finding(WARNING, *place, rule, RULE_WITHOUT_TEST, message)
