"""What a cluster does with what the chart renders: Kubernetes, and whoever applies it."""

from chart import Scenario

ARGO_CD = "argocd.argoproj.io/hook"


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
