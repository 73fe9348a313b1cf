"""What a service holds while it works: memory and open files of each of its processes, read from /proc."""

import os
import statistics
import threading
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

MIB = 1024 * 1024
# The allocator's own coming and going.
SLACK_BYTES = 6 * MIB
# Caches that fill take 500 to 650 bytes a request in the first minutes, and a tenth of that after half an hour. A leak
# of two kilobytes is told within two minutes at 120 requests a second; one of a hundred bytes after half an hour, by
# the middles of the thirds.
FILLING_BYTES = 700
SLACK_SHARE = 0.04
SLACK_FILES = 4
# SQLite's connections are opened when so many read at once for the first time: 8 readers, a writer and a checkpoint.
CONNECTIONS_TO_A_FILE = 10


@dataclass(frozen=True, slots=True)
class Held:
    """The sum over all processes at one moment; *memory* is what is theirs alone and their part of what they share."""

    memory: int
    files: int


def held(pids: Sequence[int]) -> Held:
    """Return what *pids* hold now, in bytes and in open files; a process that has just gone holds nothing."""
    memory = files = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            memory += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
            files += open_files(pid)
        except (FileNotFoundError, ProcessLookupError):
            continue
    return Held(memory, files)


def open_files(pid: int) -> int:
    """Return how many files and sockets *pid* has open; connections to one file are one, up to the ten of a pool."""
    opened: Counter[str] = Counter()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            opened[os.readlink(link)] += 1
    return sum(max(1, times - CONNECTIONS_TO_A_FILE + 1) for times in opened.values())


def tree(pid: int) -> list[int]:
    """Return *pid* and everything that it has started and that still runs."""
    found = [pid]
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            found += tree(int(child))
    return found


class Watching:
    """Looks at a process and its children every *every* seconds while the block runs."""

    def __init__(self, pid: int, *, every: float) -> None:
        self._pid = pid
        self._every = every
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.seen: list[Held] = []

    def __enter__(self) -> "Watching":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(self._every):
            self.seen.append(held(tree(self._pid)))

    def growth(self) -> tuple[Held, Held]:
        """Return the middle of the second third of what was seen, and of the last: before it caches fill."""
        third = max(1, len(self.seen) // 3)
        return _middle(self.seen[third : 2 * third]), _middle(self.seen[2 * third :])

    def growing(self, *, requests: int) -> list[str]:
        """Say what has grown by more than coming and going; *requests* were answered in all that time.

        From the second third to the last, which a long time makes exact; and along all that was seen after the first
        third, for each request, which tells within minutes.
        """
        before, after = self.growth()
        found = []
        if after.memory > before.memory * (1 + SLACK_SHARE) + SLACK_BYTES:
            found.append(f"memory grew from {before.memory / MIB:.1f} to {after.memory / MIB:.1f} MiB")
        settled = [each.memory for each in self.seen[len(self.seen) // 3 :]]
        grown, answered = slope(settled) * (len(settled) - 1), requests * len(settled) / len(self.seen)
        if grown > SLACK_BYTES + FILLING_BYTES * answered:
            found.append(f"memory grew by {grown / answered:.0f} bytes a request, {grown / MIB:.1f} MiB in all")
        if after.files > before.files + SLACK_FILES:
            found.append(f"open files grew from {before.files} to {after.files}")
        return found


def slope(values: Sequence[float]) -> float:
    """Return the middle of the slopes between any two of *values* (Theil and Sen), which a few odd ones do not move."""
    found = [
        (later - earlier) / distance
        for distance in range(1, len(values))
        for earlier, later in zip(values, values[distance:], strict=False)
    ]
    return statistics.median(found) if found else 0.0


def _middle(seen: Sequence[Held]) -> Held:
    if not seen:
        raise ValueError("too short to tell: nothing was seen in a third of the time")
    return Held(
        int(statistics.median(each.memory for each in seen)), int(statistics.median(each.files for each in seen))
    )
