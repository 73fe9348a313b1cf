"""How a decision ended, told by callers that challenge by themselves or through a third party."""

from dataclasses import dataclass, replace
from typing import Any

from doorward.challenge_rows import KeptChallenges
from doorward.consequences import device_json
from doorward.core import ring
from doorward.core.assurance import Assurance, first_factors, stated
from doorward.core.challenges import CANCELLED, PENDING, Challenge
from doorward.core.errors import BadInput, Conflict, Mistake
from doorward.core.identifiers import new_id
from doorward.core.outcome import DENY, Proof
from doorward.core.record import DecisionRecord
from doorward.core.request import LOGIN
from doorward.device_tokens import Issued
from doorward.gather import Sources, observation_of
from doorward.judge import Case
from doorward.kept import KeptRecords
from doorward.learning import NONE, SECOND_FACTOR_AAL
from doorward.passing import Before, Passing, Success, learned_by
from doorward.ports import Store

Json = dict[str, Any]

CLOCK_SKEW_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Told:
    """One report of an outcome."""

    tenant: str
    result: str
    amr: tuple[str, ...]
    auth_time: float
    now: float
    jti: str

    @property
    def proves(self) -> bool:
        """Whether an assertion is asked for."""
        return self.result == "completed" and bool(self.amr)


class OutcomeDesk:
    """Takes outcomes in, each once."""

    def __init__(
        self, sources: Sources, store: Store, kept: KeptRecords, challenges: KeptChallenges, passing: Passing
    ) -> None:
        self._sources = sources
        self._store = store
        self._kept = kept
        self._challenges = challenges
        self._passing = passing

    def report(
        self, tenant: str, decision_id: str, *, result: str, amr: tuple[str, ...], auth_time: float | None, now: float
    ) -> Json:
        """Take in how a decision ended; `completed` learns once and, with *amr*, gives a proof and a device."""
        if auth_time is not None and auth_time > now + CLOCK_SKEW_SECONDS:
            raise BadInput([Mistake("expected a time that is not in the future", "#/auth_time")])
        told = Told(tenant, result, amr, now if auth_time is None else min(auth_time, now), now, new_id("prf"))
        was_open = self._take_over(tenant, decision_id, now)
        record = self._claim(told, decision_id, was_open=was_open)
        shown: Json = {"id": decision_id, "result": result, "learning": NONE, "assertion": None, "device": None}
        if result == "failed":
            self._count_failure(tenant, record, now)
        if result != "completed":
            return shown
        before = self._passing.look(tenant, record, now)
        shown["learning"], issued = self._learn(told, record, before)
        shown["device"] = device_json(issued) if issued else None
        shown["assertion"] = self._prove(told, record, before) if told.proves else None
        return shown

    def _take_over(self, tenant: str, decision_id: str, now: float) -> bool:
        """End a challenge of ours that is still open: the caller has decided its outcome by itself.

        Answers whether there was one; Conflict where it has ended before.
        """
        kept = self._challenges.of_decision(tenant, decision_id, now)
        if kept is None:
            return False
        self._challenges.change(kept, lambda challenge: _taken_over(challenge, now), now)
        return True

    def _claim(self, told: Told, decision_id: str, *, was_open: bool) -> DecisionRecord:
        """Write the report into the record; of racing reports exactly one gets through."""

        def claim(record: DecisionRecord) -> Json:
            if record.reports:
                raise Conflict(f"the outcome was told before: {record.reports[0]['result']}")
            if record.answer["challenge"] and not was_open:
                # An ended challenge is kept for a while only, the record for much longer.
                raise Conflict("the challenge of this decision has ended")
            if told.result == "completed" and record.answer["outcome"] == DENY:
                raise Conflict("this decision was a deny; it cannot be completed")
            if told.result == "completed" and record.is_fraud:
                raise Conflict("this decision was reported as fraud; it cannot be completed")
            report = {"result": told.result, "amr": told.amr, "auth_time": told.auth_time, "at": told.now}
            return {"reports": (report | ({"jti": told.jti} if told.proves else {}),)}

        return self._kept.rewrite(told.tenant, decision_id, claim, told.now)

    def _count_failure(self, tenant: str, record: DecisionRecord, now: float) -> None:
        if record.request.kind != LOGIN:
            return
        observation = observation_of(
            self._sources.hasher,
            tenant,
            subject_id=record.request.subject.id,
            attempt_id=record.request.attempt_id or record.id,
            network=record.facts.network,
            flags=ring.ATTEMPT | ring.FAILED,
        )
        self._store.begin(self._passing.keys(tenant, record), observation, now)

    def _learn(self, told: Told, record: DecisionRecord, before: Before) -> tuple[str, Issued | None]:
        # What a report leaves open was not told: whoever completes a challenge by a password shows no more than one.
        second = _assurance(told, record).aal >= SECOND_FACTOR_AAL
        learning, issued = self._passing.learn(Success(told.tenant, told.now, second), record, before)
        if learning != NONE:
            self._kept.rewrite(told.tenant, record.id, lambda _: learned_by(issued), told.now)
        return learning, issued

    def _prove(self, told: Told, record: DecisionRecord, before: Before) -> str:
        assurance = _assurance(told, record)
        case = Case(record.request, record.facts, record.at)
        proof = Proof(
            auth_time=told.auth_time,
            aal=assurance.aal,
            amr=assurance.amr,
            application_id=record.request.application_id,
            session_id=record.request.session.id,
            binding=case.binding if record.bind else "",
            jti=told.jti,
        )
        return self._passing.prove(told.tenant, record, proof, before, max_age=None, now=told.now)


def _taken_over(challenge: Challenge, now: float) -> Challenge:
    status = challenge.status_at(now)
    if status != PENDING:
        raise Conflict(f"the challenge of this decision has ended: it is {status}")
    return replace(challenge, status=CANCELLED)


def _assurance(told: Told, record: DecisionRecord) -> Assurance:
    """Return what the caller's word is worth, as a challenge of ours would be after what the request states.

    A statement is never phishing-resistant, for we did not see it.
    """
    max_age = (record.answer["step_up"] or {}).get("max_age")
    return stated(told.amr, first=first_factors(record.request, now=told.now, max_age=max_age))
