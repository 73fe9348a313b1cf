"""The sandbox's outbox: messages are kept instead of sent, so that an integrator's test can read the code."""

from collections import deque
from dataclasses import dataclass
from threading import Lock

MOST_KEPT = 1000


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one address; *at* in seconds since 1970 UTC."""

    channel: str
    to: str
    code: str
    body: str
    at: float


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
