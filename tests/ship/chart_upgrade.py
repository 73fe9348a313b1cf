"""An upgrade as helm renders it beside a cluster: here a few answers of an API server, on a port of loopback."""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from chart import NAMESPACE, RELEASE, Json, Tools, rendered
from chart_refusals import REDIS

NAME = f"{RELEASE}-doorward"
RUNNING = 7
# What the chart makes of the values below, by API; helm looks nothing else up.
KINDS = {
    "v1": ("Service", "ServiceAccount"),
    "apps/v1": ("Deployment",),
    "autoscaling/v2": ("HorizontalPodAutoscaler",),
    "policy/v1": ("PodDisruptionBudget",),
}
DEPLOYMENT = {
    "kind": "Deployment",
    "apiVersion": "apps/v1",
    "metadata": {
        "name": NAME,
        "namespace": NAMESPACE,
        "labels": {"app.kubernetes.io/managed-by": "Helm"},
        "annotations": {"meta.helm.sh/release-name": RELEASE, "meta.helm.sh/release-namespace": NAMESPACE},
    },
    "spec": {"replicas": RUNNING},
}
NOT_FOUND = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404}


def answers() -> dict[str, Json]:
    """Return what the API server tells of itself, and the one object that it has."""
    groups = [version.split("/") for version in KINDS if "/" in version]
    told: dict[str, Json] = {
        "/version": {"major": "1", "minor": "37", "gitVersion": "v1.37.0"},
        "/api": {"kind": "APIVersions", "versions": ["v1"]},
        "/apis": {
            "kind": "APIGroupList",
            "groups": [
                {"name": name, "versions": [{"groupVersion": f"{name}/{version}", "version": version}]}
                for name, version in groups
            ],
        },
        f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments/{NAME}": DEPLOYMENT,
    }
    for version, kinds in KINDS.items():
        named = [{"name": f"{kind.lower()}s", "kind": kind, "namespaced": True, "verbs": ["get"]} for kind in kinds]
        at = f"/apis/{version}" if "/" in version else f"/api/{version}"
        told[at] = {"kind": "APIResourceList", "groupVersion": version, "resources": named}
    return told


@contextmanager
def cluster() -> Iterator[str]:
    """Serve the answers, and yield the URL."""
    told = answers()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = told.get(self.path.partition("?")[0])
            body = json.dumps(found or NOT_FOUND).encode()
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep the table clean."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def upgrade_row(tools: Tools) -> tuple[str, str, list[str]]:
    """Return the row of a release that begins to follow the load while it runs."""
    settings = (*REDIS, "autoscaling.enabled=true")
    with cluster() as url:
        beside = (
            "--dry-run=server",
            "--disable-openapi-validation",
            "--kubeconfig",
            os.devnull,
            "--kube-apiserver",
            url,
        )
        upgraded = rendered(tools, "upgraded", settings=settings, flags=beside)
    found = [upgraded.refused] if upgraded.refused else []
    numbers = [each["spec"].get("replicas") for each in upgraded.of("Deployment")]
    found += [f"expected {RUNNING} pods to go on, got {numbers}"] if numbers != [RUNNING] else []
    [new] = rendered(tools, "new", settings=settings).of("Deployment")
    found += ["a new release says how many pods run, beside its autoscaler"] if "replicas" in new["spec"] else []
    return ("upgrade: autoscaling is switched on", f"{RUNNING} pods go on", found)
