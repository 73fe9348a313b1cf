"""How much memory a person takes in Redis: somebody in the middle, and somebody at every bound.

*The middle* is taken to be: forty verified sign-ins over sixty days with two browsers, from three networks of their
own and now and then from another; authenticators of 300 bytes before they are sealed; one attempt within the last day;
and as many records as there were attempts in ninety days, forty-four of them (one in ten fails). *The bounds*: a
hundred sign-ins, twenty browsers, and every ring full. The rings of an address and of its network are counted as if
they were one person's alone.

    .venv/bin/python bench/memory.py --json memory.json
"""

import argparse
import json
import re
import tempfile
import time
from pathlib import Path
from typing import Any

from redis import Redis

import figures
from doorward import wiring
from doorward.api.requests import to_request
from doorward.core import ring
from doorward.core.identifiers import new_id
from doorward.gather import keys_of, observation_of
from doorward.ports import Changes, RecordRow, Store
from doorward.settings import load
from past import TENANT, Historian, Past, write
from people import Person, login
from servers import Servers

AIM_BYTES = 4096
MOST_PEOPLE = 2000
FAILURES = 4
AUTHENTICATORS_BYTES = 300

# The first pattern that fits a key says what it is.
KINDS = (
    ("profile", rb"\{s:.*\}:profile"),
    ("authenticators", rb"\{s:.*\}:authenticators"),
    ("browsers", rb"\{v:"),
    ("ring of the subject", rb"\{s:.*\}:ring"),
    ("ring of the address", rb"\{a:"),
    ("ring of the network", rb"\{p:"),
    ("rings of browsers", rb"\{d:"),
    ("records", rb"\{s:.*\}:r:"),
    ("records by subject", rb"\{s:.*\}:records"),
    ("records by id", rb"\{i:"),
    ("records by day", rb"\{x:"),
)
NAMES = tuple(name for name, _ in KINDS)
OF_RECORDS = tuple(name for name in NAMES if name.startswith("records"))
OTHER = "other"

Json = dict[str, Any]


class Measured:
    """The keys and the memory of one Redis, from when it was made."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._sizes = self._sizes_now()
        self._used = self._used_memory()

    def per_person(self, people: int) -> Json:
        """Return the bytes that were added since, for each of *people*: by kind of key, and as Redis counts its own."""
        grown: dict[str, int] = {}
        for key, size in self._sizes_now().items():
            kind = kind_of(key)
            grown[kind] = grown.get(kind, 0) + size - self._sizes.get(key, 0)
        kinds = {name: round(grown[name] / people) for name in (*NAMES, OTHER) if grown.get(name)}
        return {
            "kinds": kinds,
            "without_records": sum(size for name, size in kinds.items() if name not in OF_RECORDS),
            "in_all": sum(kinds.values()),
            "used_memory": round((self._used_memory() - self._used) / people),
        }

    def _sizes_now(self) -> dict[bytes, int]:
        keys = list(self._redis.scan_iter(count=1000))
        asked = self._redis.pipeline(transaction=False)
        for key in keys:
            asked.memory_usage(key, samples=0)
        return dict(zip(keys, (size or 0 for size in asked.execute()), strict=True))

    def _used_memory(self) -> int:
        return int(self._redis.info("memory")["used_memory"])


def kind_of(key: bytes) -> str:
    return next((name for name, pattern in KINDS if re.search(pattern, key)), OTHER)


class People:
    """Writes people into a store."""

    def __init__(self, environ: dict[str, str]) -> None:
        settings = load(environ)
        self._wired = wiring.build(settings)
        self._historian = Historian(settings)
        self._now = time.time()

    @property
    def _store(self) -> Store:
        return self._wired.store

    def put(self, person: Person, *, sign_ins: int, browsers: int, attempts: int) -> Past:
        """Write *person* with as many *attempts* within the last day, all from home, without any record."""
        past = self._historian.past(person, sign_ins=sign_ins, devices=browsers, now=self._now)
        write(self._store, past, self._now)
        sealer = self._wired.services.sealer
        enrolled = sealer.seal(b"x" * AUTHENTICATORS_BYTES, "authenticators")
        self._store.rewrite_authenticators(TENANT, past.subject, lambda _: enrolled, self._now)
        for number in range(attempts):
            self._attempt(person, past, number)
        return past

    def _attempt(self, person: Person, past: Past, number: int) -> None:
        device = past.devices[number % len(past.devices)]
        body = login(person, person.addresses[0], person.agents[0], passed=True)
        request = to_request(body)
        network = self._wired.locator.look_up(request.client.ip)
        hasher = self._historian.hasher
        keys = keys_of(hasher, TENANT, request, network)._replace(
            device=hasher.key(TENANT, "device", device.id), device_id=device.id
        )
        observation = observation_of(
            hasher,
            TENANT,
            subject_id=person.id,
            attempt_id=f"{number}",
            network=network,
            flags=ring.ATTEMPT | ring.SUCCEEDED,
        )
        self._store.begin(keys, observation, self._now)

    def record(self, person: Person) -> RecordRow:
        """Return the record of a decision about *person*, who has a past like everybody else."""
        past = self._historian.past(person, sign_ins=40, devices=2, now=self._now)
        write(self._store, past, self._now)
        body = login(person, person.addresses[0], person.agents[0], passed=True)
        body["client"]["device_token"] = past.token
        shown = self._wired.services.decisions.decide(TENANT, to_request(body), self._now)
        row = self._store.record(TENANT, shown["id"], self._now)
        if row is None:
            raise LookupError("the decision has left no record")
        return row

    def remember(self, past: Past, like: RecordRow, number: int) -> None:
        """Keep *number* records of one person, each as long as *like*."""
        for _ in range(number):
            row = like._replace(id=new_id("dec"), subject=past.subject)
            self._store.commit(Changes(record=row), self._now)

    def close(self) -> None:
        self._wired.store.close()


def measure(servers: Servers, number: int) -> Json:
    """Return the bytes of a person in the middle and at the bounds, with records and without."""
    server = servers.redis()
    redis = Redis(port=server.port)
    url = f"redis://127.0.0.1:{server.port}/0"
    servers.accept(url)
    people = People(servers.environ("memory", url))
    like = people.record(Person.numbered(-1))
    at_bounds = max(1, number // 20)
    found: Json = {}
    for name, many, shape in (
        ("middle", number, {"sign_ins": 40, "browsers": 2, "attempts": 1}),
        ("bounds", at_bounds, {"sign_ins": 100, "browsers": 20, "attempts": 320}),
    ):
        measured = Measured(redis)
        first = len(found) * MOST_PEOPLE
        pasts = [people.put(Person.numbered(first + each), **shape) for each in range(many)]
        without = measured.per_person(many)
        for past in pasts:
            people.remember(past, like, shape["sign_ins"] + FAILURES)
        found[name] = shape | {"people": many, "without_records": without, "with_records": measured.per_person(many)}
    people.close()
    return found | {"record_body_bytes": len(like.body), "redis-server": redis.info("server")["redis_version"]}


def report(result: Json) -> str:
    """Return *result* as a table for people."""
    middle, bounds = result["middle"], result["bounds"]
    pairs = [
        (name, *(str(each["with_records"]["kinds"].get(name, 0)) for each in (middle, bounds)))
        for name in (*NAMES, OTHER)
    ]
    used = [(each["without_records"], each["with_records"]) for each in (middle, bounds)]
    rows = [
        ("bytes of a person", "middle", "bounds"),
        *(row for row in pairs if row[1:] != ("0", "0")),
        ("all but records", *(str(each["without_records"]) for _, each in used)),
        ("all", *(str(each["in_all"]) for _, each in used)),
        ("by used_memory, without records", *(str(each["used_memory"]) for each, _ in used)),
        ("by used_memory, with records", *(str(each["used_memory"]) for _, each in used)),
    ]
    return figures.table(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=200, help="people in the middle (default 200, at most 2000)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything that was measured to FILE")
    chosen = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="doorward-bench-") as folder,
        Servers(Path(folder), workers=2, threads=8) as servers,
    ):
        result = measure(servers, max(1, min(chosen.people, MOST_PEOPLE)))
    if chosen.json:
        chosen.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(report(result))
    size = result["middle"]["without_records"]["used_memory"]
    print(f"\nthe aim is less than {AIM_BYTES} bytes in the middle, without records: {size}")


if __name__ == "__main__":
    main()
