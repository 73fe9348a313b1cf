"""`make image-steps`: the Dockerfile's steps without a container engine, and a decision from what comes out.

The instructions are read from the Dockerfile and done below a temporary folder, with the committed files as the
context and this machine's Python as the base; the final stage gets what it copies and nothing else. Then the image's
command runs with the image's environment alone, as the image's user, who may write to its volume and TMPDIR and nowhere
else. What this cannot show is the base image. The two addresses differ, since nothing here listens beyond loopback.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from dockerfile import ROOT, Stage, stages

PATIENCE_SECONDS = 60
OURS = re.compile(r"(?<![\w.-])/(?:opt/doorward|usr/share/doorward|var/lib/doorward|build|tmp)(?=[/:\s\"]|\Z)")
SIGN_IN = {"kind": "login", "subject": {"id": "u-1"}, "client": {}, "credential": {"result": "passed"}}


class Refused(Exception):
    """The image would not do what it is for."""


def must(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Refused(otherwise)


class Build:
    """The stages of the Dockerfile, done below *folder*: `root` is what a container would see as `/`."""

    def __init__(self, folder: Path, python: str) -> None:
        self.folder = folder
        self.root = folder / "root"
        self.context = folder / "context"
        self.bin = folder / "base"
        self.context.mkdir()
        self.bin.mkdir()
        (self.bin / "python").symlink_to(python)
        archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, capture_output=True, check=True)
        subprocess.run(["tar", "-x", "-C", self.context], input=archive.stdout, check=True)

    def inside(self, text: str) -> str:
        """Return *text* with the paths of the image below the root."""
        return OURS.sub(lambda found: str(self.root) + found[0], text)

    def do(self, stage: Stage) -> None:
        """Carry out one stage; what the one before left is then only reached by its name."""
        if self.root.exists():
            self.root.rename(self.folder / "builder")
        self.root.mkdir()
        (self.root / "tmp").mkdir(mode=0o1777)
        os.chmod(self.root / "tmp", 0o1777)
        at = self.root
        for step in stage.steps:
            if step.word == "WORKDIR":
                at = Path(self.inside(step.rest))
                at.mkdir(parents=True, exist_ok=True)
            elif step.word == "COPY":
                self._copy(step.words(), at)
            elif step.word == "RUN":
                self._run(step.rest, at)

    def _copy(self, words: list[str], at: Path) -> None:
        source = self.context
        if words[0].startswith("--from="):
            source = self.folder / words.pop(0).removeprefix("--from=")
        *names, to = words
        target = Path(self.inside(to)) if to.startswith("/") else at / to
        for name in names:
            place = source / name.lstrip("/")
            into = target / place.name if to.endswith("/") else target
            into.parent.mkdir(parents=True, exist_ok=True)
            if place.is_dir():
                shutil.copytree(place, target, symlinks=True, dirs_exist_ok=True)
            else:
                shutil.copy(place, into)

    def _run(self, line: str, at: Path) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("DOORWARD_", "PYTHON"))}
        kept.pop("VIRTUAL_ENV", None)
        done = subprocess.run(
            ["sh", "-e", "-c", self.inside(line)],
            cwd=at,
            env=kept | {"PATH": f"{self.bin}:{os.environ['PATH']}", "TMPDIR": str(self.root / "tmp")},
            capture_output=True,
            text=True,
        )
        must(done.returncode == 0, f"RUN {line}\n{done.stdout}{done.stderr}")


class Container:
    """What would run in a container: the image's environment, user and working folder, on ports of loopback."""

    def __init__(self, build: Build, image: Stage) -> None:
        self.user, self.group = (int(number) for number in image.last("USER").rest.split(":"))
        self.at = build.inside(image.last("WORKDIR").rest)
        self.port, self.metrics_port = free_port(), free_port()
        self.env = {name: build.inside(value) for name, value in image.env().items()}
        self.env["DOORWARD_BIND"] = f"127.0.0.1:{self.port}"
        self.env["DOORWARD_METRICS_BIND"] = f"127.0.0.1:{self.metrics_port}"
        self.log = build.folder / "log"
        self.root = build.root

    def execute(self, *command: str) -> str:
        """Run *command* beside the service, as `exec` would, and return what it says."""
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, **self._as_user())
        must(done.returncode == 0, f"{' '.join(command)}: {done.stdout}{done.stderr}")
        return done.stdout

    def start(self, command: list[str]) -> "subprocess.Popen[bytes]":
        with self.log.open("wb") as log:
            return subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True, **self._as_user())

    def _as_user(self) -> dict[str, object]:
        program = {"user": self.user, "group": self.group, "extra_groups": []}
        return {**program, "cwd": self.at, "env": self.env}

    def wait_for_key(self, process: "subprocess.Popen[bytes]") -> str:
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until and process.poll() is None:
            if found := re.search(r"Bearer (dwk_[\w-]+)'", self.log.read_text()):
                return found[1]
            time.sleep(0.05)
        raise Refused(f"the service does not start:\n{self.log.read_text()}")

    def fetch(self, port: int, path: str, key: str = "", body: object = None) -> str:
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data, headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return str(answer.read().decode())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def base_python(user: int) -> str:
    """Return a Python that *user* may run, such as the system's; one in somebody's home is closed to others."""
    asked = [sys.argv[1]] if len(sys.argv) > 1 else ["python3.13", "python3.12", "python3.11", "python3"]
    fits = "import sys, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))"
    for folder in os.environ["PATH"].split(os.pathsep):
        for name in asked:
            path = os.path.join(folder, name)
            try:
                if subprocess.run([path, "-c", fits], user=user, group=user, capture_output=True).returncode == 0:
                    return path
            except OSError:
                continue
    raise Refused(f"no Python 3.11 to 3.13 with venv that user {user} may run; name one: make image-steps PYTHON=…")


def megabytes(folder: Path) -> int:
    return int(subprocess.run(["du", "-sm", folder], capture_output=True, text=True, check=True).stdout.split()[0])


def memory_megabytes(group: int) -> int:
    """Return the proportional memory of all processes of the group."""
    total = 0
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if os.getpgid(int(entry.name)) == group:
                    total += int(re.search(r"^Pss:\s+(\d+)", (entry / "smaps_rollup").read_text(), re.MULTILINE)[1])
            except (ProcessLookupError, FileNotFoundError):
                continue
    return total // 1024


def inspect(container: Container) -> list[tuple[str, str]]:
    """Look at what was built before it runs."""
    where = container.execute("python", "-c", "import doorward; print(doorward.__file__)").strip()
    must(where.startswith(str(container.root)), f"the package is not in the image but in {where}")
    writable = container.execute("find", str(container.root), "-writable", "!", "-type", "l").split()
    kept = [container.env["DOORWARD_STATE_DIR"], container.env["TMPDIR"]]
    must(sorted(writable) == sorted(kept), f"the user may write to {writable}")
    programs = os.listdir(f"{container.root}/opt/doorward/bin")
    tools = [name for name in programs if name.startswith(("pip", "easy_install"))]
    must(not tools, f"there are {tools} in the image")
    return [
        ("package", where.removeprefix(str(container.root))),
        ("user may write to", ", ".join(path.removeprefix(str(container.root)) for path in sorted(kept))),
        ("size without the base", f"{megabytes(container.root)} MB"),
    ]


def serve(container: Container, image: Stage) -> list[tuple[str, str]]:
    """Run the image's command, ask it for a decision, and stop it as an engine does."""
    process = container.start(image.command())
    try:
        begun = time.monotonic()
        key = container.wait_for_key(process)
        started = time.monotonic() - begun
        decision = json.loads(container.fetch(container.port, "/v1/decisions", key, SIGN_IN))
        must(decision["outcome"] == "allow", f"a first calm sign-in gets {decision}")
        counted = container.fetch(container.metrics_port, "/metrics")
        must("doorward_decisions_total" in counted, "the metrics do not count the decision")
        container.execute(*json.loads(image.last("HEALTHCHECK").rest.partition("CMD ")[2]))
        must(container.execute("doorward", "keys", "create").startswith("dwk_"), "no key beside the service")
        memory = memory_megabytes(process.pid)
        process.send_signal(signal.SIGTERM)
        must(process.wait(timeout=PATIENCE_SECONDS) == 0, "TERM is not the end of it")
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=PATIENCE_SECONDS)
    return [
        ("command", " ".join(image.command())),
        ("start", f"{started:.1f} s"),
        ("decision", f"{decision['outcome']}, rule {decision['policy']['rule']}"),
        ("memory, two workers", f"{memory} MB"),
        ("health check, metrics, keys create, TERM", "as they should be"),
    ]


def main() -> int:
    if os.geteuid() != 0:
        print("make image-steps needs root, to run the service as the user of the image", file=sys.stderr)
        return 1
    *_, image = stages()
    with tempfile.TemporaryDirectory(prefix="doorward-image-") as name:
        os.chmod(name, 0o755)
        os.umask(0o022)
        try:
            build = Build(Path(name), base_python(int(image.last("USER").rest.split(":")[0])))
            for stage in stages():
                build.do(stage)
            container = Container(build, image)
            rows = inspect(container) + serve(container, image)
        except Refused as wrong:
            print(f"image-steps: {wrong}", file=sys.stderr)
            return 1
    width = max(len(label) for label, _ in rows)
    print("\n".join(f"{label.ljust(width)}  {value}" for label, value in rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
