"""One Redis server as this process sees it: where it is, and the connections that are idle."""

import codecs
import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from redis.connection import Connection, SSLConnection
from redis.exceptions import RedisError
from redis.sentinel import Sentinel

from doorward.core.store_url import RedisUrl
from doorward.stores.redis.calls import Address

CONNECT_SECONDS = 0.25
COMMAND_SECONDS = 0.25
IDLE_AT_MOST = 64

# Otherwise the first connection loads it, and a fork in the midst of that leaves the lock of the import to the child.
codecs.lookup("idna")

Locate = Callable[[], Address]


class Node:
    """Gives out connections; each is used by one call at a time, and none crosses a fork."""

    def __init__(self, locate: Locate, options: dict[str, Any]) -> None:
        self._locate = locate
        self._options = dict(options)
        self._kind = SSLConnection if self._options.pop("tls", False) else Connection
        self._idle: list[Connection] = []
        self._pid = os.getpid()

    def take(self) -> Connection:
        """Return a connection that works as far as can be told without asking."""
        if self._pid != os.getpid():
            self._idle, self._pid = [], os.getpid()
        while self._idle:
            with suppress(IndexError):
                connection = self._idle.pop()
                if _is_quiet(connection):
                    return connection
                connection.disconnect()
        host, port = self._locate()
        connection = self._kind(host=host, port=port, **self._options)
        connection.connect()
        return connection

    def give_back(self, connection: Connection) -> None:
        """Keep *connection* for the next call; every reply on it must have been read."""
        if len(self._idle) < IDLE_AT_MOST:
            self._idle.append(connection)
        else:
            connection.disconnect()

    def drop(self) -> None:
        """Close what is idle: the server may have gone, or may be no master any more."""
        while self._idle:
            with suppress(IndexError):
                self._idle.pop().disconnect()


def _is_quiet(connection: Connection) -> bool:
    # What can be read before anything was asked is the end of the connection.
    try:
        return not connection.can_read()
    except (RedisError, OSError):
        return False


def options_of(url: RedisUrl, *, connect_seconds: float, command_seconds: float) -> dict[str, Any]:
    """Return what every connection of *url* is opened with."""
    options: dict[str, Any] = {
        "db": url.db,
        "username": url.username or None,
        "password": url.password or None,
        "socket_connect_timeout": connect_seconds,
        "socket_timeout": command_seconds,
        "protocol": 2,
        "driver_info": None,
    }
    return options | ({"tls": True, **_checked(url)} if url.tls else {})


def by_sentinels(url: RedisUrl, *, connect_seconds: float, command_seconds: float) -> Locate:
    """Return a function that asks the Sentinels of *url* where the master is."""
    options: dict[str, Any] = {"socket_connect_timeout": connect_seconds, "socket_timeout": command_seconds}
    options |= {"username": url.sentinel_user or None, "password": url.sentinel_password or None}
    options |= {"ssl": True, **_checked(url)} if url.tls else {}
    sentinels = Sentinel(list(url.hosts), sentinel_kwargs={**options, "protocol": 2, "retry": None})

    def locate() -> Address:
        host, port = sentinels.discover_master(url.service)
        return str(host), int(port)

    return locate


def _checked(url: RedisUrl) -> dict[str, Any]:
    """Return what makes a certificate be asked for, and checked against the name that the server was called by."""
    return {"ssl_ca_certs": url.ca or None, "ssl_cert_reqs": "required", "ssl_check_hostname": True}
