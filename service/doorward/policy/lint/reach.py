"""Checks of what can never happen: conditions that are never true, rules that another decides before.

Both err on one side only: what is said here is so for every value of every signal, known or not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from doorward.core.outcome import ALLOW, DENY
from doorward.core.request import ACTION, LOGIN
from doorward.policy.findings import Report
from doorward.policy.lint.cases import Case, cases_of
from doorward.policy.lint.check import REST
from doorward.policy.model import FIRST_MATCH, Effect, Policy, Rule

# Of the largest policies only the first rules are compared; 500 plain ones take an eighth of it.
MAX_COMPARISONS = 1_000_000


@dataclass(frozen=True, slots=True)
class _Reading:
    """A rule with the cases in which its condition is true."""

    rule: Rule
    cases: tuple[Case, ...]

    @property
    def true_cases(self) -> tuple[Case, ...]:
        return tuple(case for case in self.cases if not case.is_impossible)

    @property
    def acts_on_unknown(self) -> bool:
        return self.rule.condition.can_be_unknown and self.rule.effect(None) is not None

    def decides_before(self, other: "_Reading") -> bool:
        """Answer whether this rule has decided wherever *other* would do anything, at an attempt that both are for.

        A challenge never has: one that a proof meets lets the next rule come.
        """
        if not _decides(self.rule.then):
            return False
        if not _at_most(other.true_cases, self.cases):
            return False
        if not other.acts_on_unknown or self.rule.condition.always_true:
            return True
        return _decides(self.rule.effect(None)) and _at_most(other.cases, self.cases)


def _decides(effect: Effect | None) -> bool:
    return effect is not None and effect.outcome in (ALLOW, DENY)


def _at_most(some: Sequence[Case], others: Sequence[Case]) -> bool:
    return all(any(case.is_at_most(other) for other in others) for case in some)


def _readings(policy: Policy) -> list[_Reading]:
    return [_Reading(rule, cases_of(rule.condition.tree, policy.lists)) for rule in policy.rules]


def never_true(policy: Policy) -> list[Rule]:
    """Return the rules whose condition is true for no values at all."""
    return [reading.rule for reading in _readings(policy) if _is_never_true(reading)]


def _is_never_true(reading: _Reading) -> bool:
    return not reading.true_cases or True not in reading.rule.condition.possible


def unreachable(policy: Policy) -> list[tuple[Rule, Rule]]:
    """Return each rule that never does anything, with the first of those that decide before it."""
    if policy.combine != FIRST_MATCH:
        return []
    found: list[tuple[Rule, Rule]] = []
    deciding: list[_Reading] = []
    compared = 0
    for reading in _readings(policy):
        # One in shadow is evaluated wherever it stands, and decides nothing.
        if reading.rule.shadow:
            continue
        compared += len(reading.cases) * sum(len(each.cases) for each in deciding)
        if compared > MAX_COMPARISONS:
            break
        before = _deciding_before(reading, deciding)
        if before and not _is_never_true(reading):
            found.append((reading.rule, before[0]))
        elif _decides(reading.rule.then):
            deciding.append(reading)
    return found


def _deciding_before(reading: _Reading, deciding: Sequence[_Reading]) -> list[Rule]:
    """Return the rules that leave nothing of *reading* for any kind of attempt, or none."""
    left = {kind for kind in (LOGIN, ACTION) if reading.rule.applies_to(kind)}
    rules = []
    for each in deciding:
        taken = {kind for kind in left if each.rule.applies_to(kind)}
        if taken and each.decides_before(reading):
            rules.append(each.rule)
            left -= taken
            if not left:
                return rules
    return []


class NeverTrue:
    """The condition contradicts itself, so the rule protects nobody."""

    code = "never-true"
    bad = f"rules: [{{id: a, when: event.hour > 20 && event.hour < 6, then: deny}}, {REST}]"
    good = f"rules: [{{id: a, when: event.hour > 20 || event.hour < 6, then: deny}}, {REST}]"

    def look(self, policy: Policy, report: Report) -> None:
        for rule in never_true(policy):
            message = "the condition is never true, whatever is known"
            report.warning(rule.place_of(0), self.code, message, rule=rule.id)


class UnreachableRule:
    """An earlier rule allows or denies whatever this one would apply to, so it never does anything.

    A challenge above it does not count: where a proof meets that, the next rules are looked at.
    """

    code = "unreachable-rule"
    bad = f"rules: [{{id: a, when: event.hour > 20, then: deny}}, {{id: b, when: event.hour > 22, then: deny}}, {REST}]"
    good = (
        f"rules: [{{id: a, when: event.hour > 22, then: deny}}, {{id: b, when: event.hour > 20, then: deny}}, {REST}]"
    )

    def look(self, policy: Policy, report: Report) -> None:
        for rule, before in unreachable(policy):
            message = f"never reached: '{before.id}' in line {before.place.line} decides before it"
            report.warning(rule.place, self.code, message, rule=rule.id)
