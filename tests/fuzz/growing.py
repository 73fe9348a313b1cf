"""How time grows with an input: a parser that takes four times as long for twice as much can be kept busy by one."""

import contextlib
import time
from dataclasses import dataclass

from .mutating import WORDS
from .target import Target

# An input eight times as long may take this many times as long: in proportion, with room for what grows in steps.
MOST_RATIO = 28.0
# Below this nobody is kept busy, however it grows.
LEAST_SECONDS = 0.05
_TIMES = 8
_UNITS = (b"a", b"1", b"A=", b"a.", b"a,", b"a: b\n", b"- a\n", b'"a":1,', b"[[", b"[{", b"%41", b"/a", b"+", b"((")


@dataclass(frozen=True)
class Growth:
    """The seconds of processor time that the longest input took, and how many times those of an eighth of it."""

    target: str
    unit: bytes
    size: int
    seconds: float
    ratio: float

    @property
    def is_too_much(self) -> bool:
        return self.seconds >= LEAST_SECONDS and self.ratio > MOST_RATIO


def worst_growth(target: Target) -> Growth:
    """Return the input, one of the seeds with one piece repeated, whose time grows most of those that take any."""
    found = [
        _growth(target, seed, unit)
        for seed in (target.seeds[0][:256], b"")
        for unit in dict.fromkeys((*_UNITS, *WORDS[:40], *target.words))
    ]
    return max(found, key=lambda each: (each.is_too_much, each.seconds))


def _growth(target: Target, seed: bytes, unit: bytes) -> Growth:
    room = target.most - len(seed)
    middle = len(seed) // 2
    short, long = (seed[:middle] + unit * max(1, room // share // len(unit)) + seed[middle:] for share in (_TIMES, 1))
    seconds = _seconds(target, long)
    return Growth(target.name, unit, len(long), seconds, seconds / max(_seconds(target, short), 1e-6))


def _seconds(target: Target, given: bytes) -> float:
    best = float("inf")
    for _ in range(2):
        began = time.process_time()
        # What it says is the loop's to judge.
        with contextlib.suppress(Exception):
            target.read(given)
        best = min(best, time.process_time() - began)
        if best > 1:
            break
    return best
