"""Where state is kept; a folder for each kind of store, all of which pass one contract."""

from doorward.core.store_url import SQLITE, is_redis
from doorward.ports import Store


def open_store(url: str, *, busy_seconds: float = 2.0) -> Store:
    """Return the store that *url* names; only what it needs is loaded. SQLite waits *busy_seconds* for writers."""
    if is_redis(url):
        from doorward.stores import redis

        return redis.open_store(url)
    from doorward.stores import sqlite

    return sqlite.open_store(url.removeprefix(SQLITE), busy_seconds=busy_seconds)
