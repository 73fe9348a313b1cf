"""Many small things under few keys: put in any order, taken key by key, the newest first. They lie in a file."""

import sqlite3
import tempfile
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path


class Spool:
    """A file that ends with the run, readable by its owner alone; whoever puts something in has made it harmless."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="doorward-")
        self._file = sqlite3.connect(Path(self._folder.name) / "spool", isolation_level=None)
        # Nothing of it outlives the run, so nothing is written twice for safety.
        self._file.execute("PRAGMA journal_mode = OFF")
        self._file.execute("PRAGMA synchronous = OFF")
        self._file.execute("CREATE TABLE spool (key BLOB, at REAL, body TEXT)")
        self._file.execute("BEGIN")

    def put(self, key: bytes, at: float, body: str) -> None:
        self._file.execute("INSERT INTO spool VALUES (?, ?, ?)", (key, at, body))

    def keys(self) -> int:
        """Return how many keys there are."""
        return int(self._file.execute("SELECT COUNT(DISTINCT key) FROM spool").fetchone()[0])

    def groups(self) -> Iterator[tuple[bytes, Iterator[str]]]:
        """Yield each key with what was put under it; each must be taken before the next is."""
        rows = self._file.execute("SELECT key, body FROM spool ORDER BY key, at DESC, body")
        for key, group in groupby(rows, key=itemgetter(0)):
            yield key, (body for _, body in group)

    def close(self) -> None:
        self._file.close()
        self._folder.cleanup()
