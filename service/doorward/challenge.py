"""A challenge: begun, answered, cancelled, shown. One way through for every type of authenticator.

The order is what keeps it safe: the attempt is spent, then the answer is checked, then everything is settled.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from doorward.attempts import Attempts, note_of
from doorward.ceremony import Begun, Notice, Notifier, Verified, Verifier
from doorward.challenge_rows import Kept, KeptChallenges
from doorward.core.challenges import CANCELLED, FAILED, PASSED, PENDING, Challenge, Shown
from doorward.core.enrolment import ACTIVE, DISABLED, SUSPENDED, Authenticator, Holdings
from doorward.core.errors import (
    BadInput,
    ClonedAuthenticator,
    Conflict,
    Mistake,
    MoreRequired,
    PerhapsSent,
    Refusal,
    Refused,
    SenderUnavailable,
    StoreUnavailable,
    Throttled,
    TooManyAttempts,
)
from doorward.core.times import rfc3339
from doorward.enrolling import Enrolling
from doorward.passed import PassedChallenges
from doorward.ports import RecordRow
from doorward.pushes import Pushes
from doorward.realms import Ceremonies
from doorward.sending import Post
from doorward.services import Answered
from doorward.subjects import Subjects
from doorward.vouching import stand_in

Json = dict[str, Any]


class ChallengeDesk:
    """Implements `services.Challenges`."""

    def __init__(
        self,
        kept: KeptChallenges,
        subjects: Subjects,
        verifiers: Mapping[str, Verifier],
        attempts: Attempts,
        ceremonies: Ceremonies,
        post: Post,
        pushes: Pushes,
        passed: PassedChallenges,
        enrolling: Enrolling,
        notifier: Notifier,
    ) -> None:
        self._kept = kept
        self._subjects = subjects
        self._verifiers = verifiers
        self._attempts = attempts
        self._ceremonies = ceremonies
        self._post = post
        self._pushes = pushes
        self._passed = passed
        self._enrolling = enrolling
        self._notifier = notifier

    def show(self, tenant: str, challenge_id: str, now: float) -> Json:
        """Return how the challenge stands, without anything that could pass it."""
        kept = self._kept.read(tenant, challenge_id, now)
        challenge = kept.challenge
        return {
            "id": kept.row.id,
            "status": challenge.status_at(now),
            "subject": challenge.subject_id,
            "expires_at": rfc3339(challenge.expires_at),
            "required": challenge.required.to_json(),
            "authenticators": [{"type": each.type, "id": each.id, "label": each.label} for each in challenge.offered],
            "enrol": list(challenge.enrol),
            "passed": [{"type": each.type, "id": each.id} for each in challenge.passed],
            "attempts_left": challenge.attempts_left,
        }

    def begin(self, tenant: str, challenge_id: str, authenticator_id: str, now: float) -> Json:
        """Return what the client needs to answer; sends what must be sent, and the same live code when asked again."""
        kept = self._kept.read(tenant, challenge_id, now)
        held, _ = self._offered(tenant, kept, authenticator_id, now)
        if held.status != ACTIVE:
            raise Conflict(f"the authenticator cannot be used now: it is {held.status}")
        ceremony = self._ceremonies.of(tenant, kept, held, now)
        begun: list[tuple[Begun, Json | None]] = []

        def start(challenge: Challenge) -> Challenge:
            challenge.check_open(now)
            live = challenge.live.get(held.id)
            begun[:] = [(self._verifiers[held.type].begin(held, live, ceremony), live)]
            return challenge.with_live(held.id, begun[0][0].live)

        started = self._kept.change(kept, start, now)
        shown = {"authenticator": held.id, "type": held.type} | begun[0][0].shown
        try:
            return shown | self._send(tenant, started, held, *begun[0], now)
        except PerhapsSent as perhaps:
            perhaps.begun = shown
            raise

    def _send(
        self, tenant: str, started: Kept, held: Authenticator, begun: Begun, before: Json | None, now: float
    ) -> Json:
        """Hand over what is to be sent; where that fails it is as if it had not been begun, and may be tried at once.

        What may have been sent is begun: its code may arrive, and the next message waits its time.
        Returns what the client should know of it.
        """

        def take_back(challenge: Challenge) -> Challenge:
            # It may have been answered, begun again or ended meanwhile: what is spent must not come back.
            is_ours = challenge.live.get(held.id) == begun.live
            return challenge.with_live(held.id, before) if is_ours else challenge

        try:
            if begun.message is not None:
                self._post.send(tenant, started.row.subject, begun.message, now)
            return self._pushes.tell(tenant, started, held, now) if begun.on_device else {}
        except PerhapsSent:
            raise
        except (SenderUnavailable, StoreUnavailable, Throttled):
            self._kept.change(started, take_back, now)
            raise

    def verify(self, tenant: str, challenge_id: str, answered: Answered, now: float) -> Json:
        """Check one answer: passed with a proof, pending with the reason, or failed."""
        kept = self._kept.read(tenant, challenge_id, now)
        held, record = self._offered(tenant, kept, answered.authenticator, now)
        verifier = self._verifiers[held.type]
        answer = verifier.read(answered.response)
        is_guess = verifier.is_guess(answer)
        try:
            kept, last = self._spend(tenant, kept, held, now) if is_guess else (kept, False)
        except Refusal as refusal:
            return self._refused(tenant, kept, held, refusal, now, spent=False)
        try:
            verified, since = self._check(tenant, kept, held, answer, now)
            # It is used up, whatever becomes of the challenge.
            self._passed.used(tenant, kept, held, verified, now)
            kept = self._settle_right(tenant, kept, held, verified, since, now, spent=is_guess)
        except Refusal as refusal:
            if last or isinstance(refusal, ClonedAuthenticator):
                self.stop(tenant, kept, held, DISABLED if last else SUSPENDED, refusal, now)
            if not is_guess:
                # Who asks how it stands is told what was written down when it happened.
                return _stands(kept, refusal)
            return self._refused(tenant, kept, held, refusal, now, spent=is_guess)
        if kept.challenge.status != PASSED:
            more = self._refused(tenant, kept, held, MoreRequired("another is required"), now, spent=False)
            return more | verified.shown | self._enrolling.grant(tenant, kept, held, now)
        return self._passed.complete(tenant, kept, held, answered, now, row=record) | verified.shown

    def _offered(
        self, tenant: str, kept: Kept, authenticator_id: str, now: float
    ) -> tuple[Authenticator, RecordRow | None]:
        """Return the authenticator that may answer, and the decision's record.

        One that was revoked meanwhile is as if it were disabled; Conflict for a type that was turned off.
        """
        kept.challenge.check_open(now)
        contact = kept.challenge.contact(authenticator_id)
        if contact is not None:
            held = stand_in(contact, self._verifiers, self._ceremonies.about(tenant, kept, now))
            return held, self._kept.beside(kept, note_of(held.id), now).record
        for each in kept.challenge.offered:
            if each.id == authenticator_id and each.type not in self._verifiers:
                raise Conflict(f"{each.type} cannot be answered here any more")
            if each.id == authenticator_id:
                beside = self._kept.beside(kept, note_of(each.id), now)
                bound = self._subjects.opened(beside.authenticators, tenant, kept.row.subject).authenticators
                gone = Authenticator(each.id, each.type, {}, each.label, status=DISABLED)
                return next((one for one in bound if one.id == each.id), gone), beside.record
        raise BadInput([Mistake("expected one of the challenge's authenticators", "#/authenticator")])

    def _spend(self, tenant: str, kept: Kept, held: Authenticator, now: float) -> tuple[Kept, bool]:
        """Spend one guess at the authenticator and one attempt of the challenge, before anything is checked.

        Returns the challenge then, and whether it was the last guess.
        """
        if held.status != ACTIVE:
            raise Refused(f"the authenticator is {held.status}")
        last = self._attempts.spend(tenant, kept.row.subject, held.id, lane=kept.challenge.lane, now=now)
        return self._kept.change(kept, lambda challenge: challenge.spend(now), now), last

    def _check(self, tenant: str, kept: Kept, held: Authenticator, answer: Any, now: float) -> tuple[Verified, float]:
        """Check the answer against the authenticator as it is kept: of racing right answers one changes it.

        Returns too since when what was shown counts. Who only asks is answered without a lock, for as long as there
        is nothing to take.
        """
        verifier, ceremony = self._verifiers[held.type], self._ceremonies.of(tenant, kept, held, now)
        live = kept.challenge.live.get(held.id)
        prepared = verifier.prepare(dict(held.state), answer)
        if kept.challenge.contact(held.id):
            return verifier.verify(dict(held.state), live, prepared, ceremony), 0.0
        verified: list[Verified] = []
        if not verifier.is_guess(answer):
            verifier.verify(dict(held.state), live, prepared, ceremony)

        def use(bound: Holdings) -> Holdings:
            one = bound.find(held.id)
            # Before anything of it is used up.
            kept.challenge.counting_from(bound.proofs_from).check_not_shown(one.id)
            if one.status != ACTIVE:
                raise Refused(f"the authenticator is {one.status}")
            verified[:] = [verifier.verify(dict(one.state), live, prepared, ceremony)]
            status = DISABLED if verified[0].is_spent else one.status
            return bound.with_(replace(one, state=verified[0].state, status=status, last_used_at=now))

        since = self._subjects.change(tenant, kept.row.subject, use, now).proofs_from
        return verified[0], since

    def _settle_right(
        self, tenant: str, kept: Kept, held: Authenticator, verified: Verified, since: float, now: float, *, spent: bool
    ) -> Kept:
        shown = Shown(held.id, held.type, now, user_verified=verified.user_verified, synced=verified.synced)

        def settle(challenge: Challenge) -> Challenge:
            return challenge.counting_from(since).settle_right(shown, now, spent=spent)

        settled = self._kept.change(kept, settle, now)
        if spent:
            self._attempts.right(tenant, kept.row.subject, held.id, lane=kept.challenge.lane, now=now)
        return settled

    def _refused(
        self, tenant: str, kept: Kept, held: Authenticator, refusal: Refusal, now: float, *, spent: bool
    ) -> Json:
        """Settle an answer that was not accepted, and say why."""
        if spent:
            kept = self._kept.change(kept, lambda challenge: challenge.settle_wrong(), now)
        return self.refused(tenant, kept, held, refusal, now)

    def refused(self, tenant: str, kept: Kept, held: Authenticator, refusal: Refusal, now: float) -> Json:
        """Write down an answer that was not accepted, and return how the challenge stands."""
        if not isinstance(refusal, MoreRequired):
            self._passed.note(tenant, kept, held, refusal, now)
        if isinstance(refusal, TooManyAttempts) or kept.challenge.status == FAILED:
            self._tell(tenant, kept, "challenge.failed", now)
            return {"status": FAILED, "error": TooManyAttempts.code}
        return _stands(kept, refusal)

    def stop(self, tenant: str, kept: Kept, held: Authenticator, status: str, refusal: Refusal, now: float) -> None:
        """Disable or suspend the authenticator, and tell its owner; of a contact there is nothing to change."""
        reason = str(refusal) if status == SUSPENDED else "too many failures in a row"
        if kept.challenge.contact(held.id) is None:
            self._subjects.set_status(tenant, kept.row.subject, held.id, status, now, reason=reason)
        self._tell(tenant, kept, f"authenticator.{status}", now, authenticator=held.id, type=held.type, reason=reason)

    def cancel(self, tenant: str, challenge_id: str, reason: str, now: float) -> Json:
        """End a challenge without an answer; `not_me` raises the subject's risk and is told to it."""
        kept = self._kept.read(tenant, challenge_id, now)

        def end(challenge: Challenge) -> Challenge:
            challenge.check_open(now)
            return replace(challenge, status=CANCELLED, live={})

        kept = self._kept.change(kept, end, now)
        self._passed.cancelled(tenant, kept, reason, now)
        if reason == "not_me":
            self._tell(tenant, kept, "challenge.not_me", now)
        return {"id": challenge_id, "status": CANCELLED, "reason": reason}

    def _tell(self, tenant: str, kept: Kept, event: str, now: float, **details: Any) -> None:
        about = {"challenge": kept.row.id, **details}
        self._notifier.tell(
            Notice(tenant, event, kept.challenge.subject_id, now, about, decision_id=kept.row.decision_id)
        )


def _stands(kept: Kept, refusal: Refusal) -> Json:
    pending = {"status": PENDING, "error": refusal.code, "attempts_left": kept.challenge.attempts_left}
    return pending | ({"detail": str(refusal)} if isinstance(refusal, Refused) else {})
