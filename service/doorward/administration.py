"""What only an administrator may do to a subject: exempt it, give it a bypass code, unlock it, reset it.

Each is recorded with its reason and told to the subject.
"""

from collections.abc import Callable
from dataclasses import replace
from math import floor
from typing import Any

from doorward.attempts import Attempts
from doorward.ceremony import Notice, Notifier
from doorward.core.assurance import BYPASS
from doorward.core.enrolment import DISABLED, Event, Holdings
from doorward.core.errors import BadInput, Mistake
from doorward.core.history import drop_all_devices, used_devices
from doorward.core.leave import ADMINISTRATOR
from doorward.core.notices import bound_at
from doorward.core.times import rfc3339
from doorward.device_places import DevicePlaces
from doorward.learning import PROFILE_LIFE_SECONDS
from doorward.ports import DecisionStore
from doorward.services import Allowed, Authenticators
from doorward.subjects import Subjects
from doorward.vouching import contact_id

Json = dict[str, Any]

LONGEST_EXEMPTION_SECONDS = 86_400


class AdministrationDesk:
    """Implements `services.Administration`."""

    def __init__(
        self,
        store: DecisionStore,
        subjects: Subjects,
        attempts: Attempts,
        places: DevicePlaces,
        authenticators: Authenticators,
        notifier: Notifier,
    ) -> None:
        self._store = store
        self._subjects = subjects
        self._attempts = attempts
        self._places = places
        self._authenticators = authenticators
        self._notifier = notifier

    def exempt(self, tenant: str, subject_id: str, until: float, reason: str, now: float) -> Json:
        """Exempt a subject for a few hours, as far as the policy heeds it; another time takes the place of this."""
        if not now < until <= now + LONGEST_EXEMPTION_SECONDS:
            raise BadInput([Mistake("a time within the next 24 hours was expected", "#/until")])
        event = Event(now, "exempted", by=ADMINISTRATOR, reason=reason)
        key = self._subjects.key(tenant, subject_id)
        self._subjects.change(tenant, key, lambda held: replace(held.noted(event), exempt_until=until), now)
        self._tell(tenant, subject_id, "subject.exempted", reason, now, until=rfc3339(until))
        return {"subject": subject_id, "until": rfc3339(until), "reason": reason}

    def bypass_code(self, tenant: str, subject_id: str, uses: int, ttl_s: int, reason: str, now: float) -> Json:
        """Return a code that stands in for whatever is asked for, shown once."""
        asked = {"type": BYPASS, "label": "help desk", "uses": uses, "ttl_s": ttl_s}
        made = self._authenticators.make(tenant, subject_id, asked, Allowed(reason=reason, is_admin=True), now)
        shown = {name: made[name] for name in ("id", "code", "uses")}
        return shown | {"expires_at": rfc3339(now + ttl_s), "reason": reason}

    def unlock(self, tenant: str, subject_id: str, reason: str, now: float) -> Json:
        """Forget every failure at the subject's authenticators and contacts.

        What a hundred failures have disabled stays so: it must be bound again (N-THR-1).
        """
        key = self._subjects.key(tenant, subject_id)
        held = self._subjects.read(tenant, key, now).tidy(now)
        names = [each.id for each in held.authenticators if each.status != DISABLED]
        contacts = [contact_id(self._subjects.hasher, tenant, subject_id, each) for each in held.told_at(now)]
        for name in (*names, *contacts):
            self._attempts.forget(tenant, key, name, now)
        self._record(tenant, subject_id, "unlocked", reason, now)
        self._tell(tenant, subject_id, "subject.unlocked", reason, now)
        return {"unlocked": names, "disabled": [each.id for each in held.authenticators if each.status == DISABLED]}

    def reset(self, tenant: str, subject_id: str, reason: str, now: float) -> Json:
        """End every authenticator and an exemption, make every device a stranger's; what was passed before counts not.

        The proofs of sessions cannot be enumerated: they are told by their time.
        """
        key = self._subjects.key(tenant, subject_id)
        before: list[Holdings] = []

        def end(held: Holdings) -> Holdings:
            before[:] = [held.tidy(now)]
            ended = before[0]
            for each in ended.authenticators:
                ended = ended.without(each.id, why=f"reset: {reason}" if reason else "reset", now=now)
            event = Event(now, "reset", by=ADMINISTRATOR, reason=reason)
            return replace(ended.noted(event), proofs_from=float(floor(now)), exempt_until=0.0)

        self._subjects.change(tenant, key, end, now)
        for each in before[0].authenticators:
            self._attempts.forget(tenant, key, each.id, now)
            self._places.forget(each.id, now)
        devices = self._forget_devices(tenant, subject_id, now)
        ended = [each.id for each in before[0].authenticators]
        about = {"reason": reason, "authenticators": len(ended), "devices": devices}
        contacts = bound_at(before[0].active)
        self._notifier.tell(Notice(tenant, "subject.reset", subject_id, now, about, contacts=contacts))
        return {"authenticators": ended, "devices": devices}

    def _forget_devices(self, tenant: str, subject_id: str, now: float) -> int:
        """Make every device a stranger's, and return how many there were."""
        known: list[int] = []

        def forget(profile: bytes | None) -> bytes | None:
            known[:] = [len(used_devices(profile, now))]
            return None if profile is None else drop_all_devices(profile)

        self._rewrite(tenant, subject_id, forget, now)
        return known[0]

    def _rewrite(
        self, tenant: str, subject_id: str, rewrite: Callable[[bytes | None], bytes | None], now: float
    ) -> None:
        key, expires_at = self._subjects.key(tenant, subject_id), now + PROFILE_LIFE_SECONDS
        self._store.rewrite_profile(tenant, key, rewrite, expires_at=expires_at, now=now)

    def _record(self, tenant: str, subject_id: str, what: str, reason: str, now: float) -> None:
        event = Event(now, what, by=ADMINISTRATOR, reason=reason)
        key = self._subjects.key(tenant, subject_id)
        self._subjects.change(tenant, key, lambda held: held.noted(event), now)

    def _tell(self, tenant: str, subject_id: str, event: str, reason: str, now: float, **about: Any) -> None:
        self._notifier.tell(Notice(tenant, event, subject_id, now, {"reason": reason, **about}))
