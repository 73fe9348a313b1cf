"""Somebody who sends a request a byte at a time, and never ends it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

PAUSE_SECONDS = 0.2


@contextmanager
def trickling(connection: socket.socket) -> Iterator[None]:
    """Send on *connection* for as long as the block runs."""
    ended = threading.Event()
    connection.sendall(b"GET / HTTP/1.1\r\nX-Slow: ")
    sending = threading.Thread(target=_send, args=(connection, ended))
    sending.start()
    try:
        yield
    finally:
        ended.set()
        sending.join()


def _send(connection: socket.socket, ended: threading.Event) -> None:
    with suppress(OSError):
        while not ended.wait(PAUSE_SECONDS):
            connection.sendall(b"x")
