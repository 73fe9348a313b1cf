"""Sending messages: each within its budgets, through whoever carries its channel, and counted for its subject."""

from collections.abc import Mapping

from doorward.budgets import Budget, OverBudget, SendBudgets
from doorward.ceremony import Message, Sender
from doorward.core.errors import PerhapsSent, SenderUnavailable, StoreUnavailable
from doorward.core.ring import CODE_SENT
from doorward.meter import Meter
from doorward.ports import DecisionStore, Keys, Observation


class Post:
    """Hands messages to the sender of their channel."""

    def __init__(self, senders: Mapping[str, Sender], budgets: SendBudgets, store: DecisionStore, meter: Meter) -> None:
        self._senders = senders
        self._budgets = budgets
        self._store = store
        self._meter = meter

    def carries(self, channel: str) -> bool:
        return channel in self._senders

    def send(self, tenant: str, subject: bytes, message: Message, now: float) -> None:
        """Return when the message was handed over; SenderUnavailable where nobody takes it, which costs nothing.

        PerhapsSent costs what a message costs: who makes a gateway slow must not be able to send without end.
        Throttled where a budget is empty, StoreUnavailable where the budgets cannot be read: then nothing is sent.
        """
        sender = self._senders.get(message.channel)
        if sender is None:
            raise SenderUnavailable(message.channel, f"no sender for {message.channel} is configured")
        spent = self._spend(tenant, subject, message, now)
        try:
            sender.send(message)
        except PerhapsSent:
            self._meter.sent(message.channel, "unavailable")
            self._count(tenant, subject, now)
            raise
        except SenderUnavailable:
            self._meter.sent(message.channel, "unavailable")
            self._give_back(tenant, spent, now)
            raise
        self._meter.sent(message.channel, "sent")
        self._count(tenant, subject, now)

    def _spend(self, tenant: str, subject: bytes, message: Message, now: float) -> tuple[Budget, ...]:
        try:
            return self._budgets.spend(tenant, subject, message, now)
        except OverBudget as over:
            self._meter.sent(message.channel, f"over_{over.budget}")
            raise

    def _give_back(self, tenant: str, spent: tuple[Budget, ...], now: float) -> None:
        try:
            self._budgets.give_back(tenant, spent, now)
        except StoreUnavailable:
            # It stays spent, which is the safe side; what the caller must hear of is the sender.
            self._meter.store_failed("give_back")

    def _count(self, tenant: str, subject: bytes, now: float) -> None:
        """Let `velocity.codes_sent_1h` see the message."""
        try:
            self._store.begin(Keys(tenant, subject), Observation(0, CODE_SENT, 0), now)
        except StoreUnavailable:
            # The message is out, and its budgets are spent: it only cannot be seen by a rule.
            self._meter.store_failed("code_sent")
