"""What is kept of each success of a log: a few numbers in arrays, so that a million of them fit in memory."""

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

# Who goes away from a victim by small steps.
FROG = "boiling_frog"
UNNAMED = "fraud"
# Who names more families than anybody can look at gets the last of them in one.
MOST_FAMILIES = 64
OTHERS = "(all others)"

YES, NO, NOT_KNOWN = 1, 0, -1


class Names:
    """Texts as numbers, counted from 0 in the order in which they come."""

    def __init__(self, first: Sequence[str] = ()) -> None:
        self._numbers = {name: number for number, name in enumerate(first)}

    def __contains__(self, name: object) -> bool:
        return name in self._numbers

    def number(self, name: str) -> int:
        return self._numbers.setdefault(name, len(self._numbers))

    def names(self) -> list[str]:
        return list(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)


def _reals() -> "array[float]":
    return array("d")


def _counts() -> "array[int]":
    return array("I")


def _flags() -> "array[int]":
    return array("b")


@dataclass(slots=True)
class Successes:
    """Columns, one entry for each success in the order of time; *scores* has one column for each scorer.

    *family* 0 is genuine. *events* is how many verified sign-ins the subject had before, *number* which genuine
    success of the subject it is, from 1 (0 for an attack). *campaign* is 0 where there is none. *score* is the
    model's, 0 to 100. *token*, *anonymous*, *mobile* and *network_used* (before, by the subject) are YES, NO or
    NOT_KNOWN.
    """

    scores: "dict[str, array[float]]"
    subjects: Names = field(default_factory=Names)
    families: Names = field(default_factory=lambda: Names([""]))
    countries: Names = field(default_factory=Names)
    kinds: Names = field(default_factory=Names)
    at: "array[float]" = field(default_factory=_reals)
    score: "array[float]" = field(default_factory=_reals)
    subject: "array[int]" = field(default_factory=_counts)
    family: "array[int]" = field(default_factory=_counts)
    events: "array[int]" = field(default_factory=_counts)
    number: "array[int]" = field(default_factory=_counts)
    campaign: "array[int]" = field(default_factory=_counts)
    country: "array[int]" = field(default_factory=_counts)
    kind: "array[int]" = field(default_factory=_counts)
    token: "array[int]" = field(default_factory=_flags)
    anonymous: "array[int]" = field(default_factory=_flags)
    mobile: "array[int]" = field(default_factory=_flags)
    network_used: "array[int]" = field(default_factory=_flags)

    def __len__(self) -> int:
        return len(self.at)

    def genuine(self, since: int = 0, until: int | None = None) -> Iterator[int]:
        """Yield the places of genuine successes from the place *since* on, up to *until*."""
        return (place for place in range(since, len(self) if until is None else until) if not self.family[place])

    def attacks(self, since: int = 0, until: int | None = None) -> dict[str, list[int]]:
        """Return the places of each family's successes, the families by name."""
        names = self.families.names()
        found: dict[str, list[int]] = {name: [] for name in sorted(names[1:])}
        for place in range(since, len(self) if until is None else until):
            if self.family[place]:
                found[names[self.family[place]]].append(place)
        return {name: places for name, places in found.items() if places}


@dataclass(frozen=True, slots=True)
class Part:
    """The successes of *all* from *since* on, up to *until*: what thresholds are set on, or what is judged."""

    all: Successes
    since: int
    until: int

    def genuine(self) -> Iterator[int]:
        return self.all.genuine(self.since, self.until)

    def attacks(self) -> dict[str, list[int]]:
        return self.all.attacks(self.since, self.until)

    def ordered(self, scorer: str) -> "array[float]":
        """Return the scores of the genuine ones, rising."""
        column = self.all.scores[scorer]
        return array("d", sorted(column[place] for place in self.genuine()))

    def where(self, wanted: Callable[[int], bool]) -> list[int]:
        return [place for place in self.genuine() if wanted(place)]


def whole(rows: Successes) -> Part:
    return Part(rows, 0, len(rows))


def split(rows: Successes, share: float) -> tuple[Part, Part]:
    """Return the first *share* of the successes in the order of time, and the rest."""
    middle = round(len(rows) * share)
    return Part(rows, 0, middle), Part(rows, middle, len(rows))
