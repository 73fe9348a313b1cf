"""The circuit breaker in front of a store."""

import threading
import time

import pytest

from doorward.core.errors import Conflict, SpendNotKept, StoreUnavailable
from doorward.stores.guarded import FAILURES_TO_OPEN, PATIENCE_SECONDS, guarded
from doorward.stores.sqlite import open_store

SOON = (0.005, 0.01)
NEVER = (3600.0, 3600.0)


class Away:
    """A store that is away while `away` is set, takes `slowness` to say so, and counts who still asks."""

    def __init__(self, now):
        self.now = now
        self.asked = 0
        self.pinged = 0
        self.away = True
        self.slowness = 0.0

    def key_by_digest(self, digest):
        self.asked += 1
        if self.away:
            self.now[0] += self.slowness
            raise StoreUnavailable

    def record(self, tenant, record_id, now):
        """What another master has, which is there."""

    def ping(self):
        self.pinged += 1
        if self.away:
            raise StoreUnavailable

    def commit(self, changes, now):
        raise Conflict("spent")

    def spend(self, tenant, jti, *, expires_at, now):
        raise SpendNotKept

    def close(self):
        pass


@pytest.fixture
def now():
    return [100.0]


@pytest.fixture
def store(now):
    return Away(now)


@pytest.fixture
def front(store, now):
    """A breaker that does not probe by itself while a test lasts."""
    made = guarded(store, lambda: now[0], probe_seconds=NEVER)
    yield made
    made.close()


@pytest.fixture
def opened(front, store):
    """A breaker that has just seen too many failures."""
    for _ in range(FAILURES_TO_OPEN):
        fail(front)
    store.asked = 0
    return front


def fail(front):
    with pytest.raises(StoreUnavailable):
        front.key_by_digest(b"")


def eventually(holds):
    """Answer whether *holds* becomes true soon: a thread is at it."""
    until = time.monotonic() + 10
    while time.monotonic() < until and not holds():
        time.sleep(0.002)
    return holds()


def test_after_failures_in_a_row_callers_are_told_without_asking(opened, store):
    fail(opened)

    assert store.asked == 0


def test_no_caller_has_to_find_out_whether_it_is_back(opened, store, now):
    now[0] += 3600

    fail(opened)

    assert store.asked == 0


def test_a_store_that_is_back_is_used_again_by_all(store, now):
    front = guarded(store, lambda: now[0], probe_seconds=SOON)
    for _ in range(FAILURES_TO_OPEN):
        fail(front)
    assert eventually(lambda: store.pinged > 2)

    store.away, store.asked = False, 0
    assert eventually(lambda: front.away_seconds() is None)
    for _ in range(3):
        front.key_by_digest(b"")

    assert store.asked == 3
    front.close()


def test_the_operator_hears_once_that_it_is_away_and_once_that_it_is_back(store, now):
    heard = []
    front = guarded(store, lambda: now[0], heard.append, probe_seconds=SOON)
    for _ in range(3 * FAILURES_TO_OPEN):
        fail(front)
    store.away = False

    assert eventually(lambda: len(heard) > 1)
    assert heard == [True, False]
    front.close()


def test_it_tells_for_how_long_the_store_has_been_away(opened, store, now):
    now[0] += 42.0

    assert opened.away_seconds() == 42.0
    store.away = False
    opened.ping()
    assert opened.away_seconds() is None


def test_readiness_always_asks_the_store_itself(opened, store):
    with pytest.raises(StoreUnavailable):
        opened.ping()

    assert store.pinged == 1


def test_a_store_that_readiness_finds_is_used_again_at_once(opened, store):
    store.away = False

    opened.ping()
    opened.key_by_digest(b"")

    assert store.asked == 1


def test_nobody_probes_a_store_that_was_closed(store, now):
    others = set(threading.enumerate())
    front = guarded(store, lambda: now[0], probe_seconds=SOON)
    front.close()
    for _ in range(FAILURES_TO_OPEN):
        fail(front)

    mine = set(threading.enumerate()) - others
    assert eventually(lambda: not any(thread.is_alive() for thread in mine))
    assert store.pinged == 0


def test_a_refusal_by_the_store_is_no_failure_of_it(front, store):
    store.away = False

    for _ in range(2 * FAILURES_TO_OPEN):
        with pytest.raises(Conflict):
            front.commit(None, 0.0)

    front.key_by_digest(b"")
    assert store.asked == 1


def test_a_store_that_works_as_often_as_it_fails_is_not_away(front, store):
    for _ in range(4 * FAILURES_TO_OPEN):
        fail(front)
        front.record("acme", "dec_1", 0.0)

    assert store.asked == 4 * FAILURES_TO_OPEN


def test_a_store_that_mostly_fails_is_away_though_some_calls_work(front, store):
    for _ in range(4 * FAILURES_TO_OPEN):
        fail(front)
        fail(front)
        if front.away_seconds() is None:
            front.record("acme", "dec_1", 0.0)

    assert FAILURES_TO_OPEN <= store.asked <= 2 * FAILURES_TO_OPEN


def test_a_request_that_has_waited_in_vain_asks_no_more(front, store):
    store.slowness = PATIENCE_SECONDS
    front.begin_request()

    fail(front)
    fail(front)

    assert store.asked == 1


def test_the_next_request_of_the_same_thread_has_its_patience_anew(front, store):
    store.slowness = PATIENCE_SECONDS
    front.begin_request()
    fail(front)

    front.begin_request()
    fail(front)

    assert store.asked == 2


def test_a_request_that_was_refused_at_once_may_ask_for_something_else(front, store):
    front.begin_request()

    fail(front)
    fail(front)

    assert store.asked == 2


def test_a_guarded_store_answers_as_the_store_does():
    front = guarded(open_store(":memory:"), lambda: 0.0)

    assert front.keys() == []
    front.close()


def test_what_was_spent_and_may_be_forgotten_does_not_say_that_the_store_is_away(store, front):
    store.away = False

    for _ in range(2 * FAILURES_TO_OPEN):
        with pytest.raises(SpendNotKept):
            front.spend("acme", "jti-1", expires_at=1.0, now=0.0)

    assert front.key_by_digest(b"d") is None
    assert front.away_seconds() is None
