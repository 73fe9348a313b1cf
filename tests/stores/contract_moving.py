"""All that a store holds is handed out, and taken in by another, as it was."""

from doorward.ports import ENDED_CHALLENGE_SECONDS, Changes, ListEntry, RecordQuery
from doorward.row_kinds import ALL, ESSENTIAL, KINDS

from .contract_whole import fill
from .samples import (
    DAY,
    HOUR,
    KEYS,
    NOW,
    SUBJECT,
    TENANT,
    api_key,
    challenge,
    device,
    list_entry,
    observation,
    record,
    tally,
)

CLAIM = b"idempotency-key2"
STRANGE = "policy:sha256/é}{\0"


def filled(store):
    """Put some of every kind into *store*, strange names and all, and return it."""
    fill(store)
    for number in range(450):
        subject = b"subject-%d" % number
        store.rewrite_profile(TENANT, subject, lambda _: b"seen.", expires_at=NOW + HOUR + number, now=NOW)
    store.commit(Changes(record=record(id="dec_2", tenant="a:b")), NOW)
    store.put_challenge(challenge(id="chl_2", decision_id="dec_2", created_at=NOW + 1), NOW)
    store.put_device(TENANT, device(id="dev_2", revoked=True), NOW)
    store.rewrite_note(TENANT, SUBJECT, STRANGE, lambda _: b"", expires_at=NOW + HOUR, now=NOW)
    store.spend(TENANT, STRANGE, expires_at=NOW + HOUR, now=NOW)
    store.put_secret_if_absent("", STRANGE, b"mark")
    store.put_secret_if_absent(TENANT, "signing", b"")
    store.put_key(api_key())
    store.put_key(api_key(id="key_2", digest=b"e" * 32, scopes=(), expires_at=None, revoked_at=NOW))
    store.rewrite_authenticators(TENANT, SUBJECT, lambda _: b"sealed", NOW)
    store.put_entry("a:b", list_entry(until=None), NOW)
    store.add_tallies(TENANT, [tally(), tally(bucket=7), tally(level="n/a", value=-1)], NOW)
    store.claim(CLAIM, b"f", expires_at=NOW + HOUR, now=NOW)
    store.finish(CLAIM, b"sealed answer", expires_at=NOW + HOUR, now=NOW)
    return store


def held(store, kinds=ALL, now=NOW):
    """Return all rows of *kinds* by kind and key; sums have versions, which only rise."""
    return {(row.kind, row.key): row for row in store.export(kinds, now) if row.kind != "versions"}


class Moving:
    def test_everything_is_handed_out(self, store):
        filled(store)

        kinds = {row.kind for row in store.export(ALL, NOW)}

        assert kinds == {kind.name for kind in KINDS}

    def test_what_went_to_another_store_and_back_is_as_it_was(self, store, other):
        before = held(filled(store))

        other.load(list(store.export(ALL, NOW)), NOW)
        there = held(other)
        store.erase_all()
        store.load(list(other.export(ALL, NOW)), NOW)

        assert there == before
        assert held(store) == before

    def test_what_was_taken_in_is_found_again(self, store, other):
        filled(other)
        store.load(list(other.export(ALL, NOW)), NOW)

        for read in (
            lambda each: each.begin(KEYS, None, NOW).subject_ring,
            lambda each: each.begin(KEYS, None, NOW).proofs,
            lambda each: each.records(RecordQuery(tenant=TENANT), NOW),
            lambda each: each.records(RecordQuery(tenant=TENANT, subject=SUBJECT), NOW),
            lambda each: each.record("a:b", "dec_2", NOW),
            lambda each: each.challenge(TENANT, "chl_1", NOW),
            lambda each: each.challenge_of_decision(TENANT, "dec_2", NOW),
            lambda each: each.device(TENANT, "dev_2", NOW),
            lambda each: each.note(TENANT, SUBJECT, STRANGE, NOW),
            lambda each: each.is_spent(TENANT, STRANGE, NOW),
            lambda each: each.secret("", STRANGE),
            lambda each: each.authenticators(TENANT, SUBJECT, NOW),
            lambda each: (each.keys(), each.tenants()),
            lambda each: each.entries("a:b", NOW)[1],
            lambda each: sorted(map(str, each.tallies_since(TENANT, 0)[1])),
            lambda each: each.claim(CLAIM, b"f", expires_at=NOW + HOUR, now=NOW),
            lambda each: each.claim(CLAIM, b"another", expires_at=NOW + HOUR, now=NOW),
        ):
            assert read(store) == read(other)

    def test_an_end_is_kept(self, store, other):
        filled(other)
        store.load(list(other.export(ALL, NOW)), NOW)

        assert store.record(TENANT, "dec_1", NOW + 9) is not None
        assert store.record(TENANT, "dec_1", NOW + 10) is None
        assert not store.is_spent(TENANT, "jti-1", NOW + 10)

    def test_what_has_ended_is_not_handed_out(self, store):
        filled(store)

        late = {row.kind for row in store.export(ALL, NOW + 400 * DAY + ENDED_CHALLENGE_SECONDS)}

        assert late == {"secrets", "api_keys", "authenticators", "list_entries", "versions", "tallies"}

    def test_only_what_was_asked_for_is_handed_out(self, store):
        filled(store)

        assert {row.kind for row in store.export(ESSENTIAL, NOW)} == set(ESSENTIAL)

    def test_versions_only_rise(self, store, other):
        other.put_entry(TENANT, list_entry(), NOW)
        for number in range(5):
            store.put_entry(TENANT, ListEntry("names", b"%d" % number, b"", None, NOW), NOW)
        version, _ = store.entries(TENANT, NOW)

        store.load(list(other.export(ALL, NOW)), NOW)

        assert store.entries(TENANT, NOW)[0] > version

    def test_it_tells_what_is_absent(self, store, other):
        rows = list(filled(other).export(ALL, NOW))

        assert len(store.absent(rows)) == len(rows)
        store.load(rows, NOW)
        assert store.absent(rows) == []

    def test_what_is_dropped_is_gone_and_nothing_else(self, store):
        filled(store)
        dropped = [row for row in store.export(ALL, NOW) if row.kind not in ("profiles", "versions")]

        store.drop(dropped, NOW)

        assert {kind for kind, _ in held(store)} == {"profiles"}
        assert store.keys() == []
        assert store.records(RecordQuery(tenant=TENANT), NOW) == []

    def test_rows_can_be_taken_in_twice(self, store, other):
        rows = list(filled(other).export(ALL, NOW))

        store.load(rows, NOW)
        store.load(rows, NOW)

        assert held(store) == held(other)
        assert store.begin(KEYS, observation(), NOW).profile == b"seen."
