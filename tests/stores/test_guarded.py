"""The circuit breaker in front of a store."""

import pytest

from doorward.core.errors import Conflict, StoreUnavailable
from doorward.stores.guarded import FAILURES_TO_OPEN, guarded
from doorward.stores.sqlite import open_store


class Away:
    """A store that is away while `away` is set, and counts who still asks."""

    def __init__(self):
        self.asked = 0
        self.away = True

    def key_by_digest(self, digest):
        self.asked += 1
        if self.away:
            raise StoreUnavailable

    def ping(self):
        self.key_by_digest(b"")

    def commit(self, changes, now):
        raise Conflict("spent")


@pytest.fixture
def now():
    return [100.0]


@pytest.fixture
def store():
    return Away()


@pytest.fixture
def opened(store, now):
    """A breaker that has just seen too many failures."""
    front = guarded(store, lambda: now[0])
    for _ in range(FAILURES_TO_OPEN):
        with pytest.raises(StoreUnavailable):
            front.key_by_digest(b"")
    store.asked = 0
    return front


def test_after_failures_in_a_row_callers_are_told_without_asking(opened, store):
    with pytest.raises(StoreUnavailable):
        opened.key_by_digest(b"")

    assert store.asked == 0


def test_one_caller_a_second_finds_out_whether_it_is_back(opened, store, now):
    now[0] += 1.5

    for _ in range(10):
        with pytest.raises(StoreUnavailable):
            opened.key_by_digest(b"")

    assert store.asked == 1


def test_a_store_that_is_back_is_used_again_by_all(opened, store, now):
    store.away = False
    now[0] += 1.5

    for _ in range(3):
        opened.key_by_digest(b"")

    assert store.asked == 3


def test_the_operator_hears_once_that_it_is_away_and_once_that_it_is_back(store, now):
    heard = []
    front = guarded(store, lambda: now[0], heard.append)
    for _ in range(3 * FAILURES_TO_OPEN):
        with pytest.raises(StoreUnavailable):
            front.key_by_digest(b"")
    store.away = False
    now[0] += 1.5
    front.key_by_digest(b"")

    assert heard == [True, False]


def test_readiness_always_asks_the_store_itself(opened, store):
    with pytest.raises(StoreUnavailable):
        opened.ping()

    assert store.asked == 1


def test_a_refusal_by_the_store_is_no_failure_of_it(store, now):
    front = guarded(store, lambda: now[0])
    store.away = False

    for _ in range(2 * FAILURES_TO_OPEN):
        with pytest.raises(Conflict):
            front.commit(None, 0.0)

    front.key_by_digest(b"")
    assert store.asked == 1


def test_failures_that_are_not_in_a_row_open_nothing(store, now):
    front = guarded(store, lambda: now[0])
    for number in range(4 * FAILURES_TO_OPEN):
        store.away = number % 2 == 0
        if store.away:
            with pytest.raises(StoreUnavailable):
                front.key_by_digest(b"")
        else:
            front.key_by_digest(b"")

    assert store.asked == 4 * FAILURES_TO_OPEN


def test_a_guarded_store_answers_as_the_store_does():
    front = guarded(open_store(":memory:"), lambda: 0.0)

    assert front.keys() == []
    front.close()
