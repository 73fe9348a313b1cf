"""Bytes by key in bounded memory: what was not used lately goes to a file that ends with the run."""

import sqlite3
import tempfile
from collections import OrderedDict
from pathlib import Path

DEFAULT_MEMORY_BYTES = 256 * 2**20

# What a key costs beside its bytes, roughly: two objects, their headers and a place in the table.
_OVERHEAD_BYTES = 200
_MOVED_AT_ONCE = 2_000


class Shelf:
    """A mapping from text to bytes that holds at most *memory_bytes* in memory; the rest lies in a temporary file.

    The file is made when it is first needed, readable by its owner alone, and gone when the process ends.
    """

    def __init__(self, memory_bytes: int = DEFAULT_MEMORY_BYTES) -> None:
        self._memory_bytes = memory_bytes
        self._held: OrderedDict[str, bytes] = OrderedDict()
        self._size = 0
        self._file: sqlite3.Connection | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def get(self, key: str) -> bytes | None:
        """Return what was put under *key* last, or None."""
        held = self._held.get(key)
        if held is not None:
            self._held.move_to_end(key)
            return held
        if self._file is None:
            return None
        row = self._file.execute("SELECT body FROM shelf WHERE key = ?", (key,)).fetchone()
        if row is None:
            return None
        self.put(key, row[0])
        return bytes(row[0])

    def put(self, key: str, body: bytes) -> None:
        """Keep *body* under *key* in place of what was there."""
        before = self._held.pop(key, None)
        self._size += len(body) + (_OVERHEAD_BYTES if before is None else -len(before))
        self._held[key] = body
        if self._size > self._memory_bytes:
            self._move()

    def close(self) -> None:
        """Give memory and file back."""
        self._held.clear()
        self._size = 0
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    @property
    def in_memory(self) -> int:
        """Return how many bytes are held in memory, the room of their keys included."""
        return self._size

    def _move(self) -> None:
        """Move what was used longest ago to the file."""
        file = self._file if self._file is not None else self._open()
        while self._size > self._memory_bytes and len(self._held) > 1:
            moved = [self._held.popitem(last=False) for _ in range(min(_MOVED_AT_ONCE, len(self._held) - 1))]
            self._size -= sum(len(body) + _OVERHEAD_BYTES for _, body in moved)
            file.executemany("INSERT OR REPLACE INTO shelf VALUES (?, ?)", moved)

    def _open(self) -> sqlite3.Connection:
        # Nothing of it outlives the run, so nothing is written twice for safety.
        self._folder = tempfile.TemporaryDirectory(prefix="doorward-")
        self._file = sqlite3.connect(Path(self._folder.name) / "shelf", isolation_level=None)
        self._file.execute("PRAGMA journal_mode = OFF")
        self._file.execute("PRAGMA synchronous = OFF")
        self._file.execute("CREATE TABLE shelf (key TEXT PRIMARY KEY, body BLOB) WITHOUT ROWID")
        return self._file
