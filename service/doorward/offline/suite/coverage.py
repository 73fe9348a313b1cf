"""Which rules of a policy decided in some case, and which were met by an unknown."""

from dataclasses import dataclass, field
from pathlib import Path

from doorward.offline.suite.model import Result
from doorward.policy.model import FIRST_MATCH, Policy
from doorward.policy.ruling import MATCHED, UNKNOWN


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
        ruling = result.ruling
        expected = {name for each in result.case.expected if each.aspect == "shadow" for name in each.wanted} & {
            each.rule for each in ruling.shadow
        }
        for each in ruling.results:
            if each.state == UNKNOWN:
                self.unknown.add(each.rule)
            acted = each.state == MATCHED or (each.state == UNKNOWN and each.outcome)
            together = self.policy.combine != FIRST_MATCH and each.outcome == ruling.outcome
            if each.rule in expected or (
                acted and (each.rule == ruling.rule or (together and not self._shadow(each.rule)))
            ):
                self.decided.add(each.rule)

    def _shadow(self, rule_id: str) -> bool:
        return any(rule.id == rule_id and rule.shadow for rule in self.policy.rules)

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
