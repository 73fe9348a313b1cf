"""Connections to one database: one writer a process, a few readers, and none of them crosses a fork."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import Empty, LifoQueue
from threading import Lock

import apsw

from doorward.core.errors import StoreUnavailable
from doorward.stores.sqlite import forks

MEMORY = ":memory:"
READERS = 8
BUSY_STEP_SECONDS = 0.0005
CHECKPOINT_STEPS = 80
WRITER_CACHE_KIB = 16_384
READER_CACHE_KIB = 4_096

# The sweeper lets the WAL start again past the first size. Past the second the writers do it themselves, so that it
# is bounded even where nobody sweeps. 4 KiB a page.
WAL_PAGES_TO_SWEEP = 1_000
WAL_PAGES_AT_MOST = 8_000


class Database:
    """What this process has open of the file at *path*; connections are opened when they are first needed.

    No call waits much longer than *busy_seconds*; every error of SQLite leaves as StoreUnavailable.
    """

    def __init__(self, path: str, *, busy_seconds: float) -> None:
        self.path = path
        self.in_memory = path == MEMORY
        self.wal_pages = 0
        self._busy_seconds = busy_seconds
        self._deadline = 0.0
        self._file = None if self.in_memory else _identity(path)
        self._closed = False
        self._held: list[Lock] = []
        self._slots_held = 0
        self._start_afresh()
        forks.watch(self)

    @contextmanager
    def writing(self) -> Iterator[apsw.Connection]:
        """Yield the write connection in a transaction: committed at the end, rolled back where anything is raised."""
        with self._turn_to_write() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            finally:
                if db.in_transaction:
                    db.execute("ROLLBACK")
        if self.wal_pages > WAL_PAGES_AT_MOST:
            self.checkpoint()

    @contextmanager
    def reading(self) -> Iterator[apsw.Connection]:
        """Yield a connection to read from; fetch all before leaving, an open snapshot holds up the checkpoints."""
        with self._turn_to_write() if self.in_memory else self._reader() as db:
            yield db

    def check_file(self) -> None:
        """Return when the file at the path is the one that was opened first; StoreUnavailable when not."""
        if self._file and _identity(self.path) != self._file:
            raise StoreUnavailable("the store's file was removed or replaced")

    def checkpoint(self) -> None:
        """Copy the WAL into the file, and let a long one start again unless somebody is in the way."""
        if self.in_memory or not self._checkpointing.acquire(blocking=False):
            return
        try:
            db = self._open()
            db.set_busy_handler(_wait_to_checkpoint)
            try:
                # A connection that has read nothing does not know of the WAL, and would do nothing in silence.
                db.execute("SELECT count(*) FROM meta").fetchall()
                with suppress(apsw.BusyError):
                    # The first lets writers go on; what is left for the second, which stops them, is little.
                    pages, _ = db.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
                    if pages > WAL_PAGES_TO_SWEEP:
                        db.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_RESTART)
            finally:
                db.close()
        except apsw.Error as error:
            raise unavailable(error) from error
        finally:
            self._checkpointing.release()

    def close(self) -> None:
        """Close everything; whatever is called from now on raises StoreUnavailable."""
        self._closed = True
        self.hold_still()
        self.carry_on()
        with self._turn:
            self._close_writer()

    def hold_still(self) -> None:
        """Wait for what is under way and close every connection; what waits too long is left as it is."""
        self._held = [lock for lock in (self._checkpointing, self._turn) if lock.acquire(timeout=self._busy_seconds)]
        if self._turn in self._held and not self.in_memory:
            self._close_writer()
        with suppress(Empty):
            for _ in range(READERS):
                reader = self._readers.get(timeout=self._busy_seconds)
                self._slots_held += 1
                if reader:
                    reader.close()

    def carry_on(self) -> None:
        """Let go of what `hold_still` took."""
        for lock in self._held:
            lock.release()
        for _ in range(self._slots_held):
            self._readers.put(None)
        self._held, self._slots_held = [], 0

    def carry_on_in_child(self) -> None:
        """Forget what is still open: closing it here would release locks that are the parent's.

        What was in memory stays with the parent; a copy of it would be another store.
        """
        forks.leave_behind(self._writer)
        self._closed = self._closed or self.in_memory
        self._start_afresh()

    def _start_afresh(self) -> None:
        self._turn = Lock()
        self._checkpointing = Lock()
        self._writer: apsw.Connection | None = None
        self._readers: LifoQueue[apsw.Connection | None] = LifoQueue()
        for _ in range(READERS):
            self._readers.put(None)
        self._held, self._slots_held = [], 0

    @contextmanager
    def _turn_to_write(self) -> Iterator[apsw.Connection]:
        deadline = time.monotonic() + self._busy_seconds
        if not self._turn.acquire(timeout=self._busy_seconds):
            raise StoreUnavailable("too many writes wait for the store")
        try:
            self._deadline = deadline
            yield self._open_writer()
        except apsw.BusyError as error:
            raise unavailable(error) from error
        except apsw.Error as error:
            # A connection that met a fault of the disk may not recover; the next call opens a new one.
            if not self.in_memory:
                self._close_writer()
            raise unavailable(error) from error
        finally:
            self._turn.release()

    @contextmanager
    def _reader(self) -> Iterator[apsw.Connection]:
        try:
            reader = self._readers.get(timeout=self._busy_seconds)
        except Empty as error:
            raise StoreUnavailable("too many reads wait for the store") from error
        kept = None
        try:
            kept = reader or self._open_reader()
            yield kept
        except apsw.Error as error:
            _close(kept)
            kept = None
            raise unavailable(error) from error
        finally:
            self._readers.put(kept)

    def _open_writer(self) -> apsw.Connection:
        if self._closed:
            raise StoreUnavailable("the store is closed")
        if self._writer is None:
            db = self._open()
            db.set_busy_handler(self._wait_for_the_lock)
            db.set_wal_hook(self._note_wal_size)
            _pragmas(db, WRITER_CACHE_KIB)
            self._keep_a_log(db)
            self._writer = db
        return self._writer

    def _keep_a_log(self, db: apsw.Connection) -> None:
        # SQLite does not wait by itself where several processes turn a new file to WAL at once.
        while not self.in_memory:
            try:
                db.execute("PRAGMA journal_mode = WAL").fetchall()
                return
            except apsw.BusyError:
                if not self._wait_for_the_lock(0):
                    raise

    def _open_reader(self) -> apsw.Connection:
        reader = self._open()
        reader.set_busy_timeout(int(self._busy_seconds * 1000))
        _pragmas(reader, READER_CACHE_KIB)
        reader.execute("PRAGMA query_only = ON")
        return reader

    def _open(self) -> apsw.Connection:
        if self._closed:
            raise StoreUnavailable("the store is closed")
        # Never created here: a file that vanished must not come back empty.
        self.check_file()
        return apsw.Connection(self.path, flags=apsw.SQLITE_OPEN_READWRITE)

    def _close_writer(self) -> None:
        _close(self._writer)
        self._writer = None

    def _wait_for_the_lock(self, _calls: int) -> bool:
        # SQLite's own handler sleeps up to 100 ms at a time, which is what the slowest decisions would wait for.
        if time.monotonic() >= self._deadline:
            return False
        time.sleep(BUSY_STEP_SECONDS)
        return True

    def _note_wal_size(self, _db: apsw.Connection, _name: str, pages: int) -> int:
        # In the place of SQLite's automatic checkpoint, which would run within a decision's commit.
        self.wal_pages = pages
        return apsw.SQLITE_OK


def unavailable(error: apsw.Error) -> StoreUnavailable:
    """Return what the rest of the program may know of *error*: its kind."""
    return StoreUnavailable(f"the store answered {type(error).__name__}")


def _identity(path: str) -> tuple[int, int] | None:
    with suppress(OSError):
        found = os.stat(path)
        return found.st_dev, found.st_ino
    return None


def _pragmas(db: apsw.Connection, cache_kib: int) -> None:
    # NORMAL outlives the death of the process; a power cut may take the last moments, docs/storage.md tells of it.
    db.execute(
        "PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;"
        f"PRAGMA secure_delete = FAST; PRAGMA journal_size_limit = {WAL_PAGES_AT_MOST * 4096};"
        f"PRAGMA cache_size = -{cache_kib}"
    ).fetchall()


def _wait_to_checkpoint(calls: int) -> bool:
    # Not for long: all writers wait while the log is held, for a reader that may take its time.
    time.sleep(BUSY_STEP_SECONDS)
    return calls < CHECKPOINT_STEPS


def _close(db: apsw.Connection | None) -> None:
    if db is not None:
        with suppress(apsw.Error):
            db.close()
