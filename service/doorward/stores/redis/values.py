"""What stands under a key: when it ends, a random stamp that tells one state from the next, and the body.

The end is a double of 8 bytes, big-endian, so that scripts and the sweep read it alike; infinity for what never ends.
"""

import json
import math
import random
import struct
from collections.abc import Sequence
from typing import Any

import orjson

from doorward.core.errors import Unreadable

NEVER = math.inf
END_BYTES = 8
STAMP_BYTES = 16

# How long Redis keeps what has ended by the `now` that it was written with: clocks of machines differ.
LEEWAY_SECONDS = 3600
_LONGEST_SECONDS = 20 * 366 * 86_400

_END = struct.Struct(">d")
_LENGTH = struct.Struct(">I")
_STAMPED = struct.Struct(">dQ")
_read = json.JSONDecoder().decode


def end(ends_at: float) -> bytes:
    return _END.pack(ends_at)


def ends(raw: bytes) -> float:
    """Return when *raw* ends; at once where it is torn."""
    found: float = _END.unpack_from(raw)[0] if len(raw) >= END_BYTES else -NEVER
    return found


def kept(ends_at: float, body: bytes) -> bytes:
    """Return *body* as it is kept until *ends_at*."""
    # A stamp is no secret: it only has to differ, in every process (a fork gets a seed of its own).
    return _STAMPED.pack(ends_at, random.getrandbits(64)) + body


def living(raw: bytes | None, now: float) -> bytes | None:
    """Return the body, None where there is none or it has ended."""
    return raw[STAMP_BYTES:] if raw and ends(raw) > now else None


def stamp(raw: bytes | None) -> bytes:
    return raw[:STAMP_BYTES] if raw else b""


def milliseconds(ends_at: float, now: float) -> int:
    """Return for how long Redis may keep what ends then; 0 for ever."""
    if ends_at == NEVER:
        return 0
    return int(1000 * (LEEWAY_SECONDS + max(0.0, min(ends_at - now, _LONGEST_SECONDS))))


def columns(values: Sequence[Any], body: bytes = b"") -> bytes:
    """Return *values* (bytes in hexadecimal) and *body* as one."""
    plain = [value.hex() if isinstance(value, bytes) else value for value in values]
    head = _written(plain)
    return _LENGTH.pack(len(head)) + head + body


def _written(plain: list[Any]) -> bytes:
    try:
        head = orjson.dumps(plain)
    except TypeError:
        head = b"null"
    # What it cannot say, or says null for (what is not finite), is said by the one that takes ten times as long.
    return head if b"null" not in head else json.dumps(plain, separators=(",", ":")).encode()


def columns_of(plain: bytes) -> tuple[list[Any], bytes]:
    """Return the values and the body that `columns` has put together; Unreadable for anything else."""
    try:
        (length,) = _LENGTH.unpack_from(plain)
        start = _LENGTH.size + length
        found = _read(plain[_LENGTH.size : start].decode())
    except (ValueError, struct.error, RecursionError):
        found = None
    if not isinstance(found, list):
        raise Unreadable("what stands under a key of the store is none of ours")
    return found, plain[start:]
