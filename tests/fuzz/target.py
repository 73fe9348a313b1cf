"""What is fuzzed: one parser, what it may say, and what it is given to begin with."""

import atexit
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

# Stands in the seeds of parsers that are given secrets. No error may repeat it.
SECRET = "hunter2-Tr0ub4dor"


@dataclass(frozen=True)
class Target:
    """One row: *read* is given bytes and may raise one of *errors*, and nothing else.

    *seeds* are what it takes and what it nearly takes; *words* what its language is made of. At most *most* bytes come,
    because whoever calls it bounds them so. The short form has so many *tries*. How the time *grows* is measured where
    it is the parser's own.
    """

    name: str
    read: Callable[[bytes], object]
    errors: tuple[type[Exception], ...] = ()
    seeds: Sequence[bytes] = (b"",)
    words: Sequence[bytes] = ()
    most: int = 4096
    tries: int = 150
    grows: bool = True


def scratch() -> Path:
    """Return a new folder that goes with the process."""
    folder = Path(mkdtemp(prefix="doorward-fuzz-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def text(read: Callable[[str], object]) -> Callable[[bytes], object]:
    """Return *read* of text for bytes, of which those that are no UTF-8 are replaced."""
    return lambda raw: read(raw.decode("utf-8", "replace"))


def latin(read: Callable[[str], object]) -> Callable[[bytes], object]:
    """Return *read* of a header, which a server decodes byte by byte."""
    return lambda raw: read(raw.decode("latin-1"))


def json_of(read: Callable[[Any], object], kind: type = object) -> Callable[[bytes], object]:
    """Return *read* of the JSON that the bytes are, where they are JSON of that *kind*."""

    def parsed(raw: bytes) -> object:
        try:
            value = json.loads(raw)
        except (ValueError, RecursionError):
            return None
        return read(value) if isinstance(value, kind) else None

    return parsed


def seeds_of(*values: Any) -> list[bytes]:
    return [value if isinstance(value, bytes) else json.dumps(value).encode() for value in values]
