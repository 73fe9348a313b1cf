"""Judges many cases by a few policies and models: what serves, without computing what none of them reads."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from doorward.core.outcome import Assessment
from doorward.core.signals import Attempt, evaluation_of, with_risk
from doorward.judge import Case, rule
from doorward.policy.lists import RuntimeEntries
from doorward.policy.model import Policy
from doorward.policy.ruling import Ruling
from doorward.risk.floors import level_of
from doorward.risk.own_scale import OwnScale, with_own_scale
from doorward.risk.scorecard import Scorecard, assess

REASONS = "risk.reasons"

Lists = Mapping[str, RuntimeEntries | None]
Scaled = tuple[str, OwnScale]


class Judged(NamedTuple):
    """What one policy with one model says of a case."""

    assessment: Assessment
    level: str
    ruling: Ruling


class Judging:
    """Prepared for *lines*, each a policy and a model; signals are computed once, a score once for each model."""

    def __init__(self, lines: Sequence[tuple[Policy, Scorecard]]) -> None:
        self._lines = tuple(lines)
        names = frozenset[str]().union(*(each.condition.signals for policy, _ in lines for each in policy.rules))
        self._evaluate = evaluation_of(names)
        self._with_reasons = REASONS in names
        self._cards = {card.id: card for _, card in lines}

    def judge(
        self, case: Case, runtime: Sequence[Lists] | None = None, scaled: Scaled | None = None
    ) -> tuple[Judged, ...]:
        """Return what each line says; the same as `judge.judge`, line by line.

        *runtime* holds the run-time lists of each line, where those of *case* do not serve all. *scaled* is a tenant's
        own scale and the model that it belongs to; other models score by their own quantiles.
        """
        attempt = Attempt(case.request, case.facts, case.now)
        before = self._evaluate(attempt)
        assessed = {
            name: assess(_with_scale(card, scaled), attempt, with_reasons=self._with_reasons)
            for name, card in self._cards.items()
        }
        judged = []
        for number, (policy, card) in enumerate(self._lines):
            assessment = assessed[card.id]
            level = level_of(assessment.score, assessment.floors, policy.levels)
            signals = with_risk(
                before,
                score=assessment.score,
                level=level,
                confidence=assessment.confidence,
                reasons=[reason.code for reason in assessment.reasons] if assessment.reasons else (),
                floors=[name for name, _ in assessment.floors] if assessment.floors else (),
            )
            its_case = case if runtime is None else case._replace(runtime=runtime[number])
            judged.append(Judged(assessment, level, rule(its_case, policy, signals)))
        return tuple(judged)


def _with_scale(card: Scorecard, scaled: Scaled | None) -> Scorecard:
    return with_own_scale(card, scaled[1]) if scaled is not None and scaled[0] == card.id else card
