"""Run-time lists: filled while the service runs, read by rules as `lists.<name>`, every entry with an end."""

import json
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from doorward.core.errors import BadInput, Mistake, NotFound, StoreUnavailable
from doorward.core.identifiers import is_id
from doorward.core.keyed import KeyedHash
from doorward.core.purposes import purpose_at
from doorward.core.record import DecisionRecord
from doorward.core.request import DecisionRequest
from doorward.core.times import rfc3339
from doorward.gather import Found
from doorward.policies import Policies
from doorward.policy.lists import RuntimeEntries, RuntimeList, network_table, parse_network
from doorward.policy.model import Policy
from doorward.ports import ListEntry, ListStore, Sealer

Json = dict[str, Any]

KIND = "list"
ADDRESS, SUBJECT, DEVICE = "address", "subject", "device"

# An entry without an end of its own; the longest that one may be given.
DEFAULT_LIFE_SECONDS = 24 * 3600.0
MAX_LIFE_SECONDS = 366 * 86_400.0
MAX_TENANTS = 64
# Versions rise. One that is behind what was read is older, unless the store came back from a backup: so for a while.
AHEAD_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class _Filled:
    """The lists of one tenant as this worker last read them, good for a version and until the first entry ends.

    *said* is what each entry says as it stands, so that a change of one does not mean to open them all.
    """

    version: int
    until: float
    entries: Mapping[str, RuntimeEntries]
    kinds: Mapping[str, str]
    said: Mapping[ListEntry, tuple[str, str]]
    read_at: float

    def is_good_for(self, version: int, now: float) -> bool:
        """Answer whether nobody has changed them since, as far as *version* tells, and no entry has ended."""
        ahead = self.version > version and abs(now - self.read_at) < AHEAD_SECONDS
        return now < self.until and (self.version == version or ahead)


class ListedValues:
    """What the run-time lists of a tenant hold now; read again as soon as another worker has changed them."""

    def __init__(self, store: ListStore, sealer: Sealer) -> None:
        self._store = store
        self._sealer = sealer
        self._lock = threading.Lock()
        self._reading = threading.Lock()
        self._held: OrderedDict[str, _Filled] = OrderedDict()

    def of(
        self, tenant: str, request: DecisionRequest, found: Found, now: float
    ) -> tuple[Mapping[str, RuntimeEntries], tuple[str, ...]]:
        """Return the lists, and the names of those that hold this attempt's address, subject or device.

        While the store is away the lists are those read last; StoreUnavailable where there are none.
        """
        filled = self._filled(tenant, found, now)
        device = found.facts.device.device_id
        values = {ADDRESS: found.facts.network.address, SUBJECT: request.subject.id, DEVICE: device}
        listed = tuple(
            name
            for name, entries in filled.entries.items()
            if values[filled.kinds[name]] and values[filled.kinds[name]] in entries
        )
        return filled.entries, listed

    def _filled(self, tenant: str, found: Found, now: float) -> _Filled:
        with self._lock:
            held = self._held.get(tenant)
        if found.degraded:
            if held is None:
                raise StoreUnavailable("the run-time lists cannot be read")
            return held
        if held is not None and held.is_good_for(found.lists_version, now):
            return held
        if not found.lists_version:
            return self._keep(tenant, replace(_EMPTY, read_at=now))
        # One thread reads, and the others, who found the same change, wait for it instead of doing the same.
        with self._reading:
            held = self._held.get(tenant)
            if held is not None and held.is_good_for(found.lists_version, now):
                return held
            return self._keep(tenant, self._read(tenant, held.said if held else {}, now))

    def _keep(self, tenant: str, read: _Filled) -> _Filled:
        with self._lock:
            self._held[tenant] = read
            if len(self._held) > MAX_TENANTS:
                self._held.popitem(last=False)
        return read

    def _read(self, tenant: str, known: Mapping[ListEntry, tuple[str, str]], now: float) -> _Filled:
        version, rows = self._store.entries(tenant, now)
        words: dict[str, list[str]] = {}
        kinds: dict[str, str] = {}
        said: dict[ListEntry, tuple[str, str]] = {}
        for row in rows:
            kind, entry = said[row] = known.get(row) or self._opened(tenant, row)
            words.setdefault(row.name, []).append(entry)
            kinds[row.name] = kind
        entries: dict[str, RuntimeEntries] = {
            name: network_table(held) if kinds[name] == ADDRESS else frozenset(held) for name, held in words.items()
        }
        ends = [row.until for row in rows if row.until is not None]
        return _Filled(version, min(ends, default=float("inf")), entries, kinds, said, now)

    def _opened(self, tenant: str, row: ListEntry) -> tuple[str, str]:
        body = json.loads(self._sealer.open(row.entry, purpose_of(tenant, row)))
        return str(body["kind"]), str(body["entry"])


_EMPTY = _Filled(0, float("inf"), {}, {}, {}, 0.0)


def purpose_of(tenant: str, row: ListEntry) -> str:
    """Return for what an entry is sealed: of which list it is, and until when, stands in clear beside it."""
    return purpose_at(KIND, tenant, row.name, row.key, row.until)


def unreadable_lists(policies: Iterable[Policy]) -> dict[str, RuntimeEntries | None]:
    """Return every run-time list that *policies* declare as one that could not be read: unknown, not empty."""
    named = (each.lists.items() for each in policies)
    return {name: None for lists in named for name, declared in lists if isinstance(declared, RuntimeList)}


def lists_again(policy: Policy, record: DecisionRecord) -> dict[str, RuntimeEntries]:
    """Return run-time lists that hold of a record's values exactly those that were listed when it was decided."""
    values = {
        ADDRESS: record.facts.network.address,
        SUBJECT: record.request.subject.id,
        DEVICE: record.facts.device.device_id,
    }
    again: dict[str, RuntimeEntries] = {}
    for name, declared in policy.lists.items():
        if isinstance(declared, RuntimeList) and name in record.listed:
            value = values[declared.holds]
            again[name] = network_table([value]) if declared.holds == ADDRESS else frozenset([value])
    return again


class ListDesk:
    """Implements `services.RuntimeLists`."""

    def __init__(self, store: ListStore, sealer: Sealer, hasher: KeyedHash, policies: Policies) -> None:
        self._store = store
        self._sealer = sealer
        self._hasher = hasher
        self._policies = policies

    def show(self, tenant: str, name: str, entry: str, now: float) -> Json:
        kind = self._kind(tenant, name, now)
        row = self._store.entry(tenant, name, self._key(tenant, name, _canonical(kind, entry)), now)
        if row is None:
            raise NotFound("there is no such entry")
        return self._shown(tenant, row)

    def put(self, tenant: str, name: str, entry: str, *, until: float | None, reason: str, now: float) -> Json:
        """Put *entry* on the list until it ends, in place of an earlier entry for the same."""
        kind = self._kind(tenant, name, now)
        text = _canonical(kind, entry)
        end = now + DEFAULT_LIFE_SECONDS if until is None else until
        if not now < end <= now + MAX_LIFE_SECONDS:
            raise BadInput([Mistake("expected a time in the future, at most 366 days away", "#/until")])
        body = json.dumps({"kind": kind, "entry": text, "reason": reason}).encode("utf-8", "surrogatepass")
        row = ListEntry(name, self._key(tenant, name, text), b"", end, now)
        row = replace(row, entry=self._sealer.seal(body, purpose_of(tenant, row)))
        self._store.put_entry(tenant, row, now)
        return self._shown(tenant, row)

    def delete(self, tenant: str, name: str, entry: str, now: float) -> None:
        kind = self._kind(tenant, name, now)
        if not self._store.delete_entry(tenant, name, self._key(tenant, name, _canonical(kind, entry)), now):
            raise NotFound("there is no such entry")

    def _kind(self, tenant: str, name: str, now: float) -> str:
        declared = self._policies.current(tenant, now).policy.lists.get(name)
        if not isinstance(declared, RuntimeList):
            raise NotFound("the policy declares no run-time list of this name")
        return declared.holds

    def _key(self, tenant: str, name: str, text: str) -> bytes:
        return self._hasher.key(tenant, f"list:{name}", text)

    def _shown(self, tenant: str, row: ListEntry) -> Json:
        body = json.loads(self._sealer.open(row.entry, purpose_of(tenant, row)))
        return {
            "list": row.name,
            "entry": body["entry"],
            "reason": body["reason"],
            "until": None if row.until is None else rfc3339(row.until),
            "created_at": rfc3339(row.created_at),
        }


def _canonical(kind: str, entry: str) -> str:
    if kind == ADDRESS:
        try:
            network = parse_network(entry)
        except ValueError as wrong:
            raise BadInput([Mistake(f"expected an address or a network: {wrong}", "#/entry")]) from None
        return str(network.network_address) if network.num_addresses == 1 else str(network)
    if kind == DEVICE and not is_id(entry, "dev"):
        raise BadInput([Mistake("expected the id of a device, such as dev_…", "#/entry")])
    if not 1 <= len(entry) <= 256:
        raise BadInput([Mistake("expected 1 to 256 characters", "#/entry")])
    return entry
