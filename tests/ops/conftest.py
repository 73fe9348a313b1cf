"""What the tests of operations share: an environment of nothing but a state folder, a fixed now, running programs."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from doorward.settings import Settings, load

NOW = 1_795_000_000.0
PATIENCE_SECONDS = 40
ROOT = Path(__file__).parents[2]


class Program:
    """A running program with its output in a file; both streams, in the order of their lines."""

    def __init__(self, arguments: Sequence[str], *, folder: Path, environ: dict[str, str]) -> None:
        self.folder = folder
        self._log = folder / f"output-{len(list(folder.glob('output-*')))}"
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("DOORWARD_", "PROMETHEUS_"))}
        with self._log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=folder,
                env=clean | environ | {"TMPDIR": str(folder)},
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def wait_for(self, pattern: str) -> "re.Match[str]":
        """Return the first match in the output; fails where the program ends or takes too long before that."""
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            ended = self.process.poll() is not None
            if found := re.search(pattern, self.output, re.MULTILINE):
                return found
            if ended:
                break
            time.sleep(0.02)
        raise AssertionError(f"no {pattern!r} in the output:\n{self.output}")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Send the signal to the program alone and return its exit status."""
        self.process.send_signal(how)
        return self.process.wait(timeout=PATIENCE_SECONDS)

    def end(self) -> None:
        """Leave nothing of the group behind."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=PATIENCE_SECONDS)

    def url(self) -> str:
        """Return where the program said that it listens."""
        return self.wait_for(r"(http://[0-9.]+:[0-9]+)")[1]

    def metrics_url(self) -> str:
        """Return where the program logged that its metrics are."""
        bind = self.wait_for(r'"bind": "([^"]+)", "event": "metrics_listening"')[1]
        return f"http://{bind}/metrics"

    def counted(self, series: str) -> int:
        """Return the value of *series* in the metrics, 0 where there is none."""
        _, text = fetched(self.metrics_url())
        found = re.search(rf"^{re.escape(series)} (\S+)$", text, re.MULTILINE)
        return int(float(found[1])) if found else 0


def fetched(
    url: str, *, method: str = "GET", body: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, str]:
    """Return the status and the text of an answer, whatever the status is."""
    request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode()


def becomes_true(holds: Callable[[], bool]) -> bool:
    """Answer whether *holds* becomes true before patience ends."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def fetch() -> Callable[..., tuple[int, str]]:
    return fetched


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], bool]:
    return becomes_true


Start = Callable[..., Program]


@contextlib.contextmanager
def starting(folder: Path) -> Iterator[Start]:
    """Start programs of Python on free ports, and end them at last."""
    begun: list[Program] = []

    def start(*arguments: str, **environ: str) -> Program:
        ports = {"DOORWARD_BIND": "127.0.0.1:0", "DOORWARD_METRICS_BIND": "127.0.0.1:0"}
        begun.append(Program(arguments, folder=folder, environ=ports | environ))
        return begun[-1]

    try:
        yield start
    finally:
        for program in begun:
            program.end()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    with starting(tmp_path) as start:
        yield start


@pytest.fixture(scope="module")
def start_for_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Start programs that the tests of one file share."""
    with starting(tmp_path_factory.mktemp("shared")) as start:
        yield start


@pytest.fixture
def now() -> float:
    return NOW


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"DOORWARD_STATE_DIR": str(tmp_path / "var")}


@pytest.fixture
def settings(environ: dict[str, str]) -> Settings:
    return load(environ)
