"""How time grows with an input: a parser that takes four times as long for twice as much can be kept busy by one."""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .mutating import WORDS
from .target import Target

# An input eight times as long may take this many times as long: in proportion, with room for what grows in steps.
MOST_RATIO = 28.0
# Below this nobody is kept busy, however it grows.
LEAST_SECONDS = 0.05
_TIMES = 8
_UNITS = (b"a", b"1", b"A=", b"a.", b"a,", b"a: b\n", b"- a\n", b'"a":1,', b"[[", b"[{", b"%41", b"/a", b"+", b"((")

# Many different names, of which the last stands twice: what looks for a name among all of them shows only here.
_NAMES = ((b"{", b'"%d":1,', b'"%d":1}'), (b"", b"%d: 1\n", b"%d: 1\n"), (b"", b"%d=1&", b"%d=1"))

# Makes an input of about so many bytes.
Made = Callable[[int], bytes]


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
    """Return the input whose time grows most of those that take any: a piece that is repeated, or ever other names."""
    found = [_growth(target, unit, made) for unit, made in (*_repeated(target), *_named())]
    return max(found, key=lambda each: (each.is_too_much, each.seconds))


def _repeated(target: Target) -> Iterator[tuple[bytes, Made]]:
    """Yield one of the seeds with one piece repeated in its middle."""
    for seed in (target.seeds[0][:256], b""):
        for unit in dict.fromkeys((*_UNITS, *WORDS[:40], *target.words)):
            yield unit, _around(seed[: len(seed) // 2], unit, seed[len(seed) // 2 :])


def _around(before: bytes, unit: bytes, after: bytes) -> Made:
    return lambda size: before + unit * max(1, (size - len(before) - len(after)) // len(unit)) + after


def _named() -> Iterator[tuple[bytes, Made]]:
    for begin, unit, end in _NAMES:
        yield unit, _all_but_one_alone(begin, unit, end)


def _all_but_one_alone(begin: bytes, unit: bytes, end: bytes) -> Made:
    def made(size: int) -> bytes:
        names = max(1, size // len(unit % 10_000) - 2)
        return begin + b"".join(unit % name for name in range(names)) + end % (names - 1)

    return made


def _growth(target: Target, unit: bytes, made: Made) -> Growth:
    short, long = made(target.most // _TIMES), made(target.most)
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
