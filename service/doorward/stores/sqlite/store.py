"""The embedded store: every port on one SQLite file, or in the memory of one process."""

import os
import stat
from contextlib import suppress
from pathlib import Path

import apsw

from doorward.core.errors import StoreUnavailable
from doorward.core.store_url import SQLITE
from doorward.stores.memory import Memory
from doorward.stores.sqlite import schema
from doorward.stores.sqlite.authenticators import Authenticators
from doorward.stores.sqlite.challenges import Challenges
from doorward.stores.sqlite.connection import MEMORY, Database
from doorward.stores.sqlite.decisions import Decisions
from doorward.stores.sqlite.devices import Devices
from doorward.stores.sqlite.epochs import Epochs
from doorward.stores.sqlite.erasing import Erasing
from doorward.stores.sqlite.idempotency import Idempotency
from doorward.stores.sqlite.keys import ApiKeys
from doorward.stores.sqlite.lists import Lists
from doorward.stores.sqlite.moving import Moving
from doorward.stores.sqlite.notes import Notes
from doorward.stores.sqlite.part import rows
from doorward.stores.sqlite.proofs import Proofs
from doorward.stores.sqlite.records import Records
from doorward.stores.sqlite.secret_values import SecretValues
from doorward.stores.sqlite.spent import Spent
from doorward.stores.sqlite.sweep import Sweeper
from doorward.stores.sqlite.tallies import Tallies
from doorward.stores.watch import Watch

# The first release without the fault that can corrupt a database when two connections reset the WAL at once.
SAFE_SQLITE = (3, 51, 3)
_TEMPORARY = ("/tmp/", "/var/tmp/", "/dev/shm/", "/run/")  # noqa: S108 (to warn of them)


class SqliteStore(
    Epochs,
    Moving,
    Decisions,
    Records,
    Devices,
    Proofs,
    Spent,
    Challenges,
    Notes,
    Authenticators,
    ApiKeys,
    Lists,
    Idempotency,
    Tallies,
    SecretValues,
    Erasing,
    Sweeper,
):
    """Implements `ports.Store`; `open_store` makes one."""

    def ping(self) -> None:
        """Return when the file can be read and written, and is still the one at its path."""
        with self._database.writing() as db:
            db.execute("UPDATE meta SET value = value + 1 WHERE name = 'pings'")
        self.look()

    def warnings(self) -> list[str]:
        found = self._watch.warnings()
        if _sqlite_version() < SAFE_SQLITE:
            found.append(f"SQLite {apsw.sqlite_lib_version()} can corrupt a WAL; 3.51.3 is the first that cannot")
        if self._database.in_memory:
            found.append("the store is in memory and goes with the process")
        elif os.path.realpath(self._database.path).startswith(_TEMPORARY):
            found.append("the store's file is in a folder for temporary files")
        return found

    def sizes(self) -> dict[str, int]:
        with self._database.reading() as db:
            counts = [rows(db, f"SELECT count(*) FROM {table}") for table in schema.FORGOTTEN_BY_A_RESET]  # noqa: S608
        return {table: count for table, ((count,),) in zip(schema.FORGOTTEN_BY_A_RESET, counts, strict=True)}

    def checkpoint(self) -> None:
        """Copy the write-ahead log into the file."""
        self._database.checkpoint()

    def erase_all(self) -> None:
        with self._database.writing() as db:
            for table in schema.FORGOTTEN_BY_A_RESET:
                db.execute(f"DELETE FROM {table}")  # noqa: S608 (names of our own)
            # Versions only rise: one that came back would hide a change from who remembers it.
            db.execute("UPDATE versions SET lists = lists + 1, tallies = tallies + 1")

    def close(self) -> None:
        self._database.close()


def open_store(path: str, *, state_dir: Path | None = None, busy_seconds: float = 2.0) -> SqliteStore:
    """Return the store in the file at *path* (`:memory:` for none), made or brought up to date where needed.

    The file is readable by its owner alone. No call waits much longer than *busy_seconds* for others. What was seen
    of the store is remembered below *state_dir*.
    """
    if path != MEMORY:
        _make_private(Path(path))
    database = Database(path, busy_seconds=busy_seconds)
    try:
        _prepare(database)
    except StoreUnavailable as refusal:
        database.close()
        raise StoreUnavailable(f"the store '{path}' cannot be opened: {refusal}") from refusal
    except BaseException:
        database.close()
        raise
    remembers = None if path == MEMORY else state_dir
    return SqliteStore(database, Watch(Memory(remembers, SQLITE + os.path.abspath(path))))


def _make_private(path: Path) -> None:
    try:
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        # By its path, never by opening it: closing a file drops every lock that this process has on it.
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            path.chmod(0o600)
    except OSError as error:
        raise StoreUnavailable(f"the store '{path}' cannot be opened: {error.strerror}") from error


def _prepare(database: Database) -> None:
    with database.reading() as db:
        version = schema.version_of(db)
    if version > schema.VERSION:
        raise StoreUnavailable(f"the store's file has schema {version}, and this program knows {schema.VERSION}")
    if version < schema.VERSION:
        with database.writing() as db:
            schema.migrate(db)


def _sqlite_version() -> tuple[int, ...]:
    return tuple(int(number) for number in apsw.sqlite_lib_version().split("."))
