"""Tries one parser with ever other inputs; those that reach a line of ours for the first time are changed further."""

import random
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import doorward

from .mutating import WORDS, mutated
from .target import SECRET, Target

_OURS = str(Path(doorward.__file__).parent)
_MOST_KEPT = 400


@dataclass(frozen=True)
class Finding:
    """What a parser did that it may not, and what it was given."""

    target: str
    what: str
    given: bytes

    def __str__(self) -> str:
        shown = repr(self.given if len(self.given) <= 300 else self.given[:300] + b"...")
        return f"{self.target}: {self.what}\n    given {len(self.given)} bytes: {shown}"


@dataclass
class Lines:
    """The lines of ours that were run; `watch` answers whether a call has reached a new one."""

    seen: set[tuple[CodeType, int]] = field(default_factory=set)

    def watch(self, call: Callable[[], object]) -> bool:
        before = len(self.seen)
        was = sys.gettrace()
        sys.settrace(self._enter)
        try:
            call()
        finally:
            sys.settrace(was)
        return len(self.seen) > before

    def _enter(self, frame: FrameType, _event: str, _what: Any) -> Any:
        return self._line if frame.f_code.co_filename.startswith(_OURS) else None

    def _line(self, frame: FrameType, _event: str, _what: Any) -> Any:
        self.seen.add((frame.f_code, frame.f_lineno))
        return self._line


@dataclass
class Trial:
    """One target with what was learned of it. The same *seed* tries the same inputs in the same order."""

    target: Target
    seed: int = 1
    tried: int = 0
    findings: dict[str, Finding] = field(default_factory=dict)
    lines: Lines = field(default_factory=Lines)

    def __post_init__(self) -> None:
        self._chance = random.Random(f"{self.target.name} {self.seed}")
        self._words = [*WORDS, *self.target.words]
        self._kept = [seed[: self.target.most] for seed in self.target.seeds]
        self._first = list(self._kept)

    def once(self) -> None:
        """Try one input more: the seeds as they are, and then changes of what was kept."""
        if self._first:
            given = self._first.pop()
        else:
            given = mutated(self._chance.choice(self._kept), self._chance, self._words, most=self.target.most)
        self.tried += 1
        if self.lines.watch(lambda: self._give(given)) and len(self._kept) < _MOST_KEPT:
            self._kept.append(given)

    def _give(self, given: bytes) -> None:
        try:
            self.target.read(given)
        except self.target.errors as told:
            if SECRET in f"{told} {told.args!r}":
                self._found(f"{type(told).__name__} repeats a secret", given)
        except Exception as wrong:
            last = traceback.extract_tb(wrong.__traceback__)[-1]
            self._found(f"{type(wrong).__name__} at {Path(last.filename).name}:{last.lineno}: {wrong}"[:300], given)

    def _found(self, what: str, given: bytes) -> None:
        """Keep the shortest input for each thing that went wrong."""
        place = what.split(":")[0] + what.partition(".py:")[2][:5]
        if place not in self.findings or len(given) < len(self.findings[place].given):
            self.findings[place] = Finding(self.target.name, what, given)
