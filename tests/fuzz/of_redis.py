"""What comes back from a Redis, or from whatever stands where one should: replies of any bytes, over a real socket."""

import socket
from contextlib import suppress
from functools import cache
from threading import Thread

from doorward.core.errors import StoreUnavailable, Unreadable
from doorward.ports import Store
from doorward.stores import open_store

from .target import Target


class Imitation:
    """Listens on loopback, and answers whatever it is asked with the same bytes, after which it hangs up."""

    def __init__(self) -> None:
        self.answer = b""
        self._listener = socket.create_server(("127.0.0.1", 0))
        Thread(target=self._serve, daemon=True).start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self._listener.getsockname()[1]}/0"

    def _serve(self) -> None:
        while True:
            caller, _ = self._listener.accept()
            with caller, suppress(OSError):
                caller.recv(65_536)
                caller.sendall(self.answer)


@cache
def imitation() -> tuple[Imitation, Store]:
    made = Imitation()
    return made, open_store(made.url, connect_seconds=0.2, command_seconds=0.2)


def _asked(raw: bytes) -> None:
    """Ask for a few things, each of which reads its replies in its own way."""
    server, store = imitation()
    server.answer = raw
    for ask in (
        lambda: store.note("default", b"owner", "name", 1.0),
        lambda: store.is_spent("default", "jti", 1.0),
        lambda: store.challenge("default", "chl_A", 1.0),
        lambda: store.record("default", "dec_A", 1.0),
        lambda: store.entries("default", 1.0),
        lambda: store.secret("default", "name"),
        store.look,
    ):
        with suppress(StoreUnavailable, Unreadable):
            ask()


REDIS = (
    Target(
        "replies of Redis",
        _asked,
        (),
        [
            b"+OK\r\n" * 4,
            b"$-1\r\n" * 4,
            b"*2\r\n$3\r\nabc\r\n:1\r\n" * 3,
            b"$40\r\n" + b"\x41\xd9\0\0\0\0\0\0" + b"s" * 8 + b"\0\0\0\x02[]body" + b"x" * 14 + b"\r\n",
            b"-ERR no\r\n-MOVED 1 127.0.0.1:1\r\n-NOSCRIPT x\r\n-READONLY x\r\n",
        ],
        words=[
            b"\r\n",
            b"$-1\r\n",
            b"*-1\r\n",
            b":1\r\n",
            b"*1000000000\r\n",
            b"$536870913\r\n",
            b"%1\r\n",
            b",nan\r\n",
        ],
        tries=25,
        grows=False,
    ),
)
