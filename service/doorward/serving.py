"""The HTTP service: gunicorn with threads, each worker with objects of its own, metrics on a port of their own.

Nothing that counts may be imported before `counts_folder`: the metrics library looks for the folder when it is
imported.
"""

import gc
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import structlog
from gunicorn.app.base import BaseApplication

from doorward.connections import most_connections
from doorward.core.errors import DoorwardError
from doorward.settings import Settings
from doorward.settings_parsers import Bind
from doorward.tls import check_tls, server_context

KEEPALIVE_SECONDS = 75
WORKER_SILENCE_SECONDS = 60
RETRY_SECONDS = 1
MOST_HEADERS = 64
MOST_HEADER_BYTES = 8190
MOST_REQUEST_LINE_BYTES = 4094
COUNTS_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"

log = structlog.get_logger()


class ServerMissing(DoorwardError):
    """The settings name a server that is not installed."""


@dataclass
class Metering:
    """The folder that the workers count into, and the process that serves its sums."""

    folder: Path
    process: "subprocess.Popen[bytes] | None" = None
    owner: int = field(default_factory=os.getpid)

    def start(self, bind: Bind) -> None:
        """Serve the metrics at *bind*; a port in use is a warning, decisions matter more."""
        from doorward import exposition

        try:
            listener = exposition.listen(bind)
        except OSError as wrong:
            log.warning("metrics_unavailable", bind=str(bind), reason=wrong.strerror or str(wrong))
            return
        with listener:
            self.process = exposition.start(listener, self.folder)
            log.info("metrics_listening", bind=str(Bind(*listener.getsockname()[:2])))

    def forget(self, pid: int) -> None:
        """Take what was true of a live worker only out of the sums; what it counted stays."""
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(pid, path=str(self.folder))  # type: ignore[no-untyped-call]  # the library left it bare

    def stop(self) -> None:
        """End the metrics process; a worker that leaves on the same path does not."""
        if os.getpid() == self.owner and self.process is not None and self.process.stdin is not None:
            self.process.stdin.close()
            self.process.terminate()
            self.process.wait(timeout=5)


@dataclass(frozen=True, slots=True)
class Built:
    """What one worker serves, and how it lets go of it."""

    app: Any
    stop: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What the server calls. *build* makes what a worker serves, *announce* is told the base URL once it listens.

    *check* raises what would keep new workers from starting; a hang-up that it refuses changes nothing.
    """

    build: Callable[[], Built]
    announce: Callable[[str], None]
    check: Callable[[], object]


class Service(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """What gunicorn runs: `load` builds the objects of one worker, after the fork."""

    def __init__(self, settings: Settings, *, plan: Plan) -> None:
        self.settings = settings
        self.plan = plan
        self.metering: Metering | None = None
        self.built: Built | None = None
        self.tls: ssl.SSLContext | None = None
        self.core: int | None = None
        # Told before a port is open.
        check_tls(settings)
        super().__init__()

    def load_config(self) -> None:
        for name, value in gunicorn_options(self).items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Build what this worker serves; one that cannot leaves, and the master tries again."""
        from doorward.workers import with_chunked_bodies

        try:
            self.tls = server_context(self.settings)
            self.built = settled(self.plan.build)
        except DoorwardError as wrong:
            log.error("worker_cannot_start", reason=str(wrong))
            time.sleep(RETRY_SECONDS)
            sys.exit(1)
        return with_chunked_bodies(self.built.app)

    def may_reload(self) -> bool:
        return may_reload(self.plan, self.settings)

    def run(self) -> None:
        from doorward.workers import Master

        Master(self).run()

    def when_ready(self, server: Any) -> None:
        self.plan.announce(_url(server.LISTENERS[0], "https" if self.settings.tls_cert else "http"))

    def child_exit(self, _server: Any, worker: Any) -> None:
        if self.metering is not None:
            self.metering.forget(worker.pid)

    def worker_exit(self, _server: Any, _worker: Any) -> None:
        if self.built is not None:
            self.built.stop()


def settled(build: Callable[[], Built]) -> Built:
    """Return what *build* makes, and keep it and all that was loaded for it out of the garbage collector's sight.

    A full collection looks at every object while the whole worker waits, and most of them stay for as long as it runs.
    What of them is replaced later, as a policy is, is freed all the same, but for what refers to itself.
    """
    built = build()
    gc.collect()
    gc.freeze()
    return built


def gunicorn_options(service: Service) -> dict[str, Any]:
    """Return what differs from gunicorn's own defaults."""
    settings = service.settings
    return {
        "bind": str(settings.bind),
        "workers": settings.workers,
        "threads": settings.threads,
        "worker_connections": most_connections(settings.threads),
        "worker_class": "doorward.workers.Worker",
        "preload_app": False,
        # Not the one in C where that happens to be installed: what is refused would be another's choice.
        "http_parser": "python",
        "keepalive": KEEPALIVE_SECONDS,
        "timeout": WORKER_SILENCE_SECONDS,
        "graceful_timeout": settings.graceful_timeout,
        "limit_request_line": MOST_REQUEST_LINE_BYTES,
        "limit_request_fields": MOST_HEADERS,
        "limit_request_field_size": MOST_HEADER_BYTES,
        "worker_tmp_dir": _memory_folder(),
        "logger_class": "doorward.workers.ServerLog",
        "loglevel": "info" if settings.log_level == "debug" else "warning",
        "accesslog": None,
        "control_socket_disable": True,
        # No header may say where a request goes or comes from, whoever sends it: gunicorn would believe 127.0.0.1.
        "forwarded_allow_ips": "",
        "forwarder_headers": "",
        "secure_scheme_headers": {},
        "proc_name": "doorward",
        "when_ready": service.when_ready,
        "child_exit": service.child_exit,
        # Both files tell gunicorn that there is TLS; what is done with them is ours, once a worker.
        "certfile": _text(settings.tls_cert),
        "keyfile": _text(settings.tls_key),
        "ssl_context": lambda _config, _default: service.tls,
        "worker_exit": service.worker_exit,
    }


def _memory_folder() -> str | None:
    """Return a folder in memory for the workers' heartbeats, which a slow disk must not stop."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - gunicorn unlinks its file at once


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _url(listener: Any, scheme: str) -> str:
    bound: socket.socket = listener.sock
    return reachable(Bind(*bound.getsockname()[:2]), scheme)


def reachable(bound: Bind, scheme: str = "http") -> str:
    """Return the base URL at which this machine reaches what listens at *bound*."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(bound.host, bound.host)  # noqa: S104 - compared, not bound
    return f"{scheme}://{Bind(host, bound.port)}"


def may_reload(plan: Plan, settings: Settings) -> bool:
    """Answer whether new workers could start now."""
    try:
        check_tls(settings)
        plan.check()
    except DoorwardError as wrong:
        log.error("reload_refused", reason=str(wrong))
        return False
    return True


def run(settings: Settings, plan: Plan, metering: Metering | None = None) -> None:
    """Serve until told to stop, by the server that the settings name."""
    if settings.server == "gunicorn":
        service = Service(settings, plan=plan)
        service.metering = metering
        service.run()
        return
    if not find_spec("granian"):
        raise ServerMissing("granian is not installed: pip install 'doorward[granian]'")
    from doorward import serving_granian

    serving_granian.Service(settings, plan, metering).run()


def run_metered(settings: Settings, plan: Plan) -> None:
    """Serve like `run`, with the workers' counts on the metrics' own port; within `counts_folder`."""
    metering = Metering(Path(os.environ[COUNTS_VARIABLE]))
    if settings.metrics_bind is not None:
        metering.start(settings.metrics_bind)
    try:
        run(settings, plan, metering)
    finally:
        metering.stop()


@contextmanager
def counts_folder() -> Iterator[None]:
    """Make the folder that the workers count into, name it before the metrics library is imported, and remove it."""
    owner = os.getpid()
    folder = tempfile.mkdtemp(prefix="doorward-metrics-")
    os.environ[COUNTS_VARIABLE] = folder
    try:
        yield
    finally:
        # A worker leaves on this path too, while the others still count.
        if os.getpid() == owner:
            shutil.rmtree(folder, ignore_errors=True)
