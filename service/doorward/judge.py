"""facts ─▶ signals ─▶ score ─▶ ruling: the pure middle of the line, one for serving, what-if, records and replays."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from doorward.core.assurance import adds_to_possession, first_factors
from doorward.core.canonical import binding_digest
from doorward.core.facts import Facts
from doorward.core.outcome import Assessment, Proof
from doorward.core.request import ACTION, DecisionRequest
from doorward.core.signals import Attempt, Signals, evaluate, with_risk
from doorward.meter import Meter
from doorward.policy.engine import evaluate as apply_policy
from doorward.policy.explain import explain
from doorward.policy.lists import RuntimeEntries
from doorward.policy.model import Policy
from doorward.policy.ruling import Ruling
from doorward.risk.floors import level_of
from doorward.risk.scorecard import Scorecard, assess
from doorward.risk.shadow import ShadowScore, shadow_score

NO_LISTS: Mapping[str, RuntimeEntries | None] = MappingProxyType({})


class Case(NamedTuple):
    """Everything a judgement rests on. *runtime* maps a run-time list to what it holds, None: unread."""

    request: DecisionRequest
    facts: Facts
    now: float
    proofs: tuple[Proof, ...] = ()
    runtime: Mapping[str, RuntimeEntries | None] = NO_LISTS
    degraded: bool = False

    @property
    def binding(self) -> str:
        """Return the digest that a bound proof must carry; empty where there is nothing to bind."""
        if self.request.kind != ACTION:
            return ""
        return binding_digest(
            application_id=self.request.application_id,
            action_name=self.request.action.name,
            binding=self.request.action.binding,
        )

    @property
    def first_factor(self) -> bool:
        """Answer whether the caller states a factor that makes two with an authenticator: now, or in the session."""
        return adds_to_possession(first_factors(self.request, now=self.now, max_age=None))


class Judgement(NamedTuple):
    """What was computed of a case: every step's result."""

    signals: Signals
    assessment: Assessment
    level: str
    ruling: Ruling
    candidate: Ruling | None = None
    shadow_model: ShadowScore | None = None

    @property
    def scored_log_odds(self) -> float | None:
        """Return the log-odds that the score stands for; None where there is no score."""
        return None if self.assessment.score is None else self.assessment.log_odds


def judge(
    case: Case,
    policy: Policy,
    card: Scorecard,
    meter: Meter,
    *,
    candidate: Policy | None = None,
    shadow: Scorecard | None = None,
) -> Judgement:
    """Compute signals, score and ruling of *case*; the same case always gives the same judgement.

    *candidate* and *shadow* are another policy and another model, which are heard and decide nothing.
    """
    attempt = Attempt(case.request, case.facts, case.now)
    with meter.stage("signals"):
        before = evaluate(attempt)
    with meter.stage("score"):
        assessment = assess(card, attempt)
        level = level_of(assessment.score, assessment.floors, policy.levels)
        other = shadow_score(shadow, attempt, policy.levels) if shadow else None
    with meter.stage("policy"):
        signals = with_risk(
            before,
            score=assessment.score,
            level=level,
            confidence=assessment.confidence,
            reasons=[reason.code for reason in assessment.reasons],
            floors=[name for name, _ in assessment.floors],
        )
        ruling = rule(case, policy, signals)
        whole = rule(case, candidate, at_levels_of(candidate, signals, assessment)) if candidate else None
    return Judgement(signals, assessment, level, ruling, whole, other)


def explain_rules(case: Case, policy: Policy, signals: Signals) -> list[dict[str, Any]]:
    """Return every rule with what each of its conditions came to."""
    rows: list[dict[str, Any]] = _applied(explain, case, policy, signals)
    return rows


def rule(case: Case, policy: Policy, signals: Signals) -> Ruling:
    """Apply *policy* to the signals of *case*."""
    ruling: Ruling = _applied(apply_policy, case, policy, signals)
    return ruling


def _applied(what: Callable[..., Any], case: Case, policy: Policy, signals: Signals) -> Any:
    """Return what *what* says of *case*; it takes what the engine takes."""
    return what(
        policy,
        signals=signals,
        kind=case.request.kind,
        now=case.now,
        enrolment=case.facts.enrolment,
        proofs=case.proofs,
        first_factor=case.first_factor,
        binding_digest=case.binding,
        runtime_lists=case.runtime,
        degraded=case.degraded,
    )


def at_levels_of(policy: Policy, signals: Signals, assessment: Assessment) -> Signals:
    """Return *signals* with the level that the score has by the bounds of *policy*; all else is computed once."""
    level = level_of(assessment.score, assessment.floors, policy.levels)
    if signals.values.get("risk.level") == level:
        return signals
    return Signals({**signals.values, "risk.level": level}, signals.unknown, signals.learning)
