"""What an address says, from geo databases that may be missing, broken or replaced at any time."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from ipaddress import ip_network
from pathlib import Path
from threading import Lock
from typing import Any

from doorward.core.facts import NetworkFacts
from doorward.facts.addresses import Address, canonical_network, read_address
from doorward.facts.answers import Answers, silent
from doorward.facts.database import Database
from doorward.facts.slots import DatabaseSlot, KindsSlot
from doorward.facts.stated import NamedNetwork, at_address, facts_from_event, read_networks
from doorward.ports import Locator

__all__ = ["GeoProvider", "OverriddenLocator", "Silence", "facts_from_event", "read_networks"]

CACHED_ADDRESSES = 4096
REFRESH_SECONDS = 2.0
OLD_DAYS = 180
DAY = 86_400.0

MISSING = "geo database missing"
UNREADABLE = "geo database cannot be read"
NOT_NAMED = "no database is asked for this address"


class Silence:
    """Implements `ports.Locator` without any database."""

    def __init__(self, reason: str = MISSING) -> None:
        self._reason = reason

    def look_up(self, address: str | None) -> NetworkFacts:
        return silent(address, self._reason)


class GeoProvider:
    """Implements `ports.Locator` and `ports.GeoState` on files and folders of `.mmdb` files.

    Readers of a look-up never wait: a refresh builds new `Answers`, with a cache of their own, and swaps them in.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = tuple(paths)
        self._slots: dict[Path, DatabaseSlot] = {}
        self._kinds = KindsSlot()
        self._refreshing = Lock()
        self._refreshed_at: float | None = None
        self._swap(())
        self._reopen()

    def look_up(self, address: str | None) -> NetworkFacts:
        """Return what the databases say; what they do not say is unknown, with the reason."""
        where = read_address(address) if address else None
        if where is None or where.private:
            return silent(address, MISSING)
        return self._look_up(where)

    def refresh(self, now: float) -> None:
        """Re-open what was replaced; at most every REFRESH_SECONDS, and by one thread at a time."""
        last = self._refreshed_at
        if last is not None and 0 <= now - last < REFRESH_SECONDS:
            return
        if self._refreshing.acquire(blocking=False):
            try:
                self._refreshed_at = now
                self._reopen()
            finally:
                self._refreshing.release()

    def state(self) -> list[dict[str, Any]]:
        """Return one entry for each file: what it is, whether it answers, and what an operator should look at."""
        states = [self._state_of(slot) for slot in list(self._slots.values())]
        own = self._kinds.path
        return [*states, _state(own.name, "kinds of operators", self._kinds.error)] if own else states

    @property
    def lookups(self) -> int:
        return sum(slot.database.lookups for slot in list(self._slots.values()) if slot.database)

    @property
    def failures(self) -> int:
        return sum(slot.database.failures for slot in list(self._slots.values()) if slot.database)

    def _reopen(self) -> None:
        wanted = _files(self._paths)
        slots = {path: self._slots.get(path) or DatabaseSlot(path) for path in wanted}
        changed = [slot.reopen() for slot in slots.values()]
        changed.append(self._kinds.reopen([path for path in self._paths if path.is_dir()]))
        if any(changed) or slots.keys() != self._slots.keys():
            self._swap(tuple(slots.values()))
        self._slots = slots

    def _swap(self, slots: Sequence[DatabaseSlot]) -> None:
        open_now = [slot.database for slot in slots if slot.database]
        unreadable = any(slot.error and slot.path.is_file() for slot in slots)
        answers = Answers(open_now, UNREADABLE if unreadable else MISSING, self._kinds.kinds)
        self._look_up = lru_cache(maxsize=CACHED_ADDRESSES)(answers.of)

    def _state_of(self, slot: DatabaseSlot) -> dict[str, Any]:
        database = slot.database
        if database is None:
            return _state(slot.path.name, None, slot.error)
        return _state(slot.path.name, database.type, slot.error) | {
            "built": database.built_on,
            "warnings": self._warnings(database),
            "lookups": database.lookups,
            "failures": database.failures,
        }

    def _warnings(self, database: Database) -> list[str]:
        warnings = []
        if self._refreshed_at is not None and self._refreshed_at - database.built_at > OLD_DAYS * DAY:
            warnings.append(f"older than {OLD_DAYS} days")
        if database.failures:
            warnings.append("some of its records cannot be read")
        return warnings


class OverriddenLocator:
    """Implements `ports.Locator`: what was stated of a network stands for all that databases would say of it.

    An address that a stated network holds counts as public, so that the networks kept for documentation will do.
    """

    def __init__(self, inner: Locator | None = None, networks: Iterable[NamedNetwork] = ()) -> None:
        self._inner = inner or Silence(NOT_NAMED)
        self._by_length: list[tuple[int, int, dict[int, NetworkFacts]]] = []
        self.put(networks)

    def put(self, networks: Iterable[NamedNetwork]) -> None:
        """Replace all stated networks at once."""
        by_length: dict[tuple[int, int], dict[int, NetworkFacts]] = {}
        for cidr, facts in networks:
            network = canonical_network(ip_network(cidr))
            group = by_length.setdefault((network.version, network.max_prefixlen - network.prefixlen), {})
            group[int(network.network_address)] = facts
        # Fewest host bits first: the longest prefix wins.
        self._by_length = [(version, bits, group) for (version, bits), group in sorted(by_length.items())]

    def look_up(self, address: str | None) -> NetworkFacts:
        where = read_address(address) if address else None
        stated = self._stated(where) if where else None
        return stated or self._inner.look_up(address)

    def _stated(self, where: Address) -> NetworkFacts | None:
        for version, bits, group in self._by_length:
            facts = group.get(where.number >> bits << bits) if version == where.version else None
            if facts is not None:
                return at_address(facts, where)
        return None


def _files(paths: Iterable[Path]) -> list[Path]:
    """Return the databases that *paths* name, each once; a folder that holds none stands for itself."""
    files: dict[Path, None] = {}
    for path in paths:
        inside = sorted(each for each in path.glob("*.mmdb") if not each.name.startswith(".")) if path.is_dir() else []
        files |= dict.fromkeys(inside or [path])
    return list(files)


def _state(file: str, type: str | None, error: str) -> dict[str, Any]:
    return {
        "file": file,
        "type": type,
        "built": None,
        "ok": not error,
        "error": error or None,
        "warnings": [],
        "lookups": 0,
        "failures": 0,
    }
