"""Checks of a policy that compiles: what is allowed and probably not meant. CHECKS is the table."""

from doorward.policy.lint.check import Check
from doorward.policy.lint.requirements import EmailCountedAsAal2, KnowledgeNamed, UnmeetableRequirement
from doorward.policy.lint.rules import NeedlessOnUnknown, NoFinalRule
from doorward.policy.lint.unused import UnusedList

CHECKS: tuple[Check, ...] = (
    UnmeetableRequirement(),
    EmailCountedAsAal2(),
    KnowledgeNamed(),
    NoFinalRule(),
    NeedlessOnUnknown(),
    UnusedList(),
)
