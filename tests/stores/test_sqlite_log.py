"""What the SQLite store promises of its write-ahead log, and of the one who sweeps."""

import os
import threading
import time

from doorward.ports import Changes
from doorward.stores.sqlite import open_store

from .samples import DAY, KEYS, NOW, TENANT, record

MIB = 1024 * 1024


def write(store, number, *, size=20_000):
    store.commit(Changes(record=record(id=f"dec_{number}", body=os.urandom(size))), NOW)


def wal_size(path):
    return os.path.getsize(path + "-wal")


# The write-ahead log


def test_the_log_is_bounded_where_nobody_sweeps(path, closing):
    store = closing(open_store(path))
    stop = threading.Event()
    reader = threading.Thread(target=read_until, args=(store, stop))
    reader.start()

    sizes = [write(store, number) or wal_size(path) for number in range(3000)]

    stop.set()
    reader.join()
    assert os.path.getsize(path) > 45 * MIB
    assert max(sizes) < 40 * MIB


def test_a_sweep_lets_the_log_start_again_under_readers(path, closing):
    store = closing(open_store(path))
    stop = threading.Event()
    reader = threading.Thread(target=read_until, args=(store, stop))
    reader.start()

    sizes = []
    for number in range(1000):
        write(store, number)
        sizes.append(wal_size(path))
        if number % 100 == 99:
            store.sweep(NOW)

    stop.set()
    reader.join()
    assert os.path.getsize(path) > 15 * MIB
    assert max(sizes) < 12 * MIB


def test_readers_that_follow_each_other_without_a_gap_do_not_hold_up_the_log(path, closing):
    store = closing(open_store(path))
    stop = threading.Event()
    readers = [threading.Thread(target=hold_until, args=(store, stop)) for _ in range(3)]
    for each in readers:
        each.start()

    sizes = []
    for number in range(600):
        write(store, number)
        sizes.append(wal_size(path))
        if number % 100 == 99:
            store.sweep(NOW)

    stop.set()
    for each in readers:
        each.join()
    assert max(sizes) < 12 * MIB


def hold_until(store, stop):
    while not stop.is_set():
        with store._database.reading() as db:
            db.execute("BEGIN")
            db.execute("SELECT count(*) FROM meta").fetchall()
            stop.wait(0.01)
            db.execute("COMMIT")


def test_a_reader_that_stays_holds_up_the_log_and_nothing_else(path, closing):
    store, other = closing(open_store(path)), closing(open_store(path))
    with other._database.reading() as db:
        db.execute("BEGIN")
        db.execute("SELECT count(*) FROM records").fetchall()
        for number in range(200):
            write(store, number)
        began = time.monotonic()
        store.sweep(NOW)
        assert time.monotonic() - began < 2
        db.execute("COMMIT")

    store.checkpoint()
    write(store, 200)
    grown = wal_size(path)
    for number in range(100):
        write(store, number)

    assert wal_size(path) == grown


def read_until(store, stop):
    while not stop.is_set():
        store.begin(KEYS, None, NOW)
        store.record(TENANT, "dec_1", NOW)


# The sweep


def test_one_of_many_sweeps_until_its_lease_ends(path, closing):
    first, second = closing(open_store(path)), closing(open_store(path))
    first.sweep(NOW)
    for number in range(4):
        first.spend(TENANT, f"jti-{number}", expires_at=NOW + 1, now=NOW)

    assert second.sweep(NOW + 30) == 0
    assert first.sweep(NOW + 30, limit=1) == 1
    assert second.sweep(NOW + 89) == 0
    assert second.sweep(NOW + 90, limit=1) == 1
    assert first.sweep(NOW + 91) == 0


def test_a_clock_that_was_set_back_does_not_stop_the_sweep(path, closing):
    first, second = closing(open_store(path)), closing(open_store(path))
    first.sweep(NOW + 1000 * DAY)
    first.spend(TENANT, "jti", expires_at=NOW, now=NOW - 1)

    assert second.sweep(NOW) == 1
