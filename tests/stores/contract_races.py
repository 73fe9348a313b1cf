"""What must hold when twenty threads do the same thing at once."""

import threading
from concurrent.futures import ThreadPoolExecutor

from doorward.core import ring
from doorward.core.errors import Conflict
from doorward.ports import Changes

from .samples import DAY, KEYS, NOW, SESSION, SUBJECT, TENANT, marks, observation, proof, record, tally

THREADS = 20


def race(run):
    """Run `run(number)` in twenty threads that start together, and return what each answered."""
    start = threading.Barrier(THREADS)

    def runner(number):
        start.wait(timeout=20)
        return run(number)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(runner, range(THREADS)))


class Races:
    def test_of_many_who_spend_one_name_exactly_one_does(self, store):
        answers = race(lambda _: store.spend(TENANT, "jti-1", expires_at=NOW + 10, now=NOW))

        assert answers.count(True) == 1

    def test_of_many_decisions_on_one_proof_exactly_one_is_written(self, store):
        def decide(number):
            try:
                store.commit(Changes(record=record(id=f"dec_{number}"), spend="jti-1"), NOW)
            except Conflict:
                return None
            return number

        (winner,) = [number for number in race(decide) if number is not None]

        written = [number for number in range(THREADS) if store.record(TENANT, f"dec_{number}", NOW)]
        assert written == [winner]

    def test_of_many_who_claim_one_key_exactly_one_runs(self, store):
        answers = race(lambda _: store.claim(b"key", b"f", expires_at=NOW + DAY, now=NOW).state)

        assert sorted(answers) == ["new"] + ["running"] * (THREADS - 1)

    def test_of_many_who_take_over_a_dead_claim_exactly_one_does(self, store):
        store.claim(b"key", b"f", expires_at=NOW + DAY, now=NOW)

        answers = race(lambda _: store.claim(b"key", b"f", expires_at=NOW + DAY, now=NOW + 60).state)

        assert sorted(answers) == ["new"] + ["running"] * (THREADS - 1)

    def test_of_many_calls_of_one_attempt_exactly_one_is_the_first(self, store):
        flags = ring.ATTEMPT | ring.FAILED

        answers = race(lambda _: store.begin(KEYS, observation(attempt=5, flags=flags), NOW).earlier_flags)

        assert sorted(answers) == [0] + [flags] * (THREADS - 1)

    def test_of_many_secrets_all_callers_get_the_same(self, store):
        answers = race(lambda number: store.put_secret_if_absent(TENANT, "signing", b"key %d" % number))

        assert set(answers) == {store.secret(TENANT, "signing")}

    def test_no_attempt_is_lost_from_a_ring(self, store):
        def attempts(number):
            return [
                store.begin(KEYS, observation(subject_mark=number * 10 + i + 1, address_mark=number * 10 + i + 1), NOW)
                for i in range(3)
            ]

        race(attempts)

        snapshot = store.begin(KEYS, None, NOW)
        expected = sorted(number * 10 + i + 1 for number in range(THREADS) for i in range(3))
        assert sorted(marks(snapshot.subject_ring)) == expected
        assert sorted(marks(snapshot.address_ring)) == expected

    def test_every_attempt_sees_itself_and_those_before(self, store):
        answers = race(lambda _: store.begin(KEYS, observation(), NOW))

        assert sorted(len(marks(each.subject_ring)) for each in answers) == list(range(1, THREADS + 1))

    def test_calls_of_one_attempt_at_once_count_once(self, store):
        race(lambda number: store.begin(KEYS, observation(attempt=5, flags=1 << number % 5), NOW))

        (entry,) = ring.entries(store.begin(KEYS, None, NOW).subject_ring)
        assert entry.flags == 0b11111

    def test_rewrites_of_one_profile_lose_nothing(self, store):
        def learn(number):
            store.rewrite_profile(
                TENANT, SUBJECT, lambda held: (held or b"") + bytes([number]), expires_at=NOW + DAY, now=NOW
            )
            key = (TENANT, SUBJECT)
            rewrite = lambda held: (held or b"") + bytes([number + 100])  # noqa: E731
            store.commit(Changes(profile_key=key, rewrite_profile=rewrite, profile_expires_at=NOW + DAY), NOW)

        race(learn)

        expected = [*range(THREADS), *range(100, 100 + THREADS)]
        assert sorted(store.begin(KEYS, None, NOW).profile) == expected

    def test_rewrites_of_one_record_lose_nothing(self, store):
        store.commit(Changes(record=record(body=b"")), NOW)

        race(lambda number: store.rewrite_record(TENANT, "dec_1", lambda body: body + bytes([number]), NOW))

        assert sorted(store.record(TENANT, "dec_1", NOW).body) == list(range(THREADS))

    def test_rewrites_of_one_subjects_authenticators_lose_nothing(self, store):
        def enrol(number):
            store.rewrite_authenticators(TENANT, SUBJECT, lambda held: (held or b"") + bytes([number]), NOW)

        race(enrol)

        assert sorted(store.authenticators(TENANT, SUBJECT, NOW)) == list(range(THREADS))

    def test_sums_lose_nothing(self, store):
        race(lambda number: store.add_tallies(TENANT, [tally(a=1.0, b=0.0), tally(value=number + 100)], NOW))

        version, tallies = store.tallies_since(TENANT, 0)
        assert version == THREADS
        assert [each.a for each in tallies if each.value == 47] == [float(THREADS)]

    def test_proofs_of_one_session_lose_nothing(self, store):
        def prove(number):
            if number < 16:
                store.put_proof(TENANT, SESSION, proof(f"jti-{number:02}"), expires_at=NOW + 10, now=NOW)

        race(prove)

        proofs = store.begin(KEYS, None, NOW).proofs
        assert sorted(proofs) == [proof(f"jti-{number:02}") for number in range(16)]

    def test_different_things_at_once_do_not_hinder_each_other(self, store):
        def live(number):
            store.begin(KEYS, observation(), NOW)
            store.commit(Changes(record=record(id=f"dec_{number}")), NOW)
            store.sweep(NOW)
            store.ping()
            return store.record(TENANT, f"dec_{number}", NOW) is not None

        assert race(live) == [True] * THREADS
