"""The sandbox's outbox: messages are kept instead of sent, so that an integrator's test can read the code."""

import json
from collections import deque
from collections.abc import Mapping
from threading import Lock
from typing import Any

from doorward.ceremony import Message, Subscription

MOST_KEPT = 1000


class Outbox:
    """Keeps the newest 1000 messages, oldest first."""

    def __init__(self) -> None:
        self._messages: deque[Message] = deque(maxlen=MOST_KEPT)
        self._lock = Lock()

    def send(self, message: Message) -> None:
        with self._lock:
            self._messages.append(message)

    def post(self, hook: Subscription, name: str, event: Mapping[str, Any], now: float) -> None:  # noqa: ARG002
        """Keep an event as a message, so that it can be read like one; implements `ceremony.Hook`."""
        self.send(Message("webhook", hook.url.target, "", json.dumps(event, ensure_ascii=False), now, event["type"]))

    def messages(self) -> list[Message]:
        with self._lock:
            return list(self._messages)

    def clear(self) -> None:
        with self._lock:
            self._messages.clear()
