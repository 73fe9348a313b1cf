"""What records, devices, proofs, challenges and authenticators promise."""

import pytest

from doorward.ports import ENDED_CHALLENGE_SECONDS, ENDED_DEVICE_SECONDS, PROOFS_OF_A_SESSION, Changes, RecordQuery

from .samples import DAY, HOUR, KEYS, NOW, OTHER_TENANT, SESSION, SUBJECT, TENANT, challenge, device, proof, record


def kept(store, *records):
    for each in records:
        store.commit(Changes(record=each), NOW)


def listed(store, **query):
    return [row.id for row in store.records(RecordQuery(tenant=TENANT, **query), NOW)]


class Recording:
    def test_a_record_of_another_tenant_is_not_there(self, store):
        kept(store, record())

        assert store.record(OTHER_TENANT, "dec_1", NOW) is None
        assert store.rewrite_record(OTHER_TENANT, "dec_1", lambda _: b"theirs", NOW) is None
        assert store.record(TENANT, "dec_1", NOW) == record()

    def test_a_record_ends_at_the_time_that_was_set(self, store):
        kept(store, record(expires_at=NOW + 10))

        assert store.record(TENANT, "dec_1", NOW + 9) is not None
        assert store.record(TENANT, "dec_1", NOW + 10) is None
        assert store.rewrite_record(TENANT, "dec_1", lambda _: b"late", NOW + 10) is None
        assert store.records(RecordQuery(tenant=TENANT), NOW + 10) == []

    def test_a_rewritten_record_is_returned_and_kept(self, store):
        kept(store, record())

        row = store.rewrite_record(TENANT, "dec_1", lambda body: body + b" with a label", NOW)

        assert row == store.record(TENANT, "dec_1", NOW) == record(body=b"sealed record with a label")

    def test_a_rewrite_that_answers_none_changes_nothing(self, store):
        kept(store, record())

        row = store.rewrite_record(TENANT, "dec_1", lambda _: None, NOW)

        assert row == store.record(TENANT, "dec_1", NOW) == record()

    def test_a_rewrite_that_raises_changes_nothing(self, store):
        def refuse(body):
            raise LookupError("told twice")

        kept(store, record())

        with pytest.raises(LookupError):
            store.rewrite_record(TENANT, "dec_1", refuse, NOW)

        assert store.record(TENANT, "dec_1", NOW) == record()

    def test_a_record_that_does_not_exist_is_not_rewritten(self, store):
        met = []

        assert store.rewrite_record(TENANT, "dec_9", met.append, NOW) is None
        assert met == []

    def test_records_are_listed_newest_first_and_equal_times_by_id(self, store):
        kept(store, record(id="dec_a"), record(id="dec_c"), record(id="dec_b"), record(id="dec_d", at=NOW - 5))

        assert listed(store) == ["dec_c", "dec_b", "dec_a", "dec_d"]

    def test_a_listed_record_is_whole(self, store):
        kept(store, record())

        assert store.records(RecordQuery(tenant=TENANT), NOW) == [record()]

    def test_pages_hold_every_record_once(self, store):
        kept(store, *(record(id=f"dec_{number:02}", at=NOW + number // 3) for number in range(10)))
        pages, ids, before = [], [], None

        while rows := store.records(RecordQuery(tenant=TENANT, before=before, limit=4), NOW):
            pages.append(len(rows))
            ids += [row.id for row in rows]
            before = (rows[-1].at, rows[-1].id)

        assert pages == [4, 4, 2]
        assert ids == [f"dec_{number:02}" for number in reversed(range(10))]

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ({"subject": SUBJECT}, ["dec_3", "dec_1"]),
            ({"subject": b"nobody"}, []),
            ({"outcome": "deny"}, ["dec_3", "dec_2"]),
            ({"rule": "spray"}, ["dec_2"]),
            ({"since": NOW + 1}, ["dec_3", "dec_2"]),
            ({"until": NOW + 1}, ["dec_1"]),
            ({"since": NOW + 1, "until": NOW + 2}, ["dec_2"]),
            ({"subject": SUBJECT, "outcome": "deny", "since": NOW}, ["dec_3"]),
            ({"subject": SUBJECT, "before": (NOW + 2, "dec_3")}, ["dec_1"]),
            ({"limit": 1}, ["dec_3"]),
            ({"limit": 0}, []),
        ],
    )
    def test_a_listing_is_narrowed_by(self, store, query, expected):
        kept(
            store,
            record(id="dec_1"),
            record(id="dec_2", subject=b"another", at=NOW + 1, outcome="deny", rule="spray"),
            record(id="dec_3", at=NOW + 2, outcome="deny", rule="travel"),
        )

        assert listed(store, **query) == expected

    def test_a_listing_is_of_one_tenant(self, store):
        kept(store, record(), record(id="dec_2", tenant=OTHER_TENANT))

        assert listed(store) == ["dec_1"]


class KeepingDevices:
    def test_a_device_of_another_tenant_is_not_there(self, store):
        store.put_device(TENANT, device(), NOW)
        store.revoke_device(OTHER_TENANT, "dev_1", NOW)

        assert store.device(OTHER_TENANT, "dev_1", NOW) is None
        assert store.device(TENANT, "dev_1", NOW) == device()

    def test_a_device_is_kept_in_its_new_state(self, store):
        rotated = device(token_hash=b"n" * 32, previous_hash=b"h" * 32, current_seen=False, previous_until=0.0)
        store.put_device(TENANT, device(), NOW)

        store.put_device(TENANT, rotated, NOW)

        assert store.device(TENANT, "dev_1", NOW) == rotated

    def test_a_revoked_device_stays_revoked(self, store):
        store.put_device(TENANT, device(), NOW)
        store.revoke_device(TENANT, "dev_1", NOW)

        store.put_device(TENANT, device(), NOW)
        store.commit(Changes(device=(TENANT, device())), NOW)

        assert store.device(TENANT, "dev_1", NOW) == device(revoked=True)

    def test_revoking_what_is_not_there_makes_nothing(self, store):
        store.revoke_device(TENANT, "dev_1", NOW)

        assert store.device(TENANT, "dev_1", NOW) is None

    def test_a_device_is_told_from_an_unknown_one_for_a_while_after_its_end(self, store):
        ended = NOW + DAY + ENDED_DEVICE_SECONDS
        store.put_device(TENANT, device(expires_at=NOW + DAY), NOW)

        assert store.device(TENANT, "dev_1", ended - 1) == device(expires_at=NOW + DAY)
        assert store.begin(KEYS, None, ended - 1).device == device(expires_at=NOW + DAY)
        assert store.device(TENANT, "dev_1", ended) is None
        assert store.begin(KEYS, None, ended).device is None


class KeepingProofs:
    def proofs(self, store, now=NOW, **changes):
        return store.begin(KEYS._replace(**changes), None, now).proofs

    def test_a_proof_comes_back_as_it_was_put(self, store):
        store.put_proof(TENANT, SESSION, proof("ö"), expires_at=NOW + HOUR, now=NOW)

        assert self.proofs(store) == (proof("ö"),)

    def test_a_proof_that_is_put_twice_is_kept_once(self, store):
        for _ in range(2):
            store.put_proof(TENANT, SESSION, proof(), expires_at=NOW + HOUR, now=NOW)

        assert self.proofs(store) == (proof(),)

    def test_a_proof_belongs_to_one_session_of_one_tenant(self, store):
        store.put_proof(TENANT, SESSION, proof(), expires_at=NOW + HOUR, now=NOW)

        assert self.proofs(store, session=b"another session") == ()
        assert self.proofs(store, tenant=OTHER_TENANT) == ()
        assert self.proofs(store, session=None) == ()

    def test_each_proof_ends_at_its_own_time(self, store):
        store.put_proof(TENANT, SESSION, proof("long"), expires_at=NOW + 20, now=NOW)
        store.put_proof(TENANT, SESSION, proof("short"), expires_at=NOW + 10, now=NOW)

        assert self.proofs(store, NOW + 9) == (proof("long"), proof("short"))
        assert self.proofs(store, NOW + 10) == (proof("long"),)
        assert self.proofs(store, NOW + 20) == ()

    def test_a_session_keeps_a_bounded_number_of_proofs_the_newest(self, store):
        for number in range(PROOFS_OF_A_SESSION + 4):
            store.put_proof(TENANT, SESSION, proof(f"jti-{number}"), expires_at=NOW + HOUR, now=NOW)

        assert self.proofs(store) == tuple(proof(f"jti-{n}") for n in range(4, PROOFS_OF_A_SESSION + 4))

    def test_dropped_proofs_are_gone(self, store):
        store.put_proof(TENANT, SESSION, proof(), expires_at=NOW + HOUR, now=NOW)

        store.drop_proofs(OTHER_TENANT, SESSION, NOW)
        assert self.proofs(store) == (proof(),)

        store.drop_proofs(TENANT, SESSION, NOW)
        assert self.proofs(store) == ()


class Spending:
    def test_a_name_is_spent_once(self, store):
        assert store.spend(TENANT, "jti-1", expires_at=NOW + 10, now=NOW)
        assert not store.spend(TENANT, "jti-1", expires_at=NOW + 10, now=NOW + 9)

    def test_what_is_spent_can_be_asked_for_until_its_end(self, store):
        assert not store.is_spent(TENANT, "jti-1", NOW)

        store.spend(TENANT, "jti-1", expires_at=NOW + 10, now=NOW)

        assert store.is_spent(TENANT, "jti-1", NOW + 9)
        assert not store.is_spent(TENANT, "jti-1", NOW + 10)
        assert not store.is_spent(OTHER_TENANT, "jti-1", NOW)

    def test_a_second_try_does_not_move_the_end(self, store):
        store.spend(TENANT, "jti-1", expires_at=NOW + 10, now=NOW)
        store.spend(TENANT, "jti-1", expires_at=NOW + 99, now=NOW)

        assert store.spend(TENANT, "jti-1", expires_at=NOW + 99, now=NOW + 10)

    def test_tenants_spend_apart(self, store):
        store.spend(TENANT, "jti-1", expires_at=NOW + 10, now=NOW)

        assert store.spend(OTHER_TENANT, "jti-1", expires_at=NOW + 10, now=NOW)


class KeepingChallenges:
    def test_a_challenge_of_another_tenant_is_not_there(self, store):
        store.put_challenge(challenge(), NOW)

        assert store.challenge(OTHER_TENANT, "chl_1", NOW) is None
        assert store.challenge_of_decision(OTHER_TENANT, "dec_1", NOW) is None

    def test_a_challenge_is_found_by_its_id_and_by_its_decision(self, store):
        store.put_challenge(challenge(), NOW)

        assert store.challenge(TENANT, "chl_1", NOW) == challenge()
        assert store.challenge_of_decision(TENANT, "dec_1", NOW) == challenge()
        assert store.challenge_of_decision(TENANT, "dec_2", NOW) is None

    def test_a_challenge_is_kept_in_its_new_state(self, store):
        store.put_challenge(challenge(), NOW)

        store.put_challenge(challenge(status="passed", body=b"after"), NOW)

        assert store.challenge(TENANT, "chl_1", NOW) == challenge(status="passed", body=b"after")

    def test_a_challenge_is_told_from_an_unknown_one_for_a_while_after_its_end(self, store):
        ended = challenge().expires_at + ENDED_CHALLENGE_SECONDS
        store.put_challenge(challenge(), NOW)

        assert store.challenge(TENANT, "chl_1", ended - 1) == challenge()
        assert store.challenge(TENANT, "chl_1", ended) is None
        assert store.challenge_of_decision(TENANT, "dec_1", ended) is None


class KeepingAuthenticators:
    def test_nothing_enrolled_reads_none(self, store):
        assert store.authenticators(TENANT, SUBJECT, NOW) is None

    def test_authenticators_never_end_by_themselves(self, store):
        store.rewrite_authenticators(TENANT, SUBJECT, lambda _: b"sealed", NOW)

        store.sweep(NOW + 20_000 * DAY)

        assert store.authenticators(TENANT, SUBJECT, NOW + 20_000 * DAY) == b"sealed"

    def test_authenticators_are_rewritten_from_what_is_kept(self, store):
        store.rewrite_authenticators(TENANT, SUBJECT, lambda _: b"one", NOW)

        store.rewrite_authenticators(TENANT, SUBJECT, lambda held: held + b", two", NOW)

        assert store.authenticators(TENANT, SUBJECT, NOW) == b"one, two"

    def test_authenticators_rewritten_to_none_are_gone(self, store):
        store.rewrite_authenticators(TENANT, SUBJECT, lambda _: b"one", NOW)

        store.rewrite_authenticators(TENANT, SUBJECT, lambda _: None, NOW)

        assert store.authenticators(TENANT, SUBJECT, NOW) is None

    def test_authenticators_of_another_tenant_are_not_there(self, store):
        store.rewrite_authenticators(TENANT, SUBJECT, lambda _: b"one", NOW)
        store.rewrite_authenticators(OTHER_TENANT, SUBJECT, lambda _: None, NOW)

        assert store.authenticators(OTHER_TENANT, SUBJECT, NOW) is None
        assert store.authenticators(TENANT, SUBJECT, NOW) == b"one"
