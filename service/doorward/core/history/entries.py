"""The verified sign-ins of one subject as they are kept: in columns, so that only what is asked for is read.

Most sign-ins come from few places by few browsers. So a place (address to city, as marks) and a client (browser to
device, as marks) stand once each, in tables, and a sign-in names both by number. Tables are in the order of their
bytes: equal histories have equal bytes, whatever came first.
"""

import struct
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import Any, NamedTuple, Self

from doorward.core.facts import LEVELS

DAY_SECONDS = 86_400

KINDS = ("", "residential", "mobile", "corporate", "hosting", "vpn", "tor")

QUARANTINED = 1
ANONYMITY_KNOWN = 2
ANONYMOUS = 4

NOWHERE = -0x8000  # stands for a latitude that is not known
UNSTATED = 0xFFFF  # stands for an accuracy that is not known
NO_COUNTRY = b"\0\0"

# A place: five marks, then country, coordinates, accuracy, kind and zone (from 1 on, 0 for none). A client: five
# marks, then fingerprint and device.
PLACE_LEVELS, CLIENT_LEVELS = LEVELS[:5], LEVELS[5:]
PLACE = struct.Struct(">5I2shhHBB")
CLIENT = struct.Struct(">5III")
COUNTRY, LAT, LON, ACCURACY, KIND, ZONE = range(5, 11)
FINGERPRINT, DEVICE = range(5, 7)
_COUNTRY = slice(20, 22)  # of a packed place

# The columns, and one sign-in's part of each.
EVENTS, TIMES, WEIGHTS, COUNTED, STATES, PLACES, CLIENTS = range(7)
WIDTHS = (8, 4, 2, 4, 1, 1, 1)
_ROW = struct.Struct(">QIHIBBB")
_PARTS = tuple(slice(end - width, end) for width, end in zip(WIDTHS, accumulate(WIDTHS), strict=True))
_NO_PARTS = (b"",) * len(WIDTHS)
ROW_BYTES = _ROW.size

Table = tuple[bytes, ...]


class Entry(NamedTuple):
    """One verified sign-in. *weight* in thousandths, *lat* and *lon* in tenths of a degree, *at* in whole seconds.

    *counted* has a bit for each level (in the order of LEVELS) that the population counted for this sign-in; from bit
    15 on it holds what `history.scored` keeps.
    """

    event: int
    at: int
    weight: int
    state: int
    marks: tuple[int, ...]
    country: bytes
    lat: int
    lon: int
    accuracy: int
    kind: int
    zone: str
    fingerprint: int
    device: int
    counted: int


@dataclass(frozen=True, slots=True)
class Entries:
    """The sign-ins, oldest first; a change makes new ones.

    *places* and *clients* are packed rows, *zones* the names of time zones; each is in order, and none without a use.
    """

    columns: tuple[bytes, ...] = _NO_PARTS
    places: Table = ()
    clients: Table = ()
    zones: tuple[str, ...] = ()

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Self:
        """Return *entries*, which are in the order of their time."""
        made = cls()
        for entry in entries:
            made = made._put(len(made), entry)
        return made

    def __len__(self) -> int:
        return len(self.columns[STATES])

    def __iter__(self) -> Iterator[Entry]:
        return map(self.__getitem__, range(len(self)))

    def __getitem__(self, number: int) -> Entry:
        event, at, weight, counted, state, place, client = _ROW.unpack(
            b"".join([column[number * w : number * w + w] for column, w in zip(self.columns, WIDTHS, strict=True)])
        )
        *here, country, lat, lon, accuracy, kind, zone = PLACE.unpack(self.places[place])
        *browser, fingerprint, device = CLIENT.unpack(self.clients[client])
        name = self.zones[zone - 1] if zone else ""
        marks = (*here, *browser)
        return Entry(
            event, at, weight, state, marks, country, lat, lon, accuracy, kind, name, fingerprint, device, counted
        )

    @property
    def times(self) -> tuple[int, ...]:
        return numbers("I", self.columns[TIMES])

    def find(self, event: int) -> int | None:
        """Return the number of the sign-in of *event*, None where there is none."""
        column, wanted = self.columns[EVENTS], event.to_bytes(8, "big")
        place = column.find(wanted)
        while place % 8:  # what was found lies across two events; -1 does too, and ends the search below
            if place < 0:
                return None
            place = column.find(wanted, place + 1)
        return place // 8

    def of_day(self, at: int) -> range:
        """Return the numbers of the sign-ins of the day (UTC) that *at* lies in."""
        times, day = self.times, at // DAY_SECONDS * DAY_SECONDS
        return range(bisect_left(times, day), bisect_left(times, day + DAY_SECONDS))

    def with_(self, entry: Entry) -> Self:
        """Return the sign-ins with *entry*, which goes behind those of the same second."""
        return self._put(bisect_right(self.times, entry.at), entry)

    def without(self, number: int) -> Self:
        columns = _spliced(self.columns, number, 1, _NO_PARTS)
        places, columns = _without_row(self.places, columns, PLACES, self.columns[PLACES][number])
        clients, columns = _without_row(self.clients, columns, CLIENTS, self.columns[CLIENTS][number])
        left = type(self)(columns, places, clients, self.zones)
        return left if places is self.places else left._without_idle_zone()

    def changed(self, number: int, entry: Entry) -> Self:
        """Return the sign-ins with *entry*, of the same second, in place of a number."""
        return self.without(number)._put(number, entry)

    def last(self, most: int, *, after: float) -> Self:
        """Return those that happened after a time, and of these the *most* newest."""
        left = self
        for _ in range(max(bisect_right(self.times, after), len(self) - most)):
            left = left.without(0)
        return left

    def _put(self, number: int, entry: Entry) -> Self:
        zones, places, zone = _with_zone(self.zones, self.places, entry.zone)
        place = PLACE.pack(*entry.marks[:5], entry.country, entry.lat, entry.lon, entry.accuracy, entry.kind, zone)
        client = CLIENT.pack(*entry.marks[5:], entry.fingerprint, entry.device)
        places, columns, at_place = _with_row(places, self.columns, PLACES, place)
        clients, columns, at_client = _with_row(self.clients, columns, CLIENTS, client)
        row = _ROW.pack(entry.event, entry.at, entry.weight, entry.counted, entry.state, at_place, at_client)
        parts = [row[part] for part in _PARTS]
        return type(self)(_spliced(columns, number, 0, parts), places, clients, zones)

    def _without_idle_zone(self) -> Self:
        used = {row[-1] for row in self.places}
        idle = next((number for number in range(1, len(self.zones) + 1) if number not in used), None)
        if idle is None:
            return self
        places = tuple([_with_last(row, row[-1] - 1) if row[-1] > idle else row for row in self.places])
        return type(self)(self.columns, places, self.clients, self.zones[: idle - 1] + self.zones[idle:])


NO_ENTRIES = Entries()


def numbers(kind: str, column: bytes) -> tuple[int, ...]:
    """Return a column's numbers; *kind* is `struct`'s letter for one."""
    return _format(kind, len(column) // struct.calcsize(kind)).unpack(column)


@cache
def _format(kind: str, number: int) -> struct.Struct:
    return struct.Struct(f">{number}{kind}")


def rows(table: Table, shape: struct.Struct) -> list[tuple[Any, ...]]:
    """Return the fields of a table's rows."""
    return [shape.unpack(row) for row in table]


def is_place(row: bytes, zones: int) -> bool:
    """Answer whether a packed place has a country in ASCII, a kind that there is, and a zone of so many."""
    return row[_COUNTRY].isascii() and row[-2] < len(KINDS) and row[-1] <= zones


def _spliced(columns: tuple[bytes, ...], number: int, removed: int, parts: Sequence[bytes]) -> tuple[bytes, ...]:
    """Return the columns with *parts* of one sign-in in place of so many, from *number* on."""
    return tuple(
        [
            column[: number * width] + part + column[(number + removed) * width :]
            for column, width, part in zip(columns, WIDTHS, parts, strict=True)
        ]
    )


def _with_row(table: Table, columns: tuple[bytes, ...], which: int, row: bytes) -> tuple[Table, tuple[bytes, ...], int]:
    """Return *table* with *row*, the columns with the numbers that its rows have now, and the row's own."""
    number = bisect_left(table, row)
    if number < len(table) and table[number] == row:
        return table, columns, number
    return (*table[:number], row, *table[number:]), _renumbered(columns, which, _MAKE_ROOM[number]), number


def _without_row(table: Table, columns: tuple[bytes, ...], which: int, number: int) -> tuple[Table, tuple[bytes, ...]]:
    """Return *table* without a row that no sign-in has any more, and the columns with the numbers of the others."""
    if number in columns[which]:
        return table, columns
    return table[:number] + table[number + 1 :], _renumbered(columns, which, _CLOSE_GAP[number])


def _renumbered(columns: tuple[bytes, ...], which: int, table: bytes) -> tuple[bytes, ...]:
    return (*columns[:which], columns[which].translate(table), *columns[which + 1 :])


def _with_zone(zones: tuple[str, ...], places: Table, name: str) -> tuple[tuple[str, ...], Table, int]:
    """Return *zones* with *name*, the places with the numbers that zones have now, and the name's own."""
    if not name:
        return zones, places, 0
    number = bisect_left(zones, name) + 1
    if number <= len(zones) and zones[number - 1] == name:
        return zones, places, number
    moved = tuple([_with_last(row, row[-1] + 1) if row[-1] >= number else row for row in places])
    return (*zones[: number - 1], name, *zones[number - 1 :]), moved, number


def _with_last(row: bytes, last: int) -> bytes:
    return row[:-1] + bytes((last,))


# For `bytes.translate`: the numbers of a table's rows once one has come before, or one has gone.
_BYTES = bytes(range(256))
_MAKE_ROOM = [_BYTES[:number] + _BYTES[number + 1 :] + b"\0" for number in range(102)]
_CLOSE_GAP = [_BYTES[: number + 1] + _BYTES[number:-1] for number in range(102)]
