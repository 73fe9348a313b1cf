"""The sums that all workers share: two machines with two workers each, and every attempt counted once."""

import http.client
import itertools
import json
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from doorward.core.population import TENANT_RATIO, Tally
from doorward.ports import Store

from .places import TENANT, Alone, Place, Service, Start, kept_in, serve, shared_secrets, strike

ATTEMPTS = 45


class Callers:
    """Six callers of *service* that take turns; their connections are spread over its workers."""

    def __init__(self, service: Service) -> None:
        address = service.url.removeprefix("http://")
        self._links = [http.client.HTTPConnection(address, timeout=20) for _ in range(6)]
        self._turns = itertools.cycle(self._links)
        self._headers = {"Authorization": f"Bearer {service.key}", "Content-Type": "application/json"}

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        link = next(self._turns)
        link.request(method, path, None if body is None else json.dumps(body).encode(), self._headers)
        with link.getresponse() as answer:
            text = answer.read()
        assert answer.status in (200, 202), text
        return json.loads(text)

    def attempt(self, number: int, result: str) -> Any:
        body = {
            "kind": "login",
            "attempt_id": f"a-{number}",
            "subject": {"id": f"u-{number}"},
            "client": {"ip": f"84.10.{number // 200}.{1 + number % 200}"},
            "credential": {"result": result},
        }
        return self.ask("POST", "/v1/decisions", body)

    def failure(self, number: int) -> None:
        about = {"attempt_id": f"a-{number}", "subject": {"id": f"u-{number}"}, "client": {}}
        self.ask("POST", "/v1/events", {"type": "login_failed"} | about)

    def close(self) -> None:
        for link in self._links:
            link.close()


@contextmanager
def calling(*services: Service) -> Iterator[list[Callers]]:
    """Yield callers of each of *services*."""
    made = [Callers(each) for each in services]
    try:
        yield made
    finally:
        for each in made:
            each.close()


@contextmanager
def read(place: Place) -> Iterator[Store]:
    store = place.opened()
    try:
        yield store
    finally:
        store.close()


def ratio(place: Place) -> tuple[float, float]:
    """Return how many attempts, and how many failures, the store holds of the tenant."""
    with read(place) as store:
        held: list[Tally] = [each for each in store.tallies_since(TENANT, 0)[1] if each.level == TENANT_RATIO]
    return sum(each.a for each in held), sum(each.b for each in held)


@contextmanager
def machines(start: Start, folder: Path) -> Iterator[tuple[Place, list[Service]]]:
    """Yield a Redis, and two services on it."""
    secret = shared_secrets()
    with kept_in(Alone, folder / "store") as place:
        first = serve(start, place, secret)
        second = serve(start, place, secret, key=first.key)
        yield place, [first, second]


def test_an_attempt_counts_once_wherever_its_calls_go_and_a_stop_loses_none(start: Start, tmp_path: Path) -> None:
    with machines(start, tmp_path) as (place, services):
        with calling(*services) as (here, there):
            for number in range(ATTEMPTS):
                failed = number % 3 == 0
                here.attempt(number, "pending")
                for callers in (there, here, there):
                    callers.attempt(number, "failed" if failed else "passed")
                if failed:
                    here.failure(number)
        for service in services:
            assert service.program.stop(signal.SIGTERM) == 0

        assert ratio(place) == (ATTEMPTS, ATTEMPTS / 3)


def test_another_machine_sees_new_sums_within_two_seconds(start: Start, tmp_path: Path) -> None:
    with machines(start, tmp_path) as (_, services), calling(*services) as (here, there):
        for number in range(20):
            here.attempt(number, "passed")

        sent = time.monotonic()
        for number in itertools.count(1000):
            told = there.attempt(number, "pending")
            facts = there.ask("GET", f"/v1/decisions/{told['id']}")["facts"]
            seen = facts["velocity"].get("tenant_attempts_10m", 0)
            took = time.monotonic() - sent
            if seen == 20 or took > 10:
                break

    assert seen == 20
    # Two, and as much again for a machine that is busy with other things.
    assert took < 4


def test_a_machine_that_is_killed_loses_about_a_second(start: Start, tmp_path: Path) -> None:
    with kept_in(Alone, tmp_path / "store") as place:
        service = serve(start, place, shared_secrets())
        sent = []
        until = time.monotonic() + 4
        with calling(service) as (callers,):
            while time.monotonic() < until:
                callers.attempt(len(sent), "passed")
                sent.append(time.monotonic())
                time.sleep(0.01)
            for pid in [service.program.process.pid, *service.workers()]:
                strike(pid)

        counted, _ = ratio(place)

    # A second, and as much again for a machine that is busy with other things.
    assert len([at for at in sent if at < until - 2]) <= counted <= len(sent)
