"""Where state is kept; a folder for each kind of store, all of which pass one contract."""

from doorward.core.store_url import SQLITE, is_redis
from doorward.ports import Store


def open_store(url: str) -> Store:
    """Return the store that *url* names; only what it needs is loaded."""
    if is_redis(url):
        from doorward.stores import redis

        return redis.open_store(url)
    from doorward.stores import sqlite

    return sqlite.open_store(url.removeprefix(SQLITE))
