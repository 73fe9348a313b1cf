"""Measures a back-test: how many sign-ins a second are judged, by the pure part and from file to figures.

The log is invented (`bench/people.py`), with the place of each address stated, over as many days as make sense of it.
Time is processor time of one core, so that other work on the machine counts less.
"""

import argparse
import json
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from doorward.facts.agents import UserAgents
from doorward.facts.networks import Silence
from doorward.judge import Case
from doorward.offline import trial
from doorward.offline.backtest import Line
from doorward.offline.event import read_event
from doorward.offline.judging import Judging
from doorward.offline.past import Past
from doorward.offline.shelf import Shelf
from doorward.policies import Policies
from doorward.risk.model_file import load_scorecard
from people import Person, some_agent, somewhere

ROOT = Path(__file__).resolve().parents[1]
BEGIN = 1_782_900_000.0
DAYS = 60
SIGN_INS_OF_A_PERSON = 20
COUNTRIES = ("NO", "SE", "DK", "DE", "PL", "FR", "ES", "GB")
PURE_EVENTS = 20_000


class Quiet:
    """Watches nothing; implements `trial.Watcher`."""

    def at(self, label: str, place: int, whole: int | None) -> None:
        pass


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--events", type=int, default=100_000, help="how long the log is (100000)")
    arguments.add_argument("--rounds", type=int, default=5, help="rounds of the pure part (5)")
    arguments.add_argument("--two", action="store_true", help="also by two policies side by side")
    asked = arguments.parse_args()
    line = Line(
        "shipped",
        Policies(ROOT / "rules").current("default", BEGIN).policy,
        load_scorecard(ROOT / "models/default.json"),
    )
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log.jsonl"
        write(log, 2 * PURE_EVENTS)
        cases = list(_cases(log))[PURE_EVENTS:]
        pure = [_pure(cases, line) for _ in range(asked.rounds)]
        print(f"pure part      {', '.join(f'{each:.0f}' for each in sorted(pure))} events/s of one core")
        cases.clear()
        write(log, asked.events)
        sides = {"one policy": (line,)} | ({"two policies": (line, line)} if asked.two else {})
        for name, lines in sides.items():
            seconds, made = _whole(log, lines)
            print(f"{name:14} {asked.events / seconds:.0f} events/s of one core, {seconds:.1f} s, from file to figures")
        print(f"log            {asked.events} events, {log.stat().st_size / 2**20:.0f} MiB")
    print(f"peak memory    {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")
    print(f"challenged     {made['results']['sides'][-1]['challenge_rate']:.2%} of genuine sign-ins")


def write(path: Path, events: int) -> None:
    with path.open("w", encoding="ascii") as file:
        for event in invented(events):
            file.write(json.dumps(event, separators=(",", ":")) + "\n")


def invented(events: int) -> Iterator[dict[str, Any]]:
    """Yield sign-ins in the order of their time: most of them usual, some from elsewhere, some that fail."""
    draw = random.Random(7)
    people = max(1, events // SIGN_INS_OF_A_PERSON)
    for number in range(events):
        who = draw.randrange(people)
        person = Person.numbered(who)
        address, agent = person.usual(draw)
        token: str | None = f"device-{who}"
        if draw.random() < 0.06:
            address = somewhere(draw)
            agent, token = (some_agent(draw), None) if draw.random() < 0.5 else (agent, token)
        passed = draw.random() >= 0.1
        at = BEGIN + number * DAYS * 86_400 / events
        yield {
            "at": datetime.fromtimestamp(at, UTC).isoformat(),
            "request": {
                "kind": "login",
                "subject": {"id": person.id},
                "client": {"ip": address, "user_agent": agent, "device_token": token},
                "credential": {"result": "passed" if passed else "failed"},
            },
            "verified": passed,
            "facts": {"network": network_of(address)},
            "label": None,
            "family": None,
        }


def network_of(address: str) -> dict[str, Any]:
    """Return an invented place for the network of *address*."""
    draw = random.Random(address.rpartition("." if "." in address else ":")[0].split(".")[0])
    country = draw.choice(COUNTRIES)
    return {
        "country": country,
        "city": f"{country} city {draw.randrange(20)}",
        "lat": round(draw.uniform(45, 65), 2),
        "lon": round(draw.uniform(0, 20), 2),
        "timezone": "Europe/Oslo",
        "asn": draw.randrange(1000, 1400),
        "as_org": "Example Net",
        "kind": draw.choice(("residential", "residential", "mobile", "corporate")),
        "anonymous": False,
    }


def _pure(cases: list[Case], line: Line) -> float:
    """Return how many cases a second are judged: signals, score and ruling, from facts that are there."""
    judging = Judging([(line.policy, line.card)])
    for case in cases[:1000]:
        judging.judge(case)
    begin = time.process_time()
    for case in cases:
        judging.judge(case)
    return len(cases) / (time.process_time() - begin)


def _cases(log: Path) -> Iterator[Case]:
    past = Past(locator=Silence(), agents=UserAgents(), shelf=Shelf())
    with log.open(encoding="ascii") as file:
        for text in file:
            seen = past.see(read_event(json.loads(text)))
            if seen.event.verified:
                past.learn(seen, level="low")
            yield Case(seen.event.request, seen.facts, seen.event.at)


def _whole(log: Path, lines: tuple[Line, ...]) -> tuple[float, dict[str, Any]]:
    begin = time.process_time()
    made = trial.run(trial.Asked(logs=[log], lines=lines), Quiet())
    return time.process_time() - begin, made


if __name__ == "__main__":
    sys.exit(main())
