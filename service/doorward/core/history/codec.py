"""One subject's verified history as one bounded byte string, and back.

A header (ends of flags, times), the time zones' names, at most 20 devices, and at most 100 sign-ins of 77 bytes,
oldest first; what follows the front is packed. A checksum tells bytes that were cut or changed from a history: such
bytes are Unreadable, never answers.
"""

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from doorward.core.errors import Unreadable
from doorward.core.facts import LEVELS
from doorward.core.packing import packed, unpacked

VERSION = 3
MAX_ENTRIES = 100
MAX_DEVICES = 20
MAX_ZONE_BYTES = 40
MAX_DEVICE_NAME_BYTES = 32

FLAGS = ("not_me", "recovery_used", "credential_changed", "exempt")
KINDS = ("", "residential", "mobile", "corporate", "hosting", "vpn", "tor")

QUARANTINED = 1
ANONYMITY_KNOWN = 2
ANONYMOUS = 4

NOWHERE = -0x8000  # stands for a latitude that is not known
UNSTATED = 0xFFFF  # stands for an accuracy that is not known
NO_COUNTRY = b"\0\0"

_FRONT = struct.Struct(">BI")  # version, checksum of what follows
_HEADER = struct.Struct(">6IHHB")  # first seen, credential changed, four ends, bytes of zones and devices, entries
_DEVICE = struct.Struct(">QIIIIB")
_ENTRY = struct.Struct(f">QIHB{len(LEVELS)}I2shhHBBIII")

MAX_BYTES = (
    _FRONT.size
    + _HEADER.size
    + MAX_ENTRIES * (MAX_ZONE_BYTES + 1 + _ENTRY.size)
    + MAX_DEVICES * (_DEVICE.size + MAX_DEVICE_NAME_BYTES)
)

Row = tuple[Any, ...]  # an entry's fields as they are kept; see the places below
EVENT, AT, WEIGHT, STATE, FIRST_MARK = range(5)
COUNTRY, LAT, LON, ACCURACY, KIND, ZONE, FINGERPRINT, DEVICE, COUNTED = range(
    FIRST_MARK + len(LEVELS), FIRST_MARK + len(LEVELS) + 9
)


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


class Device(NamedTuple):
    """One device as this subject has used it; *event* marks the sign-in that introduced it, times in whole seconds."""

    event: int
    first_used_at: int
    last_used_at: int
    known_from: int
    remembered_until: int
    name: str


@dataclass(frozen=True, slots=True)
class Profile:
    """A history, open for change. *first_seen_at* is that of the sign-ins that had to go, 0 where none had."""

    first_seen_at: int = 0
    credential_changed_at: int = 0
    flag_ends: tuple[int, int, int, int] = (0, 0, 0, 0)
    devices: tuple[Device, ...] = ()
    entries: tuple[Entry, ...] = ()


class Scan(NamedTuple):
    """A history, open for reading: *packed* are the sign-ins as they are kept, for `rows_of`."""

    first_seen_at: int
    credential_changed_at: int
    flag_ends: tuple[int, int, int, int]
    zones: Sequence[str]
    devices: bytes
    packed: bytes


_NOTHING = Scan(0, 0, (0, 0, 0, 0), (), b"", b"")


def scan(profile: bytes | None) -> Scan:
    """Return what *profile* holds; None and empty bytes hold nothing."""
    if not profile:
        return _NOTHING
    if len(profile) <= _FRONT.size:
        raise Unreadable("a history that is too short")
    version, checksum = _FRONT.unpack_from(profile)
    if version != VERSION:
        raise Unreadable(f"a history of version {version}, expected {VERSION}")
    if checksum != zlib.crc32(memoryview(profile)[_FRONT.size :]):
        raise Unreadable("a history whose checksum does not fit")
    return _scan_body(unpacked(profile[_FRONT.size :], at_most=MAX_BYTES))


def rows_of(scanned: Scan) -> list[Row]:
    """Return the sign-ins as bare tuples, oldest first; a zone is its place in the table of zones, from 1 on."""
    return list(_ENTRY.iter_unpack(scanned.packed))


def devices_of(scanned: Scan) -> Iterator[Device]:
    """Yield the devices in the order in which the subject came with them."""
    place = 0
    while place < len(scanned.devices):
        event, first, last, known_from, until, length = _DEVICE.unpack_from(scanned.devices, place)
        place += _DEVICE.size + length
        yield Device(event, first, last, known_from, until, scanned.devices[place - length : place].decode())


def decode(profile: bytes | None) -> Profile:
    """Return *profile* open for change."""
    found = scan(profile)
    return Profile(
        first_seen_at=found.first_seen_at,
        credential_changed_at=found.credential_changed_at,
        flag_ends=found.flag_ends,
        devices=tuple(devices_of(found)),
        entries=tuple(_entry(row, found.zones) for row in rows_of(found)),
    )


def encode(profile: Profile) -> bytes:
    """Return the bytes of *profile*: the same for equal profiles."""
    zones = list(dict.fromkeys(entry.zone for entry in profile.entries if entry.zone))
    named = "\n".join(zones).encode()
    devices = b"".join(_device_bytes(device) for device in profile.devices)
    times = (profile.first_seen_at, profile.credential_changed_at, *profile.flag_ends)
    header = _HEADER.pack(*times, len(named), len(devices), len(profile.entries))
    places = {"": 0} | {zone: place for place, zone in enumerate(zones, 1)}
    body = packed(header + named + devices + b"".join(_entry_bytes(entry, places) for entry in profile.entries))
    return _FRONT.pack(VERSION, zlib.crc32(body)) + body


def _scan_body(body: bytes) -> Scan:
    if len(body) < _HEADER.size:
        raise Unreadable("a history that is too short")
    first, changed, *ends, zone_bytes, device_bytes, entries = _HEADER.unpack_from(body)
    devices_at = _HEADER.size + zone_bytes
    entries_at = devices_at + device_bytes
    if len(body) != entries_at + entries * _ENTRY.size:
        raise Unreadable("a history whose length does not fit")
    zones = body[_HEADER.size : devices_at].decode().split("\n") if zone_bytes else ()
    return Scan(first, changed, tuple(ends), zones, body[devices_at:entries_at], body[entries_at:])


def _entry(row: Row, zones: Sequence[str]) -> Entry:
    marks = row[FIRST_MARK:COUNTRY]
    zone = zones[row[ZONE] - 1] if row[ZONE] else ""
    return Entry._make((*row[:FIRST_MARK], marks, *row[COUNTRY:ZONE], zone, *row[FINGERPRINT:]))


def _entry_bytes(entry: Entry, places: dict[str, int]) -> bytes:
    event, at, weight, state, marks, country, lat, lon, accuracy, kind, zone, *rest = entry
    return _ENTRY.pack(event, at, weight, state, *marks, country, lat, lon, accuracy, kind, places[zone], *rest)


def _device_bytes(device: Device) -> bytes:
    name = device.name.encode()
    return _DEVICE.pack(*device[:5], len(name)) + name
