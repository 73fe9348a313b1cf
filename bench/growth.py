"""What a decision costs as a deployment grows: with more subjects in the store, and with more rules in the policy.

Decisions are made in this process on a redis-server of its own, without HTTP; what is told is the processor time of
this process and of Redis. Subjects have a past of forty sign-ins and a known browser, and each decision is about one
drawn from all. Rounds go through all sizes by turns, and of each size the quickest round counts.

    .venv/bin/python bench/growth.py --subjects 10,1000,100000
"""

import argparse
import json
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from redis import Redis

import past
from doorward.api.requests import to_request
from doorward.core.request import DecisionRequest
from doorward.policies import DEFAULT_TENANT
from doorward.settings import load
from doorward.stores import open_store
from doorward.wiring import Wiring, build
from people import Person, login
from servers import Servers

SIGN_INS = 40
# The pasts of so many are worked out; the others have the same under names of their own.
DISTINCT = 200
TRIED = 400
ABSENT_SECONDS = 7200.0
RULES = (10, 50, 100, 200, 400)


class Place:
    """A store with so many subjects, and what decides on it."""

    def __init__(self, environ: dict[str, str], subjects: int, now: float) -> None:
        settings = load(environ)
        self.wired: Wiring = build(settings)
        self._now = now
        self._requests = self._furnished(environ, subjects, now)

    def _furnished(self, environ: dict[str, str], subjects: int, now: float) -> list[DecisionRequest]:
        """Write everybody's past, and return a request of each who will be decided about."""
        historian, store = past.Historian(load(environ)), open_store(load(environ).store, busy_seconds=5)
        people = [Person.numbered(number) for number in range(min(DISTINCT, subjects))]
        pasts = [historian.past(each, sign_ins=SIGN_INS, devices=1, now=now) for each in people]
        step = max(1, subjects // TRIED)
        found = []
        for number in range(subjects):
            person, made = people[number % len(people)], pasts[number % len(people)]
            named = replace(person, id=f"s-{number}")
            key = past.subject_key(historian.hasher, past.TENANT, named.id)
            past.write(store, replace(made, subject=key, devices=made.devices if number < len(people) else ()), now)
            if number % step == 0 and len(found) < TRIED:
                body = login(named, person.addresses[0], person.agents[0], passed=True)
                body["client"]["device_token"] = made.token
                found.append(to_request(json.loads(json.dumps(body))))
            if number % 10_000 == 9_999 and sys.stderr.isatty():
                print(f"\r{number + 1} of {subjects} subjects", end="", file=sys.stderr, flush=True)
        store.close()
        return found

    def round(self, redis: Redis) -> tuple[float, float]:
        """Make TRIED decisions, and return µs of this process and of Redis for each.

        The same few come back after two hours, so that they are not counted as an attack.
        """
        decide = self.wired.services.decisions.decide
        began, before = time.process_time(), _used(redis)
        for turn in range(TRIED):
            self._now += ABSENT_SECONDS / len(self._requests)
            decide(past.TENANT, self._requests[turn % len(self._requests)], self._now)
        used, theirs = time.process_time() - began, _used(redis) - before
        return used / TRIED * 1e6, theirs / TRIED * 1e6


def _used(redis: Redis) -> float:
    told = redis.info("cpu")
    return float(told["used_cpu_user"]) + float(told["used_cpu_sys"])


def by_subjects(servers: Servers, sizes: list[int], rounds: int) -> dict[int, tuple[float, float]]:
    """Return for each of *sizes* the quickest round's µs of this process and of Redis."""
    redis, now = servers.redis(), time.time()
    asked = Redis(port=redis.port)
    places = {}
    for number, size in enumerate(sizes):
        url = f"redis://127.0.0.1:{redis.port}/{number}"
        servers.accept(url)
        places[size] = Place(servers.environ(f"place-{number}", url), size, now)
    told: dict[int, list[tuple[float, float]]] = {size: [] for size in sizes}
    for turn in range(rounds + 1):
        for size, place in places.items():
            seen = place.round(asked)
            if turn:  # the first fills the caches
                told[size].append(seen)
    for place in places.values():
        place.wired.store.close()
    return {size: (min(each[0] for each in seen), min(each[1] for each in seen)) for size, seen in told.items()}


def by_rules(servers: Servers, rounds: int) -> dict[int, float]:
    """Return µs of a decision for each number of RULES that do not match, in a store in memory."""
    environ = servers.environ("rules", "sqlite:///:memory:") | {"DOORWARD_WORKERS": "1"}
    now, told = time.time(), dict[int, float]()
    for number in RULES:
        place = Place(environ, 0, now)
        findings = place.wired.policies.replace(DEFAULT_TENANT, policy_of(number), now)
        errors = [each for each in findings if each.severity == "error"]
        if errors:
            sys.exit(f"the policy of {number} rules does not pass: {errors[0]}")
        body = login(Person.numbered(1), "84.208.20.11", Person.numbered(1).agents[0], passed=True)
        request = to_request(json.loads(json.dumps(body)))
        decide = place.wired.services.decisions.decide
        taken = []
        for turn in range(150 * rounds):
            began = time.perf_counter_ns()
            decide(past.TENANT, request, now + turn)
            taken.append((time.perf_counter_ns() - began) / 1000)
        told[number] = sorted(taken)[len(taken) // 10]
        place.wired.store.close()
    return told


def policy_of(rules: int) -> str:
    """Return a policy of so many rules, of which the last decides."""
    lines = ["version: 1", "id: growth", "rules:"]
    for number in range(rules - 1):
        lines += [
            f"  - id: r-{number}",
            "    on: login",
            f"    when: network.asn == {64_512 + number} && velocity.subject_failures_1h > {number % 7 + 20}",
            "    on_unknown: skip",
            "    then: deny",
        ]
    return "\n".join([*lines, "  - id: rest", "    on: both", "    when: 'true'", "    then: allow", ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--subjects", default="10,1000,100000", help="sizes of the store (default 10,1000,100000)")
    parser.add_argument("--rounds", type=int, default=7, help="rounds over all sizes (default 7)")
    chosen = parser.parse_args()
    sizes = [int(each) for each in chosen.subjects.split(",")]
    with (
        tempfile.TemporaryDirectory(prefix="doorward-growth-") as folder,
        Servers(Path(folder), workers=1, threads=1) as servers,
    ):
        subjects = by_subjects(servers, sizes, chosen.rounds)
        rules = by_rules(servers, chosen.rounds)
    print("| subjects in the store | processor time of the service, µs a decision | of Redis, µs |\n|---|---|---|")
    for size, (ours, theirs) in subjects.items():
        print(f"| {size} | {ours:.0f} | {theirs:.0f} |")
    print("\n| rules | µs a decision |\n|---|---|")
    for number, taken in rules.items():
        print(f"| {number} | {taken:.0f} |")


if __name__ == "__main__":
    main()
