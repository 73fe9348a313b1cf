"""What a cluster does with what the chart renders: Kubernetes, and whoever applies it."""

from chart import Scenario
from chart_image import environment

ARGO_CD = "argocd.argoproj.io/hook"
SPREAD = "topologySpreadConstraints"


def bad_for_a_cluster(scenario: Scenario) -> list[str]:
    """Return what is valid, and would yet go wrong in a cluster."""
    checks = (runs_once, spreads_where_it_may, lets_out_by_port, has_room_for_workers)
    return [finding for check in checks for finding in check(scenario)]


def runs_once(scenario: Scenario) -> list[str]:
    """A Job of the installation is none of every synchronization, and changes nothing where it runs again."""
    found = []
    for job in scenario.of("Job"):
        about = job["metadata"]["annotations"]
        if about["helm.sh/hook"] != "post-install" or about.get(ARGO_CD) != "Skip":
            found.append(f"the Job {job['metadata']['name']} runs more than once")
        [container] = job["spec"]["template"]["spec"]["containers"]
        if "--if-new" not in container["args"]:
            found.append("the Job accepts what is accepted already")
    return found


def spreads_where_it_may(scenario: Scenario) -> list[str]:
    """Nodes that the pods do not tolerate are not counted as empty ones."""
    spread = [each for pod in scenario.pods() for each in pod.get(SPREAD, [])]
    return [f"{each['topologyKey']} counts tainted nodes" for each in spread if each.get("nodeTaintsPolicy") != "Honor"]


def lets_out_by_port(scenario: Scenario) -> list[str]:
    """No rule of a network policy lets pods reach every port."""
    rules = [rule for each in scenario.of("NetworkPolicy") for rule in each["spec"]["egress"]]
    return ["a rule lets pods reach every port" for rule in rules if not rule.get("ports")]


def has_room_for_workers(scenario: Scenario) -> list[str]:
    """Whoever says how many workers run asks for a core for each of them."""
    [server] = scenario.of("Deployment")
    [container] = server["spec"]["template"]["spec"]["containers"]
    workers = int(environment(container).get("DOORWARD_WORKERS", 0))
    asked = str(container["resources"]["requests"]["cpu"])
    cores = int(asked[:-1]) / 1000 if asked.endswith("m") else float(asked)
    return [] if cores >= workers else [f"{workers} workers ask for a CPU of {asked}"]
