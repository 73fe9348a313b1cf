"""How a decision ended, told by callers that challenge by themselves or through a third party."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from doorward.assertions import AssertionDesk
from doorward.challenge import CANCELLED, PENDING, status_at
from doorward.consequences import Keeping, device_json
from doorward.core import ring
from doorward.core.assurance import Assurance, stated
from doorward.core.errors import BadInput, Conflict, Mistake
from doorward.core.history import OTP_WEIGHT, PASSWORD_ONLY_WEIGHT
from doorward.core.identifiers import new_id
from doorward.core.outcome import CHALLENGE, DENY, Proof
from doorward.core.record import DecisionRecord
from doorward.core.request import LOGIN
from doorward.device_tokens import Issued, issue, reissue
from doorward.gather import Sources, keys_of, observation_of, sight_again
from doorward.judge import Case
from doorward.kept import KeptRecords
from doorward.learning import APPLIED, NONE, PROFILE_LIFE_SECONDS, QUARANTINED, Lesson, standing
from doorward.policy.engine import DEFAULT_MAX_AGE_SECONDS
from doorward.ports import Changes, Keys, Store

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


class OutcomeDesk:
    """Takes outcomes in, each once."""

    def __init__(
        self, sources: Sources, store: Store, kept: KeptRecords, keeping: Keeping, assertions: AssertionDesk
    ) -> None:
        self._sources = sources
        self._store = store
        self._kept = kept
        self._keeping = keeping
        self._assertions = assertions

    def report(
        self, tenant: str, decision_id: str, *, result: str, amr: tuple[str, ...], auth_time: float | None, now: float
    ) -> Json:
        """Take in how a decision ended; `completed` learns once and, with *amr*, gives a proof and a device."""
        if auth_time is not None and auth_time > now + CLOCK_SKEW_SECONDS:
            raise BadInput([Mistake("expected a time that is not in the future", "#/auth_time")])
        told = Told(tenant, result, amr, min(auth_time or now, now), now)
        self._refuse_ended(tenant, decision_id, now)
        record = self._claim(told, decision_id)
        shown: Json = {"id": decision_id, "result": result, "learning": NONE, "assertion": None, "device": None}
        if result == "failed":
            self._count_failure(tenant, record, now)
        if result != "completed":
            return shown
        issued = self._issue(told, record) if record.request.kind == LOGIN else None
        shown["learning"] = self._learn(told, record, issued)
        shown["device"] = device_json(issued) if issued else None
        shown["assertion"] = self._prove(told, record) if amr else None
        return shown

    def _refuse_ended(self, tenant: str, decision_id: str, now: float) -> None:
        row = self._store.challenge_of_decision(tenant, decision_id, now)
        if row is None:
            return
        status = status_at(row, now)
        if status != PENDING:
            raise Conflict(f"the challenge of this decision has ended: it is {status}")
        self._store.put_challenge(replace(row, status=CANCELLED), now)

    def _claim(self, told: Told, decision_id: str) -> DecisionRecord:
        """Write the report into the record; of racing reports exactly one gets through."""

        def claim(record: DecisionRecord) -> Json:
            if record.reports:
                raise Conflict(f"the outcome was told before: {record.reports[0]['result']}")
            if told.result == "completed" and record.answer["outcome"] == DENY:
                raise Conflict("this decision was a deny; it cannot be completed")
            report = {"result": told.result, "amr": told.amr, "auth_time": told.auth_time, "at": told.now}
            return {"reports": (report,)}

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
        self._store.begin(self._keys(tenant, record), observation, now)

    def _issue(self, told: Told, record: DecisionRecord) -> Issued:
        life = self._keeping.lives.device
        device_id = record.issued_device or record.facts.device.device_id
        held = self._store.device(told.tenant, device_id, told.now) if device_id else None
        if held is None or held.revoked:
            return issue(now=told.now, life_seconds=life)
        return reissue(held, now=told.now, life_seconds=life)

    def _learn(self, told: Told, record: DecisionRecord, issued: Issued | None) -> str:
        if issued is None:
            return NONE
        lesson = self._lesson(told, record, issued)
        changes = Changes(
            device=(told.tenant, issued.record),
            profile_key=(told.tenant, self._keys(told.tenant, record).subject),
            rewrite_profile=lesson.rewrite,
            profile_expires_at=told.now + PROFILE_LIFE_SECONDS,
        )
        self._store.commit(changes, told.now)
        lesson.tell(self._sources.tallies, told.tenant)
        self._kept.rewrite(told.tenant, record.id, _learned(issued), told.now)
        return QUARANTINED if lesson.quarantined else APPLIED

    def _lesson(self, told: Told, record: DecisionRecord, issued: Issued) -> Lesson:
        """Return what to learn; learning an event again can only raise its weight and end its quarantine."""
        second = _assurance(told, record).aal >= 2 or record.answer["outcome"] == CHALLENGE
        kind = standing(record.facts.history, level=record.answer["risk"]["level"], second_factor=second)
        sight = sight_again(
            self._sources.hasher,
            told.tenant,
            record.request,
            record.facts.network,
            record.facts.agent,
            issued.record.id,
        )
        weight = OTP_WEIGHT if second else PASSWORD_ONLY_WEIGHT
        return Lesson(record.id, record.at, sight, weight, kind == QUARANTINED)

    def _prove(self, told: Told, record: DecisionRecord) -> str:
        assurance = _assurance(told, record)
        case = Case(record.request, record.facts, record.at)
        proof = Proof(
            auth_time=told.auth_time,
            aal=assurance.aal,
            amr=assurance.amr,
            application_id=record.request.application_id,
            session_id=record.request.session.id,
            binding=case.binding if record.bind else "",
            jti=new_id("prf"),
        )
        keys = self._keys(told.tenant, record)
        if keys.session is not None and not record.bind:
            expires_at = told.auth_time + DEFAULT_MAX_AGE_SECONDS
            self._store.put_proof(told.tenant, keys.session, proof, expires_at=expires_at, now=told.now)
        return self._assertions.mint(
            told.tenant,
            application_id=record.request.application_id,
            subject_id=record.request.subject.id,
            proof=proof,
            decision_id=record.id,
            session_id=record.request.session.id,
            action_name=record.request.action.name,
            now=told.now,
        )

    def _keys(self, tenant: str, record: DecisionRecord) -> Keys:
        return keys_of(self._sources.hasher, tenant, record.request, record.facts.network)


def _assurance(told: Told, record: DecisionRecord) -> Assurance:
    """Return what the caller's word is worth; a statement is never phishing-resistant, for we did not see it."""
    return stated(told.amr, first_factor=record.request.credential.result == "passed")


def _learned(issued: Issued) -> Callable[[DecisionRecord], Json]:
    def change(_: DecisionRecord) -> Json:
        return {"learned": True, "issued_device": issued.record.id}

    return change
