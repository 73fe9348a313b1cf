"""What the chart renders, held against the image: the same program, settings that it takes, folders that it has."""

import re
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from chart import Json, Scenario
from dockerfile import Stage

from doorward.api.health import resource as health
from doorward.cli import main as doorward
from doorward.policies import NoPolicy, Policies
from doorward.settings import SettingsError, known_names, load

MOUNTED = "/etc/doorward/"
# Also within a URL, as its certificate authority.
PATH = re.compile(r"/etc/doorward/[^\s&]+")


def runs_what_the_image_runs(scenario: Scenario, image: Stage) -> list[str]:
    """Return where a rendered container would do something else than the image, or than it can."""
    pods = [each["spec"]["template"]["spec"] for each in scenario.of("Deployment", "Job")]
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
    given = environment(container)
    found = [f"{name} is no setting" for name in given if name not in known_names()]
    named = [path for value in given.values() for path in PATH.findall(value)]
    found += [f"{path} is not mounted" for path in named if not there(pod, path)]
    paths = (MOUNTED, "/usr/share/doorward/")
    try:
        load(image.env() | given)
    except SettingsError as wrong:
        found += [mistake for mistake in wrong.mistakes if not any(path in mistake for path in paths)]
    return found


def environment(container: Json) -> dict[str, str]:
    """Return the settings among the container's variables."""
    return {each["name"]: each["value"] for each in container.get("env", []) if each["name"].startswith("DOORWARD_")}


def there(pod: Json, path: str) -> bool:
    """Answer whether *path* is a mount of the server, or a file that one of them holds."""
    mounts = {mount["mountPath"]: mount["name"] for each in pod["containers"] for mount in each["volumeMounts"]}
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    if path in mounts:
        return True
    files = {
        f"{folder}/{item['path']}"
        for folder, name in mounts.items()
        for item in volumes[name].get("secret", {}).get("items", [])
    }
    return path in files


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


def leads_to_the_service(scenario: Scenario) -> list[str]:
    """What selects the pods finds them, and nothing that the policy of the network lets through is cut off."""
    [server] = scenario.of("Deployment")
    labels = server["spec"]["template"]["metadata"]["labels"].items()
    selectors = [(each, each["spec"]["selector"]) for each in scenario.of("Service")]
    selectors += [(each, each["spec"]["selector"]["matchLabels"]) for each in scenario.of("PodDisruptionBudget")]
    selectors += [(each, each["spec"]["podSelector"]["matchLabels"]) for each in scenario.of("NetworkPolicy")]
    found = [f"{each['kind']} finds no pod" for each, wanted in selectors if not wanted.items() <= labels]
    services = {each["metadata"]["name"]: each for each in scenario.of("Service")}
    for monitor in scenario.of("ServiceMonitor"):
        wanted = monitor["spec"]["selector"]["matchLabels"].items()
        met = [each for each in services.values() if wanted <= each["metadata"]["labels"].items()]
        named = {port["name"] for each in met for port in each["spec"]["ports"]}
        if len(met) != 1 or not {each["port"] for each in monitor["spec"]["endpoints"]} <= named:
            found.append("the monitor finds no metrics")
    backends = [
        path["backend"]["service"]["name"]
        for each in scenario.of("Ingress")
        for rule in each["spec"]["rules"]
        for path in rule["http"]["paths"]
    ]
    backends += [ref["name"] for each in scenario.of("HTTPRoute") for ref in each["spec"]["rules"][0]["backendRefs"]]
    return found + [f"there is no Service {name}" for name in backends if name not in services]


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
    given = environment(container)
    grace = int(given.get("DOORWARD_GRACEFUL_TIMEOUT", load({}).graceful_timeout))
    pause = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
    enough = pod["terminationGracePeriodSeconds"] > grace + pause
    return [] if enough else [f"{pod['terminationGracePeriodSeconds']} s are not more than {grace} and {pause}"]


def policies_of(scenario: Scenario) -> list[str]:
    """The policies pass as they are mounted."""
    [server] = scenario.of("Deployment")
    volumes = server["spec"]["template"]["spec"]["volumes"]
    mounted = next((volume["configMap"] for volume in volumes if volume["name"] == "rules"), None)
    if mounted is None:
        return []
    [texts] = [each["data"] for each in scenario.of("ConfigMap") if each["metadata"]["name"] == mounted["name"]]
    items = mounted["items"]
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
