"""What the two trips of a decision to its store cost by themselves, beside one GET by redis-py in the same run.

No server of ours and no request: the store as a worker opens it (breaker and admission included), a sign-in of a known
person with a known browser that is learned, over and over. What is learned is fixed bytes, so that the trips are told
without what `core/history` takes. Processor time of this process, and of Redis by its own account; the best round of
many, for a busy machine only adds.

    .venv/bin/python bench/trips.py [--rounds 20] [--decisions 300] [--quick]
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from redis import Redis

from doorward.core import ring
from doorward.meter import NULL_METER
from doorward.ports import Changes, DeviceRecord, Keys, Observation, RecordRow
from doorward.settings import load
from doorward.store_opening import opened, protected
from doorward.stores.guarded import GuardedStore
from servers import Servers

TENANT = "default"
DAY = 86_400.0
PEOPLE = 500
# What a decision of the middle writes (docs/performance.md): packed history and record, sealed.
PROFILE_BYTES, RECORD_BYTES, AUTHENTICATORS_BYTES = 1000, 1500, 300
SIDES = ("GET by redis-py", "redis begin", "redis commit", "sqlite begin", "sqlite commit")


class Cost(NamedTuple):
    """Microseconds of one trip: of processor time here, of Redis' for a whole decision, and of the clock."""

    here: float
    redis: float
    clock: float


@dataclass(slots=True)
class Person:
    """Somebody whom the store knows, and what the next sign-in brings and writes."""

    keys: Keys
    record: RecordRow
    device: DeviceRecord
    profile: bytes = field(default_factory=lambda: os.urandom(PROFILE_BYTES))

    @classmethod
    def numbered(cls, number: int, now: float) -> "Person":
        subject, address, prefix, device = (b"%c%015d" % (kind, number) for kind in b"sapd")
        keys = Keys(TENANT, subject, address, prefix, device, None, f"dev_{number:022d}")
        record = RecordRow("", TENANT, subject, now, "allow", "familiar", os.urandom(RECORD_BYTES), now + 90 * DAY)
        return cls(keys, record, DeviceRecord(keys.device_id, bytes(32), now, now + 90 * DAY, current_seen=True))

    def observation(self, number: int) -> Observation:
        # Marks as a keyed hash gives them: no byte is likelier than another.
        attempt = number * 2_654_435_761 % 2**32 or 1
        return Observation(attempt, ring.ATTEMPT | ring.SUCCEEDED, attempt ^ 0xA5A5_A5A5, 0x5A5A_5A5A, "NO")

    def changes(self, number: int, now: float) -> Changes:
        row = self.record
        record = RecordRow(
            f"dec_{number:022d}", row.tenant, row.subject, now, row.outcome, row.rule, row.body, now + 90 * DAY
        )
        return Changes(
            record=record,
            profile_key=(TENANT, row.subject),
            rewrite_profile=lambda _: self.profile,
            profile_expires_at=now + 180 * DAY,
            device=(TENANT, self.device),
        )


class Trips:
    """The sides of the bench; each call of `round` is one turn of all of them."""

    def __init__(self, stores: dict[str, GuardedStore], redis: Redis, decisions: int) -> None:
        self._stores = stores
        self._redis = redis
        self._decisions = decisions
        self._made = 0
        self._people = [Person.numbered(number, time.time()) for number in range(PEOPLE)]
        redis.set("bench", "x" * 100)
        for store in stores.values():
            for each in self._people:
                store.put_device(TENANT, each.device, time.time())
                store.rewrite_authenticators(
                    TENANT, each.keys.subject, lambda _: os.urandom(AUTHENTICATORS_BYTES), time.time()
                )

    def round(self) -> dict[str, Cost]:
        asked = Taken()
        before = self._redis_seconds()
        for _ in range(self._decisions):
            asked.time(self._redis.get, "bench")
        found = {SIDES[0]: self._cost(asked, self._redis_seconds() - before)}
        for name, store in self._stores.items():
            found |= self._turn(name, store)
        return found

    def _turn(self, name: str, store: GuardedStore) -> dict[str, Cost]:
        """Return what begin and commit cost, one after the other as a decision makes them; of Redis, both together."""
        begin, commit = Taken(), Taken()
        before = self._redis_seconds()
        for _ in range(self._decisions):
            self._made += 1
            person, number, now = self._people[self._made % PEOPLE], self._made, time.time()
            observation, changes = person.observation(number), person.changes(number, now)
            begin.time(store.begin, person.keys, observation, now)
            commit.time(store.commit, changes, now)
        both = self._redis_seconds() - before
        return {f"{name} begin": self._cost(begin, 0), f"{name} commit": self._cost(commit, both)}

    def _cost(self, taken: "Taken", redis: float) -> Cost:
        return Cost(*(each / self._decisions * 1e6 for each in (taken.here, redis, taken.clock)))

    def _redis_seconds(self) -> float:
        told = self._redis.info("cpu")
        return float(told["used_cpu_user"]) + float(told["used_cpu_sys"])


@dataclass(slots=True)
class Taken:
    """Seconds that were taken so far."""

    here: float = 0.0
    clock: float = 0.0

    def time(self, call: Callable[..., object], *arguments: object) -> None:
        here, clock = time.thread_time(), time.perf_counter()
        call(*arguments)
        self.here += time.thread_time() - here
        self.clock += time.perf_counter() - clock


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20, help="turns of every side (default 20)")
    parser.add_argument("--decisions", type=int, default=300, help="decisions in a turn (default 300)")
    parser.add_argument("--quick", action="store_true", help="two very short turns, to see that it works")
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.rounds, chosen.decisions = 2, 50
    rounds = measured(max(1, chosen.rounds), max(1, chosen.decisions))
    print(f"{len(rounds)} rounds of {chosen.decisions}, the least of each in µs; a commit's of Redis include its begin")
    print(f"{'':18}{'CPU here':>10}{'of Redis':>10}{'by clock':>10}")
    for side in SIDES:
        least = Cost(*(min(values) for values in zip(*(each[side] for each in rounds), strict=True)))
        print(f"{side:18}{least.here:10.1f}{least.redis:10.1f}{least.clock:10.1f}")


def measured(rounds: int, decisions: int) -> list[dict[str, Cost]]:
    """Return the costs of every side in every round, on a Redis and a file of their own."""
    with (
        tempfile.TemporaryDirectory(prefix="doorward-trips-") as folder,
        Servers(Path(folder), workers=1, threads=1) as servers,
    ):
        port = servers.redis().port
        url = f"redis://127.0.0.1:{port}/0"
        servers.accept(url)
        # A busy machine shall be slow, and not make the run fail.
        patient = {"DOORWARD_STORE_COMMAND_MS": "5000", "DOORWARD_STORE_CONNECT_MS": "5000"}
        named = (("redis", url), ("sqlite", ""))
        settings = [load(servers.environ(name, store) | patient) for name, store in named]
        redis, sqlite = (protected(opened(each), each, time.monotonic, NULL_METER) for each in settings)
        with closing(redis), closing(sqlite):
            trips = Trips({"redis": redis, "sqlite": sqlite}, Redis(port=port), decisions)
            trips.round()
            return [trips.round() for _ in range(rounds)]


if __name__ == "__main__":
    main()
