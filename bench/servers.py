"""The programs under test, on free ports of loopback, with all their files in one temporary folder.

Each is ended by its process id, and nothing else is.
"""

import base64
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from machine import cpu_seconds, tree

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 60
STOP_SECONDS = 40
LAST_LINES = 20
# Of Doorward's lines these tell of single requests and of starts; there are hundreds of thousands.
QUIET = '"level": "info"'
GATHERING_SECONDS = 1.5
NO_REDIS = "the bench starts a redis-server of its own, and there is none here: apt-get install redis-server"


@dataclass(slots=True)
class Served:
    """A program that runs; *metrics_port* is 0 where it has none."""

    name: str
    process: "subprocess.Popen[bytes]"
    port: int
    metrics_port: int = 0
    key: str = "none"

    def cpu_seconds(self) -> float:
        return cpu_seconds(tree(self.process.pid))

    def stop(self) -> None:
        """End it; what does not end in time is killed."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Servers:
    """Starts programs in *folder*; leaving it ends them, the last one first."""

    def __init__(
        self, folder: Path, *, workers: int, threads: int, server: str = "gunicorn", pin: str = "auto"
    ) -> None:
        self._folder = folder
        self._shape = {"DOORWARD_WORKERS": str(workers), "DOORWARD_THREADS": str(threads), "DOORWARD_SERVER": server}
        self._shape["DOORWARD_PIN_WORKERS"] = pin
        self._secrets = new_secrets()
        self._running: list[Served] = []

    def __enter__(self) -> "Servers":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """End all programs; where the run failed, tell what they had to say, for their logs go with the folder."""
        while self._running:
            served = self._running.pop()
            served.stop()
            if kind is not None:
                told = (line.rstrip() for line in self._lines(served) if QUIET not in line)
                print(f"what {served.name} said at last:", *deque(told, LAST_LINES), sep="\n  ", file=sys.stderr)

    def redis(self) -> Served:
        """Start a redis-server as storage.md asks for one: append-only, synchronised every second, no eviction."""
        program = shutil.which("redis-server")
        if not program:
            sys.exit(NO_REDIS)
        folder, port = self._folder / "redis-server", free_port()
        folder.mkdir()
        options = {"port": port, "bind": "127.0.0.1", "dir": folder, "save": "", "appendonly": "yes"}
        options |= {"appendfsync": "everysec", "maxmemory-policy": "noeviction"}
        words = [str(word) for name, value in options.items() for word in (f"--{name}", value)]
        return self._start(Served("redis-server", self._popen("redis-server", [program, *words], {}), port))

    def baseline(self, store: str) -> Served:
        command = [sys.executable, str(ROOT / "bench" / "baseline.py")]
        port, environ = free_port(), self.environ("baseline", store)
        environ |= {"DOORWARD_BIND": f"127.0.0.1:{port}"}
        return self._start(Served("baseline", self._popen("baseline", command, environ), port))

    def doorward(
        self,
        name: str,
        store: str,
        *,
        settings: Mapping[str, str] | None = None,
        command: Sequence[str] = ("-m", "doorward", "serve"),
    ) -> Served:
        """Start `doorward serve` on *store*, as it comes but for *settings*, and its log in a file."""
        environ = self.environ(name, store) | dict(settings or {})
        port, metrics_port = free_port(), free_port()
        environ |= {"DOORWARD_BIND": f"127.0.0.1:{port}", "DOORWARD_METRICS_BIND": f"127.0.0.1:{metrics_port}"}
        process = self._popen(name, [sys.executable, *command], environ)
        served = self._start(Served(name, process, port, metrics_port))
        served.key = self._wait(served, r"Bearer (dwk_[A-Za-z0-9_-]+)")
        return served

    def environ(self, name: str, store: str) -> dict[str, str]:
        """Return the settings of one service; all services share their secrets."""
        state = self._folder / name
        state.mkdir(exist_ok=True)
        found = {"DOORWARD_STATE_DIR": str(state), "DOORWARD_STORE": store or f"sqlite:///{state}/doorward.db"}
        geo = ROOT / "var" / "geodata"
        if geo.exists():
            found["DOORWARD_GEO"] = str(geo)
        return self._shape | self._secrets | found

    def accept(self, store: str) -> None:
        """Do what a new Redis needs before the first start, where this version asks for it."""
        if not find_spec("doorward.cli.store"):
            return
        command = [sys.executable, "-m", "doorward", "store", "accept", "--yes"]
        done = self._popen("accept", command, self.environ("accept", store))
        if done.wait(timeout=START_SECONDS):
            sys.exit(f"the new store was not accepted:\n{(self._folder / 'accept.log').read_text()}")

    def _popen(self, name: str, command: list[str], environ: dict[str, str]) -> "subprocess.Popen[bytes]":
        plain = {key: value for key, value in os.environ.items() if not key.startswith(("DOORWARD_", "PROMETHEUS_"))}
        with (self._folder / f"{name}.log").open("wb") as log:
            return subprocess.Popen(command, env=plain | environ, stdout=log, stderr=log, cwd=self._folder)

    def _start(self, served: Served) -> Served:
        """Return when the port of *served* is open."""
        self._running.append(served)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and served.process.poll() is None:
            with socket.socket() as probe:
                if not probe.connect_ex(("127.0.0.1", served.port)):
                    return served
            time.sleep(0.02)
        sys.exit(f"{served.name} did not start:\n{self._log(served)}")

    def _wait(self, served: Served, pattern: str) -> str:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            found = re.search(pattern, self._log(served))
            if found:
                return found[1]
            time.sleep(0.02)
        sys.exit(f"{served.name} did not say {pattern}:\n{self._log(served)}")

    def _lines(self, served: Served) -> Iterator[str]:
        log = self._folder / f"{served.name}.log"
        if log.exists():
            with log.open() as lines:
                yield from lines

    def _log(self, served: Served) -> str:
        return "".join(self._lines(served))


def new_secrets() -> dict[str, str]:
    keys = [base64.b64encode(secrets.token_bytes(32)).decode() for _ in range(2)]
    return {"DOORWARD_SECRET": keys[0], "DOORWARD_ENCRYPTION_KEYS": f"k1:{keys[1]}"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def metrics(served: Served) -> str:
    """Return the metrics of a Doorward as text, once its workers have written the times that they gather."""
    time.sleep(GATHERING_SECONDS)
    with urllib.request.urlopen(f"http://127.0.0.1:{served.metrics_port}/metrics", timeout=5) as answer:
        return str(answer.read().decode())


def ask(served: Served, body: dict[str, Any]) -> dict[str, Any]:
    """Return what a Doorward decides about *body*."""
    headers = {"Authorization": f"Bearer {served.key}", "Content-Type": "application/json"}
    request = urllib.request.Request(
        f"http://127.0.0.1:{served.port}/v1/decisions", data=json.dumps(body).encode(), headers=headers
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        found: dict[str, Any] = json.load(answer)
    return found
