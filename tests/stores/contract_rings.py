"""How long a velocity ring lives, and what stays in one that is full."""

from random import Random

from doorward.core import ring
from doorward.ports import Snapshot

from .samples import DAY, HOUR, KEYS, NOW, marks, observation


class Rings:
    def test_full_rings_keep_the_newest(self, store):
        for mark in range(1, 271):
            snapshot = store.begin(KEYS, observation(subject_mark=mark, address_mark=mark), NOW + mark)

        assert marks(snapshot.subject_ring) == list(range(207, 271))
        assert marks(snapshot.address_ring) == list(range(15, 271))
        assert marks(snapshot.prefix_ring) == list(range(15, 271))
        assert marks(snapshot.device_ring) == list(range(255, 271))

    def test_what_was_sent_is_not_pushed_out_by_attempts_while_it_counts(self, store):
        for flag in (ring.PROVED, ring.PUSH_SENT, ring.CODE_SENT):
            store.begin(KEYS, observation(address_mark=0, flags=flag), NOW)

        within = [store.begin(KEYS, observation(address_mark=mark), NOW + 3599) for mark in range(1, 81)][-1]
        after_an_hour = [store.begin(KEYS, observation(address_mark=mark), NOW + HOUR) for mark in range(1, 81)][-1]
        after_a_day = [store.begin(KEYS, observation(address_mark=mark), NOW + DAY) for mark in range(1, 81)][-1]

        assert marks(within.subject_ring) == [0, 0, 0, *range(20, 81)]
        assert marks(after_an_hour.subject_ring) == [0, 0, *range(19, 81)]
        assert marks(after_a_day.subject_ring) == list(range(17, 81))

    def test_what_was_sent_leaves_half_a_ring_to_attempts(self, store):
        for mark in range(100, 200):
            store.begin(KEYS, observation(address_mark=mark, flags=ring.PUSH_SENT), NOW)

        snapshot = [store.begin(KEYS, observation(address_mark=mark), NOW) for mark in range(1, 101)][-1]

        assert marks(snapshot.subject_ring) == [*range(169, 200), *range(68, 101)]

    def test_a_full_ring_is_what_the_core_makes_of_it(self, store):
        draw, held, now = Random(9), b"", NOW
        for _ in range(400):
            now += draw.choice((1, 60, 900))
            each = observation(attempt=draw.choice((0, 0, 5)), flags=draw.choice((1, 3, 8, 16, 32)))
            snapshot = store.begin(KEYS, each, now)
            held = ring.append(
                held, at=now, other=22, attempt=each.attempt, country=each.country, flags=each.flags, limit=64
            )
            assert snapshot.subject_ring == held

    def test_a_ring_is_there_for_the_longest_window(self, store):
        store.begin(KEYS, observation(), NOW)

        assert marks(store.begin(KEYS, None, NOW + 24 * HOUR).subject_ring) == [22]

    def test_a_ring_that_was_not_touched_for_days_is_gone(self, store):
        store.begin(KEYS, observation(), NOW)

        assert store.begin(KEYS, None, NOW + 3 * DAY) == Snapshot()
        assert marks(store.begin(KEYS, observation(address_mark=9), NOW + 3 * DAY).subject_ring) == [9]

    def test_a_ring_that_is_touched_every_day_stays(self, store):
        for day in range(4):
            snapshot = store.begin(KEYS, observation(address_mark=day + 1), NOW + day * 20 * HOUR)

        assert marks(snapshot.subject_ring) == [1, 2, 3, 4]

    def test_what_is_told_late_ends_no_ring_early(self, store):
        store.begin(KEYS, observation(address_mark=1), NOW)
        store.begin(KEYS, observation(address_mark=2, at=NOW - 23 * HOUR), NOW)

        snapshot = store.begin(KEYS, None, NOW + 23 * HOUR)

        told = [(entry.other, entry.at) for entry in ring.entries(snapshot.subject_ring)]
        assert told == [(1, int(NOW)), (2, int(NOW) - 23 * HOUR)]
