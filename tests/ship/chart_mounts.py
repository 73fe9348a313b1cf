"""The volumes of a rendered pod in a folder of this machine, as a node mounts them: behind a link that is swapped."""

import base64
import os
import re
import secrets
from pathlib import Path

from chart import Json
from chart_servers import PASSWORD, Redis
from dockerfile import ROOT

OURS = re.compile(r"(?<![\w.-])/(?:etc/doorward|usr/share/doorward|var/lib/doorward|tmp)(?=[/:\s\"&]|\Z)")
SIGNING = "whsec_" + base64.b64encode(bytes(range(32))).decode()


class Mounts:
    """What a container would see below *root*; *contents* is what the Secret holds, by the path of its file."""

    def __init__(self, root: Path, texts: dict[str, str], contents: dict[str, str]) -> None:
        self.root = root
        self._texts = texts
        self._contents = contents
        share = root / "usr" / "share" / "doorward"
        share.mkdir(parents=True)
        for name in ("rules", "models"):
            (share / name).symlink_to(ROOT / name)
        # The image's folder of geo databases is empty unless it was built with some.
        for name in ("tmp", "var/lib/doorward", "usr/share/doorward/geodata"):
            (root / name).mkdir(parents=True)

    def inside(self, text: str) -> str:
        """Return *text* with the paths of the container below the root."""
        return OURS.sub(lambda found: str(self.root) + found[0], text)

    def mount(self, pod: Json, container: Json) -> None:
        """Make every folder that *container* sees."""
        volumes = {each["name"]: each for each in pod["volumes"]}
        for mount in container["volumeMounts"]:
            folder = self.root / mount["mountPath"].lstrip("/")
            folder.mkdir(parents=True, exist_ok=True)
            for path, text in self.files_of(volumes[mount["name"]]).items():
                put(folder / "..first" / path, self.inside(text))
            if (folder / "..first").exists():
                swap(folder, "..first")

    def files_of(self, volume: Json) -> dict[str, str]:
        """Return the files that a volume brings, by their paths."""
        if "configMap" in volume:
            return {item["path"]: self._texts[item["key"]] for item in volume["configMap"].get("items", [])}
        items = volume.get("secret", {}).get("items", [])
        return {item["path"]: self._contents.get(item["path"], SIGNING) for item in items}

    def replace(self, mounted: str, path: str, text: str) -> None:
        """Bring a new version of one file, as a node does with a changed ConfigMap: all files anew, then one swap."""
        folder = Path(self.inside(mounted))
        for file in sorted((folder / "..first").rglob("*")):
            if file.is_file():
                put(folder / "..second" / file.relative_to(folder / "..first"), file.read_text(encoding="utf-8"))
        put(folder / "..second" / path, text)
        swap(folder, "..second")


def put(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def swap(folder: Path, version: str) -> None:
    """Let *folder* show *version*: its entries are links into `..data`, which is a link that changes in one step."""
    (folder / "..data_tmp").symlink_to(version)
    os.replace(folder / "..data_tmp", folder / "..data")
    for entry in (folder / version).iterdir():
        if not (folder / entry.name).is_symlink():
            (folder / entry.name).symlink_to(Path("..data", entry.name))


def secret_contents(redis: Redis | None) -> dict[str, str]:
    """Return what the Secret of an operator holds, by the path of the file that each becomes."""
    made = {
        "secret": base64.b64encode(secrets.token_bytes(32)).decode(),
        "encryption_keys": f"k1:{base64.b64encode(secrets.token_bytes(32)).decode()}",
        "smtp_url": "smtp://door:password@mail.example:587",
        "sms_url": "webhook+https://gateway.example/sms",
    }
    if redis is None:
        return made
    url = redis.url.replace("://", f"://:{PASSWORD}@", 1) + "?ca=/etc/doorward/secrets/redis-ca.pem"
    return made | {"store": url, "redis-ca.pem": redis.ca}
