"""What a store says of itself, so that nobody takes an emptied or an older one for it."""

from .samples import DAY, KEYS, NOW, SUBJECT, TENANT


class Accepting:
    def test_a_store_that_is_in_use_has_a_name(self, store):
        assert store.look().name == store.epoch_info().name != ""

    def test_the_newest_moment_is_left_once_a_second(self, store, reopen):
        store.look()
        for now in (NOW + 1, NOW + 1.5, NOW + 2, NOW + 1):
            store.beat(now)
            store.look()

        assert store.epoch_info().beat == NOW + 2
        assert reopen().look().beat == NOW + 2

    def test_a_pause_is_left_beside_the_moment_that_ends_it(self, store):
        for now in (NOW + 1, NOW + 2, NOW + DAY):
            store.look()
            store.beat(now)

        assert store.look().pauses[-1] == (NOW + 2, NOW + DAY)

    def test_accepting_gives_another_name_and_says_when(self, store, reopen):
        before = store.look().name

        accepted = store.accept(NOW + DAY)

        assert accepted.name != before
        assert (accepted.accepted_at, accepted.beat) == (NOW + DAY, NOW + DAY)
        assert reopen().look() == store.look() == accepted

    def test_accepting_loses_nothing(self, store):
        store.rewrite_authenticators(TENANT, SUBJECT, lambda _: b"sealed", NOW)

        store.accept(NOW + DAY)

        assert store.authenticators(TENANT, SUBJECT, NOW) == b"sealed"

    def test_whoever_is_at_it_takes_an_acceptance_over(self, store, reopen):
        another = reopen()
        another.look()

        accepted = store.accept(NOW + DAY)

        assert another.look() == accepted
        assert another.begin(KEYS, None, NOW).profile is None

    def test_it_tells_what_was_seen_and_what_is_there(self, store):
        store.look()
        store.beat(NOW + 5)

        told = store.sighting()

        assert told.refusal == ""
        assert told.found.beat == NOW + 5
        assert told.seen.name == told.found.name

    def test_it_tells_how_much_it_holds(self, store):
        assert store.sizes()["api_keys"] == 0
