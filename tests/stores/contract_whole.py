"""What the store as a whole promises: the sweep, the reset, the end."""

import pytest

from doorward.core.errors import StoreUnavailable
from doorward.ports import (
    ENDED_CHALLENGE_SECONDS,
    ENDED_DEVICE_SECONDS,
    Changes,
    Claim,
    RecordQuery,
    Snapshot,
)

from .samples import (
    DAY,
    HOUR,
    KEYS,
    NOW,
    SESSION,
    SUBJECT,
    TENANT,
    api_key,
    challenge,
    device,
    list_entry,
    observation,
    proof,
    record,
    tally,
)

KEY = b"idempotency-key1"


def fill(store):
    """Put one of each thing that ends, nine in all with the four rings."""
    store.begin(KEYS, observation(), NOW)
    store.commit(Changes(record=record(expires_at=NOW + 10), challenge=challenge(), device=(TENANT, device())), NOW)
    store.rewrite_profile(TENANT, SUBJECT, lambda _: b"seen.", expires_at=NOW + 10, now=NOW)
    store.put_proof(TENANT, SESSION, proof(), expires_at=NOW + 10, now=NOW)
    store.spend(TENANT, "jti-1", expires_at=NOW + 10, now=NOW)
    store.put_entry(TENANT, list_entry(until=NOW + 10), NOW)
    store.claim(KEY, b"f", expires_at=NOW + 10, now=NOW)


class Whole:
    def test_a_store_that_works_answers_a_ping(self, store):
        store.ping()

    def test_nothing_that_lives_is_swept(self, store):
        fill(store)

        assert store.sweep(NOW + 9) == 0
        assert store.record(TENANT, "dec_1", NOW + 9) is not None
        assert store.begin(KEYS, None, NOW + 9).profile == b"seen."

    def test_what_has_ended_can_be_swept_in_bounded_portions(self, store):
        fill(store)
        later = NOW + DAY + max(ENDED_DEVICE_SECONDS, ENDED_CHALLENGE_SECONDS)

        portions = [store.sweep(later, limit=5) for _ in range(4)]

        assert all(portion <= 5 for portion in portions)
        assert store.sweep(later) == 0
        # Seen by an earlier clock, what ended and was not swept would be there again.
        assert store.begin(KEYS, None, NOW) == Snapshot(lists_version=store.entries(TENANT, NOW)[0])
        assert store.records(RecordQuery(tenant=TENANT), NOW) == []

    def test_a_reset_forgets_everything(self, store):
        fill(store)
        store.put_key(api_key())
        store.put_secret_if_absent(TENANT, "signing", b"first")
        store.rewrite_authenticators(TENANT, SUBJECT, lambda _: b"sealed", NOW)
        store.add_tallies(TENANT, [tally()], NOW)

        store.erase_all()

        snapshot = store.begin(KEYS, None, NOW)
        assert (snapshot.subject_ring, snapshot.profile, snapshot.authenticators) == (b"", None, None)
        assert (snapshot.device, snapshot.proofs) == (None, ())
        assert (store.tenants(), store.keys(), store.secret(TENANT, "signing")) == ([], [], None)
        assert (store.entries(TENANT, NOW)[1], store.tallies_since(TENANT, 0)[1]) == ([], [])
        assert store.claim(KEY, b"g", expires_at=NOW + HOUR, now=NOW) == Claim("new")
        assert store.spend(TENANT, "jti-1", expires_at=NOW + HOUR, now=NOW)

    def test_a_reset_never_takes_the_versions_back(self, store):
        store.put_entry(TENANT, list_entry(), NOW)
        version, _ = store.entries(TENANT, NOW)

        store.erase_all()

        assert store.entries(TENANT, NOW)[0] > version

    @pytest.mark.parametrize(
        "call",
        [
            lambda store: store.begin(KEYS, None, NOW),
            lambda store: store.begin(KEYS, observation(), NOW),
            lambda store: store.commit(Changes(record=record()), NOW),
            lambda store: store.record(TENANT, "dec_1", NOW),
            lambda store: store.authenticators(TENANT, SUBJECT, NOW),
            lambda store: store.challenge(TENANT, "chl_1", NOW),
            lambda store: store.key_by_digest(b"d" * 32),
            lambda store: store.spend(TENANT, "jti-1", expires_at=NOW + 1, now=NOW),
            lambda store: store.secret(TENANT, "signing"),
            lambda store: store.tenants(),
            lambda store: store.sweep(NOW),
            lambda store: store.ping(),
        ],
    )
    def test_a_closed_store_says_so_and_never_nothing(self, store, call):
        store.close()

        with pytest.raises(StoreUnavailable):
            call(store)

    def test_a_store_may_be_closed_twice(self, store):
        store.close()
        store.close()
