"""What a candidate, a shadow model or an own scale costs: decisions with one beside decisions without, by turns.

Two services in one process on SQLite in memory answer the same requests of the same people, block by block; every
second round goes the other way round. Counted is the processor's time of the whole decision, without HTTP.

    .venv/bin/python bench/shadow.py --rounds 15
    .venv/bin/python bench/shadow.py --beside model

A candidate equals the default policy, a shadow model the default model.
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
from itertools import pairwise
from pathlib import Path
from typing import Any

import figures
from doorward import logs
from doorward.api.body import strict_json
from doorward.api.requests import to_request
from doorward.core.odds import LAST_BIN, LOWEST, PER_UNIT, moves_of
from doorward.core.request import DecisionRequest
from doorward.judge import judge
from doorward.meter import NULL_METER
from doorward.risk.model_file import load_scorecard
from doorward.settings import load
from doorward.wiring import Wiring, build
from people import Person, Traffic

ROOT = Path(__file__).resolve().parents[1]
MODEL_FILE = ROOT / "models" / "default.json"
TENANT = "default"
PEOPLE = 200
SIDES = ("without", "with")
CANDIDATE, MODEL, SCALE = "candidate", "model", "scale"

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


def side(folder: Path, beside: str) -> Side:
    """Return a service on rules of its own, with what stands *beside*; the candidate is the policy under another id."""
    rules = folder / "rules" / TENANT
    shutil.copytree(ROOT / "rules" / TENANT, rules)
    if beside == CANDIDATE:
        text = (rules / "policy.yaml").read_text(encoding="utf-8").replace("id: default\n", "id: candidate\n", 1)
        (rules / "candidate.yaml").write_text(text, encoding="utf-8")
    secret = base64.b64encode(b"s" * 32).decode()
    settings = load(
        {
            "DOORWARD_STATE_DIR": str(folder),
            "DOORWARD_STORE": "sqlite:///:memory:",
            "DOORWARD_WORKERS": "1",
            "DOORWARD_RULES_DIR": str(folder / "rules"),
            "DOORWARD_MODEL": str(MODEL_FILE),
            "DOORWARD_SHADOW_MODEL": str(MODEL_FILE) if beside == MODEL else "",
            "DOORWARD_SECRET": secret,
            "DOORWARD_ENCRYPTION_KEYS": f"k1:{secret}",
        }
    )
    wired = build(settings)
    if beside == SCALE:
        _grow(wired)
    return Side(wired, _requests())


def _grow(wired: Wiring) -> None:
    """Give the tenant 50 000 genuine sign-ins that lie as the model's quantiles have them, so that scores stay."""
    scales, now = wired.scale_watch.scales, wired.clock()
    scores = [scales.card(TENANT).score(LOWEST + place / PER_UNIT) for place in range(LAST_BIN + 1)]
    moves = [(place + 1, round(500 * (b - a))) for place, (a, b) in enumerate(pairwise(scores))]
    wired.tallies.add(TENANT, moves_of(scales.model, moves, at=now))
    wired.tallies.flush(now)
    assert scales.look(TENANT, now).version


def _requests() -> Iterator[DecisionRequest]:
    for each in Traffic("shadow", [Person.numbered(number) for number in range(PEOPLE)]):
        yield to_request(strict_json(each.front + b"null" + each.back))


def judged(made: Side, beside: str) -> Callable[[int], float]:
    """Return what measures the pure middle alone, on facts that were found once."""
    wired, now = made.wired, made.wired.clock()
    rules = wired.policies.current(TENANT, now)
    desk, card = wired.explainer, wired.scale_watch.scales.card(TENANT)
    shadow = load_scorecard(MODEL_FILE) if beside == MODEL else None
    cases = [desk.case(TENANT, next(made.requests), rules, now) for _ in range(PEOPLE)]

    def measure(times: int) -> float:
        began = time.process_time()
        for _ in range(times):
            for case in cases:
                judge(case, rules.policy, card, NULL_METER, candidate=rules.candidate, shadow=shadow)
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


def report(told: Json, beside: str) -> str:
    rows = [["CPU µs", "without", f"with a {beside}", "ratio"]]
    for name, each in told.items():
        rows.append([name, *(figures.shown(each[side], 1) for side in SIDES), figures.shown(each["ratio"], 3)])
    return figures.table(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--beside", choices=(CANDIDATE, MODEL, SCALE), default=CANDIDATE, help="what is measured")
    parser.add_argument("--rounds", type=int, default=15, help="paired rounds (default 15)")
    parser.add_argument("--decisions", type=int, default=400, help="decisions in each turn (default 400)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what was measured to FILE")
    parser.add_argument("--quick", action="store_true", help="one very short round, to see that it works")
    chosen = parser.parse_args()
    rounds, number = (1, 20) if chosen.quick else (chosen.rounds, chosen.decisions)
    # Notices that nobody delivers here are dropped, and told of; that is not what is measured.
    logs.configure(level="critical", form="json")
    with tempfile.TemporaryDirectory(prefix="doorward-bench-") as folder:
        beside = {"without": "", "with": chosen.beside}
        sides = {name: side(Path(folder, name), beside[name]) for name in SIDES}
        whole = paired({name: each.decide for name, each in sides.items()}, rounds=rounds, number=number)
        alone = {name: judged(each, beside[name]) for name, each in sides.items()}
        middle = paired(alone, rounds=rounds, number=1 + number // PEOPLE)
        for each in sides.values():
            each.wired.store.close()
    told = {"a whole decision, without HTTP": whole, "signals, score and rules alone": middle}
    if chosen.json:
        chosen.json.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    print(report(told, chosen.beside))


if __name__ == "__main__":
    main()
