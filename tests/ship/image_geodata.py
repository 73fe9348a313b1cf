"""Geo databases in the image: those that it was built with, for its user to read and its service to ask; or none."""

import json
from pathlib import Path

from image_build import Builder, arguments
from image_container import Container

FOLDER = "/usr/share/doorward/geodata"
READABLE = f"cd {FOLDER}; for each in *.mmdb; do head -c 1 $each > /dev/null 2>&1 && echo $each; done; true"


def geodata(container: Container, _builder: Builder) -> tuple[str, list[str]]:
    """Return which databases are there, and what keeps the user or the service from them."""
    there = sorted(path.name for path in (container.rootfs / FOLDER.lstrip("/")).glob("*.mmdb"))
    readable = container.execute("sh", "-c", READABLE).split()
    listed = json.loads(container.ask(8080, "/readyz"))["geo"]
    used = {Path(each["file"]).name: f"{each['type']} of {each['built']}" for each in listed if each["ok"]}
    wrong = [] if bool(there) == bool(arguments()["GEODATA"]) else [f"expected other databases than {there}"]
    wrong += [f"the user cannot read {name}" for name in there if name not in readable]
    wrong += [f"the service does not use {name}" for name in there if name not in used]
    return ", ".join(used.values()) or "none", wrong
