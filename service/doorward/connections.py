"""The connections of one gunicorn worker: who is let in, who has a thread, and who leaves.

Everything here but `handle` runs in the worker's main thread, for which all its callers wait: nothing in it may block.
"""

import errno
import resource
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from selectors import EVENT_READ
from time import monotonic
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

from doorward.shedding import WAITED
from doorward.tls import LONGEST_ARRIVAL_SECONDS, SLOWEST_READ_SECONDS

MOST_CONNECTIONS = 1000
# What a worker opens besides: the store for each thread, geo databases, logs.
FILES_BESIDE = 200
# A caller whose last answer is younger may be writing the next request at this moment.
IDLE_SECONDS = 1.0
# How long, and how much, a caller may go on sending after the last answer (RFC 9112, 9.6).
LINGER_SECONDS = 2.0
# From a request's first byte to its answer's last. Nothing of ours takes as long; a caller who reads slowly may.
LONGEST_ANSWER_SECONDS = 30.0
MOST_LINGERING_BYTES = 65_536

_NOBODY = (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK)
_NO_FILES = (errno.EMFILE, errno.ENFILE)


def most_connections(threads: int) -> int:
    """Return how many connections a worker may hold, and see to it that it may open as many files.

    Raises the soft limit of this process, as far as the hard one lets it.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + FILES_BESIDE
    if 0 <= soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    room = MOST_CONNECTIONS if soft == resource.RLIM_INFINITY else min(MOST_CONNECTIONS, soft - FILES_BESIDE)
    return max(2 * threads, room)


class Connection(TConn):  # type: ignore[misc]  # gunicorn has no types
    """A connection after whose last answer nobody waits for the caller.

    gunicorn waits in the main thread for up to two seconds until the caller closes too, and nobody is served meanwhile.
    """

    def __init__(self, leave: Callable[[socket.socket], None], *args: Any) -> None:
        super().__init__(*args)
        self._leave = leave

    def close(self, graceful: bool = False) -> None:
        if graceful:
            self._leave(self.sock)
        else:
            super().close()


class Connections(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Gives a thread to whoever has sent something, and a turn to whoever waits at the door.

    The kernel lets callers in whom nobody has accepted yet, and they wait without an end. So where a worker holds as
    many connections as it may, those that are idle go, the longest idle first, and where all are busy every answer is
    the last one on its connection until there is room.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The connections that a thread is busy with, and since when.
        self._busy: dict[Any, float] = {}
        # Those that were answered for the last time: until when they are read, and how much more.
        self._leaving: dict[socket.socket, tuple[float, int]] = {}

    def accept(self, listener: socket.socket) -> None:
        """Let somebody in, who is given a thread once there is something to read.

        gunicorn gives one at once, to wait for up to five seconds: as many silent callers as threads held a worker.
        """
        try:
            client, address = listener.accept()
        except OSError as wrong:
            if wrong.errno in _NO_FILES:
                # As many as there are is all that it can hold.
                self.worker_connections = max(1, self.nr_conns)
                self.log.warning("no more files can be opened, so no more than %s connections", self.nr_conns)
            elif wrong.errno not in _NOBODY:
                raise
            return
        self.nr_conns += 1
        conn = Connection(self._linger, self.cfg, client, address, listener.getsockname())
        conn.set_timeout()
        self.pending_conns.append(conn)
        self.poller.register(client, EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def set_accept_enabled(self, enabled: bool) -> None:
        super().set_accept_enabled(enabled)
        # How many idle ones there may be for an answer not to be the last: none while nobody is let in.
        self.max_keepalived = self.worker_connections if enabled else 0
        if not enabled and not self.alive:
            self._take_the_last()

    def _take_the_last(self) -> None:
        """Take in whoever waits at the door, and close it.

        The kernel lets people in for as long as a worker holds the socket, and resets them when the last one ends:
        a request lost. Refused at once, they go to another instance.
        """
        for listener in self.sockets:
            for _ in range(self.cfg.backlog):
                taken = self.nr_conns
                self.accept(listener)
                if self.nr_conns == taken:
                    break
            listener.close()
        self.sockets: list[Any] = []

    def _cap_keepalive(self, deadline: float) -> None:
        """Let nobody who sends nothing hold up an end, whether they have sent something before or not."""
        super()._cap_keepalive(deadline)
        for conn in self.pending_conns:
            conn.timeout = min(conn.timeout, deadline)

    def enqueue_req(self, conn: Any) -> None:
        conn.queued_at = monotonic()
        super().enqueue_req(conn)

    def handle(self, conn: Any) -> Any:
        """Serve one request of a connection whose next bytes must come, and go, within SLOWEST_READ_SECONDS.

        Without that bound, a few callers who begin a request and fall silent, or do not read its answer, would hold
        every thread. How long it waited for this thread is put down for `shedding`.
        """
        now = monotonic()
        WAITED.seconds = now - conn.queued_at
        for way in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            conn.sock.setsockopt(socket.SOL_SOCKET, way, struct.pack("ll", SLOWEST_READ_SECONDS, 0))
        self._busy[conn] = now
        try:
            return super().handle(conn)
        finally:
            del self._busy[conn]

    def murder_pending(self) -> None:
        """End what lasts too long, and idleness where there is no room. Called at each turn of the worker's loop.

        A byte now and then keeps within the bound of each read or write, and would hold a thread for hours.
        """
        super().murder_pending()
        now = monotonic()
        for conn, begun in list(self._busy.items()):
            if now > begun + LONGEST_ARRIVAL_SECONDS:
                # What has not come is not read any more; the answer may still go.
                way = socket.SHUT_RD if now < begun + LONGEST_ANSWER_SECONDS else socket.SHUT_RDWR
                # The plain socket's: that of a TLS one gives up the session under its reader's hands.
                with suppress(OSError):
                    socket.socket.shutdown(conn.sock, way)
        for sock in [sock for sock, (until, _) in self._leaving.items() if now > until]:
            self._let_go(sock)
        if self.nr_conns >= self.worker_connections:
            self._make_room()

    def _make_room(self) -> None:
        """Close one connection on which nothing is under way, if there is one: the longest silent one first."""
        before = monotonic() - IDLE_SECONDS
        if self._leaving and next(iter(self._leaving.values()))[0] - LINGER_SECONDS < before:
            self._let_go(next(iter(self._leaving)))
            return
        for waiting in (self.pending_conns, self.keepalived_conns):
            if waiting and waiting[0].timeout - self.cfg.keepalive < before and _is_silent(waiting[0].sock):
                conn = waiting.popleft()
                self.poller.unregister(conn.sock)
                self.nr_conns -= 1
                conn.close()
                return

    def _linger(self, sock: socket.socket) -> None:
        """Say that nothing more comes, and read on for a moment: what is unread at a close would undo the answer."""
        try:
            sock.setblocking(False)
            sock.shutdown(socket.SHUT_WR)
        except OSError:
            sock.close()
            return
        self.nr_conns += 1
        self._leaving[sock] = monotonic() + LINGER_SECONDS, MOST_LINGERING_BYTES
        self.poller.register(sock, EVENT_READ, self._read_on)

    def _read_on(self, sock: socket.socket) -> None:
        until, left = self._leaving[sock]
        try:
            got = len(sock.recv(left))
        except BlockingIOError:
            return
        except OSError:
            got = 0
        if got == 0 or got == left:
            self._let_go(sock)
        else:
            self._leaving[sock] = until, left - got

    def _let_go(self, sock: socket.socket) -> None:
        del self._leaving[sock]
        self.poller.unregister(sock)
        self.nr_conns -= 1
        sock.close()


def _is_silent(sock: socket.socket) -> bool:
    """Answer whether nothing has come that would be lost; below TLS, where there is any."""
    try:
        socket.socket.recv(sock, 1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except OSError:
        return True
    return False
