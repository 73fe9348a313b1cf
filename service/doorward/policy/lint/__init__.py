"""Checks of a policy that compiles: what is allowed and probably not meant. CHECKS is the table."""

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
from doorward.policy.lint.traps import BindAtLogin, UnscoredAllowed
from doorward.policy.lint.unused import EmptyList, UnusedList, UnusedRequirement
from doorward.policy.lint.values import ImpossibleValue

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
