"""What each stage of a decision takes of the processor, in one process and without HTTP, and whether a long past costs.

    python bench/stages.py [--rounds 5] [--requests 400]

The traffic of `bench/decisions.py` on people with its pasts, in a SQLite store in memory. Every round plays the same
requests from the same beginning; of each request's stage the quickest round counts, and the mean of these is told. So
another program on the machine costs little more than patience. `learn` is the part of `store_commit` that turns the
history's bytes into new ones. What it takes to time the stages and to count the request, as a worker does, is told
apart.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import fmean
from typing import Any

import past
from doorward.api.requests import to_request
from doorward.core import history
from doorward.core.context import Sight
from doorward.meter import STAGES, NullMeter
from doorward.ports import Changes, Store
from doorward.settings import load
from doorward.stores import open_store
from doorward.wiring import build
from people import Person, Traffic
from servers import new_secrets

PEOPLE = 200
DAY = 86_400.0
OURS = ("facts", "history", "signals", "score", "policy", "record", "learn")
ALL = ("store_begin", "store_commit", "total")
SIGN_INS = (1, 40, 100, 1_000, 10_000)
BEGIN = 1_790_000_000.0


class Watch(NullMeter):
    """Keeps how long each stage took, in µs."""

    def __init__(self) -> None:
        self.taken: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        begun = time.perf_counter_ns()
        yield
        self.taken[name] = (time.perf_counter_ns() - begun) / 1000


class Watched:
    """A store whose histories are rewritten under *watch*."""

    def __init__(self, store: Store, watch: Watch) -> None:
        self._store = store
        self._watch = watch

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def commit(self, changes: Changes, now: float) -> None:
        rewrite = changes.rewrite_profile

        def timed(profile: bytes | None) -> bytes | None:
            with self._watch.stage("learn"):
                return rewrite(profile) if rewrite else profile

        self._store.commit(changes._replace(rewrite_profile=timed) if rewrite else changes, now)


class Bench:
    """People with a past, and the requests that they send."""

    def __init__(self, requests: int, folder: Path) -> None:
        environ = {"DOORWARD_STATE_DIR": str(folder), "DOORWARD_STORE": "sqlite:///:memory:", "DOORWARD_WORKERS": "1"}
        self._settings = load(new_secrets() | environ)
        self._historian = past.Historian(self._settings)
        people = [Person.numbered(number) for number in range(PEOPLE)]
        self._pasts = {
            each.id: self._historian.past(each, sign_ins=past.usual_number(each), devices=len(each.agents), now=BEGIN)
            for each in people
        }
        traffic = Traffic("stages", people)
        self._requests = [next(traffic) for _ in range(requests)]

    def round(self) -> list[dict[str, float]]:
        """Play every request once, and return what its stages took, in µs."""
        watch, store = Watch(), open_store(self._settings.store)
        wiring = build(self._settings, store=Watched(store, watch), meter=watch, clock=lambda: BEGIN)
        for each in self._pasts.values():
            past.write(store, each, BEGIN)
        tokens = {person: each.token for person, each in self._pasts.items()}
        told = []
        for number, (person, front, back) in enumerate(self._requests):
            request = to_request(json.loads(front + json.dumps(tokens.get(person)).encode() + back))
            watch.taken = {}
            shown = wiring.services.decisions.decide(past.TENANT, request, BEGIN + number)
            told.append(watch.taken)
            if shown["device"] and person:
                tokens[person] = shown["device"]["token"]
        wiring.store.close()
        return told

    def histories(self, rounds: int) -> dict[int, tuple[float, float, int]]:
        """Return for each of SIGN_INS what asking takes, what learning takes, in µs, and the size of the history."""
        person = Person.numbered(3)
        sight = self._historian.sight(person, person.addresses[0], 0)._replace(device_id="dev_" + "a" * 22)
        return {number: _asked(number, sight, rounds) for number in SIGN_INS}


def _asked(number: int, sight: Sight, rounds: int) -> tuple[float, float, int]:
    profile: bytes | None = None
    for place in range(max(0, number - 2 * history.MAX_ENTRIES), number):
        profile = _learned(profile, sight, place, BEGIN - (number - place) * DAY / 2)
    asked = _quickest(lambda: history.answers(profile, sight, BEGIN), rounds)
    return asked, _quickest(lambda: _learned(profile, sight, -1, BEGIN), rounds), len(profile or b"")


def _counted(folder: str, rounds: int) -> float:
    """Return what the metrics of one decision take, in µs, where other processes read them."""
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder  # looked for when the library is imported
    from doorward.metrics import Metrics

    metrics = Metrics()

    def count() -> None:
        for name in STAGES:
            with metrics.stage(name):
                pass
        metrics.requested(method="POST", route="/v1/decisions", status=200, seconds=0.001)
        metrics.decided(outcome="allow", kind="login", rule="r", reason="", degraded=False)

    return _quickest(count, rounds)


def _learned(profile: bytes | None, sight: Sight, number: int, at: float) -> bytes:
    return history.learn(
        profile, event_id=f"e-{number}", at=at, sight=sight, weight=1.0, quarantined=False, now=at
    ).profile


def _quickest(ask: Callable[[], object], rounds: int) -> float:
    taken = []
    for _ in range(40 * rounds):
        begun = time.perf_counter_ns()
        ask()
        taken.append(time.perf_counter_ns() - begun)
    return min(taken) / 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=400)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="doorward-stages-") as folder:
        bench = Bench(chosen.requests, Path(folder))
        rounds = [bench.round() for _ in range(chosen.rounds)]
        lengths = bench.histories(chosen.rounds)
        counted = _counted(folder, chosen.rounds)
    means = {name: _mean(name, rounds) for name in (*OURS, *ALL)}
    print("  ".join(f"{name} {taken:.1f}" for name, taken in means.items()))
    print(f"the first six: {sum(means[name] for name in OURS[:6]):.1f} µs")
    print(f"timed and counted in {counted:.1f} µs")
    for number, (asked, learned, size) in lengths.items():
        print(f"{number:6} sign-ins: asked in {asked:.1f} µs, learned in {learned:.1f} µs, {size} bytes")


def _mean(name: str, rounds: list[list[dict[str, float]]]) -> float:
    """Return the mean over the requests that have this stage, each in its quickest round."""
    each = [[taken[name] for taken in same if name in taken] for same in zip(*rounds, strict=True)]
    return fmean(min(found) for found in each if found)


if __name__ == "__main__":
    main()
