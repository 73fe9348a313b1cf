"""Sign-in logs as the canonical events of `doorward.offline.event`, one JSON object a line."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import click

from doorward.core.errors import BadInput, Mistake
from doorward.offline.event import BadEvent, SignIn, read_event

MOST_TOLD = 10
MAX_LINE = 1 << 20
_TOLD_EVERY = 2_000


class Log:
    """The events of files, one after the other; `-` is standard input. What is no event is counted and passed over.

    *first* tells where the first ones of those are.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = paths
        self.unreadable = 0
        self.first: list[str] = []

    def events(self) -> Iterator[SignIn]:
        """Yield every event; BadInput for a file that cannot be read."""
        for path in self._paths:
            try:
                if str(path) == "-":
                    yield from self._of("standard input", sys.stdin.buffer)
                    continue
                with path.open("rb") as stream:
                    yield from self._shown(path, stream)
            except OSError as wrong:
                raise BadInput([Mistake(f"'{path.name}' cannot be read: {wrong.strerror}")]) from None

    def _shown(self, path: Path, stream: BinaryIO) -> Iterator[SignIn]:
        """Yield the events of one file, and show on a terminal how far it is."""
        if not sys.stderr.isatty():
            yield from self._of(path.name, stream)
            return
        with click.progressbar(length=path.stat().st_size, label=path.name, file=sys.stderr) as bar:
            for number, event in enumerate(self._of(path.name, stream), 1):
                if number % _TOLD_EVERY == 0:
                    bar.update(stream.tell() - bar.pos)
                yield event
            bar.update(stream.tell() - bar.pos)

    def _of(self, name: str, stream: BinaryIO) -> Iterator[SignIn]:
        for number, line in enumerate(_bounded(stream), 1):
            if line.strip():
                try:
                    yield read_event(_json(line))
                except BadEvent as wrong:
                    self._count(f"{name}:{number}: {wrong}")

    def _count(self, told: str) -> None:
        self.unreadable += 1
        if len(self.first) < MOST_TOLD:
            self.first.append(told)


def _bounded(stream: BinaryIO) -> Iterable[bytes]:
    """Yield the lines of *stream*; of one that is too long, nothing that could be an event."""
    while line := stream.readline(MAX_LINE):
        whole = line
        while len(line) == MAX_LINE and not line.endswith(b"\n"):
            whole, line = b"too long", stream.readline(MAX_LINE)
        yield whole


def _json(line: bytes) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        raise BadEvent("is no JSON, or is longer than a line may be") from None
