"""Quotas where no two readers of the clock agree: threads of one worker, workers, and machines."""

import random
import time
from contextlib import suppress
from itertools import count
from threading import Barrier, Thread

import pytest

from doorward.core.errors import Throttled
from doorward.core.keyed import KeyedHash
from doorward.core.quotas import CLOCKS_APART_SECONDS, SHARE_SECONDS, Quotas, quota
from doorward.meter import NullMeter
from doorward.quotas import QuotaDesk
from doorward.services import Caller
from doorward.stores.sqlite import open_store

from .conftest import NOW

HASHER = KeyedHash(b"s" * 32)
CALLER = Caller("default", "key_a", frozenset())
RATE = 40
# What was taken before a time and is used within it.
HELD = RATE * SHARE_SECONDS


@pytest.fixture
def store(tmp_path):
    store = open_store(str(tmp_path / "quotas.db"))
    yield store
    store.close()


def desk_on(store, rate=RATE):
    return QuotaDesk(store, HASHER, lambda _: Quotas(key=quota(rate)), NullMeter())


def is_let_in(desk, now):
    with suppress(Throttled):
        desk.count(CALLER, now)
        return True
    return False


def test_requests_whose_clock_was_read_a_little_earlier_get_nothing_more(store):
    desk, chance = desk_on(store), random.Random(1)

    let_in = sum(is_let_in(desk, NOW + turn / 500 + chance.uniform(-0.01, 0.01)) for turn in range(2500))

    assert 5 * RATE <= let_in <= 6 * RATE + HELD


@pytest.mark.parametrize("apart", [0.02, 0.5, CLOCKS_APART_SECONDS - 0.01])
def test_machines_whose_clocks_are_a_little_apart_share_one_quota(store, apart):
    first, second = desk_on(store), desk_on(store)

    let_in = sum(
        is_let_in(first, NOW + turn / 100) + is_let_in(second, NOW + turn / 100 - apart) for turn in range(500)
    )

    assert 5 * RATE <= let_in <= 6 * RATE + apart * RATE + 2 * HELD


def test_a_machine_whose_clock_is_far_behind_is_held_to_the_quota_by_itself(store):
    first, second = desk_on(store), desk_on(store)
    for turn in range(100):
        is_let_in(first, NOW + turn / 100)

    let_in = sum(is_let_in(second, NOW - 600 + turn / 100) for turn in range(500))

    assert 5 * RATE - HELD <= let_in <= 5 * RATE + HELD


def test_a_machine_whose_clock_is_far_behind_changes_nothing_for_the_others(store):
    first, second = desk_on(store), desk_on(store)
    let_in = 0

    for turn in range(500):
        let_in += is_let_in(first, NOW + turn / 100)
        is_let_in(second, NOW - 600 + turn / 100)

    assert let_in <= 6 * RATE + HELD


class Asked:
    """A store that counts how often it is asked for a share."""

    def __init__(self, store):
        self._store = store
        self.times = 0

    def rewrite_losable_note(self, *given, **named):
        self.times += 1
        self._store.rewrite_losable_note(*given, **named)


@pytest.mark.parametrize("late", [0.005, 0.3, 0.9])
def test_an_earlier_request_throws_away_no_share_that_is_held(store, late):
    asked = Asked(store)
    desk = desk_on(asked)
    is_let_in(desk, NOW)

    assert is_let_in(desk, NOW - late)
    assert asked.times == 1


@pytest.mark.parametrize("late", [0.005, 0.3, 0.9])
def test_an_earlier_request_throws_away_no_refusal(store, late):
    asked = Asked(store)
    desk = desk_on(asked)
    while is_let_in(desk, NOW):
        pass
    before = asked.times

    assert not is_let_in(desk, NOW - late)
    assert asked.times == before


def test_threads_that_read_the_clock_by_themselves_get_no_more_than_the_quota(store):
    rate, seconds, let_in, threads = 200, 2.0, count(), 12
    desk, ready = desk_on(store, rate), Barrier(threads)

    def ask():
        ready.wait()
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            now = time.time()
            time.sleep(0.0005)
            if is_let_in(desk, now):
                next(let_in)

    started = [Thread(target=ask) for _ in range(threads)]
    for each in started:
        each.start()
    for each in started:
        each.join()

    assert rate <= next(let_in) <= rate * (seconds + 1) + rate
