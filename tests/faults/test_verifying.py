"""Answers to challenges while the store is killed: nothing passes that should not, and nobody is «unenrolled»."""

import itertools
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest

from ..challenges.callers import EXPORT, Caller, Person
from .places import Alone, Start, kept_in, serve, shared_secrets

PEOPLE = 36
THREADS = 8
A_SECOND = 60
# What each person sends: the right code twice where it belongs and once where it was used, a wrong one, and the rest.
JOBS = ("right", "right", "again", "wrong", "begin", "enrol", "list", "decide")


@dataclass(frozen=True, slots=True)
class Told:
    """One answer, of whom and to what; times as `time.monotonic`."""

    kind: str
    person: Person
    began: float
    ended: float
    status: int
    body: Any

    @property
    def passed(self) -> bool:
        return self.status == 200 and self.kind in ("right", "again", "wrong") and self.body["status"] == "passed"


@dataclass
class Scene:
    """Everybody with two open challenges, the jobs in a mixed order, and every answer."""

    caller: Caller
    challenges: dict[str, tuple[str, str]]
    people: list[Person]
    told: list[Told] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def jobs(self) -> Iterator[tuple[str, Person]]:
        jobs = [(kind, person) for person in self.people for kind in JOBS]
        random.Random(7).shuffle(jobs)
        # Nobody waits for the store to come back: whoever is left asks what he has.
        return itertools.chain(jobs, itertools.cycle((kind, each) for each in self.people for kind in JOBS[5:]))

    def run(self, jobs: Iterator[tuple[str, Person]], lock: threading.Lock) -> None:
        while not self.stop.is_set():
            with lock:
                kind, person = next(jobs)
            began = time.monotonic()
            status, body = self.send(kind, person)
            self.told.append(Told(kind, person, began, time.monotonic(), status, body))
            self.stop.wait(max(0.0, began + THREADS / A_SECOND - time.monotonic()))

    def send(self, kind: str, person: Person) -> tuple[int, Any]:
        first, second = self.challenges[person.id]
        authenticators = f"/v1/subjects/{person.id}/authenticators"
        if kind == "begin":
            return self.caller.post(f"/v1/challenges/{second}/begin", {"authenticator": person.authenticator})
        if kind == "enrol":
            return self.caller.post(authenticators, {"type": "totp", "label": "another"})
        if kind == "list":
            return self.caller.ask("GET", authenticators)
        if kind == "decide":
            return self.caller.post("/v1/decisions", person.asks(EXPORT, "s-other"))
        wrong = f"{(int(person.code) + 1) % 1_000_000:06d}"
        return person.answer(self.caller, first if kind == "right" else second, wrong if kind == "wrong" else "")


@dataclass(frozen=True, slots=True)
class Seen:
    """The scene after the outage; *away* is when nothing of the store answered."""

    scene: Scene
    away: tuple[float, float]

    def during(self) -> list[Told]:
        return [each for each in self.scene.told if self.away[0] <= each.began and each.ended <= self.away[1]]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory, start_for_all: Start) -> Iterator[Seen]:
    with kept_in(Alone, tmp_path_factory.mktemp("verifying") / "store") as place:
        service = serve(start_for_all, place, shared_secrets())
        caller = Caller(service.url, service.key)
        people = [Person(f"u-{number}") for number in range(PEOPLE)]
        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(lambda each: each.enrol(caller), people))
            opened = pool.map(lambda each: [each.challenged(caller, session=name) for name in ("s-1", "s-2")], people)
            challenges = {person.id: tuple(two) for person, two in zip(people, opened, strict=True)}
        scene = Scene(caller, challenges, people)
        jobs, lock = scene.jobs(), threading.Lock()
        threads = [threading.Thread(target=scene.run, args=(jobs, lock)) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        time.sleep(1.5)
        place.server.kill()
        since = time.monotonic()
        time.sleep(2)
        until = time.monotonic()
        place.server.start()
        time.sleep(3.5)
        scene.stop.set()
        for thread in threads:
            thread.join()
        yield Seen(scene, (since, until))


def test_no_code_passes_twice_and_no_wrong_one_at_all(seen: Seen) -> None:
    passed = Counter(each.person.id for each in seen.scene.told if each.passed)

    assert [each for each in seen.scene.told if each.kind == "wrong" and each.passed] == []
    assert 0 < len(passed) <= PEOPLE
    assert set(passed.values()) == {1}


def test_nothing_is_verified_begun_or_bound_without_the_store(seen: Seen) -> None:
    answers = [each for each in seen.during() if each.kind != "decide"]

    assert {each.kind for each in answers} >= {"right", "wrong", "begin", "enrol", "list"}
    assert Counter((each.kind, each.status) for each in answers if each.status != 503) == Counter()


def test_nobody_is_taken_for_somebody_who_has_nothing(seen: Seen) -> None:
    decisions = [each.body for each in seen.scene.told if each.kind == "decide" and each.status == 200]

    assert {each["outcome"] for each in decisions} == {"challenge"}
    assert [each for each in decisions if each["challenge"] and "enrol" in each["challenge"]] == []
    assert [each for each in seen.scene.told if each.kind == "enrol" and each.status == 201] == []
    assert [each for each in seen.scene.told if each.kind == "list" and each.body == []] == []


def test_every_answer_is_one_that_the_contract_knows(seen: Seen) -> None:
    known = {"enrol": {403}, "list": {200}, "decide": {200}}
    told = Counter((each.kind, each.status) for each in seen.scene.told)

    assert [each for each in told if each[1] not in known.get(each[0], {200, 409}) | {503}] == []


def test_afterwards_it_is_full_again_and_remembers_what_was_spent(seen: Seen) -> None:
    caller = seen.scene.caller
    passed = {each.person.id for each in seen.scene.told if each.passed}
    known = next(each for each in seen.scene.people if each.id in passed)
    fresh = Person("u-afterwards").enrol(caller)

    replayed = known.answer(caller, known.challenged(caller, session="s-3"))

    assert replayed[1].get("error", replayed[1].get("detail")) in ("replayed_code", "wrong_code")
    assert fresh.answer(caller, fresh.challenged(caller))[1]["status"] == "passed"
