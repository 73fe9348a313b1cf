"""API keys: made once and shown once, kept as SHA-256, checked with a small cache that outlives a store's outage.

What a key may do is proved by a MAC in its row: whoever can write to the store cannot make a key, nor widen one.
"""

import hashlib
import hmac
import json
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from threading import Lock

import structlog

from doorward.core.errors import BadInput, Mistake, StoreUnavailable
from doorward.core.identifiers import new_id, new_secret
from doorward.core.keyed import KeyedHash
from doorward.ports import ApiKeyRow, KeyStore
from doorward.services import Caller

SCOPES = ("decide", "challenge", "enrol", "feedback", "records", "policy", "admin")

FRESH_SECONDS = 10
STALE_SECONDS = 15 * 60
MOST_CACHED = 4096
MOST_KEY_LENGTH = 256
MOST_TENANT_LENGTH = 64
MOST_LABEL_LENGTH = 200

_NOT_OURS = "whoever shows it is not let in; where an earlier version has made it: doorward store bind"

log = structlog.get_logger()

Count = Callable[[Caller, float], None]


def unlimited(_caller: Caller, _now: float) -> None:
    """Take no notice of a use."""


class ApiKeyRing:
    """Tells who holds a key, as `services.ApiKeys` asks.

    A checked key is believed for 10 s, and for 15 min while the store is down. A wrong one is never remembered:
    remembering would let a guesser fill the cache, and the store answers it by one look at an index. *marks* is a keyed
    hash for the MACs alone. *count* is told of every use, and may refuse it.
    """

    def __init__(self, store: KeyStore, marks: KeyedHash, count: Count = unlimited) -> None:
        self._store = store
        self._marks = marks
        self._count = count
        self._checked: OrderedDict[bytes, tuple[float, ApiKeyRow]] = OrderedDict()
        self._refused: set[str] = set()
        self._lock = Lock()

    def check(self, key: str, now: float) -> Caller | None:
        """Return the caller, or None for a key that is wrong, ended or revoked.

        StoreUnavailable where neither the store nor the cache can tell, Throttled where it was used too often.
        """
        if not key or len(key) > MOST_KEY_LENGTH:
            return None
        row = self._row(digest_of(key), now)
        if row is None or not is_valid(row, now):
            return None
        caller = Caller(tenant=row.tenant, key_id=row.id, scopes=frozenset(row.scopes))
        self._count(caller, now)
        return caller

    def create(
        self, *, tenant: str, scopes: tuple[str, ...], label: str = "", expires_at: float | None = None, now: float
    ) -> tuple[ApiKeyRow, str]:
        """Keep a new key and return its row with the key itself, which nothing can show again."""
        _refuse_bad_key(tenant=tenant, scopes=scopes, label=label, expires_at=expires_at, now=now)
        key = new_secret("dwk")
        ordered = tuple(scope for scope in SCOPES if scope in scopes)
        row = self.proved(ApiKeyRow(new_id("key"), tenant, digest_of(key), ordered, label, now, expires_at))
        self._store.put_key(row)
        return row, key

    def proved(self, row: ApiKeyRow) -> ApiKeyRow:
        """Return *row* with the MAC of what it says."""
        end = None if row.expires_at is None else float(row.expires_at)
        told = json.dumps([row.id, row.tenant, row.digest.hex(), row.scopes, end])
        return replace(row, mac=self._marks.key("", "api-key", told))

    def is_proved(self, row: ApiKeyRow) -> bool:
        """Answer whether a service with our secret has made *row*; of one that was revoked nobody can tell any more."""
        return hmac.compare_digest(row.mac, self.proved(row).mac)

    def _row(self, digest: bytes, now: float) -> ApiKeyRow | None:
        cached = self._cached(digest)
        if cached is not None and 0 <= now - cached[0] < FRESH_SECONDS:
            return cached[1]
        try:
            found = self._store.key_by_digest(digest)
        except StoreUnavailable:
            if cached is not None and 0 <= now - cached[0] < STALE_SECONDS:
                return cached[1]
            raise
        row = found if found is not None and hmac.compare_digest(found.digest, digest) else None
        if row is not None and row.revoked_at is None and not self.is_proved(row):
            self._tell_once(row)
            row = None
        self._remember(digest, row, now)
        return row

    def _tell_once(self, row: ApiKeyRow) -> None:
        if row.id not in self._refused and len(self._refused) < MOST_CACHED:
            self._refused.add(row.id)
            log.error("api_key_not_ours", key_id=row.id, tenant=row.tenant, effect=_NOT_OURS)

    def _cached(self, digest: bytes) -> tuple[float, ApiKeyRow] | None:
        with self._lock:
            return self._checked.get(digest)

    def _remember(self, digest: bytes, row: ApiKeyRow | None, now: float) -> None:
        with self._lock:
            self._checked.pop(digest, None)
            if row is not None:
                self._checked[digest] = (now, row)
            if len(self._checked) > MOST_CACHED:
                self._checked.popitem(last=False)


def digest_of(key: str) -> bytes:
    """Return what the store keeps of *key*: 256 random bits need no slow hash."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()


def is_valid(row: ApiKeyRow, now: float) -> bool:
    """Answer whether the key may be used at *now*."""
    return row.revoked_at is None and (row.expires_at is None or now < row.expires_at)


def _refuse_bad_key(*, tenant: str, scopes: tuple[str, ...], label: str, expires_at: float | None, now: float) -> None:
    mistakes = [
        Mistake(f"unknown scope '{scope}' (known: {', '.join(SCOPES)})", "#/scopes")
        for scope in scopes
        if scope not in SCOPES
    ]
    if not scopes:
        mistakes.append(Mistake("a key without a scope is good for nothing", "#/scopes"))
    if not is_tenant_name(tenant):
        mistakes.append(Mistake("a tenant is 1 to 64 letters, digits, dots, - and _, and begins with one", "#/tenant"))
    if len(label) > MOST_LABEL_LENGTH or not label.isprintable():
        mistakes.append(Mistake(f"a label is at most {MOST_LABEL_LENGTH} printable characters", "#/label"))
    if expires_at is not None and expires_at <= now:
        mistakes.append(Mistake("the key would have ended already", "#/expires_at"))
    if mistakes:
        raise BadInput(mistakes)


def is_tenant_name(text: str) -> bool:
    """Answer whether *text* can name a tenant: it is also the name of a folder of policies."""
    plain = text.replace("-", "a").replace("_", "a").replace(".", "a")
    return len(text) <= MOST_TENANT_LENGTH and text.isascii() and plain.isalnum() and text[0].isalnum()
