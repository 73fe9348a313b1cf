"""Sending messages: each within its budgets, through whoever carries its channel."""

from collections.abc import Mapping

from doorward.ceremony import Message, Sender
from doorward.core.errors import SenderUnavailable


class Post:
    """Hands messages to the sender of their channel."""

    def __init__(self, senders: Mapping[str, Sender]) -> None:
        self._senders = senders

    def carries(self, channel: str) -> bool:
        return channel in self._senders

    def send(self, tenant: str, subject: bytes, message: Message, now: float) -> None:  # noqa: ARG002
        """Return when the message was handed over; SenderUnavailable where nobody takes it."""
        sender = self._senders.get(message.channel)
        if sender is None:
            raise SenderUnavailable(message.channel, f"no sender for {message.channel} is configured")
        sender.send(message)
