"""One message for many events of one kind: what a subject was told of lately, as one small value.

The first is told at once. Those that follow within a quarter of an hour are counted, and told together at its end.
"""

import json
from dataclasses import dataclass

QUIET_SECONDS = 900
MOST_COUNTED = 1_000_000


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one event: *now* says that a message goes out, *more* how many it stands for besides.

    *since* is when the message before it went out; *at_end* is when what is only counted will be told.
    """

    now: bool
    more: int = 0
    since: float = 0.0
    at_end: float | None = None


def take(kept: bytes | None, event: str, now: float) -> tuple[bytes, Told]:
    """Return the value with one more *event*, and what to do about it."""
    state = _read(kept, now)
    since, count = state.get(event, (0.0, 0))
    if not since <= now < since + QUIET_SECONDS:
        state[event] = (now, 0)
        return _written(state), Told(True, count, since)
    state[event] = (since, min(count + 1, MOST_COUNTED))
    return _written(state), Told(False, at_end=since + QUIET_SECONDS if count == 0 else None)


def take_counted(kept: bytes | None, event: str, now: float) -> tuple[bytes | None, Told]:
    """Return the value once the quiet time of *event* is over, with what was counted in it; nothing is told twice."""
    state = _read(kept, now)
    since, count = state.get(event, (0.0, 0))
    if not count or now < since + QUIET_SECONDS:
        return kept, Told(False)
    # The last of those that were counted is the one that the message tells of.
    state[event] = (now, 0)
    return _written(state), Told(True, count - 1, since)


def _read(kept: bytes | None, now: float) -> dict[str, tuple[float, int]]:
    """Return the events whose quiet time has not been over for long."""
    held = json.loads(kept) if kept else {}
    return {name: (since, count) for name, (since, count) in held.items() if now < since + 2 * QUIET_SECONDS}


def _written(state: dict[str, tuple[float, int]]) -> bytes:
    return json.dumps(state, separators=(",", ":")).encode()
