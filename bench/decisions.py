"""How fast a decision is, beside an empty Flask view that does one Redis GET, under the same load in the same run.

Four sides, each served as Doorward is (by gunicorn, or what `--server` says): the empty view, a full decision under
the default policy with its state in Redis, the same with its state in SQLite, and what HTTP and the two trips to Redis
cost by themselves (`bench/least.py`), which no decision there can go below. They take turns on the same varied
traffic, so that a noisy machine is noisy for all of them; what counts is the ratio within a round. Everything is
started here on free ports of loopback, in a temporary folder, and ended afterwards.

    .venv/bin/python bench/decisions.py --json result.json
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

from redis import Redis

import baseline
import figures
import machine
import past
from doorward.settings import load
from doorward.stores import open_store
from generator import Target, drive, streams
from people import Person, login
from servers import Servers, ask, metrics
from spread import connect

DECIDING = ("redis", "sqlite")
SIDES = ("baseline", "least", *DECIDING)
# So much is built in advance of what the last round of a side would need.
AHEAD = 1.3
LONGEST_ROUND_SECONDS = 30
MOST_ROUNDS = 25

Json = dict[str, Any]


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="paired rounds (default 5, at most 25)")
    parser.add_argument("--seconds", type=float, default=8, help="length of each side's turn (default 8, at most 30)")
    parser.add_argument("--connections", type=int, default=16, help="keep-alive connections (default 16)")
    parser.add_argument("--server", choices=("gunicorn", "granian"), default="gunicorn", help="what serves every side")
    parser.add_argument("--workers", type=int, default=2, help="worker processes (default 2)")
    parser.add_argument("--threads", type=int, default=8, help="threads of each worker (default 8)")
    parser.add_argument("--pin", choices=("auto", "on", "off"), default="auto", help="whether workers keep to a core")
    parser.add_argument("--people", type=int, default=1000, help="people who have a history (default 1000)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything that was measured to FILE")
    parser.add_argument("--quick", action="store_true", help="one very short round, to see that it works")
    return parser


class Bench:
    """The servers with what drives them."""

    def __init__(self, chosen: argparse.Namespace, servers: Servers) -> None:
        self._chosen = chosen
        self._redis = servers.redis()
        url = f"redis://127.0.0.1:{self._redis.port}/0"
        Redis(port=self._redis.port).set(baseline.KEY, "x" * 100)
        beside = f"redis://127.0.0.1:{self._redis.port}/1"
        for each in (url, beside):
            servers.accept(each)
        self._people = [Person.numbered(number) for number in range(chosen.people)]
        self._served = {
            "baseline": servers.baseline(url),
            "least": servers.doorward("least", beside, command=[str(Path(__file__).with_name("least.py"))]),
            "redis": servers.doorward("redis-doorward", url),
            "sqlite": servers.doorward("sqlite-doorward", ""),
        }
        tokens = self._write_pasts([servers.environ("redis-doorward", url), servers.environ("sqlite-doorward", "")])
        self._targets = {name: Target(each.port, each.key, dict(tokens)) for name, each in self._served.items()}
        self._expected = dict.fromkeys(SIDES, 1000.0)

    def _write_pasts(self, environs: list[dict[str, str]]) -> dict[str, bytes]:
        """Give everybody a past in both stores, and return the tokens of their browsers."""
        stores = [open_store(load(environ).store, busy_seconds=5) for environ in environs]
        historian, now = past.Historian(load(environs[0])), time.time()
        tokens = {}
        for person in self._people:
            made = historian.past(person, sign_ins=past.usual_number(person), devices=len(person.agents), now=now)
            for store in stores:
                past.write(store, made, now)
            tokens[person.id] = f'"{made.token}"'.encode()
        for store in stores:
            store.close()
        return tokens

    def turn(self, side: str, seed: str, *, connections: int, seconds: float) -> Json:
        """Load one side, and return its figures."""
        ready = int(self._expected[side] * seconds * AHEAD / connections) + 1
        requests = streams(seed, self._people, connections=connections, ready=ready)
        target, served = self._targets[side], self._served[side]
        links, by_worker = connect(
            target.port, machine.tree(served.process.pid), connections, workers=self._chosen.workers
        )
        clocks, before = machine.Clocks.now(), self._used(side)
        sent = drive(target, links, requests, seconds)
        server, redis = (after - earlier for after, earlier in zip(self._used(side), before, strict=True))
        shares = machine.Clocks.now().shares_since(clocks)
        self._expected[side] = len(sent.latencies) / sent.seconds
        made = figures.round_figures(sent, server=server, redis=redis, machine=shares)
        return made | {"connections_by_worker": by_worker}

    def _used(self, side: str) -> tuple[float, float]:
        return self._served[side].cpu_seconds(), self._redis.cpu_seconds()

    def rounds(self, number: int) -> Iterator[dict[str, Json]]:
        """Yield *number* rounds; every second one goes the other way round."""
        for turn in range(number):
            order = SIDES if turn % 2 == 0 else SIDES[::-1]
            figures_ = {
                side: self.turn(
                    side, f"round-{turn}", connections=self._chosen.connections, seconds=self._chosen.seconds
                )
                for side in order
            }
            print(f"round {turn + 1}: {_line(figures_)}", file=sys.stderr, flush=True)
            yield {side: figures_[side] for side in SIDES}

    def alone(self, side: str) -> Json:
        """Return the figures of one connection, where no request waits for another, with the stages of a decision."""
        before = self.metrics(side)
        found = self.turn(side, "alone", connections=1, seconds=self._chosen.seconds / 2)
        stages = figures.stage_microseconds(before, self.metrics(side)) if side in DECIDING else {}
        return found | {"stages_us": stages}

    def metrics(self, side: str) -> str:
        served = self._served[side]
        return metrics(served) if served.metrics_port else ""

    def run(self) -> Json:
        """Warm up, measure, and return everything."""
        chosen = self._chosen
        load_before = round(os.getloadavg()[0], 1)
        for side in DECIDING:
            self._check_pasts(side)
        for side in SIDES:
            self.turn(side, "warm-up", connections=chosen.connections, seconds=min(4, chosen.seconds))
        before = {side: self.metrics(side) for side in DECIDING}
        rounds = list(self.rounds(chosen.rounds))
        after = {side: self.metrics(side) for side in DECIDING}
        alone = {side: self.alone(side) for side in SIDES}
        return {
            "settings": {name: value for name, value in vars(chosen).items() if name not in ("json", "quick")},
            "cores": len(os.sched_getaffinity(0)),
            "load_before": load_before,
            "versions": machine.versions() | {"redis-server": self._redis_version()},
            "geo_databases": bool(list((Path(__file__).parents[1] / "var" / "geodata").glob("*.mmdb"))),
            "rounds": rounds,
            "summary": figures.summary(rounds, SIDES),
            "outcomes": {side: figures.outcomes(before[side], after[side]) for side in before},
            "failures": self._failures([*rounds, alone]),
            "alone": alone,
        }

    def _failures(self, turns: list[dict[str, Json]]) -> list[str]:
        """Return what kept this run from being a measurement: no request may fail, and no decision be degraded."""
        refused = {side: sum(turn[side]["refused"] for turn in turns) for side in SIDES}
        degraded = {side: figures.degraded(self.metrics(side)) for side in SIDES}
        told = [f"{number} requests to {side} were refused" for side, number in refused.items() if number]
        return told + [f"{number} decisions of {side} were degraded" for side, number in degraded.items() if number]

    def _check_pasts(self, side: str) -> None:
        """Return where *side* knows its people; a past that it does not find would make its work lighter."""
        person = next(each for each in self._people if past.usual_number(each) > 10)
        body = login(person, person.addresses[0], person.agents[0], passed=True)
        body["client"]["device_token"] = self._targets[side].tokens[person.id].decode().strip('"')
        answer = ask(self._served[side], body)
        self._targets[side].tokens[person.id] = json.dumps(answer["device"]["token"]).encode()
        if answer["learning"] != "applied":
            sys.exit(f"{side} does not know the people of the bench: {answer}")

    def _redis_version(self) -> str:
        return str(Redis(port=self._redis.port).info("server")["redis_version"])


def _line(turns: dict[str, Json]) -> str:
    rates = ", ".join(f"{side} {turns[side]['requests_per_second']:.0f}/s" for side in SIDES)
    stolen = max(each["machine"]["stolen"] for each in turns.values())
    return f"{rates}, {stolen:.0%} of the machine taken by others"


def main() -> None:
    chosen = arguments().parse_args()
    if chosen.quick:
        chosen.rounds, chosen.seconds, chosen.people = 1, 0.5, 40
    chosen.rounds = max(1, min(chosen.rounds, MOST_ROUNDS))
    chosen.seconds = max(0.2, min(chosen.seconds, LONGEST_ROUND_SECONDS))
    with (
        tempfile.TemporaryDirectory(prefix="doorward-bench-") as folder,
        Servers(
            Path(folder), workers=chosen.workers, threads=chosen.threads, server=chosen.server, pin=chosen.pin
        ) as servers,
    ):
        result = Bench(chosen, servers).run()
    if chosen.json:
        chosen.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(figures.report(result))
    if result["failures"]:
        sys.exit("this is no measurement: " + ", ".join(result["failures"]))


if __name__ == "__main__":
    main()
