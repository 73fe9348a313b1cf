"""What the SQLite store promises of its file, beyond the contract of any store."""

import os
import resource
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from doorward.core.errors import StoreUnavailable
from doorward.core.keyed import KeyedHash
from doorward.ports import Changes, Keys, RecordQuery
from doorward.sealing import AesGcmSealer
from doorward.stores.sqlite import open_store

from .contract_processes import start, workers
from .samples import DAY, KEYS, NOW, TENANT, challenge, list_entry, observation, proof, record

MIB = 1024 * 1024
OPENER = "doorward.stores.sqlite:open_store"


def write(store, number, *, size=20_000):
    store.commit(Changes(record=record(id=f"dec_{number}", body=os.urandom(size))), NOW)


def write_until_refused(store):
    """Return how many were written before the first StoreUnavailable."""
    for number in range(200):
        try:
            write(store, number)
        except StoreUnavailable:
            return number
    return 200


# Refusals


def test_a_folder_that_does_not_exist_is_unavailable(tmp_path):
    with pytest.raises(StoreUnavailable, match=r"missing/doorward\.db' cannot be opened: No such file"):
        open_store(str(tmp_path / "missing" / "doorward.db"))


def test_a_file_that_is_no_database_is_unavailable_and_left_alone(path):
    Path(path).write_bytes(b"no database at all" * 1000)

    with pytest.raises(StoreUnavailable, match=r"doorward\.db' cannot be opened: the store answered NotADBError"):
        open_store(path)

    assert Path(path).read_bytes() == b"no database at all" * 1000


def test_a_file_of_a_newer_program_is_refused(path, closing):
    store = closing(open_store(path))
    with store._database.writing() as db:
        db.execute("PRAGMA user_version = 99")
    store.close()

    with pytest.raises(StoreUnavailable, match="schema 99"):
        open_store(path)


def test_a_file_that_was_removed_is_not_made_anew_under_a_running_store(path, closing):
    store = closing(open_store(path))
    os.remove(path)

    with pytest.raises(StoreUnavailable):
        store.ping()
    assert not os.path.exists(path)


def test_a_file_that_another_took_the_place_of_is_unavailable(path, closing, tmp_path):
    store = closing(open_store(path))
    store.ping()
    other = str(tmp_path / "other.db")
    closing(open_store(other)).close()
    os.replace(other, path)

    with pytest.raises(StoreUnavailable):
        store.ping()
    with store._database.reading(), pytest.raises(StoreUnavailable):
        store.record(TENANT, "dec_1", NOW)  # needs a second connection, which would be one to the other file


def test_pages_that_were_overwritten_are_unavailable_and_never_nothing(path, closing):
    store = open_store(path)
    for number in range(50):
        write(store, number)
    store.close()
    with open(path, "r+b") as file:
        file.seek(MIB // 2)
        file.write(b"\xff" * MIB)

    damaged = closing(open_store(path))

    assert damaged.record(TENANT, "dec_1", NOW) is not None
    with pytest.raises(StoreUnavailable):
        damaged.record(TENANT, "dec_49", NOW)
    with pytest.raises(StoreUnavailable):
        damaged.records(RecordQuery(tenant=TENANT), NOW)


def test_a_disk_that_takes_no_more_is_unavailable_until_it_does(path, closing):
    store = closing(open_store(path))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (MIB, hard))
    try:
        written = write_until_refused(store)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert 0 < written < 200
    assert [number for number in range(200) if store.record(TENANT, f"dec_{number}", NOW)] == list(range(written))
    write(store, written)
    assert store.record(TENANT, f"dec_{written}", NOW) is not None


def test_a_store_that_another_process_holds_is_unavailable_in_time_and_can_be_read(path, closing):
    store = closing(open_store(path, busy_seconds=0.3))
    write(store, 1)
    with workers((OPENER, path), "hold", count=1, processes=1) as (holder,):
        start([holder])
        assert holder.stdout.readline() == "held\n"
        began = time.monotonic()

        with pytest.raises(StoreUnavailable):
            store.begin(KEYS, observation(), NOW)

        assert time.monotonic() - began < 1.5
        assert store.record(TENANT, "dec_1", NOW) is not None
        start([holder])
        holder.wait(timeout=10)

    store.begin(KEYS, observation(), NOW)


def test_a_store_that_another_thread_holds_is_unavailable_in_time(path, closing):
    store = closing(open_store(path, busy_seconds=0.2))
    held, done = threading.Event(), threading.Event()

    def hold(_):
        held.set()
        done.wait(10)

    holder = threading.Thread(target=store.rewrite_authenticators, args=(TENANT, b"subject", hold, NOW))
    holder.start()
    held.wait(10)
    with pytest.raises(StoreUnavailable):
        store.ping()
    done.set()
    holder.join()

    store.ping()


# The file


def test_the_files_belong_to_their_owner_alone(path, closing):
    store = closing(open_store(path))
    store.ping()

    modes = {name: stat.S_IMODE(os.stat(path + name).st_mode) for name in ("", "-wal", "-shm")}
    assert modes == {"": 0o600, "-wal": 0o600, "-shm": 0o600}


def test_a_file_that_others_could_read_is_closed_to_them(path, closing):
    closing(open_store(path)).close()
    os.chmod(path, 0o644)

    closing(open_store(path))

    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600


def test_an_epoch_stays_with_its_file(path, tmp_path, closing):
    first = closing(open_store(path)).epoch_info().name

    assert closing(open_store(path)).epoch_info().name == first
    assert closing(open_store(str(tmp_path / "other.db"))).epoch_info().name != first


def test_many_processes_may_make_the_file_at_once(path, closing):
    with workers((OPENER, path), "spend", count=1, processes=6) as running:
        start(running)
        printed = [each.communicate(timeout=30)[0] for each in running]

    assert sorted(printed) == ["0 False\n"] * 5 + ["0 True\n"]


def test_a_store_in_memory_says_so(closing):
    assert closing(open_store(":memory:")).warnings() == ["the store is in memory and goes with the process"]


def test_a_dump_holds_nothing_in_clear(path, closing):
    plain = ["alice@example.org", "203.0.113.77", "+4915112345678", "JBSWY3DPEHPK3PXP", "Mozilla/5.0", "session-77"]
    hasher, sealer = KeyedHash(b"k" * 32), AesGcmSealer({"one": b"s" * 32})
    body = sealer.seal(" ".join(plain).encode(), "record")
    subject, address, session = (hasher.key(TENANT, "any", plain[number]) for number in (0, 1, 5))
    keys = Keys(tenant=TENANT, subject=subject, address=address, session=session)
    store = closing(open_store(path))

    store.begin(keys, observation(subject_mark=hasher.value(TENANT, "any", plain[0])), NOW)
    store.commit(
        Changes(
            record=record(subject=subject, body=body),
            profile_key=(TENANT, subject),
            rewrite_profile=lambda _: body,
            profile_expires_at=NOW + DAY,
            challenge=challenge(subject=subject, body=body),
        ),
        NOW,
    )
    store.rewrite_authenticators(TENANT, subject, lambda _: body, NOW)
    store.put_proof(TENANT, session, proof(), expires_at=NOW + DAY, now=NOW)
    store.put_entry(TENANT, list_entry(key=address, entry=body), NOW)
    store.put_secret_if_absent(TENANT, "signing", body)

    dump = Path(path).read_bytes() + Path(path + "-wal").read_bytes()
    assert b"familiar" in dump  # the rule's name: the dump is read as it is
    assert [text for text in plain if text.encode() in dump] == []


# Forks


def test_no_connection_crosses_a_fork(path):
    forker = str(Path(__file__).with_name("forker.py"))

    done = subprocess.run(
        [sys.executable, "-W", "ignore", forker, path], capture_output=True, text=True, timeout=60, check=False
    )

    assert (done.stderr, done.stdout.splitlines()) == (
        "",
        ["children ended with [0, 0, 0, 0, 0]", "lost []", "memory in a child 7"],
    )
