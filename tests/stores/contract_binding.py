"""What an earlier version has kept, bound to its place: everything, once, and nothing that was bound already."""

from dataclasses import replace

import pytest

from doorward import challenge_rows, device_places, kept, own_scales, policy_texts, runtime_lists, subjects
from doorward.api_keys import ApiKeyRing
from doorward.binding import bind
from doorward.core.errors import Unreadable
from doorward.core.keyed import KeyedHash
from doorward.ports import Changes
from doorward.sealing import AesGcmSealer

from .samples import NOW, SUBJECT, TENANT, api_key, challenge, list_entry, record

SEALER = AesGcmSealer({"one": b"o" * 32})
POLICY, SCALE = "policy:sha256:one", "scale:m:1"


def ring_of(store):
    return ApiKeyRing(store, KeyedHash(bytes(32)))


def fill_as_before(store):
    """Keep one value of every kind as the versions before record 24 did."""
    store.put_secret_if_absent(TENANT, POLICY, SEALER.seal(b"version: 1", "policy"))
    store.put_secret_if_absent(TENANT, SCALE, SEALER.seal(b"{}", "scale"))
    store.put_secret_if_absent("", "check/sealing/one", SEALER.seal(b"", "check/sealing"))
    store.rewrite_authenticators(TENANT, SUBJECT, lambda _: SEALER.seal(b"{}", "authenticators"), NOW)
    store.put_entry(TENANT, list_entry(entry=SEALER.seal(b"{}", "list")), NOW)
    store.put_challenge(challenge(body=SEALER.seal(b"a challenge", "challenge")), NOW)
    store.commit(Changes(record=record(body=SEALER.seal(b"a record", "record"))), NOW)
    place = SEALER.seal(b"{}", "device-place")
    store.rewrite_note("", SUBJECT, device_places.NOTE, lambda _: place, expires_at=NOW + 60, now=NOW)
    store.rewrite_note(TENANT, SUBJECT, "guesses", lambda _: b'{"f":1}', expires_at=NOW + 60, now=NOW)
    store.put_key(api_key(mac=b""))


def bound(store, *, apply=True):
    return bind(store, SEALER, ring_of(store), apply=apply, now=NOW, progress=lambda _, rows: rows)


KINDS = {"secrets": 2, "authenticators": 1, "list_entries": 1, "challenges": 1, "records": 1, "notes": 1}


class Binding:
    """What it promises on any store."""

    def test_everything_is_bound_to_its_place(self, store):
        fill_as_before(store)

        made = bound(store)

        assert (dict(made.done), dict(made.unreadable), [key.id for key in made.keys]) == (KINDS, {}, ["key_1"])
        (entry,) = store.entries(TENANT, NOW)[1]
        row = store.challenge(TENANT, "chl_1", NOW)
        opened = [
            SEALER.open(store.authenticators(TENANT, SUBJECT, NOW), subjects.purpose_of(TENANT, SUBJECT)),
            SEALER.open(store.record(TENANT, "dec_1", NOW).body, kept.purpose_of(TENANT, "dec_1")),
            SEALER.open(row.body, challenge_rows.purpose_of(row)),
            SEALER.open(entry.entry, runtime_lists.purpose_of(TENANT, entry)),
            SEALER.open(store.note("", SUBJECT, device_places.NOTE, NOW), device_places.purpose_of(SUBJECT)),
            SEALER.open(store.secret(TENANT, POLICY), policy_texts.purpose_of(TENANT, POLICY)),
            SEALER.open(store.secret(TENANT, SCALE), own_scales.purpose_of(TENANT, SCALE)),
        ]
        assert opened == [b"{}", b"a record", b"a challenge", b"{}", b"{}", b"version: 1", b"{}"]
        assert ring_of(store).is_proved(store.key_by_digest(api_key().digest))

    def test_unless_it_is_applied_nothing_is_changed(self, store):
        fill_as_before(store)

        made = bound(store, apply=False)

        assert (dict(made.done), [key.id for key in made.keys]) == (KINDS, ["key_1"])
        assert not ring_of(store).is_proved(store.key_by_digest(api_key().digest))
        with pytest.raises(Unreadable):
            SEALER.open(store.authenticators(TENANT, SUBJECT, NOW), subjects.purpose_of(TENANT, SUBJECT))

    def test_a_second_time_there_is_nothing_to_bind(self, store):
        fill_as_before(store)
        bound(store)

        made = bound(store)

        assert (dict(made.done), dict(made.unreadable), made.keys) == ({}, {}, [])

    def test_a_key_that_was_revoked_stays_as_it_is(self, store):
        store.put_key(ring_of(store).proved(api_key()))
        store.revoke_key("key_1", NOW)

        made = bound(store)
        store.put_key(replace(store.key_by_digest(api_key().digest), revoked_at=None))

        assert made.keys == []
        assert not ring_of(store).is_proved(store.key_by_digest(api_key().digest))

    def test_what_nobody_opens_is_told_and_kept(self, store):
        lost = AesGcmSealer({"lost": b"l" * 32}).seal(b"{}", "authenticators")
        store.rewrite_authenticators(TENANT, SUBJECT, lambda _: lost, NOW)

        made = bound(store)

        assert (dict(made.done), dict(made.unreadable)) == ({}, {"authenticators": 1})
        assert store.authenticators(TENANT, SUBJECT, NOW) == lost
