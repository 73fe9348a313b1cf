"""What a policy says of one attempt, and how each of its rules came out."""

from dataclasses import dataclass
from typing import NamedTuple

from doorward.core.outcome import Requirement

MATCHED = "matched"
NOT_MATCHED = "not_matched"
UNKNOWN = "unknown"
SATISFIED = "satisfied"
NOT_APPLICABLE = "not_applicable"
NOT_REACHED = "not_reached"


class RuleResult(NamedTuple):
    """How one rule came out; *outcome* is what it would do, empty where it does nothing.

    *state* is matched, not_matched, unknown, satisfied (a challenge that a proof already meets), not_applicable (the
    rule is for the other kind) or not_reached. An unknown with an outcome did what its `on_unknown` says.
    """

    rule: str
    state: str
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class ShadowResult:
    """What a rule in shadow would have done."""

    policy: str
    rule: str
    outcome: str


class Ruling(NamedTuple):
    """The answer. *rule* is the rule that decided, *requirement* what a challenge asks for.

    *max_age* in seconds, None where the rule gives none. *enrol* lists the types that may be enrolled in place of an
    answer; *unenrolled* says that the subject had nothing that could meet the requirement. *satisfied_by* is the jti of
    a bound proof that is spent by this ruling, *satisfied_aal* the highest level of those that satisfied a challenge of
    its rules. *unknown_errors* counts conditions that failed on known values.
    """

    outcome: str
    rule: str
    reason: str
    requirement: Requirement | None = None
    max_age: float | None = None
    bind: bool = False
    notify: bool = False
    retry_after_seconds: int | None = None
    enrol: tuple[str, ...] = ()
    unenrolled: bool = False
    satisfied_by: str = ""
    satisfied_aal: int = 0
    shadow: tuple[ShadowResult, ...] = ()
    results: tuple[RuleResult, ...] = ()
    unknown_errors: int = 0
