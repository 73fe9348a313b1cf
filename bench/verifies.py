"""What a verify costs, in decisions: right TOTP codes beside full decisions, under the same load in the same run.

For each store the two take turns: decisions for a few seconds, then one right code of everybody. What is counted of a
verify is the answer «passed». Opening the challenges beforehand is not measured: that is a decision.

    .venv/bin/python bench/verifies.py --json result.json
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import figures
import machine
import past
from doorward import logs
from doorward.settings import load
from doorward.stores import open_store
from enrolled import Enrolled
from generator import Once, Sent, Target, drive, drive_links, streams
from people import Person
from servers import Served, Servers
from spread import connect

STORES = ("redis", "sqlite")
LONGEST_SECONDS = 120.0
SHOWN = (("requests_per_second", "a second"), ("p50_ms", "p50 ms"), ("p99_ms", "p99 ms"), ("server_cpu_us", "CPU µs"))

Json = dict[str, Any]


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="paired rounds (default 5)")
    parser.add_argument("--seconds", type=float, default=4, help="length of the decisions' turn (default 4)")
    parser.add_argument("--people", type=int, default=400, help="people, and verifies in a turn (default 400)")
    parser.add_argument("--connections", type=int, default=16, help="keep-alive connections (default 16)")
    parser.add_argument("--workers", type=int, default=2, help="gunicorn workers (default 2)")
    parser.add_argument("--threads", type=int, default=8, help="threads of each worker (default 8)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything that was measured to FILE")
    parser.add_argument("--quick", action="store_true", help="one very short round, to see that it works")
    return parser


class Side:
    """One store: its service, its people, and the two kinds of turn."""

    def __init__(self, chosen: argparse.Namespace, served: Served, redis: Served | None, environ: dict[str, str]):
        self._chosen = chosen
        self._served = served
        self._redis = redis
        # Who is decided about fails now and then, and on a quick machine too often to be asked for a code any more.
        everybody = [Person.numbered(number) for number in range(2 * chosen.people)]
        self._asked, self._decided = everybody[: chosen.people], everybody[chosen.people :]
        tokens = self._write_pasts(environ, everybody)
        self._target = Target(served.port, served.key, tokens)
        self._enrolled = Enrolled(environ, everybody, tokens, time.time())

    def _write_pasts(self, environ: dict[str, str], people: list[Person]) -> dict[str, bytes]:
        historian, now = past.Historian(load(environ)), time.time()
        store = open_store(load(environ).store, busy_seconds=5)
        tokens = {}
        for person in people:
            made = historian.past(person, sign_ins=past.usual_number(person), devices=len(person.agents), now=now)
            past.write(store, made, now)
            tokens[person.id] = f'"{made.token}"'.encode()
        store.close()
        return tokens

    def decisions(self, seed: str) -> Json:
        chosen = self._chosen
        ready = int(chosen.seconds * 1000 / chosen.connections) + 1
        requests = streams(seed, self._decided, connections=chosen.connections, ready=ready)
        links = self._links()
        return self._measured(lambda: drive(self._target, links, requests, chosen.seconds))

    def verifies(self) -> Json:
        """Return the figures of one right code of everybody."""
        challenges = self._enrolled.challenges(self._asked, time.time())
        links = self._links()
        served = self._served
        made = self._enrolled.answers(served.port, served.key, challenges, time.time())
        shares = [made[number :: len(links)] for number in range(len(links))]
        ready = [Once(link, own, b'"status":"passed"') for link, own in zip(links, shares, strict=True)]
        return self._measured(lambda: drive_links(self._target, ready, LONGEST_SECONDS))

    def _links(self) -> Any:
        number = min(self._chosen.connections, self._chosen.people)
        pids = machine.tree(self._served.process.pid)
        return connect(self._served.port, pids, number, workers=self._chosen.workers)[0]

    def _measured(self, load_it: Any) -> Json:
        clocks, before = machine.Clocks.now(), self._used()
        sent: Sent = load_it()
        server, redis = (after - earlier for after, earlier in zip(self._used(), before, strict=True))
        shares = machine.Clocks.now().shares_since(clocks)
        return figures.round_figures(sent, server=server, redis=redis, machine=shares)

    def _used(self) -> tuple[float, float]:
        return self._served.cpu_seconds(), self._redis.cpu_seconds() if self._redis else 0.0

    def close(self) -> None:
        self._enrolled.close()


def rounds(sides: dict[str, Side], number: int) -> Iterator[dict[str, dict[str, Json]]]:
    """Yield *number* rounds; every second one goes the other way round."""
    for turn in range(number):
        found: dict[str, dict[str, Json]] = {}
        for name in STORES if turn % 2 == 0 else STORES[::-1]:
            side = sides[name]
            kinds = [("decisions", lambda side=side, turn=turn: side.decisions(f"round-{turn}"))]
            kinds.append(("verifies", side.verifies))
            found[name] = {kind: measure() for kind, measure in (kinds if turn % 2 == 0 else kinds[::-1])}
        print(f"round {turn + 1}: {line(found)}", file=sys.stderr, flush=True)
        yield found


def line(found: dict[str, dict[str, Json]]) -> str:
    return ", ".join(
        f"{name} {kinds['decisions']['requests_per_second']:.0f} decisions/s and "
        f"{kinds['verifies']['requests_per_second']:.0f} verifies/s"
        for name, kinds in found.items()
    )


def cost(kinds: dict[str, Json]) -> dict[str, float]:
    """Return what a verify costs in decisions, within one round: by processor time, Redis' included, and by rate."""
    decision, verify = kinds["decisions"], kinds["verifies"]
    used = [max(each["server_cpu_us"] + each["redis_cpu_us"], 0.1) for each in (verify, decision)]
    return {"cpu": used[0] / used[1], "rate": decision["requests_per_second"] / verify["requests_per_second"]}


def summary(found: list[dict[str, dict[str, Json]]]) -> Json:
    """Return the medians and ranges of each store."""
    told: Json = {}
    for name in STORES:
        costs = [cost(each[name]) for each in found]
        told[name] = {
            kind: {figure: figures.middle(each[name][kind][figure] for each in found) for figure, _ in SHOWN}
            for kind in ("decisions", "verifies")
        }
        told[name]["verify_in_decisions"] = {by: figures.middle(each[by] for each in costs) for by in ("cpu", "rate")}
    return told


def report(told: Json) -> str:
    rows = [["", *(title for _, title in SHOWN)]]
    for name in STORES:
        for kind in ("decisions", "verifies"):
            rows.append([f"{name}, {kind}", *(figures.shown(told[name][kind][each], 1) for each, _ in SHOWN)])
    costs = []
    for name in STORES:
        by = {each: figures.shown(figure, 2) for each, figure in told[name]["verify_in_decisions"].items()}
        costs.append(f"on {name} a verify costs {by['cpu']} decisions by CPU, {by['rate']} by rate")
    return "\n".join([figures.table(rows), "", *costs])


def main() -> None:
    chosen = arguments().parse_args()
    if chosen.quick:
        chosen.rounds, chosen.seconds, chosen.people = 1, 0.5, 40
    # The challenges are opened here, where nobody sends the notices of them on.
    logs.configure(level="critical", form="json")
    with (
        tempfile.TemporaryDirectory(prefix="doorward-bench-") as folder,
        Servers(Path(folder), workers=chosen.workers, threads=chosen.threads) as servers,
    ):
        redis = servers.redis()
        url = f"redis://127.0.0.1:{redis.port}/0"
        servers.accept(url)
        sides = {
            "redis": Side(
                chosen, servers.doorward("redis-doorward", url), redis, servers.environ("redis-doorward", url)
            ),
            "sqlite": Side(
                chosen, servers.doorward("sqlite-doorward", ""), None, servers.environ("sqlite-doorward", "")
            ),
        }
        for side in sides.values():
            side.decisions("warm-up")
        load_before = round(os.getloadavg()[0], 1)
        found = list(rounds(sides, chosen.rounds))
        for side in sides.values():
            side.close()
    told = summary(found)
    refused = sum(kinds[kind]["refused"] for each in found for kinds in each.values() for kind in kinds)
    if chosen.json:
        settings = {name: value for name, value in vars(chosen).items() if name not in ("json", "quick")}
        result = {"settings": settings, "load_before": load_before, "rounds": found, "summary": told}
        chosen.json.write_text(json.dumps(result | {"refused": refused}, indent=2) + "\n", encoding="utf-8")
    print(report(told))
    if refused:
        sys.exit(f"this is no measurement: {refused} requests were refused")


if __name__ == "__main__":
    main()
