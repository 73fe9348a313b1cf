"""Sealed again under another key: everything, once, and nothing that was changed meanwhile is undone."""

import pytest

from doorward import challenge_rows, device_places, kept, policy_texts, runtime_lists, subjects
from doorward.core.errors import Unreadable
from doorward.ports import Changes
from doorward.resealing import left, reseal
from doorward.sealing import AesGcmSealer
from doorward.signing_keys import SigningKeys

from .samples import NOW, SUBJECT, TENANT, challenge, list_entry, record

AUTHENTICATORS = subjects.purpose_of(TENANT, SUBJECT)
RECORD = kept.purpose_of(TENANT, "dec_1")
CHALLENGE = challenge_rows.purpose_of(challenge())
ENTRY = runtime_lists.purpose_of(TENANT, list_entry())
PLACE = device_places.purpose_of(SUBJECT)
POLICY = policy_texts.purpose_of(TENANT, "policy:sha256:one")

OLD, NEW = b"o" * 32, b"n" * 32
BEFORE = AesGcmSealer({"old": OLD})
BOTH = AesGcmSealer({"new": NEW, "old": OLD})
AFTER = AesGcmSealer({"new": NEW})


def through(_what, rows):
    return rows


def again(store, sealer=BOTH, progress=through):
    return reseal(store, sealer, now=NOW, progress=progress)


def fill(store, sealer=BEFORE):
    """Keep one sealed value of every kind, and counters that are not."""
    SigningKeys(store, sealer).signer(TENANT, NOW)
    store.put_secret_if_absent(TENANT, "policy:sha256:one", sealer.seal(b"version: 1", POLICY))
    store.put_secret_if_absent("", "check/sealing/old", sealer.seal(b"", "check/sealing"))
    store.rewrite_authenticators(TENANT, SUBJECT, lambda _: sealer.seal(b"{}", AUTHENTICATORS), NOW)
    store.put_entry(TENANT, list_entry(entry=sealer.seal(b"{}", ENTRY)), NOW)
    store.put_challenge(challenge(body=sealer.seal(b"a challenge", CHALLENGE)), NOW)
    store.commit(Changes(record=record(body=sealer.seal(b"a record", RECORD))), NOW)
    place = sealer.seal(b"{}", PLACE)
    store.rewrite_note("", SUBJECT, device_places.NOTE, lambda _: place, expires_at=NOW + 60, now=NOW)
    store.rewrite_note(TENANT, SUBJECT, "guesses", lambda _: b'{"f":1}', expires_at=NOW + 60, now=NOW)


KINDS = {"secrets": 2, "authenticators": 1, "list_entries": 1, "challenges": 1, "records": 1, "notes": 1}


class Resealing:
    """What it promises on any store."""

    def test_everything_is_sealed_again_and_opens_without_the_old_key(self, store):
        fill(store)

        made = again(store)

        assert (dict(made.done), made.left, dict(made.unreadable), made.is_complete) == (KINDS, {}, {}, True)
        assert AFTER.open(store.authenticators(TENANT, SUBJECT, NOW), AUTHENTICATORS) == b"{}"
        assert AFTER.open(store.record(TENANT, "dec_1", NOW).body, RECORD) == b"a record"
        assert AFTER.open(store.challenge(TENANT, "chl_1", NOW).body, CHALLENGE) == b"a challenge"
        assert AFTER.open(store.entries(TENANT, NOW)[1][0].entry, ENTRY) == b"{}"
        assert AFTER.open(store.secret(TENANT, "policy:sha256:one"), POLICY) == b"version: 1"
        assert store.note(TENANT, SUBJECT, "guesses", NOW) == b'{"f":1}'

    def test_the_signing_keys_stay_the_same(self, store):
        fill(store)
        before = SigningKeys(store, BEFORE).public(TENANT, NOW)

        again(store)

        assert SigningKeys(store, AFTER).public(TENANT, NOW) == before

    def test_a_second_time_there_is_nothing_to_do(self, store):
        fill(store)
        again(store)

        assert dict(again(store).done) == {}

    def test_ends_and_versions_stay(self, store):
        fill(store)
        version, entries = store.entries(TENANT, NOW)
        old = store.record(TENANT, "dec_1", NOW), store.challenge(TENANT, "chl_1", NOW)

        again(store)

        new = store.record(TENANT, "dec_1", NOW), store.challenge(TENANT, "chl_1", NOW)
        assert [each.expires_at for each in new] == [each.expires_at for each in old]
        assert store.entries(TENANT, NOW)[0] == version
        assert store.entries(TENANT, NOW)[1][0].until == entries[0].until

    def test_what_was_written_meanwhile_stays_and_is_told_of(self, store):
        fill(store)
        newer = BEFORE.seal(b"newer", AUTHENTICATORS)

        def meanwhile(what, rows):
            held = list(rows)
            if what == "sealing again":
                store.rewrite_authenticators(TENANT, SUBJECT, lambda _: newer, NOW)
            return held

        made = again(store, progress=meanwhile)

        assert store.authenticators(TENANT, SUBJECT, NOW) == newer
        assert (made.left, made.is_complete) == ({"old": {"authenticators": 1}}, False)

    def test_what_was_deleted_meanwhile_stays_deleted(self, store):
        fill(store)

        def meanwhile(_what, rows):
            held = list(rows)
            store.rewrite_authenticators(TENANT, SUBJECT, lambda _: None, NOW)
            store.delete_entry(TENANT, "blocked", list_entry().key, NOW)
            return held

        again(store, progress=meanwhile)

        assert store.authenticators(TENANT, SUBJECT, NOW) is None
        assert store.entries(TENANT, NOW)[1] == []

    def test_what_no_key_opens_is_told_of_and_kept(self, store):
        fill(store, AesGcmSealer({"lost": b"l" * 32}))

        made = again(store)

        assert dict(made.unreadable) == KINDS
        assert made.left == {"lost": KINDS}
        with pytest.raises(Unreadable):
            BOTH.open(store.authenticators(TENANT, SUBJECT, NOW), AUTHENTICATORS)

    def test_answers_to_idempotency_keys_are_left_to_end(self, store):
        store.claim(b"k" * 32, b"f", expires_at=NOW + 60, now=NOW)
        store.finish(b"k" * 32, b"s" + BEFORE.seal(b"an answer", "idempotency"), expires_at=NOW + 60, now=NOW)

        made = again(store)

        assert (made.left, made.is_complete) == ({"old": {"idempotency": 1}}, True)
        assert left(store, BOTH, now=NOW, progress=through) == made.left
