"""Which test files and policies a path is about: one file, or all of a folder and of those below it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from doorward.core.errors import BadInput, Mistake
from doorward.offline.suite.coverage import Coverage
from doorward.offline.suite.model import Suite
from doorward.offline.suite.reader import Policies, read_suite
from doorward.policies import POLICY_FILE

TEST_ENDING = "_test.yaml"


@dataclass(frozen=True, slots=True)
class Found:
    """What is to be run, and where each policy's coverage is counted: also that of a policy without any test."""

    suites: tuple[Suite, ...]
    coverages: dict[Path, Coverage]


def find(path: Path) -> Found:
    """Return everything that *path* means: a test file, a policy with the tests beside it, or a folder.

    BadInput where there is neither a test nor a policy.
    """
    policies = Policies()
    suites = tuple(read_suite(each, policies) for each in _test_files(path))
    if path.is_file() and not _is_test(path):
        suites = tuple(suite for suite in suites if suite.policy_path == path)
    wanted = [*_policy_files(path), *(suite.policy_path for suite in suites)]
    if not wanted:
        raise BadInput([Mistake(f"there is no *{TEST_ENDING} and no {POLICY_FILE} in '{path}'")])
    return Found(suites, _coverages(wanted, policies))


def _coverages(paths: Sequence[Path], policies: Policies) -> dict[Path, Coverage]:
    made = {path: policies.at(path).policy for path in dict.fromkeys(paths)}
    return {path: Coverage(path, policy) for path, policy in made.items() if policy is not None}


def _is_test(path: Path) -> bool:
    return path.name.endswith(TEST_ENDING)


def _test_files(path: Path) -> list[Path]:
    if path.is_file():
        return [path] if _is_test(path) else sorted(path.parent.glob(f"*{TEST_ENDING}"))
    return sorted(path.rglob(f"*{TEST_ENDING}"))


def _policy_files(path: Path) -> list[Path]:
    """Return the policies that count also where no test names them; a candidate counts only with tests of its own."""
    if path.is_file():
        return [] if _is_test(path) else [path]
    return sorted(path.rglob(POLICY_FILE))
