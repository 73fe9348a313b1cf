"""What becomes of an answered challenge: its proof, its device, its traces in the decision's record."""

from typing import Any

from doorward.ceremony import Notice, Notifier, Verified
from doorward.challenge_rows import Kept
from doorward.consequences import device_json
from doorward.core.addresses import is_same_address
from doorward.core.challenges import PASSED
from doorward.core.enrolment import Authenticator
from doorward.core.errors import Conflict, Refusal, Refused
from doorward.core.history import drop_all_devices, raise_flag
from doorward.core.identifiers import new_id
from doorward.core.outcome import Proof
from doorward.core.record import MAX_EVENTS, DecisionRecord
from doorward.core.request import Client
from doorward.device_tokens import device_id_of
from doorward.kept import KeptRecords
from doorward.learning import PROFILE_LIFE_SECONDS, SECOND_FACTOR_AAL
from doorward.passing import Passing, Success, learned_by
from doorward.ports import RecordRow, Store
from doorward.services import Answered

Json = dict[str, Any]

NOT_ME_SECONDS = 72 * 3600
RECOVERY_SECONDS = 72 * 3600


class PassedChallenges:
    """Writes down how challenges are answered, and carries out what passing one entails."""

    def __init__(self, store: Store, records: KeptRecords, passing: Passing, notifier: Notifier) -> None:
        self._store = store
        self._records = records
        self._passing = passing
        self._notifier = notifier

    def used(self, tenant: str, kept: Kept, held: Authenticator, verified: Verified, now: float) -> None:
        """Carry out what a right answer entails by itself, whether or not it is enough for the challenge."""
        if verified.recovered:
            self._recovered(tenant, kept, now)
        for notice in verified.notices:
            about = {"challenge": kept.row.id, "authenticator": held.id, "type": held.type}
            subject_id = kept.challenge.subject_id
            self._notifier.tell(Notice(tenant, notice, subject_id, now, about, kept.row.decision_id))

    def complete(
        self,
        tenant: str,
        kept: Kept,
        held: Authenticator,
        answered: Answered,
        now: float,
        *,
        row: RecordRow | None = None,
    ) -> Json:
        """Return the answer to a challenge that has just been passed; what is deferred waits for `collected`.

        *row* is the decision's record, where the caller has read it.
        """
        record = self._record(tenant, kept, row, now)
        proof = kept.challenge.proof(now, jti=new_id("prf"))
        trusted = not differs(record, answered.client)
        event = _event("passed", held, now) | {"amr": list(proof.amr), "trusted": trusted}
        known = (row, record) if row else None
        if answered.deferred:
            self._append(tenant, kept, event, now, {}, known=known)
            return {"status": PASSED, "trusted": trusted}
        success = _success(tenant, proof, now, remember=answered.remember_device, trusted=trusted)
        return self._hand_over(success, kept, proof, event, record, known=known)

    def collected(self, tenant: str, kept: Kept, now: float) -> Json:
        """Return what waited for the caller; what is proved was proved when the challenge was passed."""
        hosted = kept.challenge.hosted
        proof = kept.challenge.proof(hosted.passed_at, jti=new_id("prf"))
        event = {"at": now, "what": "collected"}
        record = self._record(tenant, kept, None, now)
        success = _success(tenant, proof, now, remember=hosted.remember, trusted=hosted.trusted)
        return self._hand_over(success, kept, proof, event, record)

    def _record(self, tenant: str, kept: Kept, row: RecordRow | None, now: float) -> DecisionRecord:
        """Return the decision's record; Conflict where it was reported as fraud."""
        record = self._records.open(row) if row else self._records.read(tenant, kept.row.decision_id, now)
        if record.is_fraud:
            raise Conflict("the attempt was reported as fraud; nothing is handed over for it")
        return record

    def _hand_over(
        self,
        success: Success,
        kept: Kept,
        proof: Proof,
        event: Json,
        record: DecisionRecord,
        *,
        known: tuple[RecordRow, DecisionRecord] | None = None,
    ) -> Json:
        """Learn the sign-in, hand out its device and mint its proof."""
        tenant, now = success.tenant, success.now
        before = self._passing.look(tenant, record, now)
        learning, issued = self._passing.learn(success, record, before)
        assertion = self._passing.prove(tenant, record, proof, before, max_age=kept.challenge.max_age, now=now)
        fields = learned_by(issued) if learning != "none" else {}
        event = event | {"jti": proof.jti}
        self._append(tenant, kept, event, now, fields, known=known)
        return {
            "status": PASSED,
            "amr": list(proof.amr),
            "acr": f"aal{proof.aal}",
            "assertion": assertion,
            "device": device_json(issued) if issued else None,
            "learning": learning,
        }

    def _recovered(self, tenant: str, kept: Kept, now: float) -> None:
        """Take every device for a stranger's again, and mark the subject for three days."""

        def forget(profile: bytes | None) -> bytes:
            return raise_flag(drop_all_devices(profile), "recovery_used", until=now + RECOVERY_SECONDS)

        expires_at = now + PROFILE_LIFE_SECONDS
        self._store.rewrite_profile(tenant, kept.row.subject, forget, expires_at=expires_at, now=now)

    def note(self, tenant: str, kept: Kept, held: Authenticator, refusal: Refusal, now: float) -> None:
        """Write an answer that was not accepted into the decision's record."""
        detail = {"detail": str(refusal)} if isinstance(refusal, Refused) else {}
        self._append(tenant, kept, _event(refusal.code, held, now) | detail, now, {})

    def granted(self, tenant: str, kept: Kept, held: Authenticator, now: float) -> None:
        """Write down that an answer gave leave to bind something."""
        self._append(tenant, kept, _event("granted", held, now), now, {})

    def cancelled(self, tenant: str, kept: Kept, reason: str, now: float) -> None:
        """Write down that the challenge was cancelled; `not_me` marks the subject for three days."""
        if reason == "not_me":
            until = now + NOT_ME_SECONDS
            self._store.rewrite_profile(
                tenant,
                kept.row.subject,
                lambda profile: raise_flag(profile, "not_me", until=until),
                expires_at=now + PROFILE_LIFE_SECONDS,
                now=now,
            )
        self._append(tenant, kept, {"at": now, "what": "cancelled", "reason": reason}, now, {})

    def _append(
        self,
        tenant: str,
        kept: Kept,
        event: Json,
        now: float,
        fields: Json,
        *,
        known: tuple[RecordRow, DecisionRecord] | None = None,
    ) -> None:
        def add(record: DecisionRecord) -> Json:
            return fields | {"events": (*record.events, event)[-MAX_EVENTS:]}

        self._records.rewrite(tenant, kept.row.decision_id, add, now, known=known)


def differs(record: DecisionRecord, client: Client | None) -> bool:
    """Answer whether another browser answers than the one that was challenged, as far as both are stated."""
    if client is None:
        return False
    asked, device_id = record.request.client, record.facts.device.device_id
    if asked.ip is not None and client.ip is not None and not is_same_address(asked.ip, client.ip):
        return True
    if device_id and client.device_token_collected and device_id_of(client.device_token) != device_id:
        return True
    return None not in (asked.user_agent, client.user_agent) and asked.user_agent != client.user_agent


def _success(tenant: str, proof: Proof, now: float, *, remember: bool, trusted: bool) -> Success:
    return Success(
        tenant,
        now,
        second_factor=proof.aal >= SECOND_FACTOR_AAL,
        phishing_resistant=proof.phishing_resistant,
        remember=remember,
        trusted=trusted,
    )


def _event(what: str, held: Authenticator, now: float) -> Json:
    return {"at": now, "what": what, "authenticator": held.id, "type": held.type}
