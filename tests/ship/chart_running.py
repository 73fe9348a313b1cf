"""The rendered service, started here: its arguments and variables, on the Redis that it names, asked for a decision."""

import json
import re
import signal
import subprocess
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

from chart import Scenario
from chart_image import environment
from chart_page import show_page
from chart_rehearsal import COUNTS, LISTENS, Rehearsal, Wrong, end, eventually, must
from chart_servers import redis_of
from chart_tracing import collector_of, steps
from dockerfile import Stage

SIGN_IN = {"kind": "login", "subject": {"id": "u-1"}, "client": {}, "credential": {"result": "passed"}}
# What alerts and dashboard rest on most, as a service counts it after its first decision.
COUNTED = (
    r'doorward_decisions_total\{kind="login",outcome="allow"\} 1\.0$',
    r'doorward_request_seconds_bucket\{le="\+Inf",route="/v1/decisions"\} 1\.0$',
    r'doorward_stage_seconds_bucket\{le="\+Inf",stage="store_begin"\} [12]\.0$',
    r'doorward_policy_reload_ok\{tenant="default"\} 1\.0$',
    r"doorward_model_dated_timestamp_seconds\{model=.+\} 1\.\d+e\+09$",
    r"doorward_store_available 1\.0$",
    r"doorward_store_accepted 1\.0$",
)


def rehearsed(scenario: Scenario, image: Stage) -> tuple[str, list[str]]:
    """Start the scenario, use it, and end it; return what was seen, and what was wrong."""
    with TemporaryDirectory(prefix="doorward-chart-") as name:
        folder = Path(name)
        scheme, password = store_of(scenario)
        store = redis_of(scheme, folder, password=password) if scheme else nullcontext()
        with store as redis, collector_of(scenario) as collector:
            rehearsal = Rehearsal(scenario, image, folder, redis, collector)
            try:
                return used(rehearsal), []
            except (Wrong, OSError, subprocess.TimeoutExpired) as wrong:
                said = rehearsal.log.read_text()[-2000:] if rehearsal.log.exists() else ""
                return "", [f"{wrong}", *said.splitlines()]


def store_of(scenario: Scenario) -> tuple[str, bool]:
    """Return the scheme of the store's URL, empty for SQLite, and whether it asks for a password."""
    [server] = scenario.of("Deployment")
    env = environment(server["spec"]["template"]["spec"]["containers"][0])
    if "DOORWARD_STORE_FILE" in env:
        return "rediss", True
    return env.get("DOORWARD_STORE", "").partition("://")[0], False


def used(rehearsal: Rehearsal) -> str:
    process = rehearsal.start()
    try:
        begun = rehearsal.log.read_text
        must(eventually(lambda: re.search(LISTENS, begun()) or process.poll() is not None), "it does not start")
        rehearsal.accept()
        key = rehearsal.command("keys", "create", "--scopes", "decide,policy", "--label", "helm-check").split()[0]
        decision = json.loads(rehearsal.fetch("/v1/decisions", key, SIGN_IN))
        must(not decision["degraded"], f"the decision is degraded: {decision['degraded']}")
        said = rehearsal.try_helm_test(key)
        if rehearsal.environ(rehearsal.container)["DOORWARD_METRICS_BIND"]:
            # What stands in the store and in the files is told about once a second.
            told = lambda: rehearsal.fetch("/metrics", at=COUNTS)  # noqa: E731
            must(eventually(lambda: not uncounted(told())), f"these are not counted: {uncounted(told())}")
        page = show_page(rehearsal, key)
        traced = rehearsal.collector
        if traced:
            must(eventually(lambda: "decision" in steps(traced)), "no span of a decision reaches the collector")
        policies = any(each["name"] == "rules" for each in rehearsal.container["volumeMounts"])
        if policies:
            rehearsal.change_policy(key)
        process.send_signal(signal.SIGTERM)
        ended = process.wait(timeout=rehearsal.pod["terminationGracePeriodSeconds"])
        must(ended == 0, f"TERM ends it with {ended}")
    finally:
        end(process)
    store = store_of(rehearsal.scenario)[0] or "sqlite"
    spans = f", {len(steps(traced))} spans" if traced else ""
    reloaded = ", a swapped policy is in force" if policies else ""
    return f"{store}: {decision['outcome']} by {decision['policy']['rule']}, helm test {said}{page}{spans}{reloaded}"


def uncounted(counted: str) -> list[str]:
    """Return which of COUNTED are not among the metrics."""
    return [series for series in COUNTED if not re.search(f"^{series}", counted, re.MULTILINE)]
