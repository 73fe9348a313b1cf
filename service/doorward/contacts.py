"""The contacts of a subject, kept sealed beside its authenticators: who hears of what is done to the account."""

from doorward.ceremony import Notice, Notifier
from doorward.core.enrolment import Holdings
from doorward.core.errors import StoreUnavailable, Unreadable
from doorward.core.request import DecisionRequest
from doorward.meter import Meter
from doorward.subjects import Subjects


class Contacts:
    """Keeps the contacts that a caller vouched for last, where whoever came was verified."""

    def __init__(self, subjects: Subjects, notifier: Notifier, meter: Meter) -> None:
        self._subjects = subjects
        self._notifier = notifier
        self._meter = meter

    def keep(self, tenant: str, request: DecisionRequest, now: float) -> None:
        """Keep the contacts of *request*; those before are told for some days more, of this change first.

        What was decided stands where they cannot be kept: the next verified sign-in brings them again.
        """
        vouched, subject_id = request.subject.contacts, request.subject.id
        key = self._subjects.key(tenant, subject_id)
        before: list[Holdings] = []

        def change(held: Holdings) -> Holdings:
            before[:] = [held]
            return held.reached_at(vouched, now)

        try:
            after = self._subjects.change(tenant, key, change, now)
        except (StoreUnavailable, Unreadable):
            self._meter.store_failed("contacts")
            return
        if before[0].contacts and after is not before[0]:
            channels = sorted({each.channel for each in after.contacts})
            self._notifier.tell(Notice(tenant, "contacts.changed", subject_id, now, {"channels": channels}))

    def keep_verified(self, tenant: str, request: DecisionRequest, now: float) -> None:
        """Keep them after a challenge was passed; what is held is read for it."""
        if not request.subject.contacts:
            return
        try:
            held = self._subjects.read(tenant, self._subjects.key(tenant, request.subject.id), now)
        except (StoreUnavailable, Unreadable):
            self._meter.store_failed("contacts")
            return
        self.keep_if_new(tenant, request, held, now)

    def keep_if_new(self, tenant: str, request: DecisionRequest, held: Holdings, now: float) -> None:
        """Keep them where they differ from what *held* says, which a decision has read anyway."""
        if held.reached_at(request.subject.contacts, now) is not held:
            self.keep(tenant, request, now)
