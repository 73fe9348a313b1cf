"""What a candidate costs: decisions with one that equals the default policy beside decisions without, by turns.

Two services in one process on SQLite in memory answer the same requests of the same people, block by block; every
second round goes the other way round. Counted is the processor's time of the whole decision, without HTTP.

    .venv/bin/python bench/shadow.py --rounds 15
"""

import argparse
import base64
import json
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import figures
from doorward import logs
from doorward.api.body import strict_json
from doorward.api.requests import to_request
from doorward.core.request import DecisionRequest
from doorward.judge import judge
from doorward.meter import NULL_METER
from doorward.settings import load
from doorward.wiring import Wiring, build
from people import Person, Traffic

ROOT = Path(__file__).resolve().parents[1]
TENANT = "default"
PEOPLE = 200
SIDES = ("without", "with")

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Side:
    """One service and its own stream of the same requests."""

    wired: Wiring
    requests: Iterator[DecisionRequest]

    def decide(self, number: int) -> float:
        """Return the processor's microseconds of one decision of *number*."""
        ready = [next(self.requests) for _ in range(number)]
        decisions, clock = self.wired.services.decisions, self.wired.clock
        began = time.process_time()
        for request in ready:
            decisions.decide(TENANT, request, clock())
        return (time.process_time() - began) / number * 1e6


def side(folder: Path, *, candidate: bool) -> Side:
    """Return a service on rules of its own; the candidate is the policy under another id."""
    rules = folder / "rules" / TENANT
    shutil.copytree(ROOT / "rules" / TENANT, rules)
    if candidate:
        text = (rules / "policy.yaml").read_text(encoding="utf-8").replace("id: default\n", "id: candidate\n", 1)
        (rules / "candidate.yaml").write_text(text, encoding="utf-8")
    secret = base64.b64encode(b"s" * 32).decode()
    settings = load(
        {
            "DOORWARD_STATE_DIR": str(folder),
            "DOORWARD_STORE": "sqlite:///:memory:",
            "DOORWARD_WORKERS": "1",
            "DOORWARD_RULES_DIR": str(folder / "rules"),
            "DOORWARD_MODEL": str(ROOT / "models" / "default.json"),
            "DOORWARD_SECRET": secret,
            "DOORWARD_ENCRYPTION_KEYS": f"k1:{secret}",
        }
    )
    return Side(build(settings), _requests())


def _requests() -> Iterator[DecisionRequest]:
    for each in Traffic("shadow", [Person.numbered(number) for number in range(PEOPLE)]):
        yield to_request(strict_json(each.front + b"null" + each.back))


def judged(made: Side) -> Callable[[int], float]:
    """Return what measures the pure middle alone, on facts that were found once."""
    wired, now = made.wired, made.wired.clock()
    rules = wired.policies.current(TENANT, now)
    desk = wired.explainer
    cases = [desk.case(TENANT, next(made.requests), rules, now) for _ in range(PEOPLE)]

    def measure(times: int) -> float:
        began = time.process_time()
        for _ in range(times):
            for case in cases:
                judge(case, rules.policy, desk.card, NULL_METER, candidate=rules.candidate)
        return (time.process_time() - began) / (times * len(cases)) * 1e6

    return measure


def paired(measures: dict[str, Callable[[int], float]], *, rounds: int, number: int) -> Json:
    """Return the microseconds of both, and their ratio within each round, as median and range."""
    for name in SIDES:
        measures[name](number)
    found: list[dict[str, float]] = []
    for turn in range(rounds):
        order = SIDES if turn % 2 == 0 else SIDES[::-1]
        found.append({name: measures[name](number) for name in order})
    ratios = [each["with"] / each["without"] for each in found]
    added = [each["with"] - each["without"] for each in found]
    told: Json = {name: figures.middle([each[name] for each in found], 1) for name in SIDES}
    return told | {"ratio": figures.middle(ratios), "added_us": round(statistics.median(added), 1)}


def report(told: Json) -> str:
    rows = [["CPU µs", "without", "with a candidate", "ratio"]]
    for name, each in told.items():
        rows.append([name, *(figures.shown(each[side], 1) for side in SIDES), figures.shown(each["ratio"], 3)])
    return figures.table(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15, help="paired rounds (default 15)")
    parser.add_argument("--decisions", type=int, default=400, help="decisions in each turn (default 400)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what was measured to FILE")
    parser.add_argument("--quick", action="store_true", help="one very short round, to see that it works")
    chosen = parser.parse_args()
    rounds, number = (1, 20) if chosen.quick else (chosen.rounds, chosen.decisions)
    # Notices that nobody delivers here are dropped, and told of; that is not what is measured.
    logs.configure(level="critical", form="json")
    with tempfile.TemporaryDirectory(prefix="doorward-bench-") as folder:
        sides = {name: side(Path(folder, name), candidate=name == "with") for name in SIDES}
        whole = paired({name: each.decide for name, each in sides.items()}, rounds=rounds, number=number)
        middle = paired(
            {name: judged(each) for name, each in sides.items()}, rounds=rounds, number=1 + number // PEOPLE
        )
        for each in sides.values():
            each.wired.store.close()
    told = {"a whole decision, without HTTP": whole, "signals, score and rules alone": middle}
    if chosen.json:
        chosen.json.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    print(report(told))


if __name__ == "__main__":
    main()
