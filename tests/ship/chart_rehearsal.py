"""One rendered scenario on this machine: what a node would mount, what the containers would run."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chart import RELEASE, Json, Scenario
from chart_image import environment
from chart_mounts import Mounts, secret_contents
from chart_servers import Redis
from chart_tracing import TRACEPARENT, Collector, variables
from dockerfile import ROOT, Stage

# Generous: a machine that is busy with other things starts a Python slowly.
PATIENCE_SECONDS = 120
LISTENS = r"Doorward listens at http://([0-9.:]+[0-9])"
COUNTS = r'"bind": "([^"]+)", "event": "metrics_listening"'
SERVICE = f"http://{RELEASE}-doorward:8080"


class Wrong(Exception):
    """The service does not do what the chart promises."""


def must(holds: object, otherwise: str) -> None:
    if not holds:
        raise Wrong(otherwise)


class Rehearsal:
    """One scenario on this machine: what a node would mount, what the containers would run."""

    def __init__(
        self, scenario: Scenario, image: Stage, folder: Path, redis: Redis | None, collector: Collector | None
    ) -> None:
        [server] = scenario.of("Deployment")
        self.scenario, self.image, self.redis, self.collector = scenario, image, redis, collector
        self.pod = server["spec"]["template"]["spec"]
        [self.container] = self.pod["containers"]
        texts = {key: text for each in scenario.of("ConfigMap") for key, text in each["data"].items()}
        self.mounts = Mounts(folder / "root", texts, secret_contents(redis))
        self.mounts.mount(self.pod, self.container)
        self.log = folder / "log"

    def environ(self, container: Json) -> dict[str, str]:
        """Return the image's variables and the rendered ones, on this machine's folders, ports and Redis."""
        given = self.image.env() | environment(container) | variables(container, self.collector)
        kept = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "service")}
        env = {name: self.mounts.inside(value) for name, value in given.items()} | kept
        # A port that is free now may be another's in a moment, so the service takes one and says which.
        env["DOORWARD_BIND"] = "127.0.0.1:0"
        env["DOORWARD_METRICS_BIND"] = env["DOORWARD_METRICS_BIND"] and "127.0.0.1:0"
        if self.redis and "DOORWARD_STORE" in env:
            rendered = env["DOORWARD_STORE"]
            env["DOORWARD_STORE"] = self.redis.url + (f"?{rendered.split('?')[1]}" if "?" in rendered else "")
        return env

    def command(self, *words: str, container: Json | None = None) -> str:
        """Run `doorward` as `kubectl exec` or a Job would, and return what it says."""
        done = subprocess.run(
            [sys.executable, "-m", "doorward", *words],
            env=self.environ(container or self.container),
            cwd=self.mounts.inside(self.image.last("WORKDIR").rest),
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
        )
        must(done.returncode == 0, f"doorward {' '.join(words)}: {done.stdout}{done.stderr}")
        return done.stdout.strip()

    def accept(self) -> None:
        """Take the Redis into use: by the Job where there is one, by hand otherwise, as the notes say."""
        for job in self.scenario.of("Job"):
            [container] = job["spec"]["template"]["spec"]["containers"]
            self.command(*container["args"], container=container)
        if self.redis and not self.scenario.of("Job"):
            self.command("store", "accept", "--yes")
        if self.redis:
            must(eventually(self.is_accepted), "an accepted store is not taken into use without a restart")

    def is_accepted(self) -> bool:
        """Answer whether every worker uses the store."""
        return re.search(r"^doorward_store_accepted 1\.0$", self.fetch("/metrics", at=COUNTS), re.MULTILINE) is not None

    def start(self) -> "subprocess.Popen[bytes]":
        program = [*self.image.last("ENTRYPOINT").words(), *self.container["args"]]
        must(program == self.image.command(), f"{program} is not what the image runs")
        with self.log.open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *program],
                env=self.environ(self.container),
                cwd=self.mounts.inside(self.image.last("WORKDIR").rest),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def where(self, pattern: str) -> str:
        """Return the address that the log names."""
        found = re.search(pattern, self.log.read_text())
        must(found, f"the log has no {pattern}")
        return str(found and found[1])

    def fetch(self, path: str, key: str = "", body: object = None, *, at: str = LISTENS) -> str:
        """Ask as a caller that traces would."""
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://{self.where(at)}{path}", data, headers | TRACEPARENT)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return str(answer.read().decode())

    def try_helm_test(self, key: str) -> str:
        """Run what `helm test` runs, on this service; answer what it did."""
        [pod] = [each["spec"] for each in self.scenario.of("Pod")]
        [container] = pod["containers"]
        for mount in container.get("volumeMounts", []):
            file = Path(self.mounts.inside(mount["mountPath"]), "key")
            file.parent.mkdir(parents=True)
            file.write_text(f"{key}\n")
        words = [
            self.mounts.inside(word).replace(SERVICE, f"http://{self.where(LISTENS)}") for word in container["args"]
        ]
        done = subprocess.run(
            [sys.executable, *container["command"][1:], *words],
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
        )
        must(done.returncode == 0, f"helm test: {done.stdout}{done.stderr}")
        return "decides" if "not asked for" not in done.stdout else "is ready"

    def change_policy(self, key: str) -> None:
        """Bring a changed text as a node does, and see it in force without a restart."""
        [mounted] = [each["mountPath"] for each in self.container["volumeMounts"] if each["name"] == "rules"]
        before = json.loads(self.fetch("/v1/policy", key))
        file = Path(self.mounts.inside(mounted), "default", "policy.yaml")
        self.mounts.replace(mounted, "default/policy.yaml", file.read_text(encoding="utf-8") + "# changed\n")
        changed = lambda: json.loads(self.fetch("/v1/policy", key))["digest"] != before["digest"]  # noqa: E731
        must(eventually(changed), "a changed ConfigMap is not taken up")


def end(process: "subprocess.Popen[Any]") -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=PATIENCE_SECONDS)


def eventually(holds: Callable[[], object]) -> bool:
    """Answer whether *holds* becomes true before patience ends."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.1)
    return False
