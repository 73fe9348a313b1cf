"""What a test file holds once it is read: nothing in it can be wrong any more."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from doorward.core.signals import Signals
from doorward.judge import Case
from doorward.offline.suite.expected import Difference, Expectation
from doorward.offline.suite.signals import Overrides
from doorward.policy.findings import Finding, Place
from doorward.policy.model import Policy
from doorward.policy.ruling import Ruling


@dataclass(frozen=True, slots=True)
class RuleCase:
    """One case, one combination of its matrix: what is judged, and what is expected of it."""

    name: str
    place: Place
    case: Case
    overrides: Overrides
    expected: tuple[Expectation, ...]


@dataclass(frozen=True, slots=True)
class Suite:
    """A test file with its policy, or everything that is wrong with it."""

    path: Path
    policy_path: Path
    policy: Policy | None
    cases: tuple[RuleCase, ...] = ()
    findings: tuple[Finding, ...] = ()


class Result(NamedTuple):
    """How a case came out; *explained* holds the rows of the rules concerned, where it failed."""

    case: RuleCase
    ruling: Ruling
    signals: Signals
    differences: tuple[Difference, ...]
    explained: tuple[dict[str, Any], ...] = ()

    @property
    def passed(self) -> bool:
        return not self.differences
