"""The device token: which browser of a tenant this is, and how its token changes hands.

`dvt_<device>.<secret>`: the first part names the record, the second proves the right to it; the store keeps a hash.
A successor is derived from its predecessor's hash under the service's key. So two tabs that present the same token at
once are given the same successor, and an older token is recognised by the chain that leads from it to the present
one: somebody has kept a copy.
"""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass

from doorward.core.identifiers import new_id, new_secret
from doorward.ports import DeviceRecord

# How long the previous token stays good once the new one was seen.
OVERLAP_SECONDS = 60.0

# How many tokens back a copy is recognised; an older one is a stranger's.
CHAIN = 32

_TOKEN = re.compile(r"dvt_([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})\Z")


@dataclass(frozen=True, slots=True)
class Presented:
    """What a presented token turned out to be; *record* is set where it is valid, and updated where it was news.

    *is_copy* says that the token was replaced long ago: its device is revoked, whoever of the two has the copy.
    """

    state: str
    device_id: str = ""
    record: DeviceRecord | None = None
    changed: bool = False
    is_copy: bool = False


@dataclass(frozen=True, slots=True)
class Issued:
    """A token to hand out, once; *record* is what the store must keep for it."""

    token: str
    record: DeviceRecord


def device_id_of(token: str | None) -> str:
    """Return the device that *token* names, or the empty text; says nothing of whether it may."""
    found = _TOKEN.match(token) if token else None
    return f"dev_{found[1]}" if found else ""


def presented(token: str | None, record: DeviceRecord | None, now: float, *, key: bytes) -> Presented:
    """Judge a collected token against the record it names; *key* is what successors are derived under."""
    if token is None:
        return Presented("none")
    if record is None or device_id_of(token) != record.id:
        return Presented("foreign")
    digest = _digest(token)
    is_current = hmac.compare_digest(digest, record.token_hash)
    is_previous = bool(record.previous_hash) and hmac.compare_digest(digest, record.previous_hash)
    is_copy = not is_current and not is_previous and _leads_to(digest, record, key)
    if not is_current and not is_previous and not is_copy:
        return Presented("foreign")
    if record.revoked:
        return Presented("revoked", record.id)
    if now >= record.expires_at:
        return Presented("expired", record.id)
    if is_current:
        return _first_sight(record, now)
    if is_copy or (record.current_seen and now >= record.previous_until):
        return Presented("revoked", record.id, record._replace(revoked=True), changed=True, is_copy=True)
    return Presented("valid", record.id, record)


def _leads_to(digest: bytes, record: DeviceRecord, key: bytes) -> bool:
    """Answer whether the present token is a late successor of the one with *digest*."""
    for _ in range(CHAIN):
        digest = _digest(_successor(digest, record.id, key))
        if hmac.compare_digest(digest, record.token_hash):
            return True
    return False


def _first_sight(record: DeviceRecord, now: float) -> Presented:
    if record.current_seen:
        return Presented("valid", record.id, record)
    seen = record._replace(current_seen=True, previous_until=now + OVERLAP_SECONDS)
    return Presented("valid", record.id, seen, changed=True)


def issue(*, now: float, life_seconds: float) -> Issued:
    """Make a new device and its first token."""
    device_id = new_id("dev")
    token = f"dvt_{device_id[4:]}.{new_secret('x')[2:]}"
    return Issued(token, DeviceRecord(device_id, _digest(token), created_at=now, expires_at=now + life_seconds))


def rotate(token: str, record: DeviceRecord, *, key: bytes, now: float, life_seconds: float) -> Issued:
    """Return the successor of a valid *token*; the same one again where its successor is still unseen or fresh."""
    digest = _digest(token)
    if not hmac.compare_digest(digest, record.token_hash):
        successor = _successor(digest, record.id, key)
        if hmac.compare_digest(_digest(successor), record.token_hash):
            return Issued(successor, record._replace(expires_at=now + life_seconds))
    return reissue(record, key=key, now=now, life_seconds=life_seconds)


def reissue(record: DeviceRecord, *, key: bytes, now: float, life_seconds: float) -> Issued:
    """Return the successor of a device's present token, which stays good as the previous one.

    Where the present one was never seen it is handed out again: the answer that held it may have been lost, and with
    another successor the token that the browser has would be taken for a copy.
    """
    if record.previous_hash and not record.current_seen:
        unseen = _successor(record.previous_hash, record.id, key)
        if hmac.compare_digest(_digest(unseen), record.token_hash):
            return Issued(unseen, record._replace(expires_at=now + life_seconds))
    successor = _successor(record.token_hash, record.id, key)
    return Issued(
        successor,
        record._replace(
            token_hash=_digest(successor),
            previous_hash=record.token_hash,
            previous_until=0.0,
            current_seen=False,
            expires_at=now + life_seconds,
        ),
    )


def _successor(digest: bytes, device_id: str, key: bytes) -> str:
    secret = hmac.digest(key, b"device-token\x00" + device_id.encode("ascii") + digest, "sha256")
    return f"dvt_{device_id[4:]}.{urlsafe_b64encode(secret).rstrip(b'=').decode('ascii')}"


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
