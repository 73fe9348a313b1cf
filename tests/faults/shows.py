"""The faults that are shown: what is struck, how it is mended, and what came of it."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..challenges.callers import Caller
from ..ops.conftest import fetched
from .keeping import lost
from .outages import Outage, outage
from .places import Alone, Clustered, File, Place, Service, Start, kept_in, serve, shared_secrets, strike
from .promises import Breach, Contract, broken
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
    """What was seen, every promise that was broken, and what was acknowledged and is not found."""

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
        return _shown(place, service, seen, promises)


def worker_goes(start: Start, folder: Path, *, a_second: float = 200.0) -> Shown:
    """Kill a worker under load, and after a while another."""
    with serving(Alone, start, folder) as (place, service, contract):
        first, second = service.workers()
        seen = outage(service, lambda: strike(first), lambda: strike(second), a_second=a_second)
        return _shown(place, service, seen, broken(seen.answers, contract))


def _shown(place: Place, service: Service, seen: Outage, breaches: Sequence[Breach]) -> Shown:
    gone = lost(place, Caller(service.url, service.key), seen.answers)
    return Shown(seen, [str(each) for each in breaches], [str(each) for each in gone])
