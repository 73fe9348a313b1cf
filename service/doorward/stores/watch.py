"""What this process knows of its store, and whether what it finds there is the same store still."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from doorward.core.epoch import TORN, Epoch, beaten, from_text, refusal, to_text
from doorward.core.errors import StoreNotAccepted
from doorward.core.times import rfc3339
from doorward.rows import Sighting
from doorward.stores.memory import Memory, Remembered

HINT = "; look at 'doorward store status', and if it shall be used as it is: 'doorward store accept'"
ANEW = "the store was accepted anew a moment ago"

# The file may be so much older than what this process has seen, which is well below what is tolerated.
KEEP_SECONDS = 3.0
UNFAMILIAR_SECONDS = 3600.0
TOLD_SECONDS = 86_400.0
WRONG_CLOCK_SECONDS = 60.0

Found = Mapping[str, str | None]
Servers = Mapping[str, str]


class Seen(NamedTuple):
    """What stood at one place when it was last looked at."""

    text: str
    epoch: Epoch


class Watch:
    """Compares the texts that stand in the store, each at its place, with those that were seen there before.

    *name* is that of the store that was accepted; it is empty until `judge` has let one pass. Threads need no lock,
    which a fork would copy as it is: each place is changed as a whole, and an older look that comes later does no harm.
    """

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._remembered: Remembered | None = None
        self._seen: dict[str, Seen] = {}
        self._believed = (0.0, 0.0)
        self._kept = Epoch("")
        self._trouble = ""
        self._ahead = 0.0
        self._servers: Servers = {}
        # Where another server has taken over, and nobody has left that in the store yet.
        self._untold: set[str] = set()
        self.name = ""

    def judge(self, found: Found, servers: Servers = {}) -> Epoch:  # noqa: B006 (never changed)
        """Return the epoch of the whole store; StoreNotAccepted with the reason where it is not the same store.

        *servers* are the names of those that answered, by place.
        """
        reason = _refusal(self._last(), _read(found))
        if reason:
            raise StoreNotAccepted(reason + HINT)
        self._take(found)
        self._servers = servers
        for place, seen in list(self._seen.items()):
            self._note(place, seen.epoch, servers.get(place, ""))
        return self.epoch()

    def same(self, place: str, text: str | None, server: str = "") -> None:
        """Return where *text*, from *server*, stands in the store that was accepted; StoreNotAccepted if not."""
        seen = self._seen.get(place)
        if not seen or seen.text != text:
            seen = self._seen[place] = self._other(seen, text)
        self._note(place, seen.epoch, server)

    def _note(self, place: str, epoch: Epoch, server: str) -> None:
        if epoch.is_on_another(server):
            self._untold.add(place)
        else:
            self._untold.discard(place)

    def _other(self, seen: Seen | None, text: str | None) -> Seen:
        """Return what *text* says, which may stand in the place of what was *seen* there."""
        epoch = from_text(text)
        reason = refusal(seen.epoch if seen else None, epoch)
        if reason or text is None or epoch is None:
            raise StoreNotAccepted(reason + HINT)
        if epoch.name != self.name:
            # Taken over by `judge` alone, which looks at the whole store.
            raise StoreNotAccepted(ANEW)
        return Seen(text, epoch)

    def epoch(self) -> Epoch:
        """Return the epoch of the store that was accepted; a part of it that was taken over counts for all of it."""
        epochs = [seen.epoch for seen in list(self._seen.values())]
        newest = max(epochs, key=lambda epoch: epoch.beat)
        return replace(newest, taken_over_at=max(epoch.taken_over_at for epoch in epochs))

    def is_taken_over(self) -> bool:
        """Answer whether another server has taken over since somebody last left a moment there."""
        return bool(self._untold)

    def beats(self, now: float) -> dict[str, tuple[str, str]]:
        """Return what shall stand in the store, and in the place of what, for *now* to be its newest moment."""
        self._ahead = self.epoch().beat - now
        if not (self._remembered and self._remembered.seen) and not self._believed[1]:
            self._believed = (self.epoch().beat, now)
        later = {
            place: (seen.text, beaten(seen.epoch, now, self._servers.get(place, "")))
            for place, seen in list(self._seen.items())
        }
        return {place: (text, to_text(epoch)) for place, (text, epoch) in later.items() if epoch}

    def left(self, texts: Mapping[str, str]) -> None:
        """Take note of what this process has put into the store, and remember it beyond its own life."""
        for place, text in texts.items():
            epoch = from_text(text)
            if epoch:
                self._seen[place] = Seen(text, epoch)
        self._untold.difference_update(texts)
        self._keep()

    def replace(self, epochs: Mapping[str, Epoch]) -> None:
        """Take *epochs* for the store from now on, whatever was seen before.

        Those of a store that is being restored are for this process alone.
        """
        self._believed = (0.0, 0.0)
        self._remembered = Remembered(dict(epochs))
        self._take({place: to_text(epoch) for place, epoch in epochs.items()})
        self._kept = Epoch("")
        if not self.epoch().restoring:
            self._keep()

    def follows(self, found: Found) -> float:
        """Return the newest moment that is known of, here or there."""
        told = self.sighting(found)
        return max((max(each.beat, each.follows) for each in (told.seen, told.found) if each), default=0.0)

    def sighting(self, found: Found) -> Sighting:
        """Tell what was seen and what is there, and refuse nothing."""
        epochs = _read(found)
        there = min((epoch for epoch in epochs.values() if epoch), key=lambda epoch: epoch.beat, default=None)
        try:
            last = self._last()
        except StoreNotAccepted as unreadable:
            return Sighting(None, there, str(unreadable))
        return Sighting(_newest(last), there, _refusal(last, epochs))

    def warnings(self) -> list[str]:
        """Return what an operator should know of a store that is in use."""
        found = [self._trouble] if self._trouble else []
        beat, at = self._believed
        if beat and at - beat > UNFAMILIAR_SECONDS and self._seen and self.epoch().beat - at < TOLD_SECONDS:
            found.append(f"nobody had served on this store since {rfc3339(beat)}: is it a restored dump?")
        if self._ahead > WRONG_CLOCK_SECONDS:
            found.append(f"the newest moment of the store is {self._ahead:.0f} s ahead of the clock of this machine")
        return found

    def _last(self) -> dict[str, Epoch]:
        """Return what was seen last, by this process or by one before it."""
        if self._remembered is None:
            self._remembered = self._memory.recall()
            self._believed = self._remembered.believed
        return {place: seen.epoch for place, seen in self._seen.items()} or self._remembered.seen

    def _take(self, found: Found) -> None:
        epochs = _read(found)
        self._seen = {place: Seen(text, epoch) for place, text in found.items() if text and (epoch := epochs[place])}
        self.name = self.epoch().name

    def _keep(self) -> None:
        newest = self.epoch()
        if newest.name == self._kept.name and newest.beat < self._kept.beat + KEEP_SECONDS:
            return
        try:
            self._memory.keep({place: seen.epoch for place, seen in self._seen.items()}, self._believed)
            self._kept, self._trouble = newest, ""
        except OSError as error:
            self._trouble = f"cannot remember the store beyond this process: {error.strerror}"


def _read(found: Found) -> dict[str, Epoch | None]:
    return {place: from_text(text) for place, text in found.items()}


def _refusal(seen: Mapping[str, Epoch], found: Mapping[str, Epoch | None]) -> str:
    """Return why the places in *found* are not one store, the one that was seen; empty where they are."""
    there = [epoch for epoch in found.values() if epoch]
    if not there:
        return refusal(_newest(seen), None)
    if len(there) < len(found) or len({epoch.name for epoch in there}) > 1:
        return TORN
    reasons = [refusal(seen.get(place), epoch) for place, epoch in found.items()]
    return next((reason for reason in reasons if reason), "")


def _newest(seen: Mapping[str, Epoch]) -> Epoch | None:
    return max(seen.values(), key=lambda epoch: epoch.beat, default=None)
