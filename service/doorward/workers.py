"""How gunicorn's parts differ for us: refusals are problem documents, request lines stay out of the log."""

import json
import signal
import ssl
import sys
from collections.abc import Callable, Iterable
from typing import Any

from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger
from gunicorn.http import errors

from doorward.api.problems import document
from doorward.connections import Connections
from doorward.core.identifiers import new_id
from doorward.cores import are_kept, keep_to, least_used

# What the HTTP parser refuses before there is a request for the API to answer; anything else is 400.
# The first row that fits counts; a header that the application itself got wrong is not the caller's mistake.
_STATUS: tuple[tuple[type[Exception], int, str], ...] = (
    (errors.InvalidResponseHeader, 500, "Internal Server Error"),
    (errors.InvalidResponseHeaderName, 500, "Internal Server Error"),
    (errors.LimitRequestLine, 414, "URI Too Long"),
    (errors.LimitRequestHeaders, 431, "Request Header Fields Too Large"),
    (errors.ExpectationFailed, 417, "Expectation Failed"),
    (errors.UnsupportedTransferCoding, 501, "Not Implemented"),
    (errors.ParseException, 400, "Bad Request"),
)

_ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)


class Master(Arbiter):  # type: ignore[misc]  # gunicorn has no types
    """Keeps the old workers where new ones could not start, and loses no signal to a worker just forked.

    Until it installs its own, a worker has the master's way with signals, which is to queue them for a loop that it
    never runs: told to end in that moment, it would stay until the graceful timeout kills it.
    """

    def handle_hup(self) -> None:
        if self.app.may_reload():
            super().handle_hup()

    def spawn_worker(self) -> Any:
        if are_kept(self.app.settings):
            self.app.core = least_used(worker.core for worker in self.WORKERS.values())
        signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
        try:
            return super().spawn_worker()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)


class ChunkedBody:
    """The body of a request, in which a malformed chunk reads like a caller who hung up.

    An application knows of an OSError, but not of the server's own exceptions.
    """

    def __init__(self, body: Any) -> None:
        self._body = body

    def read(self, size: int | None = None) -> bytes:
        try:
            return bytes(self._body.read(size))
        except errors.ParseException:
            raise OSError("a chunk of the body is malformed") from None


def with_chunked_bodies(app: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """Return *app* such that it reads its bodies through `ChunkedBody`."""

    def wrapped(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        return app(environ | {"wsgi.input": ChunkedBody(environ["wsgi.input"])}, start_response)

    return wrapped


class ServerLog(Logger):  # type: ignore[misc]  # gunicorn has no types
    """Sends gunicorn's lines to the root logger."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True

    def exception(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Log a fault of ours with its trace; a caller who fell silent in mid-request is none."""
        if isinstance(sys.exc_info()[1], BlockingIOError | TimeoutError):
            self.info("a connection fell silent in the middle of a request")
        else:
            super().exception(msg, *args, **kwargs)


class Worker(Connections):
    """Answers what cannot be parsed like any other mistake, and logs it without the request's text.

    That text holds paths and headers: subjects' ids and keys. A worker that ends cuts off nobody who has connected.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Where the master wants it, chosen before the fork.
        self.core: int | None = getattr(self.app, "core", None)

    def init_process(self) -> None:
        if self.core is not None:
            keep_to(self.core)
        super().init_process()

    def init_signals(self) -> None:
        super().init_signals()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:  # noqa: ARG002
        if isinstance(exc, ssl.SSLError):
            # No handshake, or silence after it: there is nobody to whom an answer could be said.
            self.log.info("a connection's TLS failed: %s", exc.reason or "it fell silent")
            return
        status, title = status_of(exc)
        if status == 500:
            self.log.error("a request failed outside the application", exc_info=exc)
        else:
            self.log.info("a request could not be parsed: %s", type(exc).__name__)
        try:
            client.sendall(refusal(status, title))
        except OSError:
            self.log.debug("the client left before its answer")


def status_of(exc: BaseException) -> tuple[int, str]:
    """Return the status and title for what stopped a request before the application."""
    for kind, status, title in _STATUS:
        if isinstance(exc, kind):
            return status, title
    return 500, "Internal Server Error"


def refusal(status: int, title: str) -> bytes:
    """Return a whole HTTP answer: a problem document, after which the connection closes."""
    name = title.lower().replace(" ", "-")
    body = json.dumps(document(status, name, title, "the request cannot be read")).encode()
    head = (
        f"HTTP/1.1 {status} {title}\r\nConnection: close\r\nContent-Type: application/problem+json\r\n"
        f"Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nX-Request-Id: {new_id('req')}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode("ascii") + body
