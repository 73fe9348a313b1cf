"""Binding authenticators: made with leave, confirmed by a first answer, listed."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from doorward.attempts import Attempts
from doorward.ceremony import DevicePairing, Enrolment, Notice, Notifier, Verified, Verifier
from doorward.core.assurance import AUTHENTICATOR_TYPES, AuthenticatorType
from doorward.core.enrolment import ACTIVE, PENDING, PENDING_SECONDS, Authenticator, Event, Holdings, is_over
from doorward.core.errors import (
    BadInput,
    Conflict,
    Mistake,
    Refusal,
    SenderUnavailable,
    StoreUnavailable,
    Throttled,
)
from doorward.core.identifiers import new_id
from doorward.core.leave import GRANT, PROOF, Leave, check_binding, check_confirming
from doorward.core.times import rfc3339
from doorward.device_places import DevicePlaces
from doorward.enrolling import Enrolling
from doorward.leaves import Leaves
from doorward.realms import Ceremonies
from doorward.sending import Post
from doorward.services import Allowed, Answered
from doorward.subjects import Subjects

Json = dict[str, Any]


class EnrolmentDesk:
    """Makes, confirms and lists; `life.LifeDesk` does what comes after."""

    def __init__(
        self,
        subjects: Subjects,
        verifiers: Mapping[str, Verifier],
        attempts: Attempts,
        ceremonies: Ceremonies,
        post: Post,
        places: DevicePlaces,
        leaves: Leaves,
        enrolling: Enrolling,
        notifier: Notifier,
    ) -> None:
        self._subjects = subjects
        self._verifiers = verifiers
        self._attempts = attempts
        self._ceremonies = ceremonies
        self._post = post
        self._places = places
        self._leaves = leaves
        self._enrolling = enrolling
        self._notifier = notifier

    def show(self, tenant: str, subject_id: str, now: float) -> list[Json]:
        """Return the subject's authenticators, the oldest first; those that were never confirmed end by themselves."""
        held = self._subjects.read(tenant, self._subjects.key(tenant, subject_id), now)
        return [shown(each) for each in held.tidy(now).authenticators]

    def make(self, tenant: str, subject_id: str, asked: Mapping[str, Any], allowed: Allowed, now: float) -> Json:
        """Return a new authenticator with what is shown once; NotAllowed where the subject has others and no leave.

        The leave is spent before anything is kept, and judged again by what is kept then.
        """
        verifier = self._verifier(str(asked["type"]))
        kind, key = AUTHENTICATOR_TYPES[verifier.type], self._subjects.key(tenant, subject_id)
        held = self._subjects.read(tenant, key, now).tidy(now)
        leave = self._leaves.read(tenant, subject_id, held, allowed, now)
        check_binding(leave, held, kind)
        new = new_id("fac")
        own = {name: value for name, value in asked.items() if name not in ("type", "label")}
        enrolment = verifier.enrol(own, held.active, self._ceremonies.binding(tenant, subject_id, new, now))
        self._check_carried(enrolment)
        one = _made(new, kind, str(asked.get("label", "")), enrolment, bound_from(leave, allowed), now)
        _check_own_seed(one, held)
        held.with_(one)
        self._leaves.spend(tenant, leave, now)

        def add(kept: Holdings) -> Holdings:
            tidy = kept.tidy(now)
            check_binding(leave, tidy, kind)
            _check_own_seed(one, tidy)
            return _bound(tidy.with_(one), one, now) if enrolment.active else tidy.with_(one)

        self._subjects.change(tenant, key, add, now)
        if enrolment.from_device:
            self._places.put(tenant, subject_id, new, until=now + PENDING_SECONDS, now=now)
        self._send(tenant, key, one, enrolment, leave, now)
        self._enrolling.join(tenant, leave, one, now)
        if enrolment.active:
            self._tell(tenant, subject_id, one, now)
        return shown(one) | enrolment.shown

    def _check_carried(self, enrolment: Enrolment) -> None:
        """Return where somebody carries the message that the binding needs, if any."""
        message = enrolment.message
        if message is not None and not self._post.carries(message.channel):
            raise BadInput([Mistake(f"no sender for {message.channel} is configured", "#/type")])

    def _send(
        self, tenant: str, key: bytes, one: Authenticator, enrolment: Enrolment, leave: Leave, now: float
    ) -> None:
        """Hand the first code over; where that fails the new one goes again, and a grant is good for another try."""
        if enrolment.message is None:
            return
        try:
            self._post.send(tenant, key, enrolment.message, now)
        except (SenderUnavailable, StoreUnavailable, Throttled):
            self._subjects.change(tenant, key, lambda held: held.without(one.id, why="never sent", now=now), now)
            self._leaves.give_back(tenant, leave, now)
            raise

    def confirm(self, tenant: str, subject_id: str, answered: Answered, now: float) -> Json:
        """Make the authenticator active by its first right answer; BadInput says why an answer was not."""
        key = self._subjects.key(tenant, subject_id)
        held = self._subjects.read(tenant, key, now)
        pending = held.find(answered.authenticator)
        _check_pending(pending, now)
        check_confirming(pending, held)
        answer = self._read(pending, answered.response)
        try:
            self._attempts.spend(tenant, key, pending.id, lane="", now=now)
            confirmed, verified = self._confirmed(tenant, key, subject_id, pending, answer, now)
        except Refusal as refusal:
            raise BadInput(
                [Mistake(f"{refusal.code}: {refusal}", f"#/{next(iter(answered.response), 'code')}")]
            ) from None
        self._attempts.forget(tenant, key, pending.id, now)
        self._tell(tenant, subject_id, confirmed, now)
        challenge = self._enrolling.answered(tenant, confirmed, verified, answered, now)
        return shown(confirmed) | ({"challenge": challenge} if challenge else {})

    def _read(self, pending: Authenticator, response: Mapping[str, Any]) -> Any:
        """Return the answer; here it is the body itself that a mistake points into."""
        try:
            return self._verifier(pending.type).read(response)
        except BadInput as bad:
            moved = [replace(each, pointer=each.pointer.replace("#/response", "#", 1)) for each in bad.mistakes]
            raise BadInput(moved) from None

    def pair(self, tenant: str, subject_id: str, authenticator_id: str, pairing: DevicePairing, now: float) -> Json:
        """Make the authenticator active by what its device sent; a Refusal says why not.

        Nothing is counted: the code cannot be guessed.
        """
        key = self._subjects.key(tenant, subject_id)
        pending = self._subjects.read(tenant, key, now).find(authenticator_id)
        _check_pending(pending, now)
        confirmed, _ = self._confirmed(tenant, key, subject_id, pending, pairing, now)
        self._tell(tenant, subject_id, confirmed, now)
        return shown(confirmed)

    def _confirmed(
        self, tenant: str, key: bytes, subject_id: str, pending: Authenticator, answer: Any, now: float
    ) -> tuple[Authenticator, Verified]:
        verifier = self._verifier(pending.type)
        ceremony = self._ceremonies.binding(tenant, subject_id, pending.id, now)
        prepared = verifier.prepare(dict(pending.state), answer)
        verified: list[Verified] = []

        def take(held: Holdings) -> Holdings:
            one = held.find(pending.id)
            _check_pending(one, now)
            check_confirming(one, held)
            if held.shares_seed(one):
                raise Conflict("another authenticator of the subject has the same seed")
            live = dict(one.live) if one.live is not None else None
            verified[:] = [verifier.confirm(dict(one.state), live, prepared, ceremony)]
            active = replace(one, state=verified[0].state, status=ACTIVE, confirmed_at=now, status_at=now, live=None)
            return _bound(held.with_(active), one, now)

        return self._subjects.change(tenant, key, take, now).find(pending.id), verified[0]

    def _verifier(self, name: str) -> Verifier:
        if name not in self._verifiers:
            raise BadInput([Mistake(f"'{name}' cannot be bound here", "#/type")])
        return self._verifiers[name]

    def _tell(self, tenant: str, subject_id: str, one: Authenticator, now: float) -> None:
        about = {"authenticator": one.id, "type": one.type, "label": one.label, "by": one.bound_from.get("by", "")}
        decision_id = one.bound_from.get("decision", "")
        self._notifier.tell(Notice(tenant, "authenticator.bound", subject_id, now, about, decision_id))


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


def bound_from(leave: Leave, allowed: Allowed) -> dict[str, str]:
    """Return where a change comes from, as far as it is known (N-BND-3)."""
    client = allowed.client
    known = {
        "by": leave.by,
        "aal": str(leave.aal) if leave.by in (PROOF, GRANT) else "",
        "reason": leave.reason,
        "decision": leave.decision_id,
        "session": leave.session_id,
        "challenge": leave.challenge_id,
        "ip": (client.ip if client else None) or "",
        "user_agent": ((client.user_agent if client else None) or "")[:MAX_AGENT],
    }
    return {name: value for name, value in known.items() if value}


# Enough of a user agent to tell one browser from another.
MAX_AGENT = 256


def _made(
    name: str, kind: AuthenticatorType, label: str, enrolment: Enrolment, origin: dict[str, str], now: float
) -> Authenticator:
    return Authenticator(
        name,
        kind.name,
        enrolment.state,
        label=label,
        status=ACTIVE if enrolment.active else PENDING,
        created_at=now,
        confirmed_at=now if enrolment.active else None,
        phishing_resistant=kind.phishing_resistant,
        restricted=kind.restricted,
        aal=kind.aal_after_password,
        expires_at=enrolment.expires_at,
        live=enrolment.live,
        bound_from=origin,
        status_at=now,
    )


def _bound(held: Holdings, one: Authenticator, now: float) -> Holdings:
    origin = one.bound_from
    return held.noted(Event(now, "bound", one.id, origin.get("by", ""), origin.get("reason", "")))


def _check_own_seed(one: Authenticator, held: Holdings) -> None:
    """Return where nothing else of the subject's has this seed, be it active or not (N-OTP-3)."""
    if held.shares_seed(one):
        raise BadInput([Mistake("the subject has an authenticator with this seed; revoke it first", "#/secret")])


def _check_pending(one: Authenticator, now: float) -> None:
    if one.status != PENDING:
        raise Conflict(f"the authenticator is {one.status}, and was confirmed before")
    if is_over(one, now):
        raise Conflict("the authenticator was not confirmed in time; make a new one")
