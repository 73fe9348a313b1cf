"""The metrics' own port: a small process beside the workers that adds up what they counted.

It is handed a listening socket, so that a port in use shows in the parent, and ends with its standard input, so that it
never outlives the service, however that died.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from prometheus_client import CollectorRegistry, make_wsgi_app
from prometheus_client.exposition import ThreadingWSGIServer
from prometheus_client.multiprocess import MultiProcessCollector

from doorward.settings_parsers import Bind

_BACKLOG = 16
_SLOW_CLIENT_SECONDS = 10


def listen(bind: Bind) -> socket.socket:
    """Return a socket that listens at *bind*; OSError where the port is taken."""
    family = socket.AF_INET6 if ":" in bind.host else socket.AF_INET
    return socket.create_server((bind.host, bind.port), family=family, backlog=_BACKLOG)


def start(listener: socket.socket, folder: Path) -> "subprocess.Popen[bytes]":
    """Serve the counts in *folder* from a process of its own; it ends when its standard input does."""
    command = [sys.executable, "-m", "doorward.exposition", str(listener.fileno()), str(folder)]
    return subprocess.Popen(  # noqa: S603 - our own interpreter and our own module
        command,
        stdin=subprocess.PIPE,
        pass_fds=(listener.fileno(),),
        env=os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(folder)},
    )


class _Handler(WSGIRequestHandler):
    timeout = _SLOW_CLIENT_SECONDS

    def log_message(self, format: str, *args: object) -> None:
        """Keep scrapes out of the log."""


def server_of(listener: socket.socket, folder: Path) -> WSGIServer:
    """Return a server on *listener* that adds up the workers' counts anew for each request."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(folder))  # type: ignore[no-untyped-call]  # the library left it bare
    host, port = listener.getsockname()[:2]
    server = ThreadingWSGIServer((host, port), _Handler, bind_and_activate=False)
    server.socket.close()
    server.socket = listener
    server.server_name, server.server_port = host, port
    server.setup_environ()
    server.set_app(make_wsgi_app(registry))
    return server


def main(arguments: list[str]) -> None:
    """Serve until standard input ends."""
    descriptor, folder = arguments
    # An interrupt at a terminal reaches the whole group; the service decides when this process ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    server = server_of(socket.socket(fileno=int(descriptor)), Path(folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    _drain(sys.stdin.buffer)


def _drain(lines: Iterable[bytes]) -> None:
    for _ in lines:
        continue


if __name__ == "__main__":
    main(sys.argv[1:])
