"""What was acknowledged under load, and whether it is found afterwards: decisions, entries of lists, outcomes.

An event that was acknowledged counts, and cannot be asked for.
"""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ..challenges.callers import Caller
from .load import Answer
from .places import TENANT, Place
from .promises import lacks

PATIENCE_SECONDS = 15.0
DECISIONS, ENTRIES, OUTCOMES = "decisions in full", "list entries", "outcomes"


@dataclass(frozen=True, slots=True)
class Kept:
    """One thing that a caller was told to be kept: *name* is a decision's id or a path, *began* when it was sent."""

    what: str
    name: str
    began: float

    def __str__(self) -> str:
        return f"{self.what}: {self.name}"


def acknowledged(answers: Sequence[Answer]) -> list[Kept]:
    """Return everything that was acknowledged and can be asked for."""
    found = []
    for answer in answers:
        sent = answer.sent
        if answer.status != 200:
            continue
        if sent.decides and not lacks(answer):
            found.append(Kept(DECISIONS, answer.body["id"], answer.began))
        elif sent.kind == "list":
            found.append(Kept(ENTRIES, sent.path, answer.began))
        elif sent.kind == "outcome":
            found.append(Kept(OUTCOMES, sent.about, answer.began))
    return found


def lost(place: Place, caller: Caller, answers: Sequence[Answer]) -> list[Kept]:
    """Return what was acknowledged and is not found: decisions in the store, the rest by asking for it."""
    kept = acknowledged(answers)
    store, now = place.opened(), time.time()
    try:
        decisions = [each for each in kept if each.what == DECISIONS and store.record(TENANT, each.name, now) is None]
    finally:
        store.close()
    return decisions + [each for each in kept if each.what != DECISIONS and not _is_found(caller, each)]


def counted(kept: Sequence[Kept], gone: Sequence[Kept]) -> str:
    """Return how many of each were lost, of how many."""
    of, missing = Counter(each.what for each in kept), Counter(each.what for each in gone)
    return ", ".join(f"{missing[what]} of {of[what]} {what}" for what in (DECISIONS, ENTRIES, OUTCOMES))


def _is_found(caller: Caller, kept: Kept) -> bool:
    until = time.monotonic() + PATIENCE_SECONDS
    path = kept.name if kept.what == ENTRIES else f"/v1/decisions/{kept.name}"
    status, told = caller.ask("GET", path)
    while status == 503 and time.monotonic() < until:
        # The last of what was struck goes by.
        time.sleep(0.3)
        status, told = caller.ask("GET", path)
    return bool(status == 200 and (kept.what == ENTRIES or told["reports"]))
