"""A load of about 200 requests a second over keep-alive connections, of which every answer is kept."""

import http.client
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from .traffic import Sent, Traffic

CONNECTIONS = 16
PATIENCE_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for *sent*: times by the monotonic clock, status 0 where the connection broke."""

    sent: Sent
    began: float
    ended: float
    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        return self.ended - self.began

    @property
    def degraded(self) -> list[str]:
        return self.body["degraded"] if self.sent.decides and self.status == 200 else []


class Load:
    """Callers at work: each with a connection of its own, kept alive, and opened again where it broke."""

    def __init__(
        self, url: str, key: str, *, a_second: float, connections: int = CONNECTIONS, first_seed: int = 0
    ) -> None:
        self._address = url.removeprefix("http://")
        self._key = key
        self._pause = connections / a_second
        self._ended = threading.Event()
        self.answers: list[Answer] = []
        self._first_seed = first_seed
        self._threads = [threading.Thread(target=self._call, args=(number,)) for number in range(connections)]

    def start(self) -> None:
        for each in self._threads:
            each.start()

    def stop(self) -> None:
        """Let every caller have the answer that it waits for."""
        self._ended.set()
        for each in self._threads:
            each.join(timeout=2 * PATIENCE_SECONDS)

    def _call(self, number: int) -> None:
        traffic = Traffic(self._first_seed + number)
        link = http.client.HTTPConnection(self._address, timeout=PATIENCE_SECONDS)
        due = time.monotonic() + self._pause * number / len(self._threads)
        while not self._ended.wait(max(0.0, due - time.monotonic())):
            sent = traffic.next()
            answer = exchange(link, sent, self._key)
            self.answers.append(answer)
            traffic.learn(sent, answer.status, answer.body)
            # Whoever was kept waiting does not send faster afterwards.
            due = max(due + self._pause, time.monotonic())
        link.close()


def exchange(link: http.client.HTTPConnection, sent: Sent, key: str) -> Answer:
    """Send one request and return its answer; where the connection breaks, the next request opens another."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", **sent.headers}
    began = time.monotonic()
    try:
        link.request(sent.method, sent.path, sent.data(), headers)
        with link.getresponse() as answer:
            text = answer.read()
            told = {name.lower(): value for name, value in answer.getheaders()}
        body = json.loads(text) if text else None
    except (OSError, http.client.HTTPException) as broken:
        link.close()
        return Answer(sent, began, time.monotonic(), 0, f"{type(broken).__name__}: {broken}")
    return Answer(sent, began, time.monotonic(), answer.status, body, told)


@contextmanager
def under_load(url: str, key: str, *, a_second: float = 200.0, first_seed: int = 0) -> Iterator[Load]:
    """Send while the block runs; afterwards every answer is there.

    What is sent to one store a second time needs other seeds.
    """
    load = Load(url, key, a_second=a_second, first_seed=first_seed)
    load.start()
    try:
        yield load
    finally:
        load.stop()
