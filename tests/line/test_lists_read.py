"""How often run-time lists are read: whole when one entry changes, but by one thread, and each entry opened once."""

import json
import threading
from types import SimpleNamespace
from typing import Any

from doorward.ports import ListEntry
from doorward.runtime_lists import AHEAD_SECONDS, ListedValues

NOW = 1_782_900_000.0


class Kept:
    """A store and a sealer that count what is asked of them; *slow* holds a reader up until it is set."""

    def __init__(self) -> None:
        self.version, self.rows = 1, {"203.0.113.1": self._row("203.0.113.1")}
        self.reads = self.opened = 0
        self.slow = threading.Event()
        self.slow.set()

    def _row(self, address: str) -> ListEntry:
        body = json.dumps({"kind": "address", "entry": address}).encode()
        return ListEntry("blocked_addresses", address.encode(), body, None, NOW)

    def put(self, address: str) -> None:
        self.rows[address] = self._row(address)
        self.version += 1

    def entries(self, _tenant: str, _now: float) -> tuple[int, list[ListEntry]]:
        self.reads += 1
        self.slow.wait(timeout=20)
        return self.version, list(self.rows.values())

    def open(self, sealed: bytes, _purpose: str) -> bytes:
        self.opened += 1
        return sealed


def listed(values: ListedValues, address: str, version: int, now: float = NOW) -> tuple[str, ...]:
    facts = SimpleNamespace(device=SimpleNamespace(device_id=None), network=SimpleNamespace(address=address))
    found: Any = SimpleNamespace(facts=facts, degraded=(), lists_version=version)
    request: Any = SimpleNamespace(subject=SimpleNamespace(id="u-1"))
    return values.of("default", request, found, now)[1]


def test_a_change_of_one_entry_opens_that_one() -> None:
    kept = Kept()
    values = ListedValues(kept, kept)  # type: ignore[arg-type]  # what is used of both
    listed(values, "203.0.113.1", 1)
    kept.put("203.0.113.2")

    assert listed(values, "203.0.113.2", 2) == ("blocked_addresses",)
    assert kept.opened == 2


def test_an_entry_that_is_gone_is_forgotten() -> None:
    kept = Kept()
    values = ListedValues(kept, kept)  # type: ignore[arg-type]
    listed(values, "203.0.113.1", 1)
    kept.rows.clear()
    kept.version += 1

    assert listed(values, "203.0.113.1", 2) == ()


def test_of_many_that_find_the_same_change_one_reads() -> None:
    kept = Kept()
    values = ListedValues(kept, kept)  # type: ignore[arg-type]
    kept.slow.clear()
    told: list[tuple[str, ...]] = []
    threads = [threading.Thread(target=lambda: told.append(listed(values, "203.0.113.1", 1))) for _ in range(8)]

    for each in threads:
        each.start()
    kept.slow.set()
    for each in threads:
        each.join(timeout=20)

    assert told == [("blocked_addresses",)] * 8
    assert kept.reads == 1


def test_whoever_saw_an_older_version_has_the_newer_lists() -> None:
    kept = Kept()
    values = ListedValues(kept, kept)  # type: ignore[arg-type]
    kept.put("203.0.113.2")
    listed(values, "203.0.113.2", 2)

    assert listed(values, "203.0.113.2", 1) == ("blocked_addresses",)
    assert kept.reads == 1


def test_a_version_that_stays_behind_is_that_of_another_store() -> None:
    kept = Kept()
    values = ListedValues(kept, kept)  # type: ignore[arg-type]
    kept.put("203.0.113.2")
    listed(values, "203.0.113.2", 2)
    del kept.rows["203.0.113.2"]
    kept.version = 1

    assert listed(values, "203.0.113.2", 1, NOW + AHEAD_SECONDS) == ()
