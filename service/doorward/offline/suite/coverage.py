"""Which rules of a policy decided in some case, and which were met by an unknown."""

from dataclasses import dataclass, field
from pathlib import Path

from doorward.offline.suite.model import Result
from doorward.policy.model import FIRST_MATCH, Policy
from doorward.policy.ruling import MATCHED, UNKNOWN, RuleResult, Ruling


@dataclass(slots=True)
class Coverage:
    """What the cases of one policy have shown so far; *decided* and *unknown* hold rule ids."""

    path: Path
    policy: Policy
    decided: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)

    def add(self, result: Result) -> None:
        """Count a case in: the rule that decided, those in shadow that it expects, those met by an unknown.

        A challenge that a proof has met decides nothing. Under `strictest` all rules with the winning outcome decide.
        """
        self.unknown |= {each.rule for each in result.ruling.results if each.state == UNKNOWN}
        self.decided |= _expected_in_shadow(result)
        self.decided |= {each.rule for each in result.ruling.results if self._decided(each, result.ruling)}

    def _decided(self, each: RuleResult, ruling: Ruling) -> bool:
        if each.state not in (MATCHED, UNKNOWN) or not each.outcome:
            return False
        if self.policy.combine == FIRST_MATCH:
            return each.rule == ruling.rule
        in_shadow = {rule.id for rule in self.policy.rules if rule.shadow}
        return each.outcome == ruling.outcome and each.rule not in in_shadow

    @property
    def untested(self) -> tuple[str, ...]:
        """Return the rules that decided in no case, in the order of the policy."""
        return tuple(rule.id for rule in self.policy.rules if rule.id not in self.decided)

    @property
    def never_unknown(self) -> tuple[str, ...]:
        """Return the rules with `on_unknown` whose condition was known in every case."""
        return tuple(
            rule.id for rule in self.policy.rules if rule.on_unknown is not None and rule.id not in self.unknown
        )

    @property
    def percent(self) -> float:
        rules = len(self.policy.rules)
        return 100.0 * (rules - len(self.untested)) / rules


def _expected_in_shadow(result: Result) -> set[str]:
    named = {rule for each in result.case.expected if each.aspect == "shadow" for rule in each.wanted}
    return named & {each.rule for each in result.ruling.shadow}
