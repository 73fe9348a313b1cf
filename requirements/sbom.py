"""Writes the bill of materials of the image that it runs in: `sbom.py PYTHON FILE` (CycloneDX 1.6, JSON).

`cyclonedx-py` tells the Python packages of PYTHON's environment. The interpreter and Debian's packages are added here,
where the base has Debian's list of them, unless nothing is left of one but its papers; with another base the bill says
that they are not known. What comes out is validated strictly, and the same image gives the same bill.
"""

import json
import platform
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from cyclonedx.model import Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

DPKG = Path("/var/lib/dpkg")
PAPERS = ("/usr/share/doc/", "/usr/share/man/")


def of_python(python: str) -> Bom:
    """Return what `cyclonedx-py` finds; the project is what the bill is about."""
    command = [sys.executable, "-m", "cyclonedx_py", "environment", "--pyproject", "pyproject.toml"]
    done = subprocess.run([*command, "--output-reproducible", python], stdout=subprocess.PIPE, check=True)
    found = Bom.from_json(json.loads(done.stdout))
    if found is None or found.metadata.component is None:
        raise ValueError("cyclonedx-py found nothing")
    ask = "import doorward; print(doorward.__version__)"
    found.metadata.component.version = subprocess.check_output([python, "-c", ask], text=True).strip()
    return found


def interpreter() -> Component:
    version = platform.python_version()
    purl = PackageURL("generic", None, "python", version)
    return Component(name="cpython", version=version, bom_ref=f"cpython=={version}", purl=purl)


def of_debian(status: str) -> Iterator[Component]:
    """Yield the packages that dpkg's list *status* tells of and that are there."""
    release = platform.freedesktop_os_release()
    for paragraph in status.strip().split("\n\n"):
        fields = dict(re.findall(r"^([A-Za-z-]+): (.*)$", paragraph, re.MULTILINE))
        if not fields.get("Status", "").endswith(" installed"):
            continue
        name, version, arch = fields["Package"], fields["Version"], fields["Architecture"]
        if is_there(name, arch):
            about = {"arch": arch, "distro": f"{release['ID']}-{release.get('VERSION_ID', '')}"}
            yield Component(
                name=name,
                version=version,
                bom_ref=f"{name}:{arch}={version}",
                purl=PackageURL("deb", release["ID"], name, version, about),
            )


def is_there(name: str, arch: str) -> bool:
    """Answer whether a file of the package is in the image, beside its papers; one that never had any is there too."""
    lists = [DPKG / "info" / f"{stem}.md5sums" for stem in (name, f"{name}:{arch}")]
    lines = [line for each in lists if each.exists() for line in each.read_text(encoding="utf-8").splitlines()]
    files = [Path("/", line.split(maxsplit=1)[1]) for line in lines]
    parts = [file for file in files if not str(file).startswith(PAPERS)]
    return not parts or any(file.exists() for file in parts)


def main(python: str, file: str) -> None:
    bom = of_python(python)
    bom.components.add(interpreter())
    status = DPKG / "status"
    if status.exists():
        bom.components.update(of_debian(status.read_text(encoding="utf-8")))
    bom.properties.add(Property(name="doorward:system-packages", value="listed" if status.exists() else "unknown"))
    text = JsonV1Dot6(bom).output_as_string(indent=2)
    wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if wrong is not None:
        raise SystemExit(f"the bill of materials is not valid: {wrong}")
    # A number and a time of its own would make two bills of the same image differ.
    told = json.loads(text)
    told.pop("serialNumber", None)
    told.get("metadata", {}).pop("timestamp", None)
    Path(file).write_text(json.dumps(told, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
