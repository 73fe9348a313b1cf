"""What concerns a store as a whole: whether it may be used, and the handing over of all that it holds."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from doorward.core.epoch import Epoch
from doorward.row_kinds import Row
from doorward.rows import Sighting


class Accepting(Protocol):
    """A store that came back empty, or from another time, is refused until an operator accepts it (`core.epoch`)."""

    def look(self) -> Epoch:
        """Return what the store is; StoreNotAccepted with the reason where it is not the one that was accepted."""
        ...

    def beat(self, now: float) -> None:
        """Leave *now* as the newest moment in the store that `look` has seen, at most once a second; remember it."""
        ...

    def epoch_info(self) -> Epoch:
        """Return what the store was when it was last looked at; from then on it costs nothing."""
        ...

    def sighting(self) -> Sighting: ...

    def accept(self, now: float) -> Epoch:
        """Give the store a new name, and take it for the one to use: as it is, whatever it lacks."""
        ...

    def begin_restoring(self, now: float) -> None:
        """Keep everybody else from the store, accepted or not, until `accept`; only this object uses it."""
        ...


class Moving(Protocol):
    """Hands out and takes in the rows of a store (`row_kinds`), while others go on using it."""

    def export(self, kinds: Sequence[str], now: float) -> Iterator[Row]:
        """Yield every row of *kinds* that is still to be kept, a bounded number at a time in memory, perhaps twice.

        A row that is written or dropped meanwhile may be among them or not.
        """
        ...

    def absent(self, asked: Sequence[Row]) -> list[Row]:
        """Return those of *asked* whose key is not there."""
        ...

    def load(self, given: Sequence[Row], now: float) -> None:
        """Put *given* into the place of what stands under their keys; versions only rise."""
        ...

    def drop(self, given: Sequence[Row], now: float) -> None:
        """Delete what stands under the keys of *given*."""
        ...


class Keeping(Protocol):
    """Keeps the store in order, and tells whether it is."""

    def ping(self) -> None:
        """Return when the store can be read and written; StoreUnavailable when not."""
        ...

    def warnings(self) -> list[str]:
        """What an operator should know of this store, for `/readyz`."""
        ...

    def sizes(self) -> dict[str, int]:
        """Return how many things it holds, by kind as far as that is cheap to tell."""
        ...

    def tenants(self) -> list[str]: ...

    def sweep(self, now: float, limit: int = 1000) -> int:
        """Delete at most *limit* things whose life is over, and return how many went."""
        ...

    def erase_subject(self, tenant: str, subject: bytes, now: float) -> None:
        """Forget what is kept under a subject's key; sessions, devices and other rings are not. Twice is fine."""
        ...

    def erase_all(self) -> None:
        """Forget everything but the schema; for the sandbox's reset alone."""
        ...

    def close(self) -> None: ...
