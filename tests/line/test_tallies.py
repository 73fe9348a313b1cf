"""The sums in one worker: gathered, flushed, and read without anybody waiting for somebody else's read."""

import threading

import pytest

from doorward.core.errors import StoreUnavailable
from doorward.core.population import Tally, scale
from doorward.stores.sqlite import open_store
from doorward.tallies import MOST_VALUES, VALUES_KEPT, Tallies

NOW = 1_782_900_000.0
COUNTRY = [Tally("country", 47, 0, 1.0)]


class Slow:
    """A real store whose reads wait while `may_read` is not set, and fail while `away` is."""

    def __init__(self):
        self.store = open_store(":memory:")
        self.may_read, self.reading = threading.Event(), threading.Event()
        self.may_read.set()
        self.away = False

    def add_tallies(self, tenant, tallies, now):
        if self.away:
            raise StoreUnavailable
        self.store.add_tallies(tenant, tallies, now)

    def tallies_since(self, tenant, version):
        self.reading.set()
        self.may_read.wait(timeout=20)
        if self.away:
            raise StoreUnavailable
        return self.store.tallies_since(tenant, version)


@pytest.fixture
def store():
    made = Slow()
    yield made
    made.store.close()


@pytest.fixture
def tallies(store):
    return Tallies(store)


def total(population):
    return population.facts({"country": 47}, NOW).totals["country"]


def test_nobody_waits_for_another_ones_read(tallies, store):
    held = tallies.population("acme", NOW, newest=0)
    store.may_read.clear()
    store.reading.clear()
    reader = threading.Thread(target=tallies.population, args=("acme", NOW + 5), kwargs={"newest": 9})
    reader.start()
    assert store.reading.wait(timeout=20)

    taken = tallies.population("acme", NOW + 5, newest=9)
    tallies.add("acme", COUNTRY)

    store.may_read.set()
    reader.join(timeout=20)
    assert taken is held


def test_without_any_sums_the_caller_hears_that_the_store_is_away(tallies, store):
    store.away = True

    with pytest.raises(StoreUnavailable):
        tallies.population("acme", NOW, newest=0)


def test_a_read_that_failed_is_tried_again(tallies, store):
    store.away = True
    with pytest.raises(StoreUnavailable):
        tallies.population("acme", NOW, newest=0)
    store.away = False
    tallies.add("acme", COUNTRY)
    tallies.flush(NOW)

    assert total(tallies.population("acme", NOW, newest=1)) > 0


def test_what_could_not_be_flushed_is_kept_for_the_next_time(tallies, store):
    tallies.add("acme", COUNTRY)
    store.away = True
    tallies.flush(NOW)
    tallies.add("acme", COUNTRY)
    store.away = False
    tallies.flush(NOW)

    assert store.store.tallies_since("acme", 0)[1] == [Tally("country", 47, 0, 2.0)]


def test_sums_are_read_again_about_once_a_second(tallies, store):
    tallies.population("acme", NOW, newest=0)
    tallies.add("acme", COUNTRY)
    tallies.flush(NOW)

    assert total(tallies.population("acme", NOW + 0.5, newest=1)) == 0
    assert total(tallies.population("acme", NOW + 1.5, newest=1)) > 0


def test_a_worker_holds_no_more_than_the_most_common_of_many_addresses(tallies, store):
    common = [Tally("ip", value, 0, 2.0) for value in range(VALUES_KEPT)]
    store.add_tallies("acme", common, NOW)
    tallies.population("acme", NOW, newest=0)
    store.add_tallies("acme", [Tally("ip", VALUES_KEPT + value, 0, 1.0) for value in range(MOST_VALUES)], NOW)

    held = tallies.population("acme", NOW + 5, newest=9).facts({"ip": 7}, NOW)

    assert held.distinct["ip"] == VALUES_KEPT
    assert held.counts["ip"] == pytest.approx(2.0 / scale(NOW))
    assert held.totals["ip"] == pytest.approx(2.0 * VALUES_KEPT / scale(NOW))


def test_what_a_worker_dropped_counts_whole_once_it_comes_again(tallies, store):
    store.add_tallies("acme", [Tally("ip", value, 0, 2.0) for value in range(VALUES_KEPT)], NOW)
    store.add_tallies("acme", [Tally("ip", VALUES_KEPT + value, 0, 1.0) for value in range(MOST_VALUES)], NOW)
    tallies.population("acme", NOW, newest=0)
    store.add_tallies("acme", [Tally("ip", VALUES_KEPT, 0, 1.0)], NOW)

    held = tallies.population("acme", NOW + 5, newest=9).facts({"ip": VALUES_KEPT}, NOW)

    assert held.counts["ip"] == pytest.approx(2.0 / scale(NOW))
