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
from doorward.facts.database import BrokenDatabase, Database, Identity
from doorward.facts.stated import NamedNetwork, at_address, facts_from_event, read_networks
from doorward.ports import Locator

__all__ = ["GeoProvider", "OverriddenLocator", "Silence", "facts_from_event", "read_networks"]

CACHED_ADDRESSES = 32_768
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


class _Slot:
    """One wanted file: the database that is open, and what became of the newest file at its path."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.database: Database | None = None
        self.error = ""
        self._tried = False
        self._seen: Identity | None = None

    def reopen(self) -> bool:
        """Open what stands at the path, unless it was tried before; answer whether anything was done."""
        found = _identity(self.path)
        if self._tried and found == self._seen:
            return False
        self._tried, self._seen = True, found
        try:
            self.database = Database(self.path)
            self.error = ""
        except BrokenDatabase as broken:
            self._keep_if_safe(found, broken)
        return True

    def _keep_if_safe(self, found: Identity | None, broken: BrokenDatabase) -> None:
        self.error = str(broken)
        if self.database is None:
            return
        if found is None or found.is_same_file(self.database.identity):
            self.database = None  # deleted, which is an operator's wish, or overwritten: there is nothing to read
        else:
            self.error = f"the replacement is not used: {broken}"


class GeoProvider:
    """Implements `ports.Locator` and `ports.GeoState` on files and folders of `.mmdb` files.

    Readers of a look-up never wait: a refresh builds new `Answers`, with a cache of their own, and swaps them in.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = tuple(paths)
        self._slots: dict[Path, _Slot] = {}
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
        return [self._state_of(slot) for slot in list(self._slots.values())]

    @property
    def lookups(self) -> int:
        return sum(slot.database.lookups for slot in list(self._slots.values()) if slot.database)

    @property
    def failures(self) -> int:
        return sum(slot.database.failures for slot in list(self._slots.values()) if slot.database)

    def _reopen(self) -> None:
        wanted = _files(self._paths)
        slots = {path: self._slots.get(path) or _Slot(path) for path in wanted}
        changed = [slot.reopen() for slot in slots.values()]
        if any(changed) or slots.keys() != self._slots.keys():
            self._swap(tuple(slots.values()))
        self._slots = slots

    def _swap(self, slots: Sequence[_Slot]) -> None:
        open_now = [slot.database for slot in slots if slot.database]
        unreadable = any(slot.error and slot.path.is_file() for slot in slots)
        answers = Answers(open_now, UNREADABLE if unreadable else MISSING)
        self._look_up = lru_cache(maxsize=CACHED_ADDRESSES)(answers.of)

    def _state_of(self, slot: _Slot) -> dict[str, Any]:
        database = slot.database
        return {
            "file": slot.path.name,
            "type": database.type if database else None,
            "built": database.built_on if database else None,
            "ok": database is not None and not slot.error,
            "error": slot.error or None,
            "warnings": self._warnings(database) if database else [],
            "lookups": database.lookups if database else 0,
            "failures": database.failures if database else 0,
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


def _identity(path: Path) -> Identity | None:
    try:
        return Identity.of(path)
    except OSError:
        return None
