"""What callers tell afterwards: how an attempt ended, whether it was the owner, what else befell the subject."""

from typing import Any

from doorward.challenge_rows import KeptChallenges
from doorward.core import history, ring
from doorward.core.challenges import PENDING, Challenge
from doorward.core.errors import BadInput, Conflict, Mistake
from doorward.core.identifiers import new_id
from doorward.core.population import attempt_of
from doorward.core.record import DecisionRecord
from doorward.core.request import DecisionRequest, Subject
from doorward.core.times import rfc3339
from doorward.gather import Sources, finishes, keys_of, observation_of, sight_again
from doorward.kept import KeptRecords
from doorward.learning import PROFILE_LIFE_SECONDS, Unlearning
from doorward.life import LifeDesk
from doorward.outcomes import OutcomeDesk
from doorward.ports import SPENT_SECONDS, Keys, Rewrite, Store
from doorward.services import ReportedEvent
from doorward.subjects import subject_key

Json = dict[str, Any]

MAX_FEEDBACK = 20

# Velocity's longest window; an event that is older would count nowhere.
OLDEST_EVENT_SECONDS = 24 * 3600
CLOCK_SKEW_SECONDS = 60


class ReportDesk:
    """Implements `services.Reports`."""

    def __init__(
        self,
        sources: Sources,
        store: Store,
        kept: KeptRecords,
        challenges: KeptChallenges,
        outcomes: OutcomeDesk,
        life: LifeDesk,
    ) -> None:
        self._sources = sources
        self._store = store
        self._kept = kept
        self._challenges = challenges
        self._outcomes = outcomes
        self._life = life

    def outcome(
        self, tenant: str, decision_id: str, *, result: str, amr: tuple[str, ...], auth_time: float | None, now: float
    ) -> Json:
        """Take in how a decision ended; `completed` learns once and, with *amr*, gives a proof."""
        return self._outcomes.report(tenant, decision_id, result=result, amr=amr, auth_time=auth_time, now=now)

    def feedback(self, tenant: str, decision_id: str, *, label: str, source: str, note: str, now: float) -> Json:
        """Keep what somebody says of a decision; `fraud` also undoes what it has left behind.

        Fraud is never too much: it takes the place of what was said first.
        """
        said = {"label": label, "source": source, "note": note, "at": now}

        def add(record: DecisionRecord) -> Json:
            if label != "fraud" and len(record.feedback) >= MAX_FEEDBACK:
                raise Conflict(f"this decision has {MAX_FEEDBACK} feedbacks already")
            return {"feedback": (*record.feedback, said)[-MAX_FEEDBACK:]}

        record = self._kept.rewrite(tenant, decision_id, add, now)
        undone = self.undo(tenant, record, now) if label == "fraud" else []
        return {"id": decision_id, "label": label, "source": source, "recorded_at": rfc3339(now), "undone": undone}

    def undo(self, tenant: str, record: DecisionRecord, now: float) -> list[str]:
        """Undo what a fraudulent attempt has left behind, and say what that was; twice is fine."""
        undone = []
        # First what could still be passed or shown.
        if self._end_challenge(tenant, record.id, now):
            undone.append("challenge")
        keys = keys_of(self._sources.hasher, tenant, record.request, record.facts.network)
        if self._spend(tenant, record, keys, now):
            undone.append("assertion")
        if self._unlearn(tenant, record, now):
            undone.append("history")
        for device_id in {record.issued_device, record.facts.device.device_id} - {""}:
            if self._revoke_device(tenant, device_id, now):
                undone.append("device")
        if keys.session is not None:
            self._store.drop_proofs(tenant, keys.session, now)
            undone.append("session")
        session_id = record.request.session.id
        if self._life.disown(tenant, record.request.subject.id, record.id, session_id, now):
            undone.append("authenticator")
        return sorted(set(undone))

    def _end_challenge(self, tenant: str, decision_id: str, now: float) -> bool:
        """End what the attempt's challenge could still lead to; answer whether it could be answered until now."""
        kept = self._challenges.of_decision(tenant, decision_id, now)
        if kept is None:
            return False
        self._challenges.change(kept, Challenge.disowned, now)
        return kept.challenge.status_at(now) == PENDING

    def _spend(self, tenant: str, record: DecisionRecord, keys: Keys, now: float) -> bool:
        """Spend the assertions of the attempt and of its session; answer whether one of them was still good."""
        kept = self._store.begin(keys, None, now).proofs if keys.session is not None else ()
        of_session = self._sources.session_proofs.read(tenant, keys.session, kept, now)
        jtis = (record.jtis | {each.jti for each in of_session}) - {""}
        until = now + SPENT_SECONDS
        good = [each for each in sorted(jtis) if self._store.spend(tenant, each, expires_at=until, now=now)]
        return bool(good)

    def _unlearn(self, tenant: str, record: DecisionRecord, now: float) -> bool:
        gone = Unlearning(record.id, record.model, now)
        self._rewrite_profile(tenant, record.request.subject.id, gone.rewrite, now)
        gone.tell(self._sources.tallies, tenant)
        return gone.forgotten is not None and gone.forgotten.found

    def _revoke_device(self, tenant: str, device_id: str, now: float) -> bool:
        device = self._store.device(tenant, device_id, now)
        if device is None or device.revoked:
            return False
        self._store.revoke_device(tenant, device_id, now)
        return True

    def event(self, tenant: str, event: ReportedEvent, now: float) -> Json:
        """Take in what happened elsewhere to a subject, and say what it changed."""
        at = _instant(event.at, now)
        effect = "none"
        if event.type in ("login_failed", "account_locked"):
            self._count_failure(tenant, event, at, now)
            effect = "velocity"
        if event.type in ("password_changed", "password_reset"):
            self._rewrite_profile(tenant, event.subject_id, _credential_changed(at), now)
            effect = "credential_changed"
        return {"accepted": True, "type": event.type, "at": rfc3339(at), "effect": effect}

    def _count_failure(self, tenant: str, event: ReportedEvent, at: float, now: float) -> None:
        sources = self._sources
        request = DecisionRequest("login", Subject(event.subject_id), event.client, attempt_id=event.attempt_id)
        network = sources.locator.look_up(event.client.ip)
        observation = observation_of(
            sources.hasher,
            tenant,
            subject_id=event.subject_id,
            attempt_id=event.attempt_id or new_id("evt"),
            network=network,
            flags=ring.ATTEMPT | ring.FAILED,
        )._replace(at=at)
        snapshot = self._store.begin(keys_of(sources.hasher, tenant, request, network), observation, now)
        if finishes(observation, snapshot):
            agent = sources.agents.parse(event.client.user_agent)
            marks = sight_again(sources.hasher, tenant, request, network, agent, "").marks
            sources.tallies.add(tenant, attempt_of(marks.get("asn", 0), at=at, failed=True))

    def _rewrite_profile(self, tenant: str, subject_id: str, rewrite: Rewrite, now: float) -> None:
        key = subject_key(self._sources.hasher, tenant, subject_id)
        self._store.rewrite_profile(tenant, key, rewrite, expires_at=now + PROFILE_LIFE_SECONDS, now=now)


def _instant(at: float | None, now: float) -> float:
    if at is None:
        return now
    if at > now + CLOCK_SKEW_SECONDS:
        raise BadInput([Mistake("expected a time that is not in the future", "#/at")])
    if at < now - OLDEST_EVENT_SECONDS:
        raise BadInput([Mistake("expected a time within the last 24 hours", "#/at")])
    return min(at, now)


def _credential_changed(at: float) -> Rewrite:
    return lambda profile: history.credential_changed(profile, at)
