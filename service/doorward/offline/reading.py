"""Reads the objects of log files, whatever they are wrapped in: JSON lines, an array, pages of an API, CSV, gzip.

Nothing is held whole: a line, or an entry of an array, is bounded, and memory with it.
"""

import codecs
import csv
import gzip
import io
import sys
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from itertools import chain
from pathlib import Path
from typing import IO, Any, Literal

from doorward.core.errors import BadInput, Mistake
from doorward.offline.json_values import Broken, Json, is_wrapper, objects_of_line, objects_of_text

Source = Path | Literal["-"]

STDIN = "-"

# The longest line of a log, and the longest entry of an array; one that is longer is passed over. Records of our own
# are the longest that anybody writes.
MAX_LENGTH = 1 << 22

# The number of the line, or of the entry of an array, counted from 1; 0 speaks of the file as a whole.
Entry = tuple[int, Json | Broken]

_CHUNK = 1 << 16
_GZIP = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"
_WIDE = (b"\xff\xfe", b"\xfe\xff")
_LOOKED_AT_LINES = 8
_WHITESPACE = b" \t\r\n"


def files_of(paths: Sequence[Source]) -> list[Source]:
    """Return the files that *paths* mean, those of a folder sorted by name; BadInput for what is missing."""
    found: list[Source] = []
    wrong = []
    for path in paths:
        if isinstance(path, Path) and path.is_dir():
            found += sorted(each for each in path.rglob("*") if each.is_file() and not _is_hidden(each, path))
        elif isinstance(path, str) or path.exists():
            found.append(path)  # a pipe is a file too
        else:
            wrong.append(Mistake(f"there is no file or folder '{path}'"))
    if wrong:
        raise BadInput(wrong)
    return found


def _is_hidden(file: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(folder).parts)


def total_bytes(files: Sequence[Source]) -> int | None:
    """Return the size of all *files* as they lie on the disc, None where one has none."""
    if any(isinstance(file, str) for file in files):
        return None
    return sum(file.stat().st_size for file in files if isinstance(file, Path))


class LogFile:
    """One source, read once. `position` is how far reading has come, in bytes of the file as it lies on the disc."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.position = 0

    def entries(self) -> Iterator[Entry]:
        """Return what the file holds, in order; what cannot be read is `Broken`, and the rest is read all the same."""
        try:
            with ExitStack() as opened:
                yield from _entries(self._chunks(opened))
        except (EOFError, zlib.error):
            yield 0, Broken("its gzip data is damaged or cut off")
        except OSError as wrong:
            yield 0, Broken(f"cannot be read: {wrong.strerror or 'its gzip data is damaged'}")

    def _chunks(self, opened: ExitStack) -> Iterator[bytes]:
        raw: IO[bytes] = sys.stdin.buffer
        if isinstance(self.source, Path):
            raw = opened.enter_context(self.source.open("rb"))
        counted = opened.enter_context(closing(io.BufferedReader(_Counted(raw, self), _CHUNK)))
        is_gzip = counted.peek(2)[:2] == _GZIP
        stream = opened.enter_context(gzip.GzipFile(fileobj=counted)) if is_gzip else counted
        yield from _full(stream)


def _full(stream: "gzip.GzipFile | io.BufferedReader[Any]") -> Iterator[bytes]:
    """Return chunks of full size, but for the last; what came before damage is returned before it raises."""
    held = b""
    try:
        # `read` would throw away what it has gathered when it comes to the damage.
        while found := stream.read1(_CHUNK):
            held += found
            if len(held) >= _CHUNK:
                yield held
                held = b""
    except (EOFError, zlib.error, OSError):
        if held:
            yield held
        raise
    if held:
        yield held


class _Counted(io.RawIOBase):
    """Tells a `LogFile` how much of it was read; closing leaves the standard input open."""

    def __init__(self, raw: IO[bytes], told: LogFile) -> None:
        self._raw = raw
        self._told = told

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        found = self._raw.read(len(buffer))
        buffer[: len(found)] = found
        self._told.position += len(found)
        return len(found)


def _entries(chunks: Iterator[bytes]) -> Iterator[Entry]:
    """Read by what the file begins with."""
    head = next(chunks, b"").removeprefix(_BOM)
    if head.startswith(_WIDE):
        return iter([(0, Broken("is UTF-16 text; UTF-8 was expected"))])
    if b"\0" in head:
        return iter([(0, Broken("is no text"))])
    whole = chain((head,), chunks)
    first = head.lstrip(_WHITESPACE)
    lines = first.split(b"\n", _LOOKED_AT_LINES)[:_LOOKED_AT_LINES]
    if first.startswith(b"[") or (first.startswith(b"{") and not _is_line(lines[0]) and _is_text(first, lines)):
        return enumerate(objects_of_text(_texts(whole), most=MAX_LENGTH), 1)
    if first.startswith(b"{") or any(_is_line(line) for line in lines):
        return _of_lines(whole)
    if b"," in lines[0]:
        return _of_csv(whole)
    return iter([(0, Broken("is neither JSON nor CSV"))] if first else ())


def _is_line(line: bytes) -> bool:
    """Answer whether *line* is an object, and so the file one of lines."""
    found = objects_of_line(line) if line.lstrip(_WHITESPACE).startswith(b"{") else [Broken("")]
    return any(isinstance(each, dict) and bool(each) for each in found)


def _is_text(first: bytes, lines: Sequence[bytes]) -> bool:
    """Answer whether a file whose first line is no whole object is one text, and not lines of which one is broken."""
    if is_wrapper(first.decode("utf-8", "replace")):
        return True
    return len(lines) > 1 and not any(_is_line(line) for line in lines)


def _texts(chunks: Iterable[bytes]) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    return (decoder.decode(chunk) for chunk in chunks)


def _of_lines(chunks: Iterable[bytes]) -> Iterator[Entry]:
    for number, line in _lines(chunks):
        if isinstance(line, Broken):
            yield number, line
        elif line.strip():
            for found in objects_of_line(line):
                yield number, found


def _of_csv(chunks: Iterable[bytes]) -> Iterator[Entry]:
    """Return each row by the names of the first; each line is read by itself, so that no quote swallows others."""
    names: list[str] = []
    for number, line in _lines(chunks):
        row = line if isinstance(line, Broken) else _row(line)
        if isinstance(row, Broken):
            yield number, row
        elif not names:
            names = row
        elif row and len(row) != len(names):
            yield number, Broken(f"{len(row)} values where the first line names {len(names)}")
        elif row:
            yield number, dict(zip(names, row, strict=True))


def _row(line: bytes) -> list[str] | Broken:
    try:
        return next(csv.reader((line.decode(),), strict=True), [])
    except UnicodeDecodeError:
        return Broken("no UTF-8 text")
    except csv.Error:
        return Broken("no CSV")


def _lines(chunks: Iterable[bytes]) -> Iterator[tuple[int, bytes | Broken]]:
    """Return the lines with their numbers; of one that is too long nothing is kept."""
    number, rest, too_long = 0, b"", False
    for chunk in chunks:
        found = (rest + chunk).split(b"\n")
        rest = found.pop()
        for line in found:
            number += 1
            yield number, Broken(f"longer than {MAX_LENGTH} bytes") if too_long or len(line) > MAX_LENGTH else line
            too_long = False
        if len(rest) > MAX_LENGTH:
            rest, too_long = b"", True
    if rest or too_long:
        yield number + 1, Broken(f"longer than {MAX_LENGTH} bytes") if too_long else rest
