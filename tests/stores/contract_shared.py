"""What keys, lists, idempotency, tallies and secrets promise."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from doorward.core.errors import Conflict
from doorward.ports import (
    CLAIM_SECONDS,
    Claim,
)

from .contract_changes import refuse
from .samples import (
    DAY,
    NOW,
    OTHER_TENANT,
    TENANT,
    api_key,
    list_entry,
    tally,
)

KEY = b"idempotency-key1"


class KeepingKeys:
    def test_a_key_is_found_by_its_digest_alone(self, store):
        store.put_key(api_key())

        assert store.key_by_digest(api_key().digest) == api_key()
        assert store.key_by_digest(b"x" * 32) is None

    def test_a_key_without_an_end_comes_back_without_one(self, store):
        store.put_key(api_key(expires_at=None, scopes=()))

        assert store.key_by_digest(api_key().digest) == api_key(expires_at=None, scopes=())

    def test_keys_are_listed_by_age_for_one_tenant_or_for_all(self, store):
        theirs = api_key(id="key_2", tenant=OTHER_TENANT, digest=b"e" * 32, created_at=NOW - 1)
        store.put_key(api_key())
        store.put_key(theirs)

        assert store.keys() == [theirs, api_key()]
        assert store.keys(TENANT) == [api_key()]
        assert store.keys("nobody") == []

    def test_a_key_is_revoked_once(self, store):
        store.put_key(api_key())

        assert store.revoke_key("key_1", NOW + 5)
        assert store.revoke_key("key_1", NOW + 9)
        assert store.key_by_digest(api_key().digest) == api_key(revoked_at=NOW + 5, mac=b"")

    def test_a_key_that_does_not_exist_cannot_be_revoked(self, store):
        assert not store.revoke_key("key_9", NOW)

    def test_tenants_are_those_that_have_keys(self, store):
        store.put_key(api_key())
        store.put_key(api_key(id="key_2", digest=b"e" * 32))
        store.put_key(api_key(id="key_3", tenant=OTHER_TENANT, digest=b"f" * 32))

        assert store.tenants() == [TENANT, OTHER_TENANT]


class KeepingLists:
    def test_an_entry_is_found_by_list_and_key(self, store):
        store.put_entry(TENANT, list_entry(), NOW)

        assert store.entry(TENANT, "blocked", list_entry().key, NOW) == list_entry()
        assert store.entry(TENANT, "allowed", list_entry().key, NOW) is None
        assert store.entry(OTHER_TENANT, "blocked", list_entry().key, NOW) is None

    def test_entries_come_with_the_version_of_the_tenant(self, store):
        version, entries = store.entries(TENANT, NOW)
        assert entries == []

        store.put_entry(TENANT, list_entry(), NOW)

        later, entries = store.entries(TENANT, NOW)
        assert later > version
        assert entries == [list_entry()]
        assert store.entries(OTHER_TENANT, NOW) == (version, [])

    def test_an_entry_is_replaced(self, store):
        store.put_entry(TENANT, list_entry(), NOW)

        store.put_entry(TENANT, list_entry(entry=b"other", until=None), NOW)

        assert store.entries(TENANT, NOW)[1] == [list_entry(entry=b"other", until=None)]

    def test_an_entry_ends_by_itself(self, store):
        store.put_entry(TENANT, list_entry(until=NOW + 10), NOW)

        assert store.entry(TENANT, "blocked", list_entry().key, NOW + 10) is None
        assert store.entries(TENANT, NOW + 10)[1] == []
        assert not store.delete_entry(TENANT, "blocked", list_entry().key, NOW + 10)

    def test_an_entry_without_an_end_stays(self, store):
        store.put_entry(TENANT, list_entry(until=None), NOW)

        store.sweep(NOW + 1000 * DAY)

        assert store.entry(TENANT, "blocked", list_entry().key, NOW + 1000 * DAY) == list_entry(until=None)

    def test_an_entry_says_the_same_in_other_words(self, store):
        store.put_entry(TENANT, list_entry(entry=b"one"), NOW)
        version, _ = store.entries(TENANT, NOW)

        store.rewrite_entry(TENANT, "blocked", list_entry().key, lambda held: held + b", again", NOW)

        assert store.entries(TENANT, NOW) == (version, [list_entry(entry=b"one, again")])

    def test_an_entry_that_is_gone_is_not_brought_back(self, store):
        store.put_entry(TENANT, list_entry(until=NOW + 10), NOW)
        asked = []

        store.rewrite_entry(TENANT, "blocked", list_entry().key, asked.append, NOW + 10)
        store.rewrite_entry(OTHER_TENANT, "blocked", list_entry().key, asked.append, NOW)

        assert asked == []

    def test_an_entry_that_is_not_to_be_said_again_stays(self, store):
        store.put_entry(TENANT, list_entry(), NOW)

        with pytest.raises(Conflict):
            store.rewrite_entry(TENANT, "blocked", list_entry().key, refuse, NOW)

        assert store.entries(TENANT, NOW)[1] == [list_entry()]

    def test_no_entry_said_again_by_many_is_lost(self, store):
        store.put_entry(TENANT, list_entry(entry=b""), NOW)

        def add(_):
            store.rewrite_entry(TENANT, "blocked", list_entry().key, lambda held: held + b"x", NOW)

        with ThreadPoolExecutor(10) as pool:
            list(pool.map(add, range(10)))

        assert store.entries(TENANT, NOW)[1] == [list_entry(entry=b"x" * 10)]

    def test_a_deleted_entry_is_gone_and_raises_the_version(self, store):
        store.put_entry(TENANT, list_entry(), NOW)
        version, _ = store.entries(TENANT, NOW)

        assert store.delete_entry(TENANT, "blocked", list_entry().key, NOW)

        later, entries = store.entries(TENANT, NOW)
        assert later > version
        assert entries == []

    def test_an_entry_of_another_tenant_cannot_be_deleted(self, store):
        store.put_entry(TENANT, list_entry(), NOW)

        assert not store.delete_entry(OTHER_TENANT, "blocked", list_entry().key, NOW)
        assert store.entries(TENANT, NOW)[1] == [list_entry()]


class Repeating:
    def claim(self, store, *, fingerprint=b"f", now=NOW):
        return store.claim(KEY, fingerprint, expires_at=NOW + DAY, now=now)

    def test_the_first_claim_is_new_and_the_next_runs(self, store):
        assert self.claim(store) == Claim("new")
        assert self.claim(store) == Claim("running")

    def test_another_request_may_not_have_the_key(self, store):
        self.claim(store)

        assert self.claim(store, fingerprint=b"g") == Claim("other")

    def test_a_finished_request_gives_its_answer_again(self, store):
        self.claim(store)

        store.finish(KEY, b"sealed answer", expires_at=NOW + DAY, now=NOW)

        assert self.claim(store) == Claim("done", b"sealed answer")
        assert self.claim(store, fingerprint=b"g") == Claim("other")

    def test_an_empty_answer_is_an_answer(self, store):
        self.claim(store)

        store.finish(KEY, b"", expires_at=NOW + DAY, now=NOW)

        assert self.claim(store) == Claim("done", b"")

    def test_an_answer_is_kept_until_its_own_end(self, store):
        self.claim(store)
        store.finish(KEY, b"sealed answer", expires_at=NOW + 600, now=NOW)

        assert self.claim(store, now=NOW + 599).state == "done"
        assert self.claim(store, now=NOW + 600) == Claim("new")
        assert self.claim(store, now=NOW + 601) == Claim("running")

    def test_a_released_claim_is_new_again(self, store):
        self.claim(store)

        store.release(KEY, NOW)

        assert self.claim(store, fingerprint=b"g") == Claim("new")

    def test_a_claim_whose_request_died_is_taken_over_by_one(self, store):
        self.claim(store)

        assert self.claim(store, now=NOW + CLAIM_SECONDS - 1) == Claim("running")
        assert self.claim(store, now=NOW + CLAIM_SECONDS) == Claim("new")
        assert self.claim(store, now=NOW + CLAIM_SECONDS) == Claim("running")


class Adding:
    def test_sums_add_up(self, store):
        store.add_tallies(TENANT, [tally(a=1.5, b=0.5), tally(a=1.0, b=1.0)], NOW)
        store.add_tallies(TENANT, [tally(a=0.5, b=0.0)], NOW)

        assert store.tallies_since(TENANT, 0)[1] == [tally(a=3.0, b=1.5)]

    def test_sums_of_levels_values_and_buckets_are_apart(self, store):
        apart = [tally(), tally(level="asn"), tally(value=48), tally(bucket=28_333_333)]

        store.add_tallies(TENANT, apart, NOW)

        assert set(store.tallies_since(TENANT, 0)[1]) == set(apart)

    def test_only_what_changed_is_read(self, store):
        store.add_tallies(TENANT, [tally(value=1), tally(value=2)], NOW)
        version, _ = store.tallies_since(TENANT, 0)
        store.add_tallies(TENANT, [tally(value=2)], NOW)

        later, changed = store.tallies_since(TENANT, version)

        assert later > version
        assert changed == [tally(value=2, a=3.0, b=1.0)]
        assert store.tallies_since(TENANT, later) == (later, [])

    def test_adding_nothing_changes_nothing(self, store):
        store.add_tallies(TENANT, [], NOW)

        assert store.tallies_since(TENANT, 0) == (0, [])

    def test_tenants_count_apart(self, store):
        store.add_tallies(TENANT, [tally()], NOW)

        assert store.tallies_since(OTHER_TENANT, 0) == (0, [])

    def test_old_minutes_are_pruned(self, store):
        store.add_tallies(TENANT, [tally(), tally(bucket=99), tally(bucket=100)], NOW)

        store.prune_tallies(TENANT, before_bucket=100, keep=10, above=10)

        assert {each.bucket for each in store.tallies_since(TENANT, 0)[1]} == {0, 100}

    def test_the_largest_of_each_level_are_kept(self, store):
        store.add_tallies(TENANT, [tally(value=n, a=float(n)) for n in range(1, 6)], NOW)
        store.add_tallies(TENANT, [tally(level="asn", value=1, a=0.1)], NOW)
        store.add_tallies(OTHER_TENANT, [tally(value=n) for n in range(1, 6)], NOW)

        store.prune_tallies(TENANT, before_bucket=0, keep=2, above=3)

        kept = {(each.level, each.value) for each in store.tallies_since(TENANT, 0)[1]}
        assert kept == {("country", 4), ("country", 5), ("asn", 1)}
        assert len(store.tallies_since(OTHER_TENANT, 0)[1]) == 5

    def test_a_level_that_is_not_too_large_yet_is_left_alone(self, store):
        store.add_tallies(TENANT, [tally(value=n, a=float(n)) for n in range(1, 6)], NOW)

        store.prune_tallies(TENANT, before_bucket=0, keep=2, above=5)

        assert len(store.tallies_since(TENANT, 0)[1]) == 5

    def test_of_sums_that_are_alike_as_many_go_as_must(self, store):
        store.add_tallies(TENANT, [tally(value=n, a=1.0) for n in range(1, 1001)], NOW)
        store.add_tallies(TENANT, [tally(value=n, a=2.0) for n in range(1001, 1003)], NOW)

        store.prune_tallies(TENANT, before_bucket=0, keep=400, above=1001)

        kept = {each.value for each in store.tallies_since(TENANT, 0)[1]}
        assert len(kept) == 400
        assert {1001, 1002} <= kept

    def test_minutes_are_no_part_of_a_level(self, store):
        store.add_tallies(TENANT, [tally(value=1, a=9.0, bucket=minute) for minute in range(1, 9)], NOW)
        store.add_tallies(TENANT, [tally(value=n, a=float(n)) for n in range(1, 5)], NOW)

        store.prune_tallies(TENANT, before_bucket=0, keep=2, above=3)

        kept = store.tallies_since(TENANT, 0)[1]
        assert sorted(each.value for each in kept if not each.bucket) == [3, 4]
        assert sum(each.bucket > 0 for each in kept) == 8


class KeepingSecrets:
    def test_a_secret_that_was_never_put_is_none(self, store):
        assert store.secret(TENANT, "signing") is None

    def test_the_first_secret_stays(self, store):
        assert store.put_secret_if_absent(TENANT, "signing", b"first") == b"first"
        assert store.put_secret_if_absent(TENANT, "signing", b"second") == b"first"
        assert store.secret(TENANT, "signing") == b"first"

    @pytest.mark.parametrize("rewrite", ["rewrite_secret", "rewrite_lasting_secret"])
    def test_a_secret_is_rewritten_from_what_is_kept(self, store, rewrite):
        store.put_secret_if_absent(TENANT, "signing", b"first")

        getattr(store, rewrite)(TENANT, "signing", lambda held: held + b", second")
        assert store.secret(TENANT, "signing") == b"first, second"

        getattr(store, rewrite)(TENANT, "signing", lambda _: None)
        assert store.secret(TENANT, "signing") is None

    def test_secrets_of_tenants_and_names_are_apart(self, store):
        store.put_secret_if_absent(TENANT, "signing", b"first")

        assert store.secret(OTHER_TENANT, "signing") is None
        assert store.secret(TENANT, "sealing") is None
