"""The image as it runs in production, under crun: a read-only root, one volume, no capability, a network of its own."""

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from image_build import Refused, run

PATIENCE_SECONDS = 60
NAME = "doorward-check"
# crun refuses a machine with both kinds of control groups, which it would not use here: what it mounts and unmounts in
# a mount namespace of its own, nobody else sees.
CRUN = """
if [ -d /sys/fs/cgroup/unified ]; then umount -R /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup || exit 1; fi
exec crun --root "$0" --cgroup-manager=disabled "$@"
"""
ASK = """
import json, sys, urllib.request as web
url, key, body = sys.argv[1:]
headers = {"Content-Type": "application/json"} | ({"Authorization": "Bearer " + key} if key else {})
open = web.build_opener(web.ProxyHandler({})).open
print(open(web.Request(url, body.encode() or None, headers), timeout=10).read().decode())
"""


@dataclass
class Container:
    """What runs: *config* is the image's own, *rootfs* its files, *folder* where everything else lies."""

    folder: Path
    rootfs: Path
    config: dict[str, Any]
    process: "subprocess.Popen[bytes] | None" = field(default=None)

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    @contextmanager
    def running(self) -> Iterator[float]:
        """Start the image's command, yield the seconds until it said that it listens, and end it whatever happens."""
        self._write_bundle()
        command = self._crun("run", "--bundle", self.folder, NAME)
        begun = time.monotonic()
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        try:
            while "listens at" not in self.log:
                if self.process.poll() is not None or time.monotonic() > begun + PATIENCE_SECONDS:
                    raise Refused(f"the service does not start:\n{self.log}")
                time.sleep(0.02)
            yield time.monotonic() - begun
        finally:
            if self.process.poll() is None:
                subprocess.run(self._crun("kill", NAME, "KILL"), check=False, timeout=PATIENCE_SECONDS)
                self.process.wait(timeout=PATIENCE_SECONDS)

    def execute(self, *command: str) -> str:
        """Run *command* beside the service, as `exec` of an engine would, and return what it says."""
        return run(*self._crun("exec", "--user", self.config["User"], NAME, *command))

    def ask(self, port: int, path: str, key: str = "", body: object = None) -> str:
        text = "" if body is None else json.dumps(body)
        return self.execute("python", "-c", ASK, f"http://127.0.0.1:{port}{path}", key, text)

    def end(self) -> tuple[int, float]:
        """Send TERM, as an engine does, and return the exit status and the seconds that it took."""
        if self.process is None:
            raise Refused("nothing runs")
        begun = time.monotonic()
        run(*self._crun("kill", NAME, "TERM"))
        return self.process.wait(timeout=PATIENCE_SECONDS), time.monotonic() - begun

    def memory_megabytes(self) -> int:
        """Return the proportional memory of all processes of the container."""
        inside = os.readlink(f"/proc/{json.loads(run(*self._crun('state', NAME)))['pid']}/ns/pid")
        total = 0
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and os.readlink(entry / "ns/pid") == inside:
                    found = re.search(r"^Pss:\s+(\d+)", (entry / "smaps_rollup").read_text(), re.MULTILINE)
                    total += int(found[1]) if found else 0
            except (ProcessLookupError, FileNotFoundError, PermissionError):
                continue
        return total // 1024

    def _crun(self, *arguments: str | Path) -> list[str]:
        state = self.folder / "crun"
        return ["unshare", "--mount", "sh", "-c", CRUN, str(state), *map(str, arguments)]

    def _write_bundle(self) -> None:
        """Write what crun runs by: the image's user, environment and command, as `docker run --read-only` would."""
        user, group = map(int, self.config["User"].split(":"))
        bundle = self._plain_bundle()
        bundle["process"] |= {
            "terminal": False,
            "user": {"uid": user, "gid": group},
            "args": [*self.config["Entrypoint"], *self.config["Cmd"]],
            "env": self.config["Env"],
            "cwd": self.config["WorkingDir"],
            "capabilities": {},
            "noNewPrivileges": True,
        }
        bundle["root"] = {"path": str(self.rootfs), "readonly": True}
        bundle["mounts"] = [each for each in bundle["mounts"] if "cgroup" not in each["type"]] + [
            {"destination": "/tmp", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "nodev", "size=64m"]},
            self._volume(),
        ]
        (self.folder / "config.json").write_text(json.dumps(bundle), encoding="utf-8")

    def _volume(self) -> dict[str, Any]:
        """Make what an engine makes of VOLUME: a folder with the owner and the mode of the image's."""
        [at] = self.config["Volumes"]
        kept, held = self.folder / "volume", (self.rootfs / at.lstrip("/")).stat()
        kept.mkdir()
        os.chown(kept, held.st_uid, held.st_gid)
        kept.chmod(held.st_mode & 0o7777)
        return {"destination": at, "type": "bind", "source": str(kept), "options": ["rbind", "rw", "nosuid", "nodev"]}

    def _plain_bundle(self) -> dict[str, Any]:
        run("crun", "spec", cwd=self.folder)
        found: dict[str, Any] = json.loads((self.folder / "config.json").read_text(encoding="utf-8"))
        return found
