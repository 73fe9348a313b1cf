"""Binding authenticators: made, confirmed by a first answer, listed, ended."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from doorward.attempts import Attempts
from doorward.ceremony import DevicePairing, Enrolment, Notice, Notifier, Verified, Verifier
from doorward.core.assurance import AUTHENTICATOR_TYPES
from doorward.core.enrolment import ACTIVE, PENDING, Authenticator, Holdings
from doorward.core.errors import (
    BadInput,
    Conflict,
    Mistake,
    NotAllowed,
    Refusal,
    SenderUnavailable,
    StoreUnavailable,
    Throttled,
)
from doorward.core.identifiers import new_id
from doorward.core.times import rfc3339
from doorward.device_places import DevicePlaces
from doorward.realms import Ceremonies
from doorward.sending import Post
from doorward.services import Allowed
from doorward.subjects import Subjects

Json = dict[str, Any]

# One that was not confirmed within this time is as if it had never been made.
PENDING_SECONDS = 600


class EnrolmentDesk:
    """Implements `services.Authenticators`."""

    def __init__(
        self,
        subjects: Subjects,
        verifiers: Mapping[str, Verifier],
        attempts: Attempts,
        ceremonies: Ceremonies,
        post: Post,
        places: DevicePlaces,
        notifier: Notifier,
    ) -> None:
        self._subjects = subjects
        self._verifiers = verifiers
        self._attempts = attempts
        self._ceremonies = ceremonies
        self._post = post
        self._places = places
        self._notifier = notifier

    def show(self, tenant: str, subject_id: str, now: float) -> list[Json]:
        """Return the subject's authenticators, the oldest first; those that were never confirmed end by themselves."""
        held = self._subjects.read(tenant, self._subjects.key(tenant, subject_id), now)
        return [shown(each) for each in held.authenticators if not _is_over(each, now)]

    def make(self, tenant: str, subject_id: str, asked: Mapping[str, Any], allowed: Allowed, now: float) -> Json:
        """Return a new authenticator with what is shown once; NotAllowed where the subject has others and no leave."""
        verifier = self._verifier(str(asked["type"]))
        key = self._subjects.key(tenant, subject_id)
        held = self._subjects.read(tenant, key, now)
        self._check_leave(held, allowed)
        new = new_id("fac")
        ceremony = self._ceremonies.binding(tenant, subject_id, new, now)
        own = {name: value for name, value in asked.items() if name not in ("type", "label")}
        enrolment = verifier.enrol(own, held.active, ceremony)
        self._check_carried(enrolment)
        kind = AUTHENTICATOR_TYPES[verifier.type]
        authenticator = Authenticator(
            new,
            kind.name,
            enrolment.state,
            label=str(asked.get("label", "")),
            status=ACTIVE if enrolment.active else PENDING,
            created_at=now,
            confirmed_at=now if enrolment.active else None,
            phishing_resistant=kind.phishing_resistant,
            restricted=kind.restricted,
            aal=kind.aal_after_password,
            live=enrolment.live,
            expires_at=enrolment.expires_at,
        )
        self._subjects.change(tenant, key, lambda now_held: _tidy(now_held, now).with_(authenticator), now)
        if enrolment.from_device:
            self._places.put(tenant, subject_id, new, until=now + PENDING_SECONDS, now=now)
        self._send(tenant, key, new, enrolment, now)
        if enrolment.active:
            self._tell(tenant, subject_id, "authenticator.bound", authenticator, now)
        return shown(authenticator) | enrolment.shown

    def _check_carried(self, enrolment: Enrolment) -> None:
        """Return where somebody carries the message that the binding needs, if any."""
        message = enrolment.message
        if message is not None and not self._post.carries(message.channel):
            raise BadInput([Mistake(f"no sender for {message.channel} is configured", "#/type")])

    def _send(self, tenant: str, key: bytes, new: str, enrolment: Enrolment, now: float) -> None:
        """Hand the message over, if there is one; where that fails the authenticator was never made."""
        if enrolment.message is None:
            return
        try:
            self._post.send(tenant, key, enrolment.message, now)
        except (SenderUnavailable, StoreUnavailable, Throttled):
            self._subjects.change(tenant, key, lambda held: held.without(new, why="never sent", now=now), now)
            raise

    def confirm(
        self, tenant: str, subject_id: str, authenticator_id: str, response: Mapping[str, Any], now: float
    ) -> Json:
        """Make the authenticator active by its first right answer; BadInput says why an answer was not."""
        key = self._subjects.key(tenant, subject_id)
        pending = self._subjects.read(tenant, key, now).find(authenticator_id)
        _check_pending(pending, now)
        verifier = self._verifiers[pending.type]
        answer = verifier.read(response)
        try:
            self._attempts.spend(tenant, key, authenticator_id, lane="", now=now)
            confirmed = self._confirmed(tenant, key, subject_id, pending, answer, now)
        except Refusal as refusal:
            raise BadInput([Mistake(f"{refusal.code}: {refusal}", f"#/{next(iter(response), 'code')}")]) from None
        self._attempts.forget(tenant, key, authenticator_id, now)
        self._tell(tenant, subject_id, "authenticator.bound", confirmed, now)
        return shown(confirmed)

    def pair(self, tenant: str, subject_id: str, authenticator_id: str, pairing: DevicePairing, now: float) -> Json:
        """Make the authenticator active by what its device sent; a Refusal says why not.

        Nothing is counted: the code cannot be guessed.
        """
        key = self._subjects.key(tenant, subject_id)
        pending = self._subjects.read(tenant, key, now).find(authenticator_id)
        _check_pending(pending, now)
        confirmed = self._confirmed(tenant, key, subject_id, pending, pairing, now)
        self._tell(tenant, subject_id, "authenticator.bound", confirmed, now)
        return shown(confirmed)

    def _confirmed(
        self, tenant: str, key: bytes, subject_id: str, pending: Authenticator, answer: Any, now: float
    ) -> Authenticator:
        verifier = self._verifiers[pending.type]
        ceremony = self._ceremonies.binding(tenant, subject_id, pending.id, now)
        prepared = verifier.prepare(dict(pending.state), answer)

        def take(one: Authenticator) -> Authenticator:
            _check_pending(one, now)
            live = dict(one.live) if one.live is not None else None
            verified: Verified = verifier.confirm(dict(one.state), live, prepared, ceremony)
            return replace(one, state=verified.state, status=ACTIVE, confirmed_at=now, live=None)

        return self._subjects.change_one(tenant, key, pending.id, take, now)

    def revoke(self, tenant: str, subject_id: str, authenticator_id: str, allowed: Allowed, now: float) -> None:
        """End an authenticator for good; it stays in the record of all that were ever bound."""
        key = self._subjects.key(tenant, subject_id)
        held = self._subjects.read(tenant, key, now)
        gone = held.find(authenticator_id)
        self._check_leave(held, allowed)
        why = allowed.reason or "revoked by its owner"
        self._subjects.change(tenant, key, lambda held: held.without(authenticator_id, why=why, now=now), now)
        self._attempts.forget(tenant, key, authenticator_id, now)
        self._places.forget(authenticator_id, now)
        self._tell(tenant, subject_id, "authenticator.revoked", gone, now)

    def _verifier(self, name: str) -> Verifier:
        if name not in self._verifiers:
            raise BadInput([Mistake(f"'{name}' cannot be bound here", "#/type")])
        return self._verifiers[name]

    def _check_leave(self, held: Holdings, allowed: Allowed) -> None:
        """Return where nothing is bound yet, or an administrator says why."""
        if held.active and not (allowed.is_admin and allowed.reason):
            raise NotAllowed("the subject has authenticators; a proof, a grant or an administrator's reason is needed")

    def _tell(self, tenant: str, subject_id: str, event: str, one: Authenticator, now: float) -> None:
        about = {"authenticator": one.id, "type": one.type, "label": one.label}
        self._notifier.tell(Notice(tenant, event, subject_id, now, about))


def shown(one: Authenticator) -> Json:
    """Return what may be told of an authenticator."""
    return {
        "id": one.id,
        "type": one.type,
        "label": one.label,
        "status": one.status,
        "aal": one.aal,
        "phishing_resistant": one.phishing_resistant,
        "restricted": one.restricted,
        "created_at": rfc3339(one.created_at),
        "last_used_at": None if one.last_used_at is None else rfc3339(one.last_used_at),
    }


def _check_pending(one: Authenticator, now: float) -> None:
    if one.status != PENDING:
        raise Conflict(f"the authenticator is {one.status}, and was confirmed before")
    if _is_over(one, now):
        raise Conflict("the authenticator was not confirmed in time; make a new one")


def _is_over(one: Authenticator, now: float) -> bool:
    return one.status == PENDING and now >= one.created_at + PENDING_SECONDS


def _tidy(held: Holdings, now: float) -> Holdings:
    return replace(held, authenticators=tuple(each for each in held.authenticators if not _is_over(each, now)))
