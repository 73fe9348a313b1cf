"""The faults that are shown: what is struck, how it is mended, and what came of it."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..ops.conftest import fetched
from .outages import Outage, outage
from .places import TENANT, Alone, Clustered, File, Place, Service, Start, kept_in, serve, shared_secrets, strike
from .promises import Contract, broken, lacks
from .traffic import BLOCKED

STORES: dict[str, tuple[Callable[[Path], Any], str, str]] = {
    "redis killed": (Alone, "kill", "restart"),
    "redis hangs": (Alone, "hang", "go_on"),
    "a master killed": (Clustered, "kill", "restart"),
    "a master hangs": (Clustered, "hang", "go_on"),
    "sqlite locked": (File, "hang", "go_on"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """What was seen, every promise that was broken, and the full decisions that the store does not hold."""

    seen: Outage
    broken: list[str]
    lost: list[str]


@contextmanager
def serving(kind: Callable[[Path], Any], start: Start, folder: Path) -> Iterator[tuple[Any, Service, Contract]]:
    """Yield a place of *kind*, the service on it with somebody blocked, and its contract."""
    folder.mkdir(exist_ok=True)
    with kept_in(kind, folder / "store") as place:
        service = serve(start, place, shared_secrets())
        headers = {"Authorization": f"Bearer {service.key}", "Content-Type": "application/json"}
        entry = f"{service.url}/v1/lists/blocked_subjects/{BLOCKED}"
        assert fetched(entry, method="PUT", body=b'{"reason": "fraud"}', headers=headers)[0] == 200
        yield place, service, Contract(json.loads(fetched(f"{service.url}/openapi.json")[1]))


def store_goes(name: str, start: Start, folder: Path, *, a_second: float = 200.0) -> Shown:
    """Let one of STORES happen under load."""
    kind, strike_it, mend = STORES[name]
    with serving(kind, start, folder) as (place, service, contract):
        seen = outage(service, getattr(place, strike_it), getattr(place, mend), a_second=a_second)
        promises = broken(seen.answers, contract, [seen.away] if place.whole else [])
        return Shown(seen, promises, missing(place, seen))


def worker_goes(start: Start, folder: Path, *, a_second: float = 200.0) -> Shown:
    """Kill a worker under load, and after a while another."""
    with serving(Alone, start, folder) as (place, service, contract):
        first, second = service.workers()
        seen = outage(service, lambda: strike(first), lambda: strike(second), a_second=a_second)
        return Shown(seen, broken(seen.answers, contract), missing(place, seen))


def missing(place: Place, seen: Outage) -> list[str]:
    """Return the decisions that were answered in full and are not found in the store."""
    full = [each.body["id"] for each in seen.answers if each.sent.decides and each.status == 200 and not lacks(each)]
    store, now = place.opened(), time.time()
    try:
        return [each for each in full if store.record(TENANT, each, now) is None]
    finally:
        store.close()
