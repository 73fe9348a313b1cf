"""What is delivered in the background: bounded, tried again, and never in anybody's way."""

import threading
import time

import pytest

from doorward import deliveries as module
from doorward.core.errors import AddressRefused, NotFound, SenderUnavailable, Throttled
from doorward.deliveries import MOST_ON_A_LINE, Deliveries
from doorward.meter import NullMeter


class Counts(NullMeter):
    def __init__(self):
        self.seen = []

    def noticed(self, channel, result):
        self.seen.append((channel, result))


class Work:
    """Fails as often as it is told, and remembers when it was tried."""

    def __init__(self, *failures):
        self.failures = list(failures)
        self.tried = []

    def __call__(self, now):
        self.tried.append(now)
        if self.failures:
            raise self.failures.pop(0)


DOWN = SenderUnavailable("email", "down")


@pytest.fixture
def now():
    return [1000.0]


@pytest.fixture
def counts():
    return Counts()


@pytest.fixture
def made(now, counts):
    made = Deliveries(lambda: now[0], counts)
    yield made
    made.stop(0.1)


def test_what_does_not_fit_is_dropped_and_counted(made, counts):
    for _ in range(MOST_ON_A_LINE + 3):
        made.put("line", "email", Work())

    assert made.waiting() == MOST_ON_A_LINE
    assert counts.seen == [("email", "dropped")] * 3


def test_one_line_that_is_full_leaves_room_for_others(made):
    for _ in range(MOST_ON_A_LINE + 3):
        made.put("dead", "webhook", Work(DOWN))
    other = Work()
    made.put("alive", "webhook", other)

    made.settle()

    assert len(other.tried) == 1


def test_what_fails_is_tried_again_after_a_rest(made, now):
    work = Work(DOWN, DOWN)
    made.put("line", "email", work)
    for _ in range(20):
        made.settle()
        now[0] += 1

    assert work.tried == [1000.0, 1001.0, 1006.0]


def test_one_that_always_fails_does_not_hold_up_those_behind_it(made, now):
    bad, good = Work(*[DOWN] * 99), Work()
    made.put("line", "email", bad)
    made.put("line", "email", good)

    made.settle()
    now[0] += 1
    made.settle()

    assert good.tried == [1001.0]


def test_what_is_too_often_waits_without_making_its_line_rest(made, now):
    often, other = Work(Throttled("too often", retry_after_seconds=60)), Work()
    made.put("line", "email", often)
    made.put("line", "email", other)

    made.settle()
    now[0] += 60
    made.settle()

    assert (often.tried, other.tried) == ([1000.0, 1060.0], [1000.0])


def test_an_address_that_is_refused_waits_without_making_its_line_rest(made, now):
    refused, other = Work(*[AddressRefused("email", "no such address")] * 9), Work()
    made.put("line", "email", refused)
    made.put("line", "email", other)

    made.settle()
    now[0] += 300
    made.settle()

    assert (refused.tried, other.tried) == ([1000.0, 1300.0], [1000.0])


def test_what_cannot_be_delivered_for_hours_is_given_up(made, now, counts):
    work = Work(*[DOWN] * 999)
    made.put("line", "email", work)
    for _ in range(100):
        made.settle()
        now[0] += 300

    assert made.waiting() == 0
    assert counts.seen[-1] == ("email", "dropped")


def test_what_is_wrong_for_good_is_not_tried_again(made, now):
    work = Work(NotFound("gone"))
    made.put("line", "email", work)
    made.settle()
    now[0] += 3600
    made.settle()

    assert len(work.tried) == 1


def test_nothing_is_done_before_it_is_due(made, now):
    work = Work()
    made.put("line", "email", work, due=1900.0)
    made.settle()
    now[0] = 1900.0
    made.settle()

    assert work.tried == [1900.0]


def test_a_fault_of_ours_ends_one_delivery_and_not_the_others(now):
    made, after = Deliveries(lambda: now[0], NullMeter()), threading.Event()
    made.start()
    made.put("line", "email", Work(ZeroDivisionError()))
    made.put("line", "email", lambda _: after.set())

    assert after.wait(5)
    made.stop(1)


def test_a_line_that_hangs_holds_up_no_other(now):
    made, gate, done = Deliveries(lambda: now[0], NullMeter()), threading.Event(), threading.Event()
    made.start()
    for _ in range(5):
        made.put("dead", "webhook", lambda _: gate.wait(10))
    made.put("alive", "webhook", lambda _: done.set())

    assert done.wait(5)
    gate.set()
    made.stop(1)


def test_a_stop_tries_what_waits_once_more(now):
    made, work, later = Deliveries(lambda: now[0], NullMeter()), Work(), Work()
    made.put("line", "email", work)
    made.put("line", "email", later, due=9999.0)
    made.start()

    made.stop(5)

    assert (len(work.tried), len(later.tried), made.waiting()) == (1, 1, 0)


def test_a_stop_does_not_wait_for_what_hangs(now):
    made, gate = Deliveries(lambda: now[0], NullMeter()), threading.Event()
    made.start()
    made.put("line", "email", lambda _: gate.wait(10))
    began = time.monotonic()

    made.stop(0.2)

    assert time.monotonic() - began < 2
    gate.set()


def test_the_rests_grow():
    assert list(module.REST_SECONDS) == sorted(module.REST_SECONDS)
