"""Random numbers: one stream for each user and each campaign, so that none depends on what another has drawn."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Generic, TypeVar

from numpy.random import PCG64, Generator, SeedSequence

T = TypeVar("T")


def generator(sequence: SeedSequence) -> Generator:
    """Return the generator of one stream."""
    return Generator(PCG64(sequence))


class Roots:
    """The streams of one seed: places, users, attackers."""

    def __init__(self, seed: int) -> None:
        self.places, self._users, self._attackers = SeedSequence(seed).spawn(3)

    def users(self, number: int) -> list[SeedSequence]:
        """Return a stream for each of *number* users; the first ones are the same whatever the number is."""
        return self._users.spawn(number)

    def attackers(self, number: int) -> list[SeedSequence]:
        """Return a stream for each family of attackers, in the order of their table."""
        return self._attackers.spawn(number)


class Weighted(Generic[T]):
    """A choice among *items*; the weights need not add up to one."""

    def __init__(self, items: Sequence[T], weights: Sequence[float]) -> None:
        self.items = items
        self._sums = list(accumulate(weights))

    def draw(self, rng: Generator) -> T:
        at = bisect_right(self._sums, rng.random() * self._sums[-1])
        return self.items[min(at, len(self.items) - 1)]


def one_of(rng: Generator, items: Sequence[T]) -> T:
    """Return one of *items*, each as likely as the others."""
    return items[int(rng.random() * len(items))]


def chance(rng: Generator, probability: float) -> bool:
    """Answer yes with *probability*."""
    return bool(rng.random() < probability)
