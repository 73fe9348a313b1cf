"""One Redis server as this process sees it: where it is, and the connections that are idle."""

import codecs
import os
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Any

from redis.sentinel import Sentinel

from doorward.core.store_url import RedisUrl
from doorward.stores.redis.calls import Address
from doorward.stores.redis.line import Line, connect, packed

CONNECT_SECONDS = 0.25
COMMAND_SECONDS = 0.25
IDLE_AT_MOST = 64
# What was used so short a time ago is used again without a look: no server goes and comes back within it, and one that
# has gone since is met by every call of that moment.
SURE_SECONDS = 0.01

# Otherwise the first connection loads it, and a fork in the midst of that leaves the lock of the import to the child.
codecs.lookup("idna")

Locate = Callable[[], Address]


class Node:
    """Gives out lines; each is used by one call at a time, and none crosses a fork."""

    def __init__(self, locate: Locate, options: dict[str, Any]) -> None:
        self._locate = locate
        self._options = dict(options)
        self._tls = self._options.pop("tls", False)
        self._idle: list[Line] = []
        # Which process of Redis the newest line leads to; empty where it does not say.
        self.server = ""
        self._pid = os.getpid()

    def take(self) -> Line:
        """Return a line that works as far as can be told without asking."""
        if self._pid != os.getpid():
            self._idle, self._pid = [], os.getpid()
        while self._idle:
            with suppress(IndexError):
                line = self._idle.pop()
                if monotonic() < line.used_at + SURE_SECONDS or line.is_quiet():
                    return line
                line.close()
        host, port = self._locate()
        line = connect({"host": host, "port": port, **self._options}, tls=self._tls)
        try:
            self.server = _server(line)
        except BaseException:
            line.close()
            raise
        return line

    def give_back(self, line: Line) -> None:
        """Keep *line* for the next call; every reply on it must have been read."""
        line.used_at = monotonic()
        if len(self._idle) < IDLE_AT_MOST:
            self._idle.append(line)
        else:
            line.close()

    def drop(self) -> None:
        """Close what is idle: the server may have gone, or may be no master any more."""
        while self._idle:
            with suppress(IndexError):
                self._idle.pop().close()


def _server(line: Line) -> str:
    """Return the name that the process of Redis has given itself; whoever may not ask has none to tell it by."""
    line.send(packed(("INFO", "server")))
    told = line.reply()
    if not isinstance(told, bytes):
        return ""
    return next((word[7:].decode() for word in told.split() if word.startswith(b"run_id:")), "")


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
