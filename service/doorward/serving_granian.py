"""The HTTP service by granian, for those who want its speed: HTTP is read in Rust, beside the interpreter.

What it cannot hold of what gunicorn holds stands in docs/deployment.md. Workers are forked, so they have what the
master has built.
"""

import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer

from doorward.core.errors import DoorwardError
from doorward.cores import are_kept, core_of, keep_to
from doorward.serving import RETRY_SECONDS, Built, Metering, Plan, may_reload, reachable, settled
from doorward.settings import Settings
from doorward.settings_parsers import Bind

# Slower than this, the head of a request is not waited for. Nothing bounds how slowly its body may come.
SLOWEST_HEAD_MS = 3000
# The line and all headers of a request.
MOST_HEAD_BYTES = 64 * 1024
LOOK_SECONDS = 0.05
# Its own lines go where ours go; no line names a request.
_LOGGING = {"formatters": {}, "handlers": {}, "loggers": {"_granian": {"propagate": True}}}

log = structlog.get_logger()


class Service(MPServer):
    """Granian's master, which keeps its workers where new ones could not start."""

    def __init__(self, settings: Settings, plan: Plan, metering: Metering | None) -> None:
        self.bound = _bound(settings.bind)
        super().__init__(
            "doorward",
            address=self.bound.host,
            port=self.bound.port,
            interface=Interfaces.WSGI,
            workers=settings.workers,
            blocking_threads=settings.threads,
            http=HTTPModes.http1,
            http1_settings=HTTP1Settings(header_read_timeout=SLOWEST_HEAD_MS, max_buffer_size=MOST_HEAD_BYTES),
            websockets=False,
            log_level=LogLevels.info if settings.log_level == "debug" else LogLevels.warning,
            log_dictconfig=_LOGGING,
            respawn_failed_workers=True,
            respawn_interval=RETRY_SECONDS,
            workers_kill_timeout=settings.graceful_timeout,
        )
        self.settings = settings
        self.plan = plan
        self.metering = metering
        self.on_startup(threading.Thread(target=self._announce, daemon=True).start)

    def run(self) -> None:
        """Serve until told to stop."""
        multiprocessing.set_start_method("fork", force=True)
        self.serve(self._work, lambda: self._work, wrap_loader=False)

    def _announce(self) -> None:
        """Announce where the workers listen, once the first of them does."""
        while True:
            with socket.socket(_family(self.bound)) as probe:
                if not probe.connect_ex((self.bound.host, self.bound.port)):
                    break
            time.sleep(LOOK_SECONDS)
        self.plan.announce(reachable(self.bound))

    def _work(self, number: int, name: str | None, _: object, *how: Any) -> None:
        """Serve as one worker, in a process of its own."""
        # The terminal's interrupt is the master's to carry out; a worker that ends by itself would be replaced.
        os.setpgrp()
        # What the master does with signals came along by the fork.
        for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(each, signal.SIG_IGN if each == signal.SIGHUP else signal.SIG_DFL)
        if are_kept(self.settings):
            keep_to(core_of(number))
        threading.Thread(target=_end_with_the_master, daemon=True).start()
        built = _built(self.plan.build)
        try:
            self._spawn_wsgi_worker(number, name, lambda: built.app, *how)
        finally:
            built.stop()

    def _reload(self, spawn_target: Any, target_loader: Any) -> None:
        if may_reload(self.plan, self.settings):
            super()._reload(spawn_target, target_loader)  # type: ignore[no-untyped-call]  # the library left it bare
            return
        self.reload_signal = False
        self.main_loop_interrupt.clear()

    def _respawn_workers(self, workers: Sequence[int], *how: Any, **more: Any) -> None:
        gone = [self.wrks[index].inner.pid for index in workers]
        super()._respawn_workers(workers, *how, **more)
        if self.metering is not None:
            for pid in gone:
                self.metering.forget(pid)


def _end_with_the_master() -> None:
    master = multiprocessing.parent_process()
    if master is not None:
        master.join()
        os.kill(os.getpid(), signal.SIGTERM)


def _built(build: Callable[[], Built]) -> Built:
    """Return what a worker serves; one that cannot be built is tried again."""
    while True:
        try:
            return settled(build)
        except DoorwardError as wrong:
            log.error("worker_cannot_start", reason=str(wrong))
            time.sleep(RETRY_SECONDS)


def _bound(bind: Bind) -> Bind:
    """Return *bind* with a port that is free where it leaves the choice: every worker binds it for itself."""
    if bind.port:
        return bind
    with socket.create_server((bind.host, 0), family=_family(bind)) as free:
        return Bind(bind.host, free.getsockname()[1])


def _family(bind: Bind) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in bind.host else socket.AF_INET
