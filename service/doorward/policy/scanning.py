"""The rules for one kind of event in one look: which are those whose condition is not plainly false.

Most rules do not match. Their conditions are written into one Python generator, which yields the place of each rule
that wants a closer look: one that matches, is unknown, or whose condition only CEL can answer.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from doorward.policy.plain import Plain, open_places
from doorward.policy.ruling import NOT_APPLICABLE, NOT_MATCHED, NOT_REACHED, RuleResult

if TYPE_CHECKING:
    from doorward.policy.model import Rule


class Scan:
    """*places* takes a decision's values, and yields the place and the answer of each rule to look at.

    *passed* is how each rule comes out that is passed over, *after* how it does once another has decided.
    """

    def __init__(self, rules: Sequence["Rule"], kind: str) -> None:
        applying = [rule.applies_to(kind) for rule in rules]
        pairs = list(zip(rules, applying, strict=True))
        self.places = open_places([_opening(rule) if applies else None for rule, applies in pairs])
        self.passed = _results(pairs, NOT_MATCHED)
        self.after = _results(pairs, NOT_REACHED)


def _opening(rule: "Rule") -> tuple[Plain | None, bool]:
    condition = rule.condition
    return condition.opening, condition.whole.plain is not None


def _results(pairs: Sequence[tuple["Rule", bool]], state: str) -> tuple[RuleResult, ...]:
    return tuple(RuleResult(rule.id, state if applies else NOT_APPLICABLE) for rule, applies in pairs)
