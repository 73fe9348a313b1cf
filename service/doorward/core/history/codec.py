"""One subject's verified history as one bounded byte string, and back.

A header (ends of flags, times, sizes), the time zones' names, at most 20 devices, the tables of places and clients,
and at most 100 sign-ins of 21 bytes in columns (`entries.py`). A checksum tells bytes that were cut or changed from a
history: such bytes are Unreadable, never answers.
"""

import struct
import zlib
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from doorward.core.errors import Unreadable
from doorward.core.history import codec_three
from doorward.core.history.entries import (
    CLIENT,
    CLIENTS,
    NO_ENTRIES,
    PLACE,
    PLACES,
    ROW_BYTES,
    WIDTHS,
    Entries,
    Table,
    is_place,
)

VERSION = 4
MAX_ENTRIES = 100
MAX_DEVICES = 20
MAX_ZONE_BYTES = 40
MAX_DEVICE_NAME_BYTES = 32

# The fourth end in a history was that of an exemption, which is sealed with what the subject has bound: it lets in.
FLAGS = ("not_me", "recovery_used", "credential_changed")

_FRONT = struct.Struct(">BI")  # version, checksum of all else
# First seen, credential changed, four ends, bytes of zones and devices, rows of places and clients, sign-ins.
_HEADER = struct.Struct(">6IHHBBB")
_DEVICE = struct.Struct(">QIIIIB")

MAX_BYTES = (
    _FRONT.size
    + _HEADER.size
    + MAX_ENTRIES * (MAX_ZONE_BYTES + 1 + PLACE.size + CLIENT.size + ROW_BYTES)
    + MAX_DEVICES * (_DEVICE.size + MAX_DEVICE_NAME_BYTES)
)

# What reading raises over bytes of another's making whose checksum is right: anybody can sum.
MALFORMED = (IndexError, UnicodeDecodeError, struct.error)

# A decision reads one history three times: to answer, for its device, and to learn.
_READ_LATELY = 64


class Device(NamedTuple):
    """One device as this subject has used it; *event* marks the sign-in that introduced it, times in whole seconds."""

    event: int
    first_used_at: int
    last_used_at: int
    known_from: int
    remembered_until: int
    name: str


class Profile(NamedTuple):
    """A history, open for change. *first_seen_at* is that of the sign-ins that had to go, 0 where none had."""

    first_seen_at: int = 0
    credential_changed_at: int = 0
    flag_ends: tuple[int, int, int, int] = (0, 0, 0, 0)
    devices: tuple[Device, ...] = ()
    entries: Entries = NO_ENTRIES


class Scan(NamedTuple):
    """A history, open for reading: *devices* as they are kept, for `devices_of`."""

    first_seen_at: int
    credential_changed_at: int
    flag_ends: tuple[int, int, int, int]
    devices: bytes
    entries: Entries


_NOTHING = Scan(0, 0, (0, 0, 0, 0), b"", NO_ENTRIES)


@lru_cache(maxsize=_READ_LATELY)
def scan(profile: bytes | None) -> Scan:
    """Return what *profile* holds; None and empty bytes hold nothing."""
    if not profile:
        return _NOTHING
    if len(profile) <= _FRONT.size:
        raise Unreadable("a history that is too short")
    version, checksum = _FRONT.unpack_from(profile)
    try:
        found = _scan(profile[_FRONT.size :], version, checksum)
    except MALFORMED:
        raise Unreadable("a history whose parts do not fit") from None
    _check(found.entries)
    return found


def devices_of(scanned: Scan) -> Iterator[Device]:
    """Yield the devices in the order in which the subject came with them."""
    place = 0
    try:
        while place < len(scanned.devices):
            event, first, last, known_from, until, length = _DEVICE.unpack_from(scanned.devices, place)
            place += _DEVICE.size + length
            yield Device(event, first, last, known_from, until, scanned.devices[place - length : place].decode())
    except MALFORMED:
        raise Unreadable("a history whose devices do not fit") from None


def decode(profile: bytes | None) -> Profile:
    """Return *profile* open for change."""
    found = scan(profile)
    return Profile(
        first_seen_at=found.first_seen_at,
        credential_changed_at=found.credential_changed_at,
        flag_ends=found.flag_ends,
        devices=tuple(devices_of(found)),
        entries=found.entries,
    )


def encode(profile: Profile) -> bytes:
    """Return the bytes of *profile*: the same for equal profiles."""
    entries = profile.entries
    zones = "\n".join(entries.zones).encode()
    devices = b"".join([_device_bytes(device) for device in profile.devices])
    times = (profile.first_seen_at, profile.credential_changed_at, *profile.flag_ends)
    sizes = (len(zones), len(devices), len(entries.places), len(entries.clients), len(entries))
    header = _HEADER.pack(*times, *sizes)
    body = b"".join((header, zones, devices, *entries.places, *entries.clients, *entries.columns))
    return _FRONT.pack(VERSION, zlib.crc32(body, VERSION)) + body


def _scan(body: bytes, version: int, checksum: int) -> Scan:
    if version == codec_three.VERSION:
        return Scan(*codec_three.read(body, checksum, at_most=MAX_BYTES))
    if version != VERSION:
        raise Unreadable(f"a history of version {version}, expected {VERSION}")
    if checksum != zlib.crc32(body, VERSION):
        raise Unreadable("a history whose checksum does not fit")
    return _scan_body(body)


def _check(entries: Entries) -> None:
    """Return where every number names a row that is there, so that nobody who asks has to look."""
    places, clients = entries.columns[PLACES], entries.columns[CLIENTS]
    if max(places, default=-1) >= len(entries.places) or max(clients, default=-1) >= len(entries.clients):
        raise Unreadable("a history whose sign-ins do not fit")
    if not all(is_place(row, len(entries.zones)) for row in entries.places):
        raise Unreadable("a history whose places do not fit")


def _scan_body(body: bytes) -> Scan:
    if len(body) < _HEADER.size:
        raise Unreadable("a history that is too short")
    first, changed, *ends, zone_bytes, device_bytes, places, clients, entries = _HEADER.unpack_from(body)
    devices_at = _HEADER.size + zone_bytes
    places_at = devices_at + device_bytes
    clients_at = places_at + places * PLACE.size
    columns_at = clients_at + clients * CLIENT.size
    if len(body) != columns_at + entries * ROW_BYTES:
        raise Unreadable("a history whose length does not fit")
    kept = Entries(
        columns=_columns(body, columns_at, entries),
        places=_table(body[places_at:clients_at], PLACE.size),
        clients=_table(body[clients_at:columns_at], CLIENT.size),
        zones=tuple(body[_HEADER.size : devices_at].decode().split("\n")) if zone_bytes else (),
    )
    return Scan(first, changed, tuple(ends), body[devices_at:places_at], kept)


def _columns(body: bytes, at: int, entries: int) -> tuple[bytes, ...]:
    columns = []
    for width in WIDTHS:
        columns.append(body[at : at + width * entries])
        at += width * entries
    return tuple(columns)


def _table(rows: bytes, width: int) -> Table:
    return tuple([rows[at : at + width] for at in range(0, len(rows), width)])


def _device_bytes(device: Device) -> bytes:
    name = device.name.encode()
    return _DEVICE.pack(*device[:5], len(name)) + name
