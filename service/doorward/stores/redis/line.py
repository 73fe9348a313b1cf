"""One connection to a server: made by redis-py, and from then on written and read directly, by hiredis.

redis-py knows how to connect (TLS, who we are, which database); what it does around each command afterwards costs as
much as the command.
"""

import select
import ssl
from typing import Any

import hiredis
from redis.connection import Connection, DefaultParser, SSLConnection
from redis.exceptions import ConnectionError as Unconnected
from redis.exceptions import InvalidResponse
from redis.exceptions import TimeoutError as TookTooLong

from doorward.stores.redis.calls import Reply, Word

READ_BYTES = 16_384


def packed(words: tuple[Word, ...]) -> bytes:
    """Return a command as it goes over the wire."""
    # Its types say a tuple of one word.
    return hiredis.pack_command(words)  # type: ignore[arg-type, no-any-return]


class _Plain(Connection):
    def socket(self) -> Any:
        return self._sock


class _Tls(SSLConnection):
    def socket(self) -> Any:
        return self._sock


class Line:
    """Commands go out as bytes, replies come in; a refusal is a reply. *used_at* is for whoever keeps idle lines.

    Each read and each write takes at most the time that the connection was opened with; a line on which anything
    was raised must not be used again.
    """

    __slots__ = ("_buffer", "_connection", "_reader", "_socket", "used_at")

    def __init__(self, connection: "_Plain | _Tls") -> None:
        self._connection = connection
        self._socket = connection.socket()
        self._reader = hiredis.Reader(protocolError=InvalidResponse, replyError=_refusal)
        self._buffer = bytearray(READ_BYTES)
        self.used_at = 0.0

    def send(self, commands: bytes) -> None:
        self._socket.sendall(commands)

    def reply(self) -> Reply:
        """Return the next reply; what ends the connection is raised."""
        reply = self._reader.gets()
        while reply is False:  # which no reply is in this protocol: it has not come as a whole
            self._read()
            reply = self._reader.gets()
        if isinstance(reply, Unconnected):
            raise reply
        return reply

    def is_quiet(self) -> bool:
        """Answer whether nothing can be read, which before anything was asked is the end of the connection."""
        if isinstance(self._socket, ssl.SSLSocket) and self._socket.pending():
            return False
        try:
            waiting = select.poll()
            waiting.register(self._socket, select.POLLIN)
            return not waiting.poll(0)
        except OSError:
            return False

    def close(self) -> None:
        self._connection.disconnect()  # type: ignore[no-untyped-call]

    def _read(self) -> None:
        try:
            length = self._socket.recv_into(self._buffer)
        except TimeoutError as error:
            raise TookTooLong("no reply in time") from error
        if not length:
            raise Unconnected("the server closed the connection")
        # Its types say bytes, and any buffer will do.
        self._reader.feed(self._buffer, 0, length)  # type: ignore[arg-type]


def _refusal(text: str) -> Exception:
    """Return what a reply that refuses means; one that cannot be read is no reply, and ends the connection."""
    try:
        told: Exception = DefaultParser.parse_error(text)  # type: ignore[no-untyped-call]
        return told
    except ValueError:
        return Unconnected("a refusal that cannot be read")


def connect(options: dict[str, Any], *, tls: bool) -> Line:
    """Return a new line; RedisError or OSError where there is none to be had."""
    connection = (_Tls if tls else _Plain)(**options)
    connection.connect()  # type: ignore[no-untyped-call]
    return Line(connection)
