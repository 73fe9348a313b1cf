"""A gateway on loopback that answers as it is told, and keeps what it was sent."""

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

HANGS_UP = 0


class Gateway(ThreadingHTTPServer):
    """Answers with the *statuses* in turn, the last one again and again; *pause* holds each answer back.

    In place of an answer HANGS_UP ends the connection.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.statuses = [200]
        self.pause = threading.Event()
        self.pause.set()
        self.taken: list[SimpleNamespace] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that did not wait."""


class _Handler(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append(SimpleNamespace(path=self.path, headers=dict(self.headers), body=body))
        self.server.pause.wait(10)
        place = min(len(self.server.taken), len(self.server.statuses)) - 1
        status = self.server.statuses[place]
        if status == HANGS_UP:
            self.close_connection = True
            return
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", f"http://127.0.0.1:{self.server.port}/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Keep quiet."""


@contextlib.contextmanager
def gateway_running(context: Any = None) -> Iterator[Gateway]:
    server = Gateway()
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.pause.set()
    server.shutdown()
    thread.join(5)
    server.server_close()
