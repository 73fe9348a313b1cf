"""A policy that is replaced a hundred times under load, by a broken one every tenth time."""

import json
import os
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from doorward.policy.compiler import digest

from ..ops.conftest import ROOT, becomes_true, fetched
from .load import Answer, under_load
from .places import File, Service, Start, kept_in, serve, shared_secrets

REPLACEMENTS = 100
BREAK_EVERY = 10
WORKERS = 2
# This broken one stays until every worker has refused it; the others come and go.
HELD = 50

TEXT = (ROOT / "rules" / "default" / "policy.yaml").read_text()
IN_FORCE = 'doorward_policy_reload_ok{tenant="default"}'
REFUSED = '"policy_refused"'

Json = dict[str, Any]


@dataclass
class Replaced:
    """What was seen: every answer of the load, and what the service told while a broken policy lay there, and after."""

    answers: list[Answer] = field(default_factory=list)
    while_broken: Json = field(default_factory=dict)
    in_the_end: Json = field(default_factory=dict)
    refusals: int = 0

    @property
    def decisions(self) -> list[Json]:
        return [each.body for each in self.answers if each.sent.decides and each.status == 200]


def policy_is_replaced(start: Start, folder: Path, *, pause: float, a_second: float) -> Replaced:
    """Replace the policy under load, each version after *pause* seconds."""
    file = folder / "rules" / "default" / "policy.yaml"
    file.parent.mkdir(parents=True)
    put(file, version(0))
    secret = shared_secrets() | {"DOORWARD_RULES_DIR": str(folder / "rules")}
    with kept_in(File, folder / "store") as place:
        service = serve(start, place, secret)
        shown = Replaced()
        with under_load(service.url, service.key, a_second=a_second) as load:
            for number in range(1, REPLACEMENTS + 1):
                if number == HELD:
                    shown.while_broken = _refused_by_all(service, file)
                    continue
                put(file, version(number))
                time.sleep(pause)
            put(file, version(REPLACEMENTS + 1))
            assert becomes_true(lambda: loaded(service, REPLACEMENTS + 1) == WORKERS)
            assert becomes_true(lambda: service.program.counted(IN_FORCE) == 1)
            shown.in_the_end = told(service)
        shown.answers = load.answers
        shown.refusals = service.program.output.count(REFUSED)
    return shown


def _refused_by_all(service: Service, file: Path) -> Json:
    """Wait until all have the good one of before, then put the broken one; return what is told of that."""
    assert becomes_true(lambda: loaded(service, HELD - 1) >= WORKERS)
    before = service.program.output.count(REFUSED)
    put(file, version(HELD))
    assert becomes_true(lambda: service.program.output.count(REFUSED) >= before + WORKERS)
    return told(service)


def version(number: int) -> str:
    """Return the text of one version: its id tells which it is, and a broken one names a signal that there is not."""
    text = TEXT.replace("id: default\n", f"id: v{number}\n", 1)
    return text.replace("when: travel.impossible\n", "when: travel.imposible\n") if is_broken(number) else text


def is_broken(number: int) -> bool:
    return number > 0 and number % BREAK_EVERY == 0


def put(file: Path, text: str) -> None:
    """Swap the file for another, as a deployment does."""
    beside = file.with_suffix(".new")
    beside.write_text(text)
    os.replace(beside, file)


def loaded(service: Service, number: int) -> int:
    """Return how many workers have logged that this version is in force."""
    return service.program.output.count(digest(version(number), {}))


def told(service: Service) -> Json:
    """Return what an operator sees of the policy: readiness, the policy itself, the metric."""
    ready, policy = _asked(service, "/readyz"), _asked(service, "/v1/policy")
    return {
        "readyz": [ready["status"], ready["policies"][0]["reload"]],
        "error": [each["code"] for each in policy["error"] or ()],
        "id": policy["id"],
        "metric": service.program.counted(IN_FORCE),
    }


def _asked(service: Service, path: str) -> Json:
    status, text = fetched(service.url + path, headers={"Authorization": f"Bearer {service.key}"})
    assert status == 200, (path, status, text)
    return dict(json.loads(text))


def report(shown: Replaced) -> str:
    """Return what was seen, in a few lines."""
    seen = Counter(each["policy"]["digest"] for each in shown.decisions)
    statuses = dict(Counter(each.status for each in shown.answers))
    slowest = sorted(each.seconds * 1000 for each in shown.answers)
    at = [slowest[int(share * (len(slowest) - 1))] for share in (0.5, 0.99, 1)]
    return (
        f"{len(shown.answers)} requests, by status {statuses}; p50 {at[0]:.0f} ms, p99 {at[1]:.0f} ms, "
        f"longest {at[2]:.0f} ms\n"
        f"  {len(shown.decisions)} decisions by {len(seen)} digests; {shown.refusals} refusals logged by the workers\n"
        f"  while broken: {shown.while_broken}\n  in the end: {shown.in_the_end}"
    )
