"""Run by the tests as a program: the real server around an application of five paths."""

import gc
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from doorward import connections, logs, serving
from doorward.core.errors import StoreUnavailable
from doorward.settings import load

# More than a kernel holds for a caller who reads nothing.
LARGE = 32 << 20


def build() -> serving.Built:
    from doorward.metrics import Metrics
    from doorward.shedding import shedding

    check()
    metrics = Metrics()

    def app(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        metrics.decided(outcome="allow", kind="login", rule="r", reason="", degraded=False)
        metrics.policy_loaded("default", 1.0)
        if environ["PATH_INFO"] == "/slow":
            print("slow begun", flush=True)
            time.sleep(0.7)
        if environ["PATH_INFO"] == "/broken":
            raise ValueError(environ["HTTP_AUTHORIZATION"])
        start("200 OK", [("Content-Type", "text/plain")])
        if environ["PATH_INFO"] == "/settled":
            return [str(any(each is metrics for each in gc.get_objects())).encode()]
        if environ["PATH_INFO"] == "/large":
            return [bytes(LARGE)]
        return [str(os.getpid()).encode()]

    served = shedding(app, load(os.environ).most_wait_ms / 1000, metrics.shed)
    return serving.Built(served, lambda: print(f"worker {os.getpid()} let go", flush=True))


def check() -> None:
    """Refuse new workers while there is a file that says so."""
    if Path("refuse").exists():
        raise StoreUnavailable("told to refuse")


if __name__ == "__main__":
    settings = load(os.environ)
    connections.MOST_CONNECTIONS = int(os.environ.get("MOST_CONNECTIONS", connections.MOST_CONNECTIONS))
    logs.configure(level=settings.log_level, form=settings.log_format)
    plan = serving.Plan(build=build, announce=lambda url: print(f"up {url}", flush=True), check=check)
    with serving.counts_folder():
        serving.run_metered(settings, plan)
