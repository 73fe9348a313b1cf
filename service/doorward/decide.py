"""One decision, step by step: request ─▶ facts ─▶ signals ─▶ score ─▶ policy ─▶ decision ─▶ record."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from doorward.answer import Extras, answer
from doorward.consequences import Consequences, Keeping, consequences
from doorward.core.errors import BadInput, Conflict, Mistake, StoreUnavailable, Unreadable
from doorward.core.identifiers import new_id
from doorward.core.outcome import ALLOW, Assessment, Proof
from doorward.core.population import second_step_asked
from doorward.core.request import DecisionRequest
from doorward.gather import Found, Sources, gather
from doorward.judge import Case, Judgement, judge
from doorward.overrides import overridden
from doorward.own_scales import OwnScales
from doorward.owners import Owners
from doorward.policies import Loaded, Policies
from doorward.policy.lists import RuntimeEntries
from doorward.policy_texts import PolicyTexts
from doorward.ports import DecisionStore
from doorward.risk.scorecard import Scorecard
from doorward.runtime_lists import ListedValues, unreadable_lists

Json = dict[str, Any]


class DecisionDesk:
    """Decides attempts: everything that `POST /v1/decisions` and what-if do."""

    def __init__(
        self,
        sources: Sources,
        policies: Policies,
        scales: OwnScales,
        lists: ListedValues,
        keeping: Keeping,
        texts: PolicyTexts,
        owners: Owners,
        shadow: Scorecard | None = None,
    ) -> None:
        self._sources = sources
        self._policies = policies
        self._scales = scales
        self._shadow = shadow
        self._lists = lists
        self._keeping = keeping
        self._texts = texts
        self._owners = owners

    @property
    def _store(self) -> DecisionStore:
        return self._sources.store

    def decide(self, tenant: str, request: DecisionRequest, now: float) -> Json:
        """Count, judge, record and learn one attempt, and return the answer."""
        meter = self._sources.meter
        with meter.stage("total"):
            rules = self._policies.current(tenant, now)
            decision_id = new_id("dec")
            found = gather(self._sources, tenant, request, now, decision_id=decision_id)
            case, found = self._case(tenant, request, found, rules, now)
            judgement = self._judge(tenant, case, rules)
            shown = self._carry_out(decision_id, case, judgement, found, rules)
        if judgement.ruling.unknown_errors:
            meter.condition_failed()
        if found.remarks:
            meter.proof_refused()
        meter.decided(
            outcome=shown["outcome"],
            kind=request.kind,
            rule=shown["policy"]["rule"],
            reason=_leading(judgement.assessment),
            degraded=bool(shown["degraded"]),
        )
        if rules.candidate is not None:
            meter.shadowed(live=shown["outcome"], candidate=shown["shadow"][-1]["outcome"])
        if judgement.shadow_model is not None:
            meter.shadow_scored(level=judgement.level, shadow=judgement.shadow_model.level)
        return shown

    def _judge(self, tenant: str, case: Case, rules: Loaded) -> Judgement:
        card = self._scales.card(tenant)
        meter = self._sources.meter
        return judge(case, rules.policy, card, meter, candidate=rules.candidate, shadow=self._shadow)

    def _case(
        self, tenant: str, request: DecisionRequest, found: Found, rules: Loaded, now: float
    ) -> tuple[Case, Found]:
        runtime: Mapping[str, RuntimeEntries | None]
        try:
            runtime, listed = self._lists.of(tenant, request, found, now)
        except (StoreUnavailable, Unreadable):
            if not found.degraded:
                # Those that were read last are better than none: who was blocked a second ago still is.
                return self._case(tenant, request, found._replace(degraded=("history",)), rules, now)
            runtime, listed = unreadable_lists(each for each in (rules.policy, rules.candidate) if each), ()
        proofs = _lasting(found.proofs) if found.degraded else found.proofs
        found = found._replace(listed=listed, proofs=proofs)
        return Case(request, found.facts, now, proofs, runtime, degraded=bool(found.degraded)), found

    def _carry_out(self, decision_id: str, case: Case, judgement: Judgement, found: Found, rules: Loaded) -> Json:
        if found.degraded:
            return self._unrecorded(decision_id, judgement, found, rules, case)
        with self._sources.meter.stage("record"):
            made = consequences(self._keeping, decision_id, case, judgement, found, rules)
        try:
            with self._sources.meter.stage("store_commit"):
                for each in filter(None, (rules.policy, rules.candidate)):
                    self._texts.keep(found.keys.tenant, each)
                self._store.commit(made.changes, case.now)
        except Conflict:
            return self._without_the_spent_proof(decision_id, case, judgement, found, rules)
        except (StoreUnavailable, Unreadable):
            # A history that can be asked and not learned to: only who writes to the store makes such a one.
            self._sources.meter.store_failed("commit")
            return self._degrade(decision_id, case, found, rules)
        self._owners.decided(decision_id, case, judgement, found)
        return self._learned(made, case, found)

    def _learned(self, made: Consequences, case: Case, found: Found) -> Json:
        tallies, tenant = self._sources.tallies, found.keys.tenant
        if made.lesson is not None:
            made.lesson.tell(tallies, tenant)
        if found.ended and case.request.credential.result == "passed" and made.shown["outcome"] != ALLOW:
            tallies.add(tenant, second_step_asked(case.now))
        return made.shown

    def _without_the_spent_proof(
        self, decision_id: str, case: Case, judgement: Judgement, found: Found, rules: Loaded
    ) -> Json:
        spent = judgement.ruling.satisfied_by
        fewer = case._replace(proofs=tuple(proof for proof in case.proofs if proof.jti != spent))
        again = self._judge(found.keys.tenant, fewer, rules)
        return self._carry_out(decision_id, fewer, again, found._replace(proofs=fewer.proofs), rules)

    def _degrade(self, decision_id: str, case: Case, found: Found, rules: Loaded) -> Json:
        """Decide again, the stricter way: what was found out cannot be kept, so nothing rests on it."""
        degraded = case._replace(degraded=True, proofs=_lasting(case.proofs))
        again = self._judge(found.keys.tenant, degraded, rules)
        return self._unrecorded(decision_id, again, found._replace(degraded=("record",)), rules, degraded)

    def _unrecorded(self, decision_id: str, judgement: Judgement, found: Found, rules: Loaded, case: Case) -> Json:
        policy = {"id": rules.policy.id, "digest": rules.policy.digest}
        candidate = rules.candidate.id if rules.candidate else ""
        extras = Extras(degraded=found.degraded, remarks=found.remarks)
        return answer(decision_id, judgement, policy, candidate=candidate, extras=extras, now=case.now)

    def what_if(
        self, tenant: str, request: DecisionRequest, *, text: str | None, facts: Mapping[str, Any] | None, now: float
    ) -> Json:
        """Return the decision that would be made, and leave no trace: nothing counted, sent, learned or kept."""
        rules = self._policies.current(tenant, now)
        if text is not None:
            rules = replace(rules, policy=self._compiled(tenant, text), candidate=None)
        found = gather(self._sources, tenant, request, now)
        if facts:
            found = found._replace(facts=overridden(found.facts, facts))
        case, found = self._case(tenant, request, found, rules, now)
        judgement = self._judge(tenant, case, rules)
        return self._unrecorded(new_id("dec"), judgement, found, rules, case)

    def _compiled(self, tenant: str, text: str) -> Any:
        policy, findings = self._policies.compile(tenant, text)
        if policy is None:
            errors = [each for each in findings if each.severity == "error"]
            raise BadInput(
                [Mistake(f"line {each.line}, column {each.column}: {each.message}", "#/text") for each in errors]
            )
        return policy


def _leading(found: Assessment) -> str:
    """Return the code of what raises the risk most: a floor, then the first reason; empty where nothing does."""
    if found.floors:
        return found.floors[0][0]
    reason = found.reasons[0] if found.reasons else None
    return reason.code if reason is not None and reason.points > 0 else ""


def _lasting(proofs: Sequence[Proof]) -> tuple[Proof, ...]:
    """Return those that may be used again: the one use of a bound proof could not be kept, and would be the first."""
    return tuple(proof for proof in proofs if not proof.binding)
