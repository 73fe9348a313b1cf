"""The image as `make image-check` makes it: the Dockerfile by buildah, on a base of Debian that is made here.

No registry of images and no running engine are needed: buildah works in a folder of its own, with `chroot` for what
RUN does. The base holds what the Dockerfile asks of one: Python with venv, the C++ library and certificates, and apt,
which must be gone from the image. It stands for `python:…-slim`, which is Debian too and about as large.
"""

import ast
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dockerfile import ROOT

SUITE = "trixie"
BASE = "localhost/doorward-base:latest"
IMAGE = "localhost/doorward:check"
PACKAGES = "python3,python3-venv,libstdc++6,ca-certificates,apt"
PATIENCE_SECONDS = 900
# What of pip's configuration says where packages come from; the rest is about this machine.
PIP = {"index-url", "extra-index-url", "find-links", "no-index", "cert", "proxy", "trusted-host", "constraint"}
TOOLS = {"buildah": "buildah", "crun": "crun", "mmdebstrap": "mmdebstrap", "unshare": "util-linux"}


class Refused(Exception):
    """The check cannot go on, or the image is not what it should be."""


def run(*command: str | Path, **options: Any) -> str:
    """Return what *command* prints; Refused with all that it says where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, **options)
    if done.returncode:
        raise Refused(f"{' '.join(map(str, command[:3]))} … failed:\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
    return str(done.stdout)


def have_tools() -> None:
    """Install with apt-get what is not there; Refused with its names where that cannot be done."""
    missing = [package for program, package in TOOLS.items() if shutil.which(program) is None]
    if missing and shutil.which("apt-get"):
        print(f"installing {', '.join(missing)} ...", file=sys.stderr)
        quiet = {"env": os.environ | {"DEBIAN_FRONTEND": "noninteractive"}}
        run("apt-get", "-q", "update", **quiet)
        run("apt-get", "-q", "install", "--yes", "--no-install-recommends", *missing, **quiet)
    missing = [package for program, package in TOOLS.items() if shutil.which(program) is None]
    if missing:
        raise Refused(f"the check needs {', '.join(missing)}; this machine has no apt-get to install them with")


def arguments() -> dict[str, str]:
    """Return the build arguments that the command line asks for: extras by name, and `--geodata`."""
    words = sys.argv[1:]
    extras = " ".join(word for word in words if word != "--geodata")
    return {"EXTRAS": extras, "GEODATA": "yes" if "--geodata" in words else ""}


def base_archive(archive: Path) -> Path:
    """Make the base's file system as a tar archive, once: `make clean` removes it."""
    if not archive.exists():
        print(f"making a base of Debian {SUITE} in {archive} ...", file=sys.stderr)
        archive.parent.mkdir(parents=True, exist_ok=True)
        part = archive.with_suffix(".part.tar")
        slim = [f"--dpkgopt=path-exclude=/usr/share/{each}/*" for each in ("doc", "man", "locale")]
        slim.append("--dpkgopt=path-include=/usr/share/doc/*/copyright")
        run("mmdebstrap", "--quiet", "--variant=essential", f"--include={PACKAGES}", *slim, SUITE, part)
        part.rename(archive)
    return archive


def pip_options(folder: Path) -> list[str]:
    """Return buildah's options by which pip finds packages in the build as it does here.

    The configuration and the files and folders that it names are mounted where they are; nothing of them is copied.
    """
    values: dict[str, list[str]] = {}
    for line in run(sys.executable, "-m", "pip", "config", "list").splitlines():
        name, _, value = line.partition("=")
        if (key := name.rpartition(".")[2]) in PIP:
            values.setdefault(key, []).extend(str(ast.literal_eval(value)).split())
    config = folder / "pip.conf"
    lines = [f"{key} = {' '.join(dict.fromkeys(found))}" for key, found in sorted(values.items())]
    config.write_text("\n".join(["[global]", *lines, ""]), encoding="utf-8")
    mounts = {"/etc/pip.conf": config}
    for text in {text for found in values.values() for text in found}:
        # An index refers to files beside itself.
        path = Path(text.removeprefix("file://")).parent if text.startswith("file://") else Path(text)
        if path.is_absolute() and path.exists() and path != Path("/"):
            mounts[str(path)] = path
    return [part for at, path in sorted(mounts.items()) for part in ("--volume", f"{path}:{at}:ro")]


@dataclass
class Builder:
    """buildah with everything that it keeps below *folder*; it mounts layers where it may, and else copies them."""

    folder: Path
    driver: str = "overlay"

    def __call__(self, *arguments: str | Path) -> str:
        kept = ["--root", self.folder / self.driver, "--runroot", self.folder / "run", "--storage-driver", self.driver]
        return run("buildah", *kept, *arguments, env=os.environ | {"BUILDAH_ISOLATION": "chroot"}).strip()

    def choose_driver(self) -> None:
        """Fall back on `vfs`, which is slower and needs nothing, where layers cannot be mounted."""
        try:
            self("mount", self("from", "scratch"))
            self("rm", "--all")
        except Refused:
            self.driver = "vfs"

    def clear(self) -> None:
        """Unmount and remove what was made, so that the folder can go."""
        self("rm", "--all")
        self("rmi", "--all", "--force")

    def build(self, archive: Path, arguments: dict[str, str]) -> None:
        """Build the Dockerfile from the working tree, as `docker build .` would."""
        self.choose_driver()
        container = self("from", "scratch")
        self("add", "--quiet", container, archive, "/")
        self("config", "--env", "PATH=/usr/local/bin:/usr/bin:/bin", container)
        self("commit", "--quiet", "--rm", container, BASE)
        given = [part for name, value in arguments.items() for part in ("--build-arg", f"{name}={value}")]
        base = ["--build-arg", f"BASE={BASE}", "--pull-never"]
        # Docker's format, since OCI's knows no health check.
        self("bud", "--format", "docker", *base, *given, *pip_options(self.folder), "--tag", IMAGE, ROOT)

    def size(self) -> str:
        """Return the size that engines show: all layers, unpacked."""
        [found] = json.loads(self("images", "--json", IMAGE))
        return str(found["size"])

    def config(self) -> dict[str, Any]:
        """Return what the image says of how it is run."""
        found: dict[str, Any] = json.loads(self("inspect", "--type", "image", IMAGE))["Docker"]["config"]
        return found

    def root(self) -> Path:
        """Return the image's file system, as a folder."""
        return Path(self("mount", self("from", "--pull-never", IMAGE)))
