"""The tests that a candidate must pass before it decides anything."""

from collections.abc import Iterator
from pathlib import Path

from doorward.offline.suite import telling
from doorward.offline.suite.model import Suite
from doorward.offline.suite.places import TEST_ENDING
from doorward.offline.suite.reader import Policies, read_suite
from doorward.offline.suite.running import run
from doorward.policies import CANDIDATE_FILE, POLICY_FILE
from doorward.policy.compiler import Compilation
from doorward.policy.model import Policy
from doorward.risk.scorecard import Scorecard


class _InPlace(Policies):
    """Stands in for every file that a test may name: what is asked is what the candidate does in its place."""

    def __init__(self, policy: Policy) -> None:
        super().__init__()
        self._policy = policy

    def at(self, path: Path) -> Compilation:  # noqa: ARG002 - whatever a test names
        return Compilation(self._policy, ())


def failed_tests(candidate: Policy, folder: Path, card: Scorecard) -> list[str]:
    """Return a line for each case that *candidate* fails, and for each mistake in the files that hold them.

    The tests that name `candidate.yaml` count. Where there are none, those of `policy.yaml` do: a change of what they
    state is then no change that anybody has written down.
    """
    suites = [read_suite(path, _InPlace(candidate)) for path in sorted(folder.glob(f"*{TEST_ENDING}"))]
    of = {name: [suite for suite in suites if suite.policy_path.name == name] for name in (CANDIDATE_FILE, POLICY_FILE)}
    return [line for suite in of[CANDIDATE_FILE] or of[POLICY_FILE] for line in _failures(suite, card)]


def _failures(suite: Suite, card: Scorecard) -> Iterator[str]:
    yield from telling.findings(suite)
    for result in run(suite, card):
        if not result.passed:
            yield "\n".join(line for line in telling.failure(suite, result) if not line.startswith("    "))
