"""What was seen while something went away and came back, under load."""

import json
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ..ops.conftest import fetched
from .load import Answer, under_load
from .places import Service
from .promises import lacks

BEFORE_SECONDS = 1.5
AWAY_SECONDS = 3.5
AFTER_SECONDS = 3.0
# By then the breakers of all workers know that a store hangs.
OPENING_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Told:
    """What the service says of itself: `/readyz`, and the metrics of its store."""

    ready: int
    store: dict[str, Any]
    available: float
    outages: float
    degraded: float


@dataclass(frozen=True, slots=True)
class Outage:
    """Every answer, and when the store was struck and gone, was about to be mended, and was there again."""

    answers: Sequence[Answer]
    struck: float
    gone: float
    mending: float
    mended: float
    told_away: Told
    told_back: Told

    @property
    def phases(self) -> dict[str, list[Answer]]:
        """Return the answers by when they were asked for, the moment of going away and that of coming back included."""
        return {
            "before": [each for each in self.answers if each.ended < self.struck],
            "opening": [each for each in self.answers if self.struck <= each.began < self.gone + OPENING_SECONDS],
            "away": [each for each in self.answers if self.gone + OPENING_SECONDS <= each.began < self.mending],
            "after": [each for each in self.answers if each.began >= self.mended],
        }

    @property
    def during(self) -> list[Answer]:
        return self.phases["opening"] + self.phases["away"]

    @property
    def away(self) -> tuple[float, float]:
        return self.gone, self.mending

    @property
    def recovery(self) -> float:
        """Return how many seconds the last answer that was not full came after the store was there again."""
        last = max((each.ended for each in self.phases["after"] if is_missing(each)), default=self.mended)
        return last - self.mended


def is_missing(answer: Answer) -> bool:
    """Answer whether the store was missed."""
    return answer.status == 503 or bool(lacks(answer))


def outage(
    service: Service, strike: Callable[[], object], mend: Callable[[], object], *, a_second: float = 200.0
) -> Outage:
    """Strike the store under load, mend it after a while, and return what was answered."""
    with under_load(service.url, service.key, a_second=a_second) as load:
        time.sleep(BEFORE_SECONDS)
        struck = time.monotonic()
        strike()
        gone = time.monotonic()
        time.sleep(AWAY_SECONDS)
        told_away = told(service)
        mending = time.monotonic()
        mend()
        mended = time.monotonic()
        time.sleep(AFTER_SECONDS)
        told_back = told(service)
    return Outage(load.answers, struck, gone, mending, mended, told_away, told_back)


def told(service: Service) -> Told:
    """Ask the service how it is."""
    ready, text = fetched(f"{service.url}/readyz")
    _, metrics = fetched(service.program.metrics_url())
    return Told(
        ready,
        json.loads(text)["store"],
        _value(metrics, "doorward_store_available"),
        _value(metrics, "doorward_store_outages_total"),
        _value(metrics, "doorward_decisions_degraded_total"),
    )


def percentile(answers: Sequence[Answer], percent: int) -> float:
    """Return the milliseconds that so many percent of *answers* took at most."""
    taken = [each.seconds * 1000 for each in answers]
    return statistics.quantiles(taken, n=100, method="inclusive")[percent - 1] if len(taken) > 1 else 0.0


def longest(answers: Sequence[Answer]) -> float:
    return max((each.seconds * 1000 for each in answers), default=0.0)


def table(seen: Outage) -> str:
    """Return what was seen, some lines for each phase."""
    lines = [
        f"full answers again {seen.recovery:.2f} s after the store was; "
        f"p99 of all that was asked while it was away {percentile(seen.during, 99):.0f} ms"
    ]
    for phase, answers in seen.phases.items():
        decisions = [each for each in answers if each.sent.decides and each.status == 200]
        lines += [
            f"  {phase:8}{len(answers):5} answers   p50 {percentile(answers, 50):5.0f} ms   "
            f"p99 {percentile(answers, 99):5.0f} ms   longest {longest(answers):5.0f} ms",
            f"          status {_counted(each.status for each in answers)}; "
            f"outcome {_counted(each.body['outcome'] for each in decisions)}; "
            f"degraded {_counted(word for each in decisions for word in each.degraded)}",
        ]
    return "\n".join(lines)


def _counted(values: Any) -> str:
    return ", ".join(f"{what} {number}" for what, number in sorted(Counter(values).items(), key=str)) or "none"


def _value(metrics: str, name: str) -> float:
    found = re.search(rf"^{name} (\S+)$", metrics, re.MULTILINE)
    return float(found[1]) if found else 0.0
