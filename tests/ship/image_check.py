"""`make image-check`: the image is built, looked at, started with a read-only root, and asked for a decision.

One row for each thing that docs/deployment.md promises. What is made lies in a temporary folder, but for the base
(build/base-trixie.tar), the bill of materials (build/sbom.cdx.json) and what apt-get had to install.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from dockerfile import ROOT
from image_build import SUITE, Builder, Refused, arguments, base_archive, have_tools, run
from image_container import Container
from image_geodata import geodata

MOST_MEGABYTES = 250
GEODATA_MEGABYTES = 110
MOST_SECONDS = {"start": 15.0, "end": 10.0}
SOURCE = "https://example.org/doorward"
BILL = "usr/share/doorward/sbom.cdx.json"
SIGN_IN = {"kind": "login", "subject": {"id": "u-1"}, "client": {}, "credential": {"result": "passed"}}
BUILDERS = "cc c++ gcc g++ clang tcc ld as make cmake go rustc cargo"
INSTALLERS = "pip pip3 uv easy_install apt apt-get apt-key dpkg dpkg-deb dpkg-reconfigure"
WHICH = f"PATH=$PATH:/usr/sbin; for each in {BUILDERS} {INSTALLERS}; do command -v $each; done; true"
# Device nodes and the kernel's own are no files of the image; engines bring /dev/shm, where workers' heartbeats live.
WRITABLE = r"""
find / \( -path /proc -o -path /dev -o -path /sys \) -prune -o -type d -writable -print 2>/dev/null
find / -xdev -type f -writable -print 2>/dev/null
for each in /tmp /var/lib/doorward / /etc /opt /opt/doorward /usr/share/doorward /var/tmp; do
  if touch $each/.probe 2>/dev/null; then rm $each/.probe; echo "wrote $each"; fi
done
"""
# What would be open to the user if the root were not read-only.
OPEN = "find / -xdev \\( -user {user} -o -group {user} -o -perm -0002 \\) ! -type l -print 2>/dev/null || true"
SETUID = "find / -xdev -type f -perm /6000 2>/dev/null || true"
# Debian's packages of which a file is left, beside their papers.
DEBIAN = r"""
for name in $(dpkg-query -W -f '${Package}\n'); do
  dpkg-query -L $name | grep -Ev '^/usr/share/(doc|man)/|^/\.$' | while read path; do
    if [ -f "$path" ]; then echo $name; break; fi
  done
done
"""
PACKAGES = """
import importlib.metadata as found, importlib.util as util, json, sys
told = {each.metadata["Name"].lower().replace("_", "-"): each.version for each in found.distributions()}
tools = [name for name in ("pip", "setuptools", "ensurepip") if util.find_spec(name)]
print(json.dumps([told, tools]))
"""

# What was found, and what is wrong with it.
Row = tuple[str, list[str]]
Check = Callable[[Container, Builder], Row]


def unless(holds: bool, otherwise: str) -> list[str]:
    return [] if holds else [otherwise]


@cache
def revision() -> str:
    """Return the commit of the working tree, the same for the whole check."""
    return run("git", "rev-parse", "HEAD", cwd=ROOT).strip()


def size(_container: Container, builder: Builder) -> Row:
    found = builder.size()
    number, unit = found.split()
    most = MOST_MEGABYTES + GEODATA_MEGABYTES * bool(arguments()["GEODATA"])
    return found, unless(unit == "MB" and float(number) < most, f"expected less than {most} MB")


def user(container: Container, _builder: Builder) -> Row:
    status = container.execute("cat", "/proc/1/status")
    told = {
        name: re.search(rf"^{name}:\s+(\w+)", status, re.MULTILINE) for name in ("Uid", "Gid", "CapBnd", "NoNewPrivs")
    }
    found = {name: match[1] for name, match in told.items() if match}
    expected = {"Uid": "10001", "Gid": "10001", "CapBnd": "0" * 16, "NoNewPrivs": "1"}
    return container.config["User"], unless(found == expected, f"expected {expected}, got {found}")


def labels(container: Container, _builder: Builder) -> Row:
    prefix = "org.opencontainers.image."
    found = {name.removeprefix(prefix): value for name, value in container.config["Labels"].items() if prefix in name}
    wanted = ["title", "description", "licenses", "authors", "version", "revision", "created", "source", "base.name"]
    wrong = [f"{name} is missing" for name in wanted if not found.get(name)]
    version = container.execute("doorward", "--version").split()[-1]
    wrong += unless(found.get("version") == version, f"the version is {found.get('version')}, the program's {version}")
    wrong += unless(found.get("revision") == revision(), "the revision is not what was given")
    return f"{len(found)}, version {version}", wrong


def no_builders(container: Container, _builder: Builder) -> Row:
    there = container.execute("sh", "-c", WHICH).split()
    for python in ("python", "/usr/bin/python3", "/usr/local/bin/python3"):
        if container.execute("sh", "-c", f"command -v {python} || true"):
            there += [f"{name} of {python}" for name in json.loads(container.execute(python, "-c", PACKAGES))[1]]
    return "none", [f"there is {each}" for each in there]


def no_setuid(container: Container, _builder: Builder) -> Row:
    there = container.execute("sh", "-c", SETUID).split()
    return "none", [f"there is {each}" for each in there]


def read_only(container: Container, _builder: Builder) -> Row:
    lines = container.execute("sh", "-c", WRITABLE).splitlines()
    kept = ("/tmp", "/var/lib/doorward")
    found = sorted({line for line in lines if not line.startswith(tuple(f"{each}/" for each in kept))})
    wrong = unless(found == sorted([*kept, *(f"wrote {each}" for each in kept)]), f"the user may write: {found}")
    mode = container.execute("sh", "-c", OPEN.format(user=container.config["User"].partition(":")[0])).split()
    wrong += [f"{path} is open to the user but for that" for path in mode if path not in kept]
    mounts = container.execute("cat", "/proc/mounts").splitlines()
    options = next(line.split()[3] for line in mounts if line.split()[1] == "/")
    wrong += unless("ro" in options.split(","), f"the root is mounted {options}")
    return f"yes; {' and '.join(kept)} can be written", wrong


def decision(container: Container, _builder: Builder) -> Row:
    key = re.search(r"Bearer (dwk_[\w-]+)'", container.log)
    answer = json.loads(container.ask(8080, "/v1/decisions", key[1] if key else "", SIGN_IN))
    found = f"{answer['outcome']}, rule {answer['policy']['rule']}"
    return found, unless(answer["outcome"] == "allow" and not answer["degraded"], "a first calm sign-in is not allowed")


def metrics(container: Container, _builder: Builder) -> Row:
    counted = container.ask(9090, "/metrics")
    return "counts the decision", unless(
        'doorward_decisions_total{kind="login",outcome="allow"} 1.0' in counted, counted
    )


def health(container: Container, _builder: Builder) -> Row:
    kind, *command = container.config["Healthcheck"]["Test"]
    container.execute(*command)
    return "the image's command passes", unless(kind == "CMD", f"it is a {kind}")


def beside(container: Container, _builder: Builder) -> Row:
    key = container.execute("doorward", "keys", "create")
    return "a key is made", unless(key.startswith("dwk_"), key)


def sockets(container: Container, _builder: Builder) -> Row:
    """gunicorn would open a socket by which whoever runs as its user can control it."""
    lines = container.execute("cat", "/proc/net/unix").splitlines()[1:]
    there = [line for line in lines if line.split()[5] == "01" or len(line.split()) > 7]
    there += container.execute("find", "/tmp", "/var/lib/doorward", "/dev/shm", "-type", "s").split()
    return "no socket but the two ports", [f"there is {each}" for each in there]


def plain(name: str) -> str:
    return name.lower().replace("_", "-")


def bill(container: Container, _builder: Builder) -> Row:
    """Compare the bill with what Python and dpkg say; its form was validated where it was drawn up."""
    text = (container.rootfs / BILL).read_text(encoding="utf-8")
    told = json.loads(text)
    parts = [(part["name"], part["version"], part.get("purl", "")) for part in told["components"]]
    python = {plain(name): version for name, version, purl in parts if purl.partition("/")[0] in ("", "pkg:pypi")}
    python["doorward"] = told["metadata"]["component"]["version"]
    there, _ = json.loads(container.execute("python", "-c", PACKAGES))
    wrong = [f"Python: {name} {version} differs" for name, version in there.items() ^ python.items()]
    debian = {name for name, _, purl in parts if purl.startswith("pkg:deb/")}
    wrong += [f"{name} is not listed" for name in sorted(set(container.execute("sh", "-c", DEBIAN).split()) - debian)]
    wrong += [f"{name} is listed, and gone" for name in sorted(debian) if name.endswith("-whl")]
    wrong += unless((told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.6"), "it is not CycloneDX 1.6")
    (ROOT / "build" / "sbom.cdx.json").write_text(text, encoding="utf-8")
    return f"CycloneDX 1.6: {len(python)} of Python, {len(debian)} of Debian", wrong


def memory(container: Container, _builder: Builder) -> Row:
    found = container.memory_megabytes()
    return f"{found} MB, two workers", unless(found < 256, "more than an image of this kind should take")


def calm(container: Container, _builder: Builder) -> Row:
    loud = [line for line in container.log.splitlines() if re.search(r'"level": ?"(error|warning)"|Traceback', line)]
    return "no warning in the log", loud


def ending(container: Container, _builder: Builder) -> Row:
    status, seconds = container.end()
    wrong = unless(status == 0, f"exit status {status}") + unless(seconds < MOST_SECONDS["end"], "too slow")
    return f"exit status {status} after {seconds:.1f} s", wrong


CHECKS: tuple[tuple[str, Check], ...] = (
    ("size", size),
    ("user, without capabilities", user),
    ("labels", labels),
    ("compilers and installers", no_builders),
    ("setuid programs", no_setuid),
    ("read-only root", read_only),
    ("decision", decision),
    ("geo data", geodata),
    ("metrics", metrics),
    ("health check", health),
    ("command beside the service", beside),
    ("control socket", sockets),
    ("bill of materials", bill),
    ("memory", memory),
    ("log", calm),
    ("TERM", ending),
)


def built(builder: Builder) -> None:
    """Build the image with everything that can be told of it."""
    print("building the image ...", file=sys.stderr)
    given = {"REVISION": revision(), "SOURCE": SOURCE, **arguments()}
    given["CREATED"] = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    builder.build(base_archive(ROOT / "build" / f"base-{SUITE}.tar"), given)


def look(container: Container, builder: Builder) -> list[tuple[str, Row]]:
    """Start the image and return what each check found."""
    print("looking at it ...", file=sys.stderr)
    with container.running() as seconds:
        rows = [("start", (f"{seconds:.1f} s", unless(seconds < MOST_SECONDS["start"], "too slow")))]
        for name, each in CHECKS:
            try:
                rows.append((name, each(container, builder)))
            except Refused as wrong:
                rows.append((name, ("", [str(wrong)])))
    return rows


def check(folder: Path) -> list[tuple[str, Row]]:
    """Do all of it below *folder*."""
    builder = Builder(folder / "buildah")
    at = folder / "container"
    builder.folder.mkdir()
    at.mkdir()
    try:
        built(builder)
        return look(Container(at, builder.root(), builder.config()), builder)
    finally:
        builder.clear()


def main() -> int:
    if os.geteuid() != 0:
        print("make image-check needs root, for chroot and for what a container engine does", file=sys.stderr)
        return 2
    os.umask(0o022)
    try:
        have_tools()
        with tempfile.TemporaryDirectory(prefix="doorward-image-") as name:
            os.chmod(name, 0o755)
            rows = check(Path(name))
    except (Refused, subprocess.TimeoutExpired) as wrong:
        print(f"image-check: {wrong}", file=sys.stderr)
        return 1
    width = max(len(name) for name, _ in rows)
    for name, (found, wrong) in rows:
        print(f"{name.ljust(width)}  {'wrong' if wrong else 'ok':5}  {found}".rstrip())
        print("".join(f"    {line}\n" for line in wrong), end="")
    print(f"{len(rows)} checks, {sum(bool(wrong) for _, (_, wrong) in rows)} wrong")
    return int(any(wrong for _, (_, wrong) in rows))


if __name__ == "__main__":
    sys.exit(main())
