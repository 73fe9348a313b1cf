"""The life of an authenticator once it is bound: suspended and resumed, revoked, remembered."""

from collections.abc import Callable
from dataclasses import replace
from math import floor
from typing import Any

from doorward.attempts import Attempts
from doorward.ceremony import Notice, Notifier
from doorward.core.enrolment import ACTIVE, PENDING, SUSPENDED, Authenticator, Event, Holdings, Past
from doorward.core.leave import Leave, check_ending, check_resuming, check_suspending
from doorward.core.notices import bound_at
from doorward.core.times import rfc3339
from doorward.device_places import DevicePlaces
from doorward.enrolment import shown
from doorward.leaves import Leaves
from doorward.services import Allowed
from doorward.subjects import Subjects

Json = dict[str, Any]

Check = Callable[[Leave, Authenticator], None]


class LifeDesk:
    """Ends authenticators, for a while or for good, and tells of all that ever were."""

    def __init__(
        self, subjects: Subjects, attempts: Attempts, places: DevicePlaces, leaves: Leaves, notifier: Notifier
    ) -> None:
        self._subjects = subjects
        self._attempts = attempts
        self._places = places
        self._leaves = leaves
        self._notifier = notifier

    def revoke(self, tenant: str, subject_id: str, authenticator_id: str, allowed: Allowed, now: float) -> None:
        """End an authenticator for good; it stays in the record of all that were ever bound."""
        key = self._subjects.key(tenant, subject_id)
        held = self._subjects.read(tenant, key, now)
        gone = held.find(authenticator_id)
        leave = self._leaves.read(tenant, subject_id, held, allowed, now)
        check_ending(leave, held, gone)
        self._leaves.spend(tenant, leave, now)
        why = leave.reason or "revoked by its owner"

        def end(kept: Holdings) -> Holdings:
            check_ending(leave, kept, kept.find(authenticator_id))
            ended = kept.without(authenticator_id, why=why, now=now)
            return ended if gone.status == PENDING else _after_loss(ended, _event("revoked", gone, leave, now))

        self._subjects.change(tenant, key, end, now)
        self._attempts.forget(tenant, key, authenticator_id, now)
        self._places.forget(authenticator_id, now)
        if gone.status != PENDING:
            self._tell(tenant, subject_id, "authenticator.revoked", gone, leave, now)

    def suspend(self, tenant: str, subject_id: str, authenticator_id: str, allowed: Allowed, now: float) -> Json:
        """Make an authenticator useless from now on, as after a loss; twice is fine."""

        def lose(held: Holdings, one: Authenticator, leave: Leave) -> Holdings:
            if one.status == SUSPENDED:
                return held
            lost = replace(one, status=SUSPENDED, status_at=now, reason=leave.reason or "reported as lost")
            return _after_loss(held.with_(lost), _event("suspended", one, leave, now))

        return self._changed(tenant, subject_id, authenticator_id, allowed, check_suspending, lose, now)

    def resume(self, tenant: str, subject_id: str, authenticator_id: str, allowed: Allowed, now: float) -> Json:
        """Make a suspended authenticator good again."""

        def find(held: Holdings, one: Authenticator, leave: Leave) -> Holdings:
            found = replace(one, status=ACTIVE, status_at=now, reason="")
            return held.with_(found).noted(_event("resumed", one, leave, now))

        return self._changed(tenant, subject_id, authenticator_id, allowed, check_resuming, find, now)

    def _changed(
        self,
        tenant: str,
        subject_id: str,
        authenticator_id: str,
        allowed: Allowed,
        check: Check,
        change: Callable[[Holdings, Authenticator, Leave], Holdings],
        now: float,
    ) -> Json:
        """Check, spend, and change with the same check of what is kept then."""
        key = self._subjects.key(tenant, subject_id)
        held = self._subjects.read(tenant, key, now).tidy(now)
        before = held.find(authenticator_id)
        leave = self._leaves.read(tenant, subject_id, held, allowed, now)
        check(leave, before)
        self._leaves.spend(tenant, leave, now)

        def again(kept: Holdings) -> Holdings:
            one = kept.find(authenticator_id)
            check(leave, one)
            return change(kept, one, leave)

        after = self._subjects.change(tenant, key, again, now).find(authenticator_id)
        if after.status != before.status:
            event = "authenticator.suspended" if after.status == SUSPENDED else "authenticator.resumed"
            self._tell(tenant, subject_id, event, after, leave, now)
        return shown(after)

    def disown(self, tenant: str, subject_id: str, decision_id: str, session_id: str, now: float) -> bool:
        """End what was bound by a decision, or in a session, that was not the owner's; answer whether there was any."""
        key = self._subjects.key(tenant, subject_id)
        ended: list[Authenticator] = []

        def end(held: Holdings) -> Holdings:
            ended[:] = [each for each in held.authenticators if _is_of(each, decision_id, session_id)]
            for each in ended:
                held = held.without(each.id, why="bound by a fraud", now=now)
                held = _after_loss(held, Event(now, "revoked", each.id, reason="bound by a fraud"))
            return held

        if any(_is_of(each, decision_id, session_id) for each in self._subjects.read(tenant, key, now).authenticators):
            self._subjects.change(tenant, key, end, now)
        for each in ended:
            self._attempts.forget(tenant, key, each.id, now)
            self._places.forget(each.id, now)
            about = {"authenticator": each.id, "type": each.type, "label": each.label, "reason": "bound by a fraud"}
            self._notifier.tell(Notice(tenant, "authenticator.revoked", subject_id, now, about, decision_id))
        return bool(ended)

    def history(self, tenant: str, subject_id: str, now: float) -> Json:
        """Return every authenticator that was ever bound, and what was done to them; the newest last (N-BND-3)."""
        held = self._subjects.read(tenant, self._subjects.key(tenant, subject_id), now).tidy(now)
        present = [each for each in held.authenticators if each.confirmed_at is not None]
        every = [*map(ended_json, held.past), *map(bound_json, present)]
        return {
            "authenticators": sorted(every, key=lambda each: str(each["created_at"])),
            "events": [event_json(each) for each in held.events],
        }

    def _tell(self, tenant: str, subject_id: str, event: str, one: Authenticator, leave: Leave, now: float) -> None:
        about = {"authenticator": one.id, "type": one.type, "label": one.label, "by": leave.by}
        if leave.reason:
            about["reason"] = leave.reason
        # An address that is no longer bound, or not for now, hears of it all the same.
        self._notifier.tell(Notice(tenant, event, subject_id, now, about, leave.decision_id, bound_at((one,))))


def bound_json(one: Authenticator) -> Json:
    """Return one that is bound, as the record of all tells of it."""
    return {
        "id": one.id,
        "type": one.type,
        "label": one.label,
        "status": one.status,
        "created_at": rfc3339(one.created_at),
        "bound_at": None if one.confirmed_at is None else rfc3339(one.confirmed_at),
        "last_used_at": None if one.last_used_at is None else rfc3339(one.last_used_at),
        "ended_at": None,
        "why": one.reason,
        "bound_from": dict(one.bound_from),
    }


def ended_json(past: Past) -> Json:
    """Return one that is no more, as the record of all tells of it."""
    return {
        "id": past.id,
        "type": past.type,
        "label": past.label,
        "status": "ended",
        "created_at": rfc3339(past.created_at),
        "bound_at": None if past.confirmed_at is None else rfc3339(past.confirmed_at),
        "last_used_at": None if past.last_used_at is None else rfc3339(past.last_used_at),
        "ended_at": rfc3339(past.ended_at),
        "why": past.why,
        "bound_from": dict(past.bound_from),
    }


def event_json(event: Event) -> Json:
    """Return what was done, by what leave."""
    about = {"authenticator": event.authenticator, "by": event.by, "reason": event.reason}
    return {"at": rfc3339(event.at), "what": event.what} | {name: value for name, value in about.items() if value}


def _is_of(one: Authenticator, decision_id: str, session_id: str) -> bool:
    origin = one.bound_from
    return origin.get("decision") == decision_id or (bool(session_id) and origin.get("session") == session_id)


def _event(what: str, one: Authenticator, leave: Leave, now: float) -> Event:
    return Event(now, what, one.id, leave.by, leave.reason)


def _after_loss(held: Holdings, event: Event) -> Holdings:
    """Return *held* with *event*, and nothing that was passed or begun before it counting any more.

    Whoever has the lost authenticator may have passed a challenge with it, and begun to bind another. Proofs know
    their time in whole seconds.
    """
    kept = tuple(each for each in held.authenticators if each.status != PENDING)
    return replace(held.noted(event), authenticators=kept, proofs_from=float(floor(event.at)))
