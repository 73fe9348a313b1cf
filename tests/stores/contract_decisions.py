"""What begin and commit promise."""

import pytest

from doorward.core import ring
from doorward.core.errors import Conflict
from doorward.ports import SPENT_SECONDS, Changes, Keys, Snapshot

from .samples import (
    ADDRESS,
    DAY,
    HOUR,
    KEYS,
    NOW,
    OTHER_TENANT,
    SESSION,
    SUBJECT,
    TENANT,
    api_key,
    challenge,
    device,
    list_entry,
    marks,
    observation,
    proof,
    record,
    tally,
)


def everything(**changes):
    """Return changes that write one of each thing."""
    plain = Changes(
        record=record(),
        profile_key=(TENANT, SUBJECT),
        rewrite_profile=lambda held: (held or b"") + b"seen.",
        profile_expires_at=NOW + DAY,
        device=(TENANT, device()),
        challenge=challenge(),
        spend="jti-1",
    )
    return plain._replace(**changes)


class Beginning:
    def test_an_attempt_is_in_the_rings_that_its_own_begin_returns(self, store):
        snapshot = store.begin(KEYS, observation(subject_mark=7, address_mark=8), NOW)

        rings = (snapshot.subject_ring, snapshot.address_ring, snapshot.prefix_ring, snapshot.device_ring)
        assert [marks(held) for held in rings] == [[8], [7], [7], [7]]

    def test_an_entry_holds_time_country_and_flags(self, store):
        seen = observation(attempt=5, country="DE", flags=ring.ATTEMPT | ring.FAILED)

        snapshot = store.begin(KEYS, seen, NOW)

        (entry,) = ring.entries(snapshot.address_ring)
        assert entry == ring.RingEntry(int(NOW), 11, 5, b"DE", ring.ATTEMPT | ring.FAILED)

    def test_reading_without_counting_leaves_no_trace(self, store):
        store.begin(KEYS, observation(), NOW)

        store.begin(KEYS, None, NOW)
        snapshot = store.begin(KEYS, None, NOW)

        assert marks(snapshot.subject_ring) == [22]

    def test_a_subject_that_was_never_seen_reads_empty(self, store):
        assert store.begin(KEYS, None, NOW) == Snapshot()

    def test_only_rings_with_a_key_are_counted_and_read(self, store):
        store.begin(KEYS, observation(), NOW)

        snapshot = store.begin(Keys(tenant=TENANT, subject=SUBJECT), observation(), NOW)

        assert marks(snapshot.subject_ring) == [22, 22]
        assert (snapshot.address_ring, snapshot.prefix_ring, snapshot.device_ring) == (b"", b"", b"")

    def test_calls_of_one_attempt_count_once(self, store):
        store.begin(KEYS, observation(attempt=5, flags=ring.ATTEMPT), NOW)

        snapshot = store.begin(KEYS, observation(attempt=5, flags=ring.FAILED), NOW + 1)

        (entry,) = ring.entries(snapshot.subject_ring)
        assert (entry.at, entry.flags) == (int(NOW), ring.ATTEMPT | ring.FAILED)

    def test_calls_of_one_attempt_from_two_addresses_count_once(self, store):
        store.begin(KEYS, observation(attempt=5, address_mark=22, country="NO"), NOW)
        store.begin(KEYS, observation(attempt=6, address_mark=33), NOW)

        snapshot = store.begin(KEYS, observation(attempt=5, address_mark=44, country="SE"), NOW + 1)

        first, second = ring.entries(snapshot.subject_ring)
        assert (first.other, first.country, second.other) == (22, b"NO", 33)

    def test_what_was_not_known_of_an_attempt_is_learned_from_its_next_call(self, store):
        store.begin(KEYS, observation(attempt=5, address_mark=0, country="", flags=ring.ATTEMPT), NOW)

        snapshot = store.begin(KEYS, observation(attempt=5, address_mark=44, country="SE", flags=ring.FAILED), NOW + 1)

        (entry,) = ring.entries(snapshot.subject_ring)
        assert entry == ring.RingEntry(int(NOW), 44, 5, b"SE", ring.ATTEMPT | ring.FAILED)

    def test_an_attempt_that_is_new_has_no_earlier_flags(self, store):
        store.begin(KEYS, observation(attempt=5, flags=ring.ATTEMPT | ring.FAILED), NOW)

        assert store.begin(KEYS, observation(attempt=6, flags=ring.ATTEMPT | ring.FAILED), NOW).earlier_flags == 0
        assert store.begin(KEYS, observation(attempt=0, flags=ring.ATTEMPT | ring.FAILED), NOW).earlier_flags == 0

    def test_a_call_learns_what_the_earlier_calls_of_its_attempt_have_told(self, store):
        store.begin(KEYS, observation(attempt=5, flags=ring.ATTEMPT), NOW)
        second = store.begin(KEYS, observation(attempt=5, flags=ring.ATTEMPT | ring.FAILED), NOW)
        third = store.begin(KEYS, observation(attempt=5, flags=ring.ATTEMPT | ring.SUCCEEDED), NOW)

        assert (second.earlier_flags, third.earlier_flags) == (ring.ATTEMPT, ring.ATTEMPT | ring.FAILED)

    def test_what_was_told_of_an_attempt_a_day_ago_is_forgotten(self, store):
        store.begin(KEYS, observation(attempt=5, flags=ring.ATTEMPT | ring.FAILED), NOW)

        assert store.begin(KEYS, observation(attempt=5), NOW + 2 * DAY).earlier_flags == 0

    def test_calls_of_two_attempts_count_twice(self, store):
        store.begin(KEYS, observation(attempt=5), NOW)

        snapshot = store.begin(KEYS, observation(attempt=6), NOW)

        assert len(marks(snapshot.subject_ring)) == 2

    def test_an_attempt_is_not_found_where_its_bytes_stand_across_two_fields(self, store):
        store.begin(KEYS, observation(attempt=0x02030405, subject_mark=1, address_mark=1), NOW)
        store.begin(KEYS, observation(attempt=0x05060708, subject_mark=2, address_mark=2), NOW)

        snapshot = store.begin(KEYS, observation(attempt=0x01020304, flags=ring.FAILED), NOW)
        again = store.begin(KEYS, observation(attempt=0x01020304), NOW)

        assert [entry.attempt for entry in ring.entries(snapshot.subject_ring)] == [0x02030405, 0x05060708, 0x01020304]
        assert (snapshot.earlier_flags, again.earlier_flags) == (0, ring.FAILED)
        assert len(marks(again.address_ring)) == 3

    def test_the_same_key_of_another_kind_is_another_ring(self, store):
        same = Keys(tenant=TENANT, subject=SUBJECT, address=SUBJECT, prefix=SUBJECT, device=SUBJECT)

        snapshot = store.begin(same, observation(), NOW)

        assert (marks(snapshot.subject_ring), marks(snapshot.address_ring)) == ([22], [11])

    def test_a_ring_is_not_read_for_another_kind_of_its_key(self, store):
        crossed = Keys(tenant=TENANT, subject=ADDRESS, address=SUBJECT)
        store.begin(Keys(tenant=TENANT, subject=SUBJECT, address=ADDRESS), observation(), NOW)

        assert store.begin(crossed, None, NOW) == Snapshot()
        assert store.begin(Keys(tenant=TENANT, subject=ADDRESS), None, NOW) == Snapshot()

    def test_rings_of_two_tenants_are_apart(self, store):
        store.begin(KEYS, observation(), NOW)

        assert store.begin(KEYS._replace(tenant=OTHER_TENANT), None, NOW) == Snapshot()

    def test_everything_of_the_attempt_is_read_in_one_trip(self, store):
        store.commit(everything(spend=""), NOW)
        store.rewrite_authenticators(TENANT, SUBJECT, lambda _: b"sealed authenticators", NOW)
        store.put_proof(TENANT, SESSION, proof(), expires_at=NOW + HOUR, now=NOW)
        store.put_entry(TENANT, list_entry(), NOW)
        store.add_tallies(TENANT, [tally()], NOW)

        snapshot = store.begin(KEYS, None, NOW)

        assert (snapshot.profile, snapshot.authenticators) == (b"seen.", b"sealed authenticators")
        assert (snapshot.device, snapshot.proofs) == (device(), (proof(),))
        assert snapshot.lists_version == store.entries(TENANT, NOW)[0] > 0
        assert snapshot.tallies_version == store.tallies_since(TENANT, 0)[0] > 0

    def test_nothing_of_another_tenant_is_read(self, store):
        store.commit(everything(), NOW)
        store.rewrite_authenticators(TENANT, SUBJECT, lambda _: b"sealed authenticators", NOW)
        store.put_proof(TENANT, SESSION, proof(), expires_at=NOW + HOUR, now=NOW)
        store.put_entry(TENANT, list_entry(), NOW)
        store.add_tallies(TENANT, [tally()], NOW)

        assert store.begin(KEYS._replace(tenant=OTHER_TENANT), None, NOW) == Snapshot()

    def test_what_has_ended_is_not_read_though_nobody_swept(self, store):
        store.commit(everything(), NOW)
        store.put_proof(TENANT, SESSION, proof(), expires_at=NOW + HOUR, now=NOW)

        snapshot = store.begin(KEYS, None, NOW + 40 * DAY)

        assert (snapshot.profile, snapshot.device, snapshot.proofs) == (None, None, ())


class Committing:
    def test_one_commit_writes_one_of_each(self, store):
        store.commit(everything(), NOW)

        assert store.record(TENANT, "dec_1", NOW) == record()
        assert store.device(TENANT, "dev_1", NOW) == device()
        assert store.challenge(TENANT, "chl_1", NOW) == challenge()
        assert store.begin(KEYS, None, NOW).profile == b"seen."

    def test_an_empty_commit_is_fine(self, store):
        store.commit(Changes(), NOW)

        assert store.begin(KEYS, None, NOW).profile is None

    def test_a_proof_that_was_spent_cannot_be_spent_by_a_decision(self, store):
        store.spend(TENANT, "jti-1", expires_at=NOW + HOUR, now=NOW)

        with pytest.raises(Conflict):
            store.commit(everything(), NOW)

    def test_a_decision_that_met_a_conflict_has_written_nothing(self, store):
        store.spend(TENANT, "jti-1", expires_at=NOW + HOUR, now=NOW)

        with pytest.raises(Conflict):
            store.commit(everything(), NOW)

        assert store.begin(KEYS, None, NOW) == Snapshot()
        assert store.record(TENANT, "dec_1", NOW) is None
        assert store.challenge(TENANT, "chl_1", NOW) is None

    def test_a_decision_whose_profile_was_changed_meanwhile_spends_its_proof_once(self, store, reopen):
        store.begin(KEYS, None, NOW)
        reopen().rewrite_profile(TENANT, SUBJECT, lambda _: b"another.", expires_at=NOW + DAY, now=NOW)

        store.commit(everything(), NOW)

        assert store.begin(KEYS, None, NOW).profile == b"another.seen."
        assert store.record(TENANT, "dec_1", NOW) == record()
        assert store.is_spent(TENANT, "jti-1", NOW)

    def test_a_decision_spends_its_proof_for_everybody(self, store):
        store.commit(everything(), NOW)

        assert not store.spend(TENANT, "jti-1", expires_at=NOW + HOUR, now=NOW + SPENT_SECONDS - 1)

    def test_two_tenants_may_spend_the_same_name(self, store):
        store.commit(everything(), NOW)

        assert store.spend(OTHER_TENANT, "jti-1", expires_at=NOW + HOUR, now=NOW)

    def test_a_rewrite_that_raises_leaves_everything_as_it_was(self, store):
        def refuse(held):
            raise LookupError("no such profile")

        with pytest.raises(LookupError):
            store.commit(everything(rewrite_profile=refuse), NOW)

        assert store.begin(KEYS, None, NOW) == Snapshot()
        assert store.record(TENANT, "dec_1", NOW) is None
        assert store.spend(TENANT, "jti-1", expires_at=NOW + HOUR, now=NOW)

    def test_a_profile_is_rewritten_from_what_is_kept(self, store):
        store.commit(everything(spend=""), NOW)

        store.rewrite_profile(TENANT, SUBJECT, lambda held: held + b"again.", expires_at=NOW + DAY, now=NOW)

        assert store.begin(KEYS, None, NOW).profile == b"seen.again."

    def test_a_profile_rewritten_to_none_is_gone(self, store):
        store.rewrite_profile(TENANT, SUBJECT, lambda _: b"seen.", expires_at=NOW + DAY, now=NOW)

        store.rewrite_profile(TENANT, SUBJECT, lambda _: None, expires_at=NOW + DAY, now=NOW)

        assert store.begin(KEYS, None, NOW).profile is None

    def test_a_profile_that_has_ended_is_rewritten_from_nothing(self, store):
        met = []
        store.rewrite_profile(TENANT, SUBJECT, lambda _: b"old", expires_at=NOW + 10, now=NOW)

        store.rewrite_profile(
            TENANT, SUBJECT, lambda held: met.append(held) or b"new", expires_at=NOW + DAY, now=NOW + 10
        )

        assert met[-1] is None
        assert store.begin(KEYS, None, NOW + 10).profile == b"new"

    def test_what_was_committed_is_there_for_the_next_who_opens_the_store(self, store, reopen):
        store.commit(everything(), NOW)
        store.begin(KEYS, observation(), NOW)
        store.put_key(api_key())

        again = reopen()

        assert again.record(TENANT, "dec_1", NOW) == record()
        assert marks(again.begin(KEYS, None, NOW).subject_ring) == [22]
        assert again.key_by_digest(api_key().digest) == api_key()
