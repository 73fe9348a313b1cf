"""Counting of things whose number is not known beforehand, in bounded memory."""

from collections import Counter
from collections.abc import Hashable, Iterator
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)


class BoundedCounter(Generic[Key]):
    """Counts of at most *limit* different things; of further ones only their sum is known, as `others`."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._counts: Counter[Key] = Counter()
        self.others = 0

    def add(self, key: Key, by: int = 1) -> None:
        if key in self._counts or len(self._counts) < self._limit:
            self._counts[key] += by
        else:
            self.others += by

    def __getitem__(self, key: Key) -> int:
        return self._counts[key]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._counts)

    def most(self, number: int | None = None) -> list[tuple[Key, int]]:
        """Return the things counted most, with their counts; all of them where no number is given."""
        return sorted(self._counts.items(), key=lambda each: (-each[1], str(each[0])))[:number]

    def total(self) -> int:
        return self._counts.total() + self.others
