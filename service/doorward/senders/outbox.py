"""The sandbox's outbox: messages are kept instead of sent, so that an integrator's test can read the code."""

from collections import deque
from threading import Lock

from doorward.ceremony import Message

MOST_KEPT = 1000


class Outbox:
    """Keeps the newest 1000 messages, oldest first."""

    def __init__(self) -> None:
        self._messages: deque[Message] = deque(maxlen=MOST_KEPT)
        self._lock = Lock()

    def send(self, message: Message) -> None:
        with self._lock:
            self._messages.append(message)

    def messages(self) -> list[Message]:
        with self._lock:
            return list(self._messages)

    def clear(self) -> None:
        with self._lock:
            self._messages.clear()
