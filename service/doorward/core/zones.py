"""Time zones by their IANA names; a name that nobody knows is None, never an error."""

import re
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MAX_NAME_LENGTH = 40

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}\Z")


# Names come from callers, so the cache is bounded; misses are kept too, since each of them searches the disc.
@lru_cache(maxsize=1024)
def zone(name: str) -> tzinfo | None:
    """Return the zone called *name*, or None where there is none."""
    if len(name) > MAX_NAME_LENGTH or not _NAME.match(name):
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: the name of a folder of zones
        return None


def first_zone(*names: str) -> tzinfo:
    """Return the first of the named zones that exists, and UTC where none does."""
    for name in names:
        found = zone(name)
        if found is not None:
            return found
    return UTC


def offset_seconds(zone: tzinfo, now: float) -> float:
    """Return how far *zone* is ahead of UTC at *now*."""
    offset = datetime.fromtimestamp(now, zone).utcoffset()
    return offset.total_seconds() if offset is not None else 0.0
