"""What a server may do to those who use it, and how the store takes it."""

import contextlib
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from doorward.core.errors import StoreUnavailable
from doorward.stores.redis import open_store
from doorward.stores.redis.nodes import SURE_SECONDS

from .redis_servers import taken_into_use
from .samples import DAY, HOUR, KEYS, NOW, SUBJECT, TENANT, marks, observation


@pytest.fixture
def url(server):
    server.ask("FLUSHALL")
    server.ask("CONFIG", "SET", "maxmemory", "0")
    return taken_into_use(f"redis://{server.address}")


@pytest.fixture
def store(url, closing):
    return closing(open_store(url))


def unavailable(call):
    """Return in how many seconds *call* said that the store is unavailable."""
    began = time.monotonic()
    with pytest.raises(StoreUnavailable):
        call()
    return time.monotonic() - began


def test_scripts_that_the_server_forgot_do_not_count_twice(server, store):
    store.begin(KEYS, observation(address_mark=1), NOW)
    server.ask("SCRIPT", "FLUSH")

    snapshot = store.begin(KEYS, observation(address_mark=2), NOW)

    assert marks(snapshot.subject_ring) == [1, 2]
    assert len(marks(snapshot.address_ring)) == len(marks(snapshot.prefix_ring)) == 2


def test_only_what_was_not_heard_is_repeated(server, store):
    store.begin(KEYS._replace(address=None, prefix=None, device=None), observation(), NOW)
    server.ask("SCRIPT", "FLUSH")
    # Now the script of the rings is known again, and that of spending is not.
    store.begin(KEYS._replace(address=None, prefix=None, device=None), observation(), NOW)

    assert store.spend(TENANT, "jti-1", expires_at=NOW + HOUR, now=NOW)
    assert not store.spend(TENANT, "jti-1", expires_at=NOW + HOUR, now=NOW)


def test_a_killed_server_is_unavailable_and_its_return_is_noticed(server, store):
    store.begin(KEYS, observation(), NOW)
    server.kill()

    waited = [unavailable(lambda: store.begin(KEYS, observation(), NOW)) for _ in range(3)]
    server.start()
    snapshot = store.begin(KEYS, observation(), NOW)

    assert max(waited) < 1
    assert len(marks(snapshot.subject_ring)) == 2


def test_a_server_that_does_not_answer_is_not_waited_for(server, store):
    server.pause(signal.SIGSTOP)
    try:
        waited = [unavailable(lambda: store.begin(KEYS, observation(), NOW)) for _ in range(2)]
    finally:
        server.pause(signal.SIGCONT)

    assert max(waited) < 1
    store.ping()


def test_a_connection_that_was_closed_while_it_was_idle_is_not_used(server, store):
    store.begin(KEYS, observation(), NOW)
    server.ask("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    time.sleep(2 * SURE_SECONDS)

    assert len(marks(store.begin(KEYS, observation(), NOW).subject_ring)) == 2


def test_a_reply_that_comes_in_many_pieces_is_read_as_a_whole(store):
    profile = bytes(range(256)) * 1024
    store.rewrite_profile(TENANT, SUBJECT, lambda _: profile, expires_at=NOW + DAY, now=NOW)

    assert store.begin(KEYS, observation(), NOW).profile == profile


def test_a_store_that_came_back_empty_is_not_taken_for_the_one_that_was(server, store, url, closing):
    store.rewrite_authenticators(TENANT, SUBJECT, lambda _: b"sealed", NOW)
    server.ask("FLUSHALL")
    server.ask("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")

    for _ in range(3):
        unavailable(lambda: store.authenticators(TENANT, SUBJECT, NOW))
    unavailable(closing(open_store(url)).look)
    unavailable(store.ping)


def test_the_epoch_outlives_those_who_use_the_store(store, url, closing):
    assert closing(open_store(url)).epoch_info().name == store.epoch_info().name != ""


def test_a_full_server_is_unavailable_and_has_written_nothing(server, store):
    server.ask("CONFIG", "SET", "maxmemory", "1mb")

    unavailable(lambda: store.begin(KEYS, observation(), NOW))

    assert store.begin(KEYS, None, NOW).subject_ring == b""


def test_a_server_that_only_reads_is_unavailable_for_writing(server, store):
    server.ask("REPLICAOF", "127.0.0.1", "1")
    try:
        unavailable(lambda: store.spend(TENANT, "jti-1", expires_at=NOW + HOUR, now=NOW))
        assert any("replica" in warning for warning in store.warnings())
    finally:
        server.ask("REPLICAOF", "NO", "ONE")

    assert store.spend(TENANT, "jti-1", expires_at=NOW + HOUR, now=NOW)


def test_nobody_there_is_unavailable_from_the_start():
    with contextlib.closing(open_store("redis://127.0.0.1:1")) as store:
        assert unavailable(store.look) < 1


def test_a_connection_never_serves_two_at_once(store):
    def read(subject):
        for _ in range(50):
            found.add(store.begin(KEYS._replace(subject=subject), None, NOW).profile == subject)

    found = set()
    subjects = [b"subject-%d" % number for number in range(8)]
    for subject in subjects:
        store.rewrite_profile(TENANT, subject, lambda _, own=subject: own, expires_at=NOW + DAY, now=NOW)
    threads = [threading.Thread(target=read, args=(subject,)) for subject in subjects]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert found == {True}


def test_no_connection_crosses_a_fork(url):
    forker = str(Path(__file__).with_name("redis_forker.py"))

    ended = subprocess.run(
        [sys.executable, "-W", "ignore", forker, url], capture_output=True, text=True, timeout=60, check=False
    )

    assert (ended.stdout, ended.stderr, ended.returncode) == ("[0, 0, 0, 0]\n", "", 0)


def test_what_an_operator_should_know_is_told(server, store):
    assert store.warnings() == []
    server.ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    server.ask("CONFIG", "SET", "appendonly", "no")
    try:
        evicting, forgetting = store.warnings()
    finally:
        server.ask("CONFIG", "SET", "maxmemory-policy", "noeviction")
        server.ask("CONFIG", "SET", "appendonly", "yes")

    assert "noeviction" in evicting
    assert "append-only" in forgetting
