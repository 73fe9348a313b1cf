"""Where state is kept; a folder for each kind of store, all of which pass one contract."""

from pathlib import Path

from doorward.core.store_url import SQLITE, is_redis
from doorward.ports import Store

TRIP_SECONDS = 0.25


def open_store(
    url: str,
    *,
    state_dir: Path | None = None,
    busy_seconds: float = 2.0,
    connect_seconds: float = TRIP_SECONDS,
    command_seconds: float = TRIP_SECONDS,
    replicas: int = 0,
) -> Store:
    """Return the store that *url* names; only what it needs is loaded.

    SQLite waits *busy_seconds* for writers, Redis the other two for a connection and for each reply; what
    was spent counts there once so many *replicas* have it. Below *state_dir*
    stands which store it was that was used last.
    """
    if is_redis(url):
        from doorward.stores import redis

        return redis.open_store(
            url,
            state_dir=state_dir,
            connect_seconds=connect_seconds,
            command_seconds=command_seconds,
            replicas=replicas,
        )
    from doorward.stores import sqlite

    return sqlite.open_store(url.removeprefix(SQLITE), state_dir=state_dir, busy_seconds=busy_seconds)
