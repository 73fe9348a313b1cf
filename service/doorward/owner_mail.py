"""Messages to the owner of an account: where they go, what they say, and how many may go."""

from collections.abc import Iterable, Mapping

from doorward.budgets import SendBudgets
from doorward.ceremony import Message, Sender
from doorward.core.errors import PerhapsSent, SenderUnavailable
from doorward.core.notice_texts import Scene, mail_of, sms_of, title_of
from doorward.core.notices import EMAIL, SMS, addresses
from doorward.core.request import Contact
from doorward.meter import Meter


class OwnerMail:
    """Writes messages and hands them over, within budgets that are not those of codes.

    What strangers can bring about has other budgets than what needed leave: noise must not drown the rest.
    """

    def __init__(self, senders: Mapping[str, Sender], alarms: SendBudgets, changes: SendBudgets, meter: Meter) -> None:
        self._senders = senders
        self._alarms = alarms
        self._changes = changes
        self._meter = meter

    def addresses(self, vouched: Iterable[Iterable[Contact]], bound: Iterable[Contact]) -> tuple[Contact, ...]:
        """Return where the owner is told, as far as somebody carries messages there."""
        groups = [self._carried(group) for group in vouched]
        return addresses(groups, self._carried(bound))

    def _carried(self, contacts: Iterable[Contact]) -> list[Contact]:
        return [each for each in contacts if each.channel in self._senders]

    def send(
        self, tenant: str, subject: bytes, to: Contact, scene: Scene, name: str, link: str, now: float, *, alarm: bool
    ) -> None:
        """Return when the message was handed over; Throttled where a budget is empty, which spends none.

        What may have been sent is spent: it is tried again, and must come to an end.
        """
        message = written(to, scene, name, link, now)
        budgets = self._alarms if alarm else self._changes
        spent = budgets.spend(tenant, subject, message, now)
        try:
            self._senders[to.channel].send(message)
        except PerhapsSent:
            raise
        except SenderUnavailable:
            budgets.give_back(tenant, spent, now)
            raise
        self._meter.noticed(to.channel, "sent")


def written(to: Contact, scene: Scene, name: str, link: str, now: float) -> Message:
    """Return the message that tells of *scene*; one that goes to a telephone holds no link."""
    if to.channel == SMS:
        return Message(SMS, to.address, "", sms_of(scene, name), now)
    return Message(EMAIL, to.address, "", mail_of(scene, name, link=link), now, title_of(scene, name))
