"""The lists that rules read as `lists.<name>`: words and numbers, networks, areas, and those filled at run time.

Networks and areas are never copied into a condition: a condition holds the list's handle, which finds it here.
"""

import itertools
import weakref
from collections.abc import Collection, Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from socket import AF_INET, inet_pton
from typing import ClassVar, NamedTuple

from doorward.core.geometry import distance_km

_handles = itertools.count(1)


class NetworkTable:
    """Networks to look an address up in: a prefix tree, kept as one set of prefixes for each length there is."""

    known: ClassVar["weakref.WeakValueDictionary[str, NetworkTable]"] = weakref.WeakValueDictionary()

    def __init__(self, networks: Iterable[IPv4Network | IPv6Network]) -> None:
        self._prefixes: dict[int, dict[int, set[int]]] = {4: {}, 6: {}}
        self._size = 0
        self.repeated: list[IPv4Network | IPv6Network] = []
        for network in networks:
            shift = network.max_prefixlen - network.prefixlen
            prefixes = self._prefixes[network.version].setdefault(shift, set())
            prefix = int(network.network_address) >> shift
            if prefix in prefixes:
                self.repeated.append(network)
            prefixes.add(prefix)
            self._size += 1
        self.handle = f"networks-{next(_handles)}"
        self.known[self.handle] = self

    def __len__(self) -> int:
        return self._size

    @property
    def content(self) -> object:
        """Return what tells it from a table of other networks."""
        return self._prefixes

    def __contains__(self, address: str) -> bool:
        """Answer whether one of the networks holds *address*; ValueError for a text that is no address."""
        version, number = _number(address)
        return any(number >> shift in prefixes for shift, prefixes in self._prefixes[version].items())

    def covered_by(self, other: "NetworkTable") -> list[tuple["Prefix", "Prefix"]]:
        """Return each network of this table with one of *other* that it lies in; of the same table, a wider one."""
        found = []
        for version, ours in self._prefixes.items():
            for shift, numbers in ours.items():
                least = shift + (other is self)
                wider = [(each, theirs) for each, theirs in other._prefixes[version].items() if each >= least]
                for number in numbers if wider else ():
                    around = next((each for each, theirs in wider if number >> (each - shift) in theirs), None)
                    if around is not None:
                        within = Prefix(version, number >> (around - shift), around)
                        found.append((Prefix(version, number, shift), within))
        return found


class Prefix(NamedTuple):
    """A network as the tree keeps it: its first bits, and how many bits are behind them."""

    version: int
    number: int
    shift: int

    def __str__(self) -> str:
        kind, bits = (IPv4Network, 32) if self.version == 4 else (IPv6Network, 128)
        return str(kind((self.number << self.shift, bits - self.shift)))


@lru_cache(maxsize=4096)
def _number(address: str) -> tuple[int, int]:
    try:
        return 4, int.from_bytes(
            inet_pton(AF_INET, address), "big"
        )  # as strict as what follows, in a tenth of the time
    except (OSError, ValueError):
        pass
    parsed: IPv4Address | IPv6Address = ip_address(address)
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    return parsed.version, int(parsed)


def network_table(entries: Iterable[str]) -> NetworkTable:
    """Return a table of addresses and networks; ValueError for the first entry that is neither."""
    return NetworkTable(map(parse_network, entries))


@lru_cache(maxsize=16_384)
def parse_network(text: str) -> IPv4Network | IPv6Network:
    """Return the network that *text* names; ValueError says what is wrong, such as bits set behind the prefix."""
    if "%" in text:
        raise ValueError("an address with a zone means something on its own machine alone")
    network = ip_network(text)
    if isinstance(network, IPv6Network) and network.prefixlen >= 96:
        mapped = network.network_address.ipv4_mapped
        if mapped is not None:
            return IPv4Network((mapped, network.prefixlen - 96))
    return network


class Area(NamedTuple):
    """A circle on the globe; degrees and kilometres."""

    lat: float
    lon: float
    km: float


class AreaTable:
    """Circles to look a place up in."""

    known: ClassVar["weakref.WeakValueDictionary[str, AreaTable]"] = weakref.WeakValueDictionary()

    def __init__(self, areas: Iterable[Area]) -> None:
        self._areas = tuple(areas)
        self.handle = f"areas-{next(_handles)}"
        self.known[self.handle] = self

    @property
    def content(self) -> object:
        """Return what tells it from a table of other areas."""
        return self._areas

    def holds(self, lat: float, lon: float) -> bool:
        return any(distance_km(lat, lon, area.lat, area.lon) <= area.km for area in self._areas)


class WordList:
    """Texts or numbers, all of one type: `string`, `int` or `double`."""

    # A longer list is narrowed to what the attempt could find in it, for CEL copies a list for each decision.
    COPIED_WHOLE = 64

    def __init__(self, words: Iterable[str | int | float], element: str = "string") -> None:
        self.words = list(words)
        self.element = element
        self._set = frozenset(self.words)

    def __len__(self) -> int:
        return len(self.words)

    def narrowed(self, candidates: Collection[object]) -> list[str | int | float]:
        """Return the words that are among *candidates*; all of them where there are few."""
        if len(self.words) <= self.COPIED_WHOLE:
            return self.words
        return [word for word in self._set if word in candidates]


class RuntimeList(NamedTuple):
    """A list that is filled while the service runs; *holds* is address, subject or device."""

    holds: str


NamedList = NetworkTable | AreaTable | WordList | RuntimeList

# What a decision is handed for its run-time lists: a table for addresses, a set of identifiers for the others.
RuntimeEntries = NetworkTable | Collection[str]

NO_NETWORKS = NetworkTable(())
