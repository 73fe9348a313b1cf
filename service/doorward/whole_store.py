"""What concerns a store as a whole: whether it may be used, and the handing over of all that it holds."""

from typing import Protocol

from doorward.core.epoch import Epoch
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
