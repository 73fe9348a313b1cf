"""Many callers at a steady pace, whose answers are counted and not kept."""

import http.client
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..faults.load import PATIENCE_SECONDS, Answer, exchange
from ..faults.traffic import Traffic

MOST_WRONG_KEPT = 20


@dataclass(slots=True)
class Tally:
    """What came back: how often, how fast (seconds), and what should not have been, of which the first are kept."""

    answers: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    number_wrong: int = 0

    def add(self, answer: Answer) -> None:
        self.answers[f"{answer.sent.kind} {answer.status}"] += 1
        self.seconds.append(answer.seconds)
        if answer.sent.decides and answer.status == 200:
            self.outcomes[answer.body["outcome"]] += 1
        if not 200 <= answer.status < 300 or answer.degraded:
            self.number_wrong += 1
            if len(self.wrong) < MOST_WRONG_KEPT:
                self.wrong.append(f"{answer.sent.method} {answer.sent.path}: {answer.status} {str(answer.body)[:300]}")

    def percentile(self, share: float) -> float:
        """Return the time in seconds within which *share* of all answers came."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


class Callers:
    """A connection for each of *traffics*, kept alive, all together *a_second* requests; they end after *seconds*."""

    def __init__(self, url: str, key: str, traffics: Sequence[Traffic], *, a_second: float, seconds: float) -> None:
        self._address = url.removeprefix("http://")
        self._key = key
        self._pause = len(traffics) / a_second
        self._until = time.monotonic() + seconds
        self._lock = threading.Lock()
        self.tally = Tally()
        self._threads = [
            threading.Thread(target=self._call, args=(traffic, self._pause * turn / len(traffics)), daemon=True)
            for turn, traffic in enumerate(traffics)
        ]
        for each in self._threads:
            each.start()

    def wait(self) -> Tally:
        """Return what came back once everybody has had the answer that they wait for."""
        for each in self._threads:
            each.join(timeout=max(0.0, self._until - time.monotonic()) + 2 * PATIENCE_SECONDS)
            if each.is_alive():
                raise TimeoutError("a caller waits for its answer longer than any time-out")
        return self.tally

    def _call(self, traffic: Traffic, first: float) -> None:
        link = http.client.HTTPConnection(self._address, timeout=PATIENCE_SECONDS)
        due = time.monotonic() + first
        while due < self._until:
            time.sleep(max(0.0, due - time.monotonic()))
            sent = traffic.next()
            answer = exchange(link, sent, self._key)
            traffic.learn(sent, answer.status, answer.body)
            with self._lock:
                self.tally.add(answer)
            due = max(due + self._pause, time.monotonic())
        link.close()
