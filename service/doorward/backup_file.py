"""The file that a store is backed up in: lines of JSON, the last of which proves that they are whole and ours.

The first line says what it is, each line after it is one row, bytes in base64; bodies stay sealed as they are. The last
holds the number of rows and an HMAC-SHA-256 of everything before it, under a key that is derived from
DOORWARD_SECRET: whoever lacks that can neither change a file nor make one.
"""

import base64
import binascii
import hmac
import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from doorward.core.errors import DoorwardError
from doorward.row_kinds import KIND_OF, Row

FORMAT = "doorward-backup"
VERSION = 2
LONGEST_LINE = 64 << 20


class UnusableBackup(DoorwardError):
    """The file cannot be used: it is something else, not whole, altered, or of other secrets."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says of itself: of which store it is, from when, and which kinds of rows it holds."""

    created_at: float
    store: str
    kinds: tuple[str, ...]


def write(file: Path, header: Header, rows: Iterable[Row], key: bytes) -> int:
    """Write *rows* to *file*, which must not be there, with mode 0600, and return how many there were."""
    with _put_into_place(file) as stream:
        mac = hmac.new(key, digestmod="sha256")
        told = {"format": FORMAT, "version": VERSION, "created_at": header.created_at, "store": header.store}
        _add(stream, mac, told | {"kinds": header.kinds})
        number = 0
        for row in rows:
            _add(stream, mac, [row.kind, *map(_plain, row.values)])
            number += 1
        stream.write(_line({"rows": number, "hmac": mac.hexdigest()}))
    return number


class Backup:
    """A file that was found whole and ours; `open_backup` makes one."""

    def __init__(self, stream: IO[bytes], header: Header, number: int) -> None:
        self._stream = stream
        self.header = header
        self.number = number

    def rows(self) -> Iterator[Row]:
        """Yield every row, from the first."""
        self._stream.seek(0)
        self._stream.readline()
        for _ in range(self.number):
            yield _row(self._stream.readline())


@contextmanager
def open_backup(file: Path, key: bytes) -> Iterator[Backup]:
    """Read *file* to its end and yield it where it is whole and ours; UnusableBackup before anything is used if not."""
    try:
        with file.open("rb") as stream:
            yield Backup(stream, *_checked(stream, key))
    except OSError as error:
        raise UnusableBackup(f"'{file}' cannot be read: {error.strerror}") from None


def _checked(stream: IO[bytes], key: bytes) -> tuple[Header, int]:
    mac = hmac.new(key, digestmod="sha256")
    first = stream.readline(LONGEST_LINE)
    header = _header(first)
    mac.update(first)
    number = 0
    line = stream.readline(LONGEST_LINE)
    while line.startswith(b"["):
        _row(line)
        mac.update(line)
        number += 1
        line = stream.readline(LONGEST_LINE)
    last = _json(line) if line.endswith(b"\n") and not stream.read(1) else None
    if not isinstance(last, dict) or last.get("rows") != number:
        raise UnusableBackup("the file is not whole: its end is missing")
    said = str(last.get("hmac")).encode("utf-8", "surrogatepass")
    if not hmac.compare_digest(said, mac.hexdigest().encode()):
        raise UnusableBackup("the file was altered, or made with another DOORWARD_SECRET")
    return header, number


def _header(line: bytes) -> Header:
    told = _json(line)
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise UnusableBackup("the file is no backup of a store")
    if told.get("version") != VERSION:
        raise UnusableBackup(f"the file has version {told.get('version')}, and this program knows {VERSION}")
    try:
        return Header(float(told["created_at"]), str(told["store"]), tuple(map(str, told["kinds"])))
    except (KeyError, TypeError, ValueError, OverflowError):
        raise UnusableBackup("the first line of the file cannot be read") from None


def _row(line: bytes) -> Row:
    told = _json(line)
    if not isinstance(told, list) or not told or not isinstance(told[0], str) or told[0] not in KIND_OF:
        raise UnusableBackup("the file holds a row of a kind that this program does not know")
    kind, *plain = told
    if len(plain) != len(KIND_OF[kind].columns):
        raise UnusableBackup(f"the file holds a row of '{kind}' that is not whole")
    return Row(kind, tuple(map(_value, plain)))


def _json(line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        raise UnusableBackup("the file is not whole: a line of it cannot be read") from None


def _plain(value: Any) -> Any:
    return {"b": base64.b64encode(value).decode("ascii")} if isinstance(value, bytes) else value


def _value(plain: Any) -> Any:
    if not isinstance(plain, dict):
        return plain
    try:
        return base64.b64decode(plain["b"], validate=True)
    except (KeyError, TypeError, ValueError, binascii.Error):
        raise UnusableBackup("the file is not whole: a value in it cannot be read") from None


def _add(stream: IO[bytes], mac: "hmac.HMAC", told: Any) -> None:
    line = _line(told)
    mac.update(line)
    stream.write(line)


def _line(told: Any) -> bytes:
    return json.dumps(told, separators=(",", ":")).encode("ascii") + b"\n"


@contextmanager
def _put_into_place(file: Path) -> Iterator[IO[bytes]]:
    """Yield a file beside *file*, and link it there once it is whole."""
    try:
        descriptor, scratch = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")  # mode 0600
        try:
            with os.fdopen(descriptor, "wb") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            os.link(scratch, file)
        finally:
            with suppress(OSError):
                os.unlink(scratch)
    except OSError as error:
        raise UnusableBackup(f"'{file}' cannot be written: {error.strerror}") from None
