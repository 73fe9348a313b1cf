"""Applies a policy to the signals of one attempt. Pure: the same input gives the same ruling, and it never raises."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from doorward.core.assurance import AUTHENTICATOR_TYPES, can_meet, is_fresh, meets
from doorward.core.facts import EnrolmentFacts
from doorward.core.outcome import ALLOW, CHALLENGE, DENY, Proof, Requirement
from doorward.core.request import ACTION
from doorward.core.signals.base import Signals
from doorward.policy.given import Given
from doorward.policy.lists import RuntimeEntries
from doorward.policy.merging import stricter, strictest
from doorward.policy.model import ANY_AUTHENTICATOR, ENROL, SKIP, STRICTEST, Effect, Policy, Rule
from doorward.policy.plain import UNASKED
from doorward.policy.ruling import (
    MATCHED,
    NOT_MATCHED,
    SATISFIED,
    UNKNOWN,
    RuleResult,
    Ruling,
    ShadowResult,
)

__all__ = ["NO_RULE", "RuleResult", "Ruling", "ShadowResult", "Situation", "evaluate"]

NO_RULE = ""
NO_RULE_REASON = "no rule matched"
DEGRADED_RULE = "degraded"
DEGRADED_REASON = "the history or the store cannot be read"
NOT_TOGETHER = "no authenticator can meet all the rules that matched"

_CALM_LEVELS = ("low", "medium")


class Situation(NamedTuple):
    """What a policy is applied to, beside the signals. *proofs* are those of the subject, application and session."""

    kind: str
    now: float
    enrolment: EnrolmentFacts
    proofs: Sequence[Proof]
    first_factor: bool
    binding_digest: str = ""
    level: str = ""

    def proof_for(self, effect: Effect) -> Proof | None:
        """Return a proof that meets *effect*: bound to this very action, or where it does not bind, to none."""
        for proof in self.proofs:
            fresh = is_fresh(proof.auth_time, now=self.now, max_age=effect.max_age_seconds)
            if fresh and self._is_for(effect, proof) and meets(effect.requirement or ANY_AUTHENTICATOR, proof):
                return proof
        return None

    def _is_for(self, effect: Effect, proof: Proof) -> bool:
        if not proof.binding:
            return not effect.bind
        return proof.binding == self.binding_digest


@dataclass(slots=True)
class _Walk:
    """What came out so far, in the order of the rules."""

    results: list[RuleResult] = field(default_factory=list)
    shadow: list[ShadowResult] = field(default_factory=list)
    deciding: list[tuple[Rule, Effect]] = field(default_factory=list)
    satisfied: list[tuple[Rule, Proof]] = field(default_factory=list)
    errors: int = 0


class _Ending(NamedTuple):
    """What an effect comes to for this subject, with what it has enrolled."""

    outcome: str
    requirement: Requirement | None = None
    enrol: tuple[str, ...] = ()
    unenrolled: bool = False


def evaluate(
    policy: Policy,
    *,
    signals: Signals,
    kind: str,
    now: float,
    enrolment: EnrolmentFacts,
    proofs: Sequence[Proof],
    first_factor: bool,
    binding_digest: str = "",
    runtime_lists: Mapping[str, RuntimeEntries | None] | None = None,
    degraded: bool = False,
) -> Ruling:
    """Return the ruling of *policy*; where no rule matches it is deny.

    *proofs* are those that count for this subject, application and session. A run-time list that is missing from
    *runtime_lists* is empty, one that is None could not be read.
    """
    level = str(signals.values.get("risk.level", ""))
    situation = Situation(kind, now, enrolment, proofs, first_factor, binding_digest, level)
    walk = _walk(policy, situation, signals, policy.given(signals, runtime_lists or {}))
    rule, effect, reason = _decision(policy, walk)
    if degraded:
        rule, effect, reason = _degraded(policy, situation, rule, effect, reason)
    ending = _ending(policy, situation, effect, degraded=degraded)
    return _ruling(walk, ending, effect, rule=rule, reason=reason)


def _ruling(walk: _Walk, ending: _Ending, effect: Effect, *, rule: str, reason: str) -> Ruling:
    return Ruling(
        ending.outcome,
        rule,
        reason,
        requirement=ending.requirement,
        max_age=effect.max_age_seconds,
        bind=effect.bind,
        notify=effect.notify,
        retry_after_seconds=effect.retry_after_seconds,
        enrol=ending.enrol,
        unenrolled=ending.unenrolled,
        satisfied_by=_spent(walk) if walk.satisfied and ending.outcome == ALLOW else "",
        satisfied_aal=max((proof.aal for _, proof in walk.satisfied), default=0),
        shadow=tuple(walk.shadow),
        results=tuple(walk.results),
        unknown_errors=walk.errors,
    )


def _walk(policy: Policy, situation: Situation, signals: Signals, given: Given) -> _Walk:
    """Evaluate the rules in order, up to the one that decides; those in shadow all, wherever they stand."""
    walk, scan, place = _Walk(), policy.scan(situation.kind), 0
    for found, answer in scan.places(given.values):
        walk.results += scan.passed[place:found]
        place = found + 1
        rule = policy.rules[found]
        said = rule.condition.evaluate(given) if answer is UNASKED else answer
        _take_in(rule, said, walk, situation, signals, policy.id)
        if walk.deciding and policy.combine != STRICTEST:
            _rest(policy, place, walk, situation, signals, given)
            return walk
    walk.results += scan.passed[place:]
    return walk


def _rest(policy: Policy, place: int, walk: _Walk, situation: Situation, signals: Signals, given: Given) -> None:
    """Go through the rules after the one that decided: only those in shadow are still evaluated."""
    for rule, passed in zip(policy.rules[place:], policy.scan(situation.kind).after[place:], strict=True):
        if rule.shadow and rule.applies_to(situation.kind):
            _take_in(rule, rule.condition.evaluate(given), walk, situation, signals, policy.id)
        else:
            walk.results.append(passed)


def _take_in(
    rule: Rule, answer: bool | None, walk: _Walk, situation: Situation, signals: Signals, policy_id: str
) -> None:
    """Add how *rule* comes out whose condition answers so."""
    if answer is False:
        walk.results.append(RuleResult(rule.id, NOT_MATCHED))
        return
    if answer is None and signals.unknown.keys().isdisjoint(rule.condition.signals):
        walk.errors += 1
    if answer is None and rule.on_unknown == SKIP:
        walk.results.append(RuleResult(rule.id, UNKNOWN))
        return
    _apply(rule, answer, walk, situation, policy_id)


def _apply(rule: Rule, answer: bool | None, walk: _Walk, situation: Situation, policy_id: str) -> None:
    """Add what *rule* comes to; a rule in shadow leaves a note and nothing else."""
    effect = rule.effect(answer)
    if effect is None:
        walk.results.append(RuleResult(rule.id, UNKNOWN))
        return
    proof = situation.proof_for(effect) if effect.outcome == CHALLENGE else None
    state = SATISFIED if proof else UNKNOWN if answer is None else MATCHED
    walk.results.append(RuleResult(rule.id, state, effect.outcome))
    if rule.shadow:
        if proof is None:
            walk.shadow.append(ShadowResult(policy_id, rule.id, effect.outcome))
    elif proof is not None:
        walk.satisfied.append((rule, proof))
    else:
        walk.deciding.append((rule, effect))


def _decision(policy: Policy, walk: _Walk) -> tuple[str, Effect, str]:
    """Return the rule that decides, what it does, and why."""
    if not walk.deciding:
        return _nothing_left(walk)
    if policy.combine != STRICTEST:
        rule, effect = walk.deciding[0]
        return rule.id, effect, rule.why
    effect = strictest(effect for _, effect in walk.deciding)
    rule = next((rule for rule, each in walk.deciding if each.outcome == effect.outcome), walk.deciding[0][0])
    together = effect.outcome == DENY and all(each.outcome != DENY for _, each in walk.deciding)
    return rule.id, effect, NOT_TOGETHER if together else rule.why


def _nothing_left(walk: _Walk) -> tuple[str, Effect, str]:
    """Where every rule that matched asked for a proof that was given, the policy has what it wants."""
    if walk.satisfied:
        rule = walk.satisfied[-1][0]
        return rule.id, Effect(ALLOW), rule.why
    return NO_RULE, Effect(DENY), NO_RULE_REASON


def _degraded(policy: Policy, situation: Situation, rule: str, effect: Effect, reason: str) -> tuple[str, Effect, str]:
    """Return the stricter of the ruling and the policy's `degraded` entry."""
    entry = policy.degraded
    if entry.outcome == CHALLENGE and situation.proof_for(entry) is not None:
        return rule, effect, reason
    joined = stricter(effect, entry)
    changed = joined.outcome != effect.outcome
    return (DEGRADED_RULE, joined, DEGRADED_REASON) if changed else (rule, joined, reason)


def _ending(policy: Policy, situation: Situation, effect: Effect, *, degraded: bool) -> _Ending:
    """Apply the policy's `unenrolled` entry where the subject has nothing that could meet the requirement.

    Whether a first factor was stated does not matter here: who has an authenticator is asked for it. What is
    *degraded* is never allowed for want of an authenticator (ASVS 16.5.2).
    """
    if effect.outcome != CHALLENGE:
        return _Ending(effect.outcome)
    requirement = effect.requirement or ANY_AUTHENTICATOR
    enrolment = situation.enrolment
    if not enrolment.readable or can_meet(requirement, enrolment.types, first_factor=True):
        return _Ending(CHALLENGE, requirement)
    answer = policy.unenrolled[_unenrolled_entry(situation)]
    if answer != DENY and enrolment.blocked:
        # Who guesses until an authenticator is disabled must not bind one of their own in its place, nor do without.
        answer = DENY
    if answer == ALLOW and degraded:
        return _Ending(CHALLENGE, requirement, unenrolled=True)
    if answer != ENROL:
        return _Ending(answer, requirement, unenrolled=True)
    enrol = _enrollable(requirement, first_factor=situation.first_factor)
    return _Ending(CHALLENGE, requirement, enrol, unenrolled=True)


def _unenrolled_entry(situation: Situation) -> str:
    if situation.kind == ACTION:
        return "action"
    # A level that is not one of the calm ones is not known to be calm.
    return "login" if situation.level in _CALM_LEVELS else "login_high_risk"


def _enrollable(requirement: Requirement, *, first_factor: bool) -> tuple[str, ...]:
    """Return the types whose enrolment would help, those that need no stated first factor where there is none."""
    one = replace(requirement, count=1)
    types = tuple(each for each in requirement.any_of or AUTHENTICATOR_TYPES if each not in _NOT_FIRST)
    helpful = tuple(each for each in types if can_meet(one, (each,), first_factor=first_factor))
    return helpful or tuple(each for each in types if can_meet(one, (each,), first_factor=True)) or types


# A recovery code stands in for another authenticator, and questions of knowledge are none.
_NOT_FIRST = ("recovery_code", "bypass_code", "knowledge")


def _spent(walk: _Walk) -> str:
    """Return the bound proof that was used up: it is good for one action, whichever of its rules it met."""
    return next((proof.jti for _, proof in walk.satisfied if proof.binding), "")
