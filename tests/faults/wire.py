"""A wire that can be slow: what goes through it comes out later, in the same order."""

import contextlib
import socket
import threading
import time
from collections import deque


class Wire:
    """Carries connections to *port* of loopback, from one *at* a port or its own; answers take *delay* seconds.

    What was on its way when the wire is cut never arrives.
    """

    def __init__(self, port: int, *, delay: float = 0.0, at: int = 0) -> None:
        self.delay = delay
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", at))
        self.port: int = self._listener.getsockname()[1]
        self._ends: list[socket.socket] = []
        self._is_cut = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        self._is_cut.set()
        for end in [self._listener, *self._ends]:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while not self._is_cut.is_set():
                here, _ = self._listener.accept()
                try:
                    there = socket.create_connection(("127.0.0.1", self._target))
                except OSError:
                    # Nobody is at home: whoever called learns it.
                    here.close()
                    continue
                for end in (here, there):
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._ends += [here, there]
                threading.Thread(target=self._carry, args=(here, there, False), daemon=True).start()
                threading.Thread(target=self._carry, args=(there, here, True), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, is_delayed: bool) -> None:
        waiting: deque[tuple[float, bytes]] = deque()
        more = threading.Condition()
        threading.Thread(target=self._deliver, args=(waiting, more, target), daemon=True).start()
        with contextlib.suppress(OSError):
            while not self._is_cut.is_set():
                data = source.recv(65_536)
                with more:
                    waiting.append((time.monotonic() + (self.delay if is_delayed else 0.0), data))
                    more.notify()
                if not data:
                    return

    def _deliver(self, waiting: deque[tuple[float, bytes]], more: threading.Condition, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while not self._is_cut.is_set():
                with more:
                    while not waiting:
                        more.wait()
                    due, data = waiting.popleft()
                time.sleep(max(0.0, due - time.monotonic()))
                if self._is_cut.is_set():
                    return
                if not data:
                    target.shutdown(socket.SHUT_WR)
                    return
                target.sendall(data)
