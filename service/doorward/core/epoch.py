"""Whether a store is still the one that was used before: the name it was given, and the newest moment left in it.

A store that came back empty has no name. One that was rolled back has an older moment than somebody remembers, or it
went on from one: whoever leaves a moment after a pause leaves the pause as well, so that those who served during it
see that their own time is missing.

The same store on another server, a replica that took over or the same one started again, may lack its last moments.
Whoever leaves a moment leaves the name of the server as well, and when that was last another one.
"""

import json
import re
from dataclasses import asdict, dataclass, replace

from doorward.core.times import rfc3339

# An append-only file that is synchronised every second, and a replica that took over, may lack the last moments.
TOLERANCE_SECONDS = 10.0
# Called every second or so, which is now and then a little less.
BEAT_SECONDS = 0.9
PAUSES_KEPT = 8

NEW = "the store is new, or was emptied, and nobody has accepted it"
EMPTIED = "the store came back empty"
RESTORING = "the store is being restored, or that was broken off"
TORN = "a part of the store came back empty, or is of another time than the rest"

_NAME = re.compile(r"[0-9a-f]{32}\Z")


@dataclass(frozen=True, slots=True)
class Epoch:
    """What a store says of itself: *beat* is the newest moment that was left in it.

    *accepted_at* is when an operator took it into use as it was, 0 where it was made by whoever uses it alone;
    *follows* is the newest moment that was known of then. *pauses* are the last times in which nobody left any. While
    it is *restoring* nobody uses it but whoever does that. *server* is the one it was left on, empty where there is
    none or it does not say, and *taken_over_at* when that was found to be another one.
    """

    name: str
    beat: float = 0.0
    accepted_at: float = 0.0
    follows: float = 0.0
    pauses: tuple[tuple[float, float], ...] = ()
    restoring: bool = False
    server: str = ""
    taken_over_at: float = 0.0

    @property
    def codes_from(self) -> float:
        """Return since when no use of a code or of a proof can have been forgotten."""
        return max(self.accepted_at, self.taken_over_at)

    def is_on_another(self, server: str) -> bool:
        """Answer whether it was left on a server that is not *server*."""
        return bool(self.server and server) and self.server != server


def accepted(name: str, now: float, *, after: float) -> Epoch:
    """Return what a store is from *now* on, whatever was in it; *after* is the newest moment that is known of."""
    return Epoch(name, beat=now, accepted_at=now, follows=max(now, after))


def beaten(epoch: Epoch, now: float, server: str = "") -> Epoch | None:
    """Return *epoch* with *now* as its newest moment; None where it has one as new, left on the same *server*."""
    if epoch.is_on_another(server):
        epoch = replace(epoch, taken_over_at=now)
    elif now < epoch.beat + BEAT_SECONDS:
        return None
    pauses = epoch.pauses
    if epoch.beat and now - epoch.beat > TOLERANCE_SECONDS:
        pauses = (*pauses, (epoch.beat, now))[-PAUSES_KEPT:]
    return replace(epoch, beat=max(now, epoch.beat), pauses=pauses, server=server or epoch.server)


def refusal(seen: Epoch | None, found: Epoch | None) -> str:
    """Return why *found* is not the store that was *seen* before; empty where it is, or nothing was seen."""
    if found is None:
        return EMPTIED if seen else NEW
    if found.restoring and (seen is None or found.name != seen.name):
        return RESTORING
    if seen is None:
        return ""
    until = rfc3339(seen.beat)
    if found.name != seen.name:
        reason = f"this is not the store that was used until {until}, or it is one from before it was last accepted"
        return "" if found.follows >= seen.beat - TOLERANCE_SECONDS else reason
    last = _may_be_missing_after(seen)
    if found.beat < last:
        return f"the store was rolled back: it was used until {until}, and knows of nothing after {rfc3339(found.beat)}"
    began = [pause[0] for pause in found.pauses if pause not in seen.pauses]
    if began and min(began) < last:
        went_on = rfc3339(min(began))
        return f"the store was rolled back: it was used until {until}, and went on from {went_on} without that"
    return ""


def _may_be_missing_after(seen: Epoch) -> float:
    """Return the time since when so much was served that it may be missing; pauses do not count."""
    last = seen.beat - TOLERANCE_SECONDS
    for began, ended in reversed(seen.pauses):
        if last >= ended:
            break
        last -= ended - began
    return last


def to_text(epoch: Epoch) -> str:
    return json.dumps(asdict(epoch), separators=(",", ":"))


def from_text(text: str | None) -> Epoch | None:
    """Return what *text* says, a name alone too; None where it says nothing that can be read."""
    if text is None or _NAME.match(text):
        return Epoch(text) if text else None
    try:
        told = json.loads(text)
        pauses = tuple((float(began), float(ended)) for began, ended in told["pauses"])
        beat, accepted_at, follows = (float(told[name]) for name in ("beat", "accepted_at", "follows"))
        server, taken_over_at = str(told.get("server", "")), float(told.get("taken_over_at", 0.0))
        restoring = bool(told.get("restoring"))
        return Epoch(str(told["name"]), beat, accepted_at, follows, pauses, restoring, server, taken_over_at)
    except (ValueError, TypeError, KeyError):
        return None
