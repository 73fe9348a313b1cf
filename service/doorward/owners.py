"""What a decision owes to the owner of an account: to know where to reach it, and to tell of what was not the owner."""

from doorward.ceremony import Notice, Notifier
from doorward.consequences import is_verified
from doorward.contacts import Contacts
from doorward.core.outcome import DENY
from doorward.gather import Found
from doorward.judge import Case, Judgement


class Owners:
    """Keeps contacts and tells owners, once a decision is recorded."""

    def __init__(self, contacts: Contacts, notifier: Notifier) -> None:
        self._contacts = contacts
        self._notifier = notifier

    def decided(self, decision_id: str, case: Case, judgement: Judgement, found: Found) -> None:
        """Do what one decision owes.

        Contacts are kept from a verified success alone, so that nobody redirects what the owner is told; where none
        are known yet, those that come with the right password are better than none.
        """
        request, held = case.request, found.holdings
        knows_password = request.credential.result == "passed"
        if held is not None and (is_verified(case, judgement) or (knows_password and not held.contacts)):
            self._contacts.keep_if_new(found.keys.tenant, request, held, case.now)
        for notice in notices_of(decision_id, case, judgement, found):
            self._notifier.tell(notice)


def notices_of(decision_id: str, case: Case, judgement: Judgement, found: Found) -> tuple[Notice, ...]:
    """Return what one recorded decision gives to hear of: what its rule wants told, and what it must never keep quiet.

    The password was right and nothing is bound: that tells more than the rule, so it is told in its place.
    """
    tenant, subject_id, now = found.keys.tenant, case.request.subject.id, case.now
    ruling, is_denied = judgement.ruling, judgement.ruling.outcome == DENY
    notices = []
    if is_denied and ruling.unenrolled and case.request.credential.result == "passed":
        about = {"rule": ruling.rule, "level": judgement.level}
        notices.append(Notice(tenant, "enrolment.denied", subject_id, now, about, decision_id))
    elif is_denied and ruling.notify:
        notices.append(Notice(tenant, "decision.denied", subject_id, now, decision_id=decision_id))
    elif ruling.notify:
        notices.append(Notice(tenant, "decision.notify", subject_id, now, decision_id=decision_id))
    if found.presented.is_copy:
        device = {"device": found.presented.device_id}
        notices.append(Notice(tenant, "device.token_copied", subject_id, now, device, decision_id))
    return tuple(notices)
