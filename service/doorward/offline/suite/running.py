"""Runs cases through the code that serves, and says of each what was expected and what came."""

from collections.abc import Iterator
from typing import Any

from doorward.core.signals import Signals
from doorward.judge import explain_rules, judge, rule
from doorward.meter import NULL_METER
from doorward.offline.suite.expected import Came, differences, rules_named
from doorward.offline.suite.model import Result, RuleCase, Suite
from doorward.policy.model import Policy
from doorward.risk.scorecard import Scorecard


def run(suite: Suite, card: Scorecard, *, matching: str = "") -> Iterator[Result]:
    """Yield the result of each case whose name holds *matching*, whatever its letters' case."""
    wanted = matching.casefold()
    for case in suite.cases:
        if suite.policy is not None and wanted in case.name.casefold():
            yield run_case(case, suite.policy, card)


def run_case(case: RuleCase, policy: Policy, card: Scorecard) -> Result:
    """Judge one case: signals and score as they are served, the case's own laid over, and the policy on those."""
    judgement = judge(case.case, policy, card, NULL_METER)
    signals = case.overrides.over(judgement.signals, policy.levels)
    ruling = judgement.ruling if signals is judgement.signals else rule(case.case, policy, signals)
    missed = differences(case.expected, Came(ruling, signals))
    if not missed:
        return Result(case, ruling, signals, ())
    concerned = {ruling.rule, *(each.rule for each in ruling.shadow), *rules_named(case.expected)}
    conditions = {each.id: each.condition for each in policy.rules}
    rows = tuple(
        row | {"signals": _values(signals, sorted(conditions[row["rule"]].signals))}
        for row in explain_rules(case.case, policy, signals)
        if row["rule"] in concerned
    )
    return Result(case, ruling, signals, missed, rows)


def _values(signals: Signals, names: list[str]) -> dict[str, Any]:
    """Return what the signals of a condition were: the value, or why there is none."""
    return {
        name: signals.values[name] if name in signals.values else f"unknown: {signals.unknown.get(name, '')}"
        for name in names
    }
