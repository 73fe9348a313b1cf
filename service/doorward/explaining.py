"""«Why would it be decided so?»: an attempt judged without a trace, with every rule taken apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from doorward.answer import Extras, answer
from doorward.core.errors import StoreUnavailable, Unreadable
from doorward.core.facts import Facts
from doorward.core.request import DecisionRequest
from doorward.explained import candidate_json, contributions_json, signals_json
from doorward.gather import Found, Sources, gather, without_history
from doorward.judge import Case, Judgement, explain_rules, judge
from doorward.overrides import overridden
from doorward.own_scales import OwnScales
from doorward.policies import Loaded
from doorward.policy.lists import RuntimeEntries
from doorward.risk.scorecard import Scorecard
from doorward.runtime_lists import ListedValues, unreadable_lists

Json = dict[str, Any]

# Facts of these groups say by one field whether the rest of the group was read at all.
_READ_AT_ALL = {"history": "reachable", "velocity": "reachable", "enrolment": "readable"}


@dataclass(frozen=True, slots=True)
class Explainer:
    """Judges attempts for whoever writes rules; nothing is counted, sent, learned or kept."""

    sources: Sources
    scales: OwnScales
    lists: ListedValues

    def explain(
        self, tenant: str, request: DecisionRequest, rules: Loaded, *, facts: Mapping[str, Any], now: float
    ) -> Json:
        """Return the decision that *rules* would make, and why; *facts* are laid over those that are found."""
        found = gather(self.sources, tenant, request, now)
        found = found._replace(facts=overridden(found.facts, facts))
        case = self._case(tenant, request, found, rules, now)
        return self._explained(case, found.degraded, rules, self._card(tenant))

    def case(self, tenant: str, request: DecisionRequest, rules: Loaded, now: float) -> Case:
        """Return what a decision of *request* would rest on now."""
        return self._case(tenant, request, gather(self.sources, tenant, request, now), rules, now)

    def explain_without_store(
        self, tenant: str, request: DecisionRequest, rules: Loaded, *, facts: Mapping[str, Any], now: float
    ) -> Json:
        """Return the same of an attempt of which no store is asked: history, velocity and lists are unknown.

        That the store was not asked is no fault, so the policy's `degraded` entry does not count.
        """
        found = gather(self.sources, tenant, request, now)
        stated = Facts(network=found.facts.network, agent=found.facts.agent, zone=found.facts.zone)
        blind = without_history(stated, found.keys, found.sight, request)
        read = {group: {name: True} for group, name in _READ_AT_ALL.items() if group in facts}
        given = {group: {**read.get(group, {}), **values} if isinstance(values, Mapping) else values
                 for group, values in facts.items()}  # fmt: skip
        lists = unreadable_lists(each for each in (rules.policy, rules.candidate) if each)
        case = Case(request, overridden(blind.facts, given), now, runtime=lists)
        return self._explained(case, (), rules, self.scales.card(tenant))

    def _case(self, tenant: str, request: DecisionRequest, found: Found, rules: Loaded, now: float) -> Case:
        runtime: Mapping[str, RuntimeEntries | None]
        try:
            runtime = self.lists.of(tenant, request, found, now)[0]
        except (StoreUnavailable, Unreadable):
            runtime = unreadable_lists(each for each in (rules.policy, rules.candidate) if each)
        return Case(request, found.facts, now, found.proofs, runtime, degraded=bool(found.degraded))

    def _card(self, tenant: str) -> Scorecard:
        try:
            return self.scales.read(tenant)
        except StoreUnavailable:
            return self.scales.card(tenant)

    def _explained(self, case: Case, degraded: tuple[str, ...], rules: Loaded, card: Scorecard) -> Json:
        judgement = judge(case, rules.policy, card, self.sources.meter, candidate=rules.candidate)
        policy = {"id": rules.policy.id, "digest": rules.policy.digest}
        name = rules.candidate.id if rules.candidate else ""
        decision = answer("", judgement, policy, candidate=name, extras=Extras(degraded=degraded), now=case.now)
        return {
            "decision": decision | {"id": None},
            "facts": case.facts.to_json(),
            "signals": signals_json(judgement.signals),
            "contributions": contributions_json(judgement),
            "rules": explain_rules(case, rules.policy, judgement.signals),
            "candidate": _candidate(case, judgement, rules, decision),
        }


def _candidate(case: Case, judgement: Judgement, rules: Loaded, decision: Json) -> Json | None:
    if rules.candidate is None:
        return None
    said = {"digest": rules.candidate.digest} | decision["shadow"][-1]
    return candidate_json(case, judgement, rules.candidate, said)
