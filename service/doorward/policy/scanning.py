"""The rules for one kind of event in one look: which is the first whose condition is not plainly false.

Most rules do not match. Their conditions are written into one Python function, which returns the place of the first
rule that wants a closer look: one that matches, is unknown, or whose condition only CEL can answer.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from doorward.policy.plain import first_open
from doorward.policy.ruling import NOT_APPLICABLE, NOT_MATCHED, NOT_REACHED, RuleResult

if TYPE_CHECKING:
    from doorward.policy.model import Rule


class Scan:
    """*first* takes a decision's values and a place, and returns the next place to look at, or the number of rules.

    *passed* is how each rule comes out that is passed over, *after* how it does once another has decided.
    """

    def __init__(self, rules: Sequence["Rule"], kind: str) -> None:
        applying = [rule.applies_to(kind) for rule in rules]
        pairs = list(zip(rules, applying, strict=True))
        self.first = first_open([rule.condition.opening if applies else False for rule, applies in pairs])
        self.passed = _results(pairs, NOT_MATCHED)
        self.after = _results(pairs, NOT_REACHED)


def _results(pairs: Sequence[tuple["Rule", bool]], state: str) -> tuple[RuleResult, ...]:
    return tuple(RuleResult(rule.id, state if applies else NOT_APPLICABLE) for rule, applies in pairs)
