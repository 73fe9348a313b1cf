"""What becomes of the objects of a log: canonical sign-in events (plain dicts), `Skipped` or `Unreadable`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

Json = dict[str, Any]

# The file and the number of the line, or of the entry of an array, counted from 1. Text is made of it when needed.
Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Skipped:
    """The object can be read and is no sign-in of its own; *reason* is one of few, so that they can be counted."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What stands at *place* should be a sign-in and cannot be read. *reason* holds none of its values."""

    place: Place
    reason: str

    def __str__(self) -> str:
        file, number = self.place
        return f"{file}:{number}: {self.reason}" if number else f"{file}: {self.reason}"


Outcome = Json | Skipped | Unreadable


class Unfit(Exception):
    """An object lacks what a sign-in needs; whoever knows its place makes an `Unreadable` of it."""


class Importer(Protocol):
    """Turns the objects of one format into outcomes, one for each object, sooner or later.

    Pure but for what it holds back: one that joins objects gives the outcomes of earlier ones, and `rest` the last.
    """

    def take(self, place: Place, found: Json) -> Iterable[Outcome]: ...

    def rest(self) -> Iterable[Outcome]: ...


class Each:
    """Implements `Importer` where every object stands for itself."""

    def __init__(self, convert: Callable[[Json], Json | Skipped]) -> None:
        self._convert = convert

    def take(self, place: Place, found: Json) -> Iterable[Outcome]:
        try:
            return (self._convert(found),)
        except Unfit as wrong:
            return (Unreadable(place, str(wrong)),)

    def rest(self) -> Iterable[Outcome]:
        return ()
