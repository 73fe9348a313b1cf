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
        ruling = judgement.ruling
        if knows_password and ruling.unenrolled and ruling.outcome == DENY:
            about = {"rule": ruling.rule, "level": judgement.level}
            notice = Notice(found.keys.tenant, "enrolment.denied", request.subject.id, case.now, about, decision_id)
            self._notifier.tell(notice)
