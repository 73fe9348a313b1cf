from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from doorward import api_keys
from doorward.api_keys import FRESH_SECONDS, STALE_SECONDS, ApiKeyRing, digest_of
from doorward.core.errors import BadInput, StoreUnavailable
from doorward.core.keyed import KeyedHash
from doorward.ports import ApiKeyRow

MARKS = KeyedHash(bytes(32))


class KeysInMemory:
    """A key store that can be taken away, and that counts how often it is asked."""

    def __init__(self) -> None:
        self.rows: dict[bytes, ApiKeyRow] = {}
        self.reachable = True
        self.asked = 0

    def put_key(self, row: ApiKeyRow) -> None:
        self.rows[row.digest] = row

    def key_by_digest(self, digest: bytes) -> ApiKeyRow | None:
        self.asked += 1
        if not self.reachable:
            raise StoreUnavailable
        return self.rows.get(digest)

    def keys(self, tenant: str | None = None) -> list[ApiKeyRow]:
        return [row for row in self.rows.values() if tenant in (None, row.tenant)]

    def revoke_key(self, key_id: str, now: float) -> bool:
        for digest, row in self.rows.items():
            if row.id == key_id:
                self.rows[digest] = replace(row, revoked_at=now)
                return True
        return False


@pytest.fixture
def store() -> KeysInMemory:
    return KeysInMemory()


@pytest.fixture
def ring(store: KeysInMemory) -> ApiKeyRing:
    return ApiKeyRing(store, MARKS)


def make(ring: ApiKeyRing, now: float, expires_at: float | None = None) -> tuple[ApiKeyRow, str]:
    return ring.create(tenant="acme", scopes=("decide",), expires_at=expires_at, now=now)


@pytest.mark.parametrize("key", ["", "dwk_wrong", "x" * 10_000, "dwk_\ud800"])
def test_a_wrong_key_is_nobodys(ring: ApiKeyRing, now: float, key: str) -> None:
    assert ring.check(key, now) is None


def test_a_revoked_key_ends_when_its_cache_does(ring: ApiKeyRing, store: KeysInMemory, now: float) -> None:
    row, key = make(ring, now)
    ring.check(key, now)
    store.revoke_key(row.id, now)

    assert ring.check(key, now + FRESH_SECONDS) is None


def test_a_revoked_key_does_not_come_back_with_an_outage(ring: ApiKeyRing, store: KeysInMemory, now: float) -> None:
    row, key = make(ring, now)
    ring.check(key, now)
    store.revoke_key(row.id, now)
    ring.check(key, now + FRESH_SECONDS)
    store.reachable = False

    assert ring.check(key, now + FRESH_SECONDS + 1) is None


def test_an_expired_key_is_refused_even_from_the_cache(ring: ApiKeyRing, now: float) -> None:
    _, key = make(ring, now, expires_at=now + 5)
    assert ring.check(key, now + 4) is not None

    assert ring.check(key, now + 5) is None


def test_an_unknown_key_cannot_be_told_while_the_store_is_down(
    ring: ApiKeyRing, store: KeysInMemory, now: float
) -> None:
    store.reachable = False

    with pytest.raises(StoreUnavailable):
        ring.check("dwk_unknown", now)


def test_a_checked_key_outlives_an_outage_for_a_quarter_of_an_hour(
    ring: ApiKeyRing, store: KeysInMemory, now: float
) -> None:
    _, key = make(ring, now)
    ring.check(key, now)
    store.reachable = False

    assert ring.check(key, now + STALE_SECONDS - 1) is not None
    with pytest.raises(StoreUnavailable):
        ring.check(key, now + STALE_SECONDS)


def test_a_clock_that_was_set_back_does_not_lengthen_the_cache(
    ring: ApiKeyRing, store: KeysInMemory, now: float
) -> None:
    row, key = make(ring, now)
    ring.check(key, now)
    store.revoke_key(row.id, now)

    assert ring.check(key, now - 3600) is None


def test_a_checked_key_is_believed_without_asking_again(ring: ApiKeyRing, store: KeysInMemory, now: float) -> None:
    _, key = make(ring, now)
    ring.check(key, now)
    asked = store.asked

    ring.check(key, now + FRESH_SECONDS - 1)

    assert store.asked == asked


def test_a_key_made_after_it_was_guessed_is_good_at_once(ring: ApiKeyRing, store: KeysInMemory, now: float) -> None:
    ring.check("chosen", now)
    store.put_key(ring.proved(ApiKeyRow("key_x", "acme", digest_of("chosen"), ("decide",), "", now)))

    assert ring.check("chosen", now) is not None


def test_the_cache_is_bounded(
    ring: ApiKeyRing, store: KeysInMemory, now: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_keys, "MOST_CACHED", 2)
    first, *others = [make(ring, now)[1] for _ in range(3)]
    for key in (first, *others):
        ring.check(key, now)
    store.reachable = False

    with pytest.raises(StoreUnavailable):
        ring.check(first, now + 1)
    assert all(ring.check(key, now + 1) for key in others)


def test_a_key_says_whose_it_is_and_what_it_may(ring: ApiKeyRing, now: float) -> None:
    row, key = ring.create(tenant="acme", scopes=("records", "decide"), now=now)

    caller = ring.check(key, now)

    assert caller is not None
    assert (caller.tenant, caller.key_id, caller.scopes) == ("acme", row.id, {"decide", "records"})


def test_the_store_never_holds_the_key(ring: ApiKeyRing, store: KeysInMemory, now: float) -> None:
    _, key = make(ring, now)

    assert key.startswith("dwk_")
    assert key not in repr(store.rows)


def test_every_mistake_in_a_new_key_is_told(ring: ApiKeyRing, now: float) -> None:
    with pytest.raises(BadInput) as caught:
        ring.create(tenant="../x", scopes=("decide", "all"), label="a\nb", expires_at=now, now=now)

    assert [each.pointer for each in caught.value.mistakes] == ["#/scopes", "#/tenant", "#/label", "#/expires_at"]


@pytest.mark.parametrize("tenant", ["", ".", "..", "a/b", "-a", "a b", "ä", "a" * 65])
def test_a_name_that_could_not_be_a_folder_is_no_tenant(ring: ApiKeyRing, now: float, tenant: str) -> None:
    with pytest.raises(BadInput):
        ring.create(tenant=tenant, scopes=("decide",), now=now)


@pytest.mark.parametrize(
    "change",
    [
        {"scopes": ("admin",)},
        {"tenant": "globex"},
        {"expires_at": None},
        {"id": "key_other"},
        {"digest": digest_of("chosen")},
        {"mac": b""},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_row_that_the_service_has_not_made_so_is_nobodys(
    ring: ApiKeyRing, store: KeysInMemory, now: float, change: dict[str, Any]
) -> None:
    row, key = make(ring, now, expires_at=now + 60)
    store.put_key(replace(row, **change))

    assert ring.check("chosen" if "digest" in change else key, now) is None


def test_a_row_of_another_secret_is_nobodys_and_told_once(store: KeysInMemory, now: float) -> None:
    row, key = make(ApiKeyRing(store, KeyedHash(b"k" * 32)), now)
    ring = ApiKeyRing(store, MARKS)

    with capture_logs() as told:
        found = [ring.check(key, now) for _ in range(3)]

    assert found == [None, None, None]
    assert [(each["event"], each["key_id"]) for each in told] == [("api_key_not_ours", row.id)]
