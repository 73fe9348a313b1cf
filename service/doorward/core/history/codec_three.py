"""Reads histories of version 3, which had each sign-in whole, 77 bytes in a row, and packed; none is written any more.

Such a history becomes one of the present version when its subject signs in again; all are, or are gone, 180 days after
the first start of a version that writes the present one.
"""

import struct
import zlib

from doorward.core.errors import Unreadable
from doorward.core.facts import LEVELS
from doorward.core.history.entries import Entries, Entry

VERSION = 3

_HEADER = struct.Struct(">6IHHB")  # first seen, credential changed, four ends, bytes of zones and devices, entries
_ENTRY = struct.Struct(f">QIHB{len(LEVELS)}I2shhHBBIII")
_MARKS = slice(4, 4 + len(LEVELS))

Read = tuple[int, int, tuple[int, int, int, int], bytes, Entries]


def read(packed: bytes, checksum: int, *, at_most: int) -> Read:
    """Return the fields of `codec.Scan`; Unreadable for whatever does not fit."""
    if checksum != zlib.crc32(packed):
        raise Unreadable("a history whose checksum does not fit")
    body = _unpacked(packed, at_most)
    if len(body) < _HEADER.size:
        raise Unreadable("a history that is too short")
    first, changed, *ends, zone_bytes, device_bytes, entries = _HEADER.unpack_from(body)
    devices_at = _HEADER.size + zone_bytes
    entries_at = devices_at + device_bytes
    if len(body) != entries_at + entries * _ENTRY.size:
        raise Unreadable("a history whose length does not fit")
    zones = ["", *body[_HEADER.size : devices_at].decode().split("\n")]
    kept = Entries.of(_entry(row, zones) for row in _ENTRY.iter_unpack(body[entries_at:]))
    return first, changed, (ends[0], ends[1], ends[2], ends[3]), body[devices_at:entries_at], kept


def _unpacked(packed: bytes, at_most: int) -> bytes:
    reader = zlib.decompressobj()
    try:
        body = reader.decompress(packed, at_most)
    except zlib.error:
        raise Unreadable("a history that is not packed as it should be") from None
    if not reader.eof:
        raise Unreadable("a history that ends too early, or holds too much")
    return body


def _entry(row: tuple[int, ...], zones: list[str]) -> Entry:
    event, at, weight, state = row[:4]
    country, lat, lon, accuracy, kind, zone, fingerprint, device, counted = row[4 + len(LEVELS) :]
    return Entry(
        event=event,
        at=at,
        weight=weight,
        state=state,
        marks=tuple(row[_MARKS]),
        country=country,  # type: ignore[arg-type]  # the one field of the row that is no number
        lat=lat,
        lon=lon,
        accuracy=accuracy,
        kind=kind,
        zone=zones[zone],
        fingerprint=fingerprint,
        device=device,
        counted=counted,
    )
