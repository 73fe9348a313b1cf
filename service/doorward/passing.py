"""What follows from a verified success: a device handed out, the sign-in learned, a proof minted.

One way for challenges of ours and for those that callers passed by themselves.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from doorward.assertions import AssertionDesk
from doorward.consequences import Keeping
from doorward.contacts import Contacts
from doorward.core import history
from doorward.core.assurance import DEFAULT_MAX_AGE_SECONDS
from doorward.core.history import OTP_WEIGHT, PASSWORD_ONLY_WEIGHT, PHISHING_RESISTANT_WEIGHT
from doorward.core.outcome import ALLOW, Proof
from doorward.core.population import second_step_passed
from doorward.core.record import DecisionRecord
from doorward.core.request import LOGIN
from doorward.core.ring import PROVED
from doorward.core.velocity import unanswered_pushes
from doorward.device_tokens import Issued, issue, reissue
from doorward.gather import Sources, keys_of, sight_again
from doorward.kept import KeptRecords
from doorward.learning import APPLIED, NONE, PROFILE_LIFE_SECONDS, QUARANTINED, Lesson, standing
from doorward.ports import Changes, DeviceRecord, Keys, Observation, Snapshot, Store

Json = dict[str, Any]

# «Remember this device» (contract, Device): for 30 days, and forgotten after 7 without use.
REMEMBERED_SECONDS = 30 * 86_400


@dataclass(frozen=True, slots=True)
class Success:
    """One verified success. *second_factor* says that more than the password was shown.

    *trusted* is False where another browser answered than the one that asked: then nothing is handed to it.
    """

    tenant: str
    now: float
    second_factor: bool
    phishing_resistant: bool = False
    remember: bool = False
    trusted: bool = True

    @property
    def weight(self) -> float:
        if self.phishing_resistant:
            return PHISHING_RESISTANT_WEIGHT
        return OTP_WEIGHT if self.second_factor else PASSWORD_ONLY_WEIGHT


class Before(NamedTuple):
    """What the store held of the attempt's subject, session and device before anything followed from its success."""

    keys: Keys
    held: Snapshot


class Passing:
    """Carries out what a success entails, each part once."""

    def __init__(
        self,
        sources: Sources,
        store: Store,
        kept: KeptRecords,
        keeping: Keeping,
        assertions: AssertionDesk,
        contacts: Contacts,
    ) -> None:
        self._sources = sources
        self._store = store
        self._kept = kept
        self._keeping = keeping
        self._assertions = assertions
        self._contacts = contacts

    def look(self, tenant: str, record: DecisionRecord, now: float) -> Before:
        """Return what there is before `learn` and `prove`, which go by it: read in one trip."""
        keys = self.keys(tenant, record)
        device_id = record.issued_device or record.facts.device.device_id or ""
        own = Keys(tenant, keys.subject, session=keys.session, device_id=device_id)
        return Before(own, self._store.begin(own, None, now))

    def learn(self, success: Success, record: DecisionRecord, before: Before) -> tuple[str, Issued | None]:
        """Learn a sign-in and hand out its device's next token; an action teaches nothing and hands out nothing."""
        self._contacts.keep_verified(success.tenant, record.request, success.now)
        if record.request.kind != LOGIN:
            return NONE, None
        issued = self._issue(success, before.held.device) if success.trusted else None
        lesson = self._lesson(success, record, issued)
        changes = Changes(
            device=(success.tenant, issued.record) if issued else None,
            profile_key=(success.tenant, before.keys.subject),
            rewrite_profile=_remembering(lesson, success, issued),
            profile_expires_at=success.now + PROFILE_LIFE_SECONDS,
        )
        self._store.commit(changes, success.now)
        lesson.tell(self._sources.tallies, success.tenant)
        if record.answer["outcome"] != ALLOW and record.request.credential.result == "passed":
            self._sources.tallies.add(success.tenant, second_step_passed(record.at))
        return QUARANTINED if lesson.quarantined else APPLIED, issued

    def prove(
        self,
        tenant: str,
        record: DecisionRecord,
        proof: Proof,
        before: Before,
        *,
        max_age: float | None,
        now: float,
    ) -> str:
        """Return *proof* as an assertion, and keep it for the session where it is bound to no action."""
        keys = before.keys
        if unanswered_pushes(before.held.subject_ring, now):
            # They are counted anew from here.
            self._store.begin(Keys(tenant, keys.subject), Observation(0, PROVED, 0), now)
        if keys.session is not None and not proof.binding:
            expires_at = proof.auth_time + (max_age or DEFAULT_MAX_AGE_SECONDS)
            written = self._sources.session_proofs.written(tenant, keys.session, proof, expires_at=expires_at)
            self._store.put_proof(tenant, keys.session, written, expires_at=expires_at, now=now)
        return self._assertions.mint(
            tenant,
            application_id=record.request.application_id,
            subject_id=record.request.subject.id,
            proof=proof,
            decision_id=record.id,
            session_id=record.request.session.id,
            action_name=record.request.action.name,
            now=now,
        )

    def keys(self, tenant: str, record: DecisionRecord) -> Keys:
        """Return where the store keeps what belongs to the attempt of *record*."""
        return keys_of(self._sources.hasher, tenant, record.request, record.facts.network)

    def _issue(self, success: Success, held: DeviceRecord | None) -> Issued:
        life = self._keeping.lives.device
        if held is None or held.revoked:
            return issue(now=success.now, life_seconds=life)
        return reissue(held, key=self._keeping.device_key, now=success.now, life_seconds=life)

    def _lesson(self, success: Success, record: DecisionRecord, issued: Issued | None) -> Lesson:
        """Return what to learn; learning an event again can only raise its weight and end its quarantine."""
        second = success.second_factor and success.trusted
        kind = standing(record.facts.history, level=record.answer["risk"]["level"], second_factor=second)
        sight = sight_again(
            self._sources.hasher,
            success.tenant,
            record.request,
            record.facts.network,
            record.facts.agent,
            issued.record.id if issued else "",
        )
        quarantined = kind == QUARANTINED
        return Lesson(record.id, record.at, sight, success.weight, quarantined, record.model, record.log_odds)


def _remembering(lesson: Lesson, success: Success, issued: Issued | None) -> Callable[[bytes | None], bytes]:
    def rewrite(profile: bytes | None) -> bytes:
        learned = lesson.rewrite(profile)
        if not success.remember or issued is None:
            return learned
        return history.remember_device(learned, issued.record.id, success.now + REMEMBERED_SECONDS)

    return rewrite


def learned_by(issued: Issued | None) -> Json:
    """Return the fields of a record that say so."""
    return {"learned": True} | ({"issued_device": issued.record.id} if issued else {})
