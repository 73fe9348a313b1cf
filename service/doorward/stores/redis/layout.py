"""The names of the keys. What stands in braces decides the slot: all keys of one tag are on one node.

Every part is bounded: a tenant's name is quoted, keyed hashes are base64url, and a name that a caller chose is kept
as it is only where it is short and plain.
"""

import re
from binascii import b2a_base64
from collections.abc import Callable, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import TypeVar
from urllib.parse import quote

from redis.crc import key_slot

PREFIX = b"dw:"
SUBJECT, ADDRESS, PREFIX_OF_ADDRESS, DEVICE = "s", "a", "p", "d"
SHARDS = 8

# As many as bands of 256 slots, one in each: they move with their slots, and hardly a master can be without one.
BANDS = 64

PING = b"dw:ping"
SWEEPER = b"dw:sweeper"
KEY_IDS = b"dw:{k}:ids"

_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
_LONGEST_HASH = 32
_URL_SAFE = bytes.maketrans(b"+/", b"-_")

T = TypeVar("T")


def tagged(tag: str, tenant: str, key: bytes, what: str) -> bytes:
    """Return the key of *what* is kept of a subject, address, prefix or device."""
    return f"{_place(tag, tenant, key)}:{what}".encode()


def subject(tenant: str, key: bytes, what: str) -> bytes:
    return tagged(SUBJECT, tenant, key, what)


def record(tenant: str, owner: bytes, record_id: str) -> bytes:
    return subject(tenant, owner, f"r:{_name(record_id)}")


def challenge(tenant: str, owner: bytes, challenge_id: str) -> bytes:
    return subject(tenant, owner, f"c:{_name(challenge_id)}")


def challenge_of(tenant: str, owner: bytes, decision_id: str) -> bytes:
    return subject(tenant, owner, f"o:{_name(decision_id)}")


def note(tenant: str, owner: bytes, name: str) -> bytes:
    return subject(tenant, owner, f"n:{_name(name)}")


def owner(tenant: str, name: str) -> bytes:
    """Return the key that tells whose a record or a challenge is."""
    return _named("i", tenant, name)


def device(tenant: str, device_id: str) -> bytes:
    return _named("v", tenant, device_id)


def spent(tenant: str, jti: str) -> bytes:
    return _named("j", tenant, jti)


def secret(tenant: str, name: str) -> bytes:
    return _named("z", tenant, name)


def proofs(tenant: str, session: bytes) -> bytes:
    return f"dw:{{n:{_tenant(tenant)}:{_hash(session)}}}".encode()


def claim(key: bytes) -> bytes:
    return f"dw:{{q:{_hash(key)}}}".encode()


def api_key(digest: bytes) -> bytes:
    return f"dw:{{k:{_hash(digest)}}}".encode()


def day(tenant: str, number: int, shard: int) -> bytes:
    """Return the key of one of the indexes of a day's records."""
    return f"dw:{{x:{_tenant(tenant)}:{number}:{shard}}}".encode()


def shard_of(record_id: str) -> int:
    return sha256(record_id.encode()).digest()[0] % SHARDS


def of_tenant(tenant: str, what: str) -> bytes:
    return f"dw:{{t:{_tenant(tenant)}}}:{what}".encode()


def portions(things: Sequence[T], key_of: Callable[[T], bytes], *, undivided: bool) -> list[list[T]]:
    """Return *things* as one call each may have them: all where there are no slots, or those of a tag by themselves.

    The last of *things* stands in the last portion.
    """
    if undivided:
        return [list(things)] if things else []
    found: dict[bytes, list[T]] = {}
    for each in things:
        tag = key_of(each).partition(b"}")[0]
        found[tag] = [*found.pop(tag, ()), each]
    return list(found.values())


@lru_cache(maxsize=1)
def epochs() -> tuple[bytes, ...]:
    """Return the names of the copies of the epoch, one in each band of slots."""
    found: dict[int, bytes] = {}
    number = 0
    while len(found) < BANDS:
        name = b"dw:{e%d}:epoch" % number
        found.setdefault(key_slot(name) * BANDS // 16_384, name)
        number += 1
    return tuple(found[band] for band in range(BANDS))


def _named(tag: str, tenant: str, name: str) -> bytes:
    return f"dw:{{{tag}:{_tenant(tenant)}:{_name(name)}}}".encode()


@lru_cache(maxsize=1024)
def _place(tag: str, tenant: str, key: bytes) -> str:
    # A decision asks five times for its subject's.
    return f"dw:{{{tag}:{_tenant(tenant)}:{_hash(key)}}}"


@lru_cache(maxsize=1024)
def _tenant(name: str) -> str:
    return quote(name, safe="")


def is_plain(name: str) -> bool:
    """Answer whether *name* stands in a key as it is."""
    return _PLAIN.match(name) is not None


def _name(text: str) -> str:
    return text if is_plain(text) else f".{sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"


def _hash(key: bytes) -> str:
    short = key if len(key) <= _LONGEST_HASH else sha256(key).digest()
    return b2a_base64(short, newline=False).translate(_URL_SAFE).rstrip(b"=").decode()
