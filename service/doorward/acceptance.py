"""What an operator is told of a store, and what it means to accept it as it is."""

from typing import Any

from doorward.core.epoch import NEW, Epoch
from doorward.core.errors import DoorwardError, StoreUnavailable
from doorward.core.times import rfc3339
from doorward.ports import Store
from doorward.rows import Sighting

Json = dict[str, Any]


class StoreNotNew(DoorwardError):
    """The store is not accepted, and was in use before: a person must look at what it lost."""


MEANS = (
    "To accept the store is to use it as it is:",
    "- whoever was enrolled since what it holds was written is not enrolled, and may enrol anew;",
    "- codes and proofs that were spent since could be used once more; those from before the acceptance are refused;",
    "- API keys, list entries, histories and records that were made since are gone.",
)


def status(store: Store, now: float) -> Json:
    """Return what can be told of *store*; one that does not answer is told of as well."""
    try:
        told = store.sighting()
        sizes = {} if told.refusal else store.sizes()
        warnings = store.warnings()
    except StoreUnavailable as away:
        blank = {"accepted": None, "name": None, "newest": None, "age_seconds": None, "accepted_at": None}
        return {"reachable": False, **blank, "reason": str(away), "warnings": [], "sizes": {}}
    found = told.found
    return {
        "reachable": True,
        "accepted": not told.refusal,
        "name": found.name if found else None,
        "newest": _time(found.beat if found else 0.0),
        "age_seconds": round(max(0.0, now - found.beat), 1) if found and found.beat else None,
        "accepted_at": _time(found.accepted_at if found else 0.0),
        "reason": told.refusal or None,
        "warnings": warnings,
        "sizes": sizes,
    }


def lost(told: Sighting, now: float) -> str:
    """Return how much the store lacks of what this machine knows was in it."""
    seen, found = told.seen, told.found
    if seen is None:
        return "this machine has not used this store before, and cannot tell what it lacks"
    until = f"this machine saw it in use until {_time(seen.beat) or 'an unknown time'}"
    if found is None:
        return f"{until}, and it is empty now: everything is lost"
    if found.beat >= seen.beat and not told.refusal:
        return f"{until}, and it lacks nothing that is known of"
    if found.name == seen.name and found.beat and found.beat < seen.beat:
        return f"{until}, and it holds nothing after {_time(found.beat)}: {_span(seen.beat - found.beat)} are lost"
    newest = f"; the newest moment in it is {_time(found.beat)}, {_span(now - found.beat)} ago" if found.beat else ""
    return f"{until}, and it is another one now, or lacks some of that time{newest}"


def accepted_before(told: Sighting) -> Epoch | None:
    """Return what the store is accepted as, None where it is new; StoreNotNew where it is neither."""
    if told.refusal == NEW:
        return None
    if told.refusal:
        raise StoreNotNew(f"nothing was changed, for the store is not new: {told.refusal}")
    return told.found


def accept(store: Store, now: float) -> Epoch:
    """Take *store* into use as it is; services that run on it find out within a second or two."""
    return store.accept(now)


def _time(at: float) -> str | None:
    return rfc3339(at) if at else None


def _span(seconds: float) -> str:
    """Return a length of time in the unit that suits it."""
    for unit, length in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} seconds"
