"""Checks of a policy that compiles: what is allowed and probably not meant. CHECKS is the table."""

from doorward.policy.findings import Finding, Report, in_order
from doorward.policy.lint.check import Check
from doorward.policy.lint.lockout import AllowBeforeBlock, NoBreakGlass
from doorward.policy.lint.networks import CoveredNetworks, OverlappingNetworks
from doorward.policy.lint.reach import NeverTrue, UnreachableRule
from doorward.policy.lint.requirements import (
    EmailCountedAsAal2,
    KnowledgeNamed,
    NoPhishingResistantOption,
    OnlyRestricted,
    UnmeetableRequirement,
)
from doorward.policy.lint.rules import NeedlessOnUnknown, NoFinalRule
from doorward.policy.lint.silence import Silences
from doorward.policy.lint.traps import BindAtLogin, UnscoredAllowed
from doorward.policy.lint.unused import EmptyList, UnusedList, UnusedRequirement
from doorward.policy.lint.values import ImpossibleValue
from doorward.policy.model import Policy

CHECKS: tuple[Check, ...] = (
    UnmeetableRequirement(),
    EmailCountedAsAal2(),
    KnowledgeNamed(),
    OnlyRestricted(),
    NoPhishingResistantOption(),
    UnusedRequirement(),
    UnusedList(),
    EmptyList(),
    OverlappingNetworks(),
    NoFinalRule(),
    NeverTrue(),
    ImpossibleValue(),
    UnreachableRule(),
    CoveredNetworks(),
    NeedlessOnUnknown(),
    BindAtLogin(),
    UnscoredAllowed(),
    NoBreakGlass(),
    AllowBeforeBlock(),
)

# What is looked for elsewhere, where there is more than a policy's text: `doorward rules lint`.
RULE_WITHOUT_TEST = "rule-without-test"
ELSEWHERE = (RULE_WITHOUT_TEST,)


def looked_at(policy: Policy, report: Report) -> tuple[Finding, ...]:
    """Return everything in *report* and what the checks say of *policy*, but for what its comments accept."""
    for check in CHECKS:
        check.look(policy, report)
    silences = Silences(policy)
    found = report.findings()
    doubts = silences.doubts(found, codes=[check.code for check in CHECKS], others=ELSEWHERE)
    return in_order((*silences.kept(found), *doubts))
