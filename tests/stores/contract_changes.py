"""What changing a challenge and keeping a note promise."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from doorward.core.errors import Conflict
from doorward.ports import ENDED_CHALLENGE_SECONDS, Changes

from .samples import DAY, NOW, OTHER_TENANT, SUBJECT, TENANT, challenge, record


def refuse(_held):
    raise Conflict("not now")


class ChangingChallenges:
    def test_nothing_lies_beside_a_challenge_of_which_nothing_is_kept(self, store):
        assert store.beside_challenge(challenge(), "guesses", NOW) == (None, None)

    def test_what_ended_does_not_lie_beside_a_challenge(self, store):
        store.commit(Changes(record=record(expires_at=NOW + 5)), NOW)

        assert store.beside_challenge(challenge(), "guesses", NOW + 4).record == record(expires_at=NOW + 5)
        assert store.beside_challenge(challenge(), "guesses", NOW + 5).record is None

    def test_beside_a_challenge_lies_its_subjects_and_its_decisions(self, store):
        store.rewrite_authenticators(TENANT, SUBJECT, lambda _: b"sealed app", NOW)
        store.rewrite_authenticators(TENANT, b"o" * 16, lambda _: b"another's", NOW)
        store.commit(Changes(record=record()), NOW)
        store.commit(Changes(record=record(id="dec_2", body=b"another")), NOW)

        assert store.beside_challenge(challenge(), "guesses", NOW) == (b"sealed app", record())
        assert store.beside_challenge(challenge(tenant=OTHER_TENANT), "guesses", NOW) == (None, None)

    def test_what_was_seen_beside_a_challenge_counts_for_nothing_once_it_has_changed(self, store, reopen):
        store.commit(Changes(record=record()), NOW)
        store.beside_challenge(challenge(), "guesses", NOW)
        other, life = reopen(), NOW + DAY
        other.rewrite_note(TENANT, SUBJECT, "guesses", lambda held: (held or b"") + b"1", expires_at=life, now=NOW)
        other.rewrite_record(TENANT, "dec_1", lambda held: held + b", read", NOW)

        store.rewrite_note(TENANT, SUBJECT, "guesses", lambda held: (held or b"") + b"2", expires_at=life, now=NOW)
        store.rewrite_record(TENANT, "dec_1", lambda held: held + b", answered", NOW)

        assert store.note(TENANT, SUBJECT, "guesses", NOW) == b"12"
        assert store.record(TENANT, "dec_1", NOW).body == b"sealed record, read, answered"

    def test_a_challenge_that_is_not_there_cannot_be_changed(self, store):
        assert store.rewrite_challenge(challenge(), lambda row: row, NOW) is None

    def test_a_challenge_is_changed_from_what_is_kept(self, store):
        store.put_challenge(challenge(body=b"one"), NOW)

        changed = store.rewrite_challenge(challenge(), lambda row: replace(row, body=row.body + b", two"), NOW)

        assert changed == challenge(body=b"one, two") == store.challenge(TENANT, "chl_1", NOW)
        assert store.challenge_of_decision(TENANT, "dec_1", NOW) == changed

    def test_a_change_that_is_refused_changes_nothing(self, store):
        store.put_challenge(challenge(), NOW)

        with pytest.raises(Conflict):
            store.rewrite_challenge(challenge(), refuse, NOW)

        assert store.challenge(TENANT, "chl_1", NOW) == challenge()

    def test_a_challenge_of_another_tenant_is_not_changed(self, store):
        store.put_challenge(challenge(), NOW)

        assert store.rewrite_challenge(challenge(tenant=OTHER_TENANT), lambda row: row, NOW) is None

    def test_a_challenge_that_is_forgotten_cannot_be_changed(self, store):
        store.put_challenge(challenge(), NOW)
        forgotten = challenge().expires_at + ENDED_CHALLENGE_SECONDS

        assert store.rewrite_challenge(challenge(), lambda row: row, forgotten) is None

    def test_no_change_of_many_at_once_is_lost(self, store):
        store.put_challenge(challenge(body=b""), NOW)

        def add(_):
            store.rewrite_challenge(challenge(), lambda row: replace(row, body=row.body + b"x"), NOW)

        with ThreadPoolExecutor(20) as pool:
            list(pool.map(add, range(20)))

        assert store.challenge(TENANT, "chl_1", NOW).body == b"x" * 20


# With and without waiting for a replica.
BOTH_WAYS = pytest.mark.parametrize("rewrite", ["rewrite_note", "rewrite_losable_note"])


class KeepingNotes:
    def put(self, store, body=b"note", *, tenant=TENANT, name="guesses", expires_at=NOW + 10):
        store.rewrite_note(tenant, SUBJECT, name, lambda _: body, expires_at=expires_at, now=NOW)

    def test_a_note_that_was_never_put_is_none(self, store):
        assert store.note(TENANT, SUBJECT, "guesses", NOW) is None

    def test_a_note_belongs_to_one_owner_of_one_tenant_and_has_one_name(self, store):
        self.put(store)

        assert store.note(TENANT, SUBJECT, "guesses", NOW) == b"note"
        assert store.note(TENANT, SUBJECT, "sent", NOW) is None
        assert store.note(TENANT, b"another-owner-01", "guesses", NOW) is None
        assert store.note(OTHER_TENANT, SUBJECT, "guesses", NOW) is None

    def test_a_note_ends_by_itself(self, store):
        self.put(store)

        assert store.note(TENANT, SUBJECT, "guesses", NOW + 9) == b"note"
        assert store.note(TENANT, SUBJECT, "guesses", NOW + 10) is None
        assert store.sweep(NOW + 10) == 1

    @BOTH_WAYS
    def test_a_note_is_rewritten_from_what_is_kept_and_has_not_ended(self, store, rewrite):
        self.put(store)

        getattr(store, rewrite)(TENANT, SUBJECT, "guesses", lambda held: held + b"!", expires_at=NOW + 20, now=NOW + 5)
        assert store.note(TENANT, SUBJECT, "guesses", NOW + 19) == b"note!"

        getattr(store, rewrite)(
            TENANT, SUBJECT, "guesses", lambda held: (held or b"") + b"new", expires_at=NOW + 99, now=NOW + 20
        )
        assert store.note(TENANT, SUBJECT, "guesses", NOW + 20) == b"new"

    @BOTH_WAYS
    def test_a_note_rewritten_to_none_is_gone(self, store, rewrite):
        self.put(store)

        getattr(store, rewrite)(TENANT, SUBJECT, "guesses", lambda _: None, expires_at=NOW + 10, now=NOW)

        assert store.note(TENANT, SUBJECT, "guesses", NOW) is None

    @BOTH_WAYS
    def test_a_note_whose_change_is_refused_stays(self, store, rewrite):
        self.put(store)

        with pytest.raises(Conflict):
            getattr(store, rewrite)(TENANT, SUBJECT, "guesses", refuse, expires_at=NOW + 10, now=NOW)

        assert store.note(TENANT, SUBJECT, "guesses", NOW) == b"note"

    @BOTH_WAYS
    def test_of_many_at_once_each_counts(self, store, rewrite):
        def count(_):
            getattr(store, rewrite)(
                TENANT,
                SUBJECT,
                "guesses",
                lambda held: b"%d" % (int(held or b"0") + 1),
                expires_at=NOW + 10,
                now=NOW,
            )

        with ThreadPoolExecutor(20) as pool:
            list(pool.map(count, range(20)))

        assert store.note(TENANT, SUBJECT, "guesses", NOW) == b"20"
