"""How Doorward stands a long steady load, and then more than it can do.

Starts redis-server and `doorward serve` with two workers on free ports. First two hundred callers send the sign-ins of
a simulated world at a steady pace, attackers included, with reports and records between them: no answer may be wrong,
and neither memory nor open files may grow. Then many more connections send as fast as they are answered: whatever
cannot be answered in time must be refused soon, with a time to retry, and be counted; nothing may break. Exit status 1
where one of these does not hold.

    .venv/bin/python bench/soak.py --seconds 1800 --json soak.json
"""

import argparse
import json
import socket
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.soak.appetite import MIB, Watching  # noqa: E402
from tests.soak.callers import Callers  # noqa: E402
from tests.soak.world_traffic import traffics  # noqa: E402

import machine  # noqa: E402 (found from here on)
from generator import Link, Target, drive_links, streams  # noqa: E402
from people import Person  # noqa: E402
from servers import Served, Servers, metrics  # noqa: E402

Json = dict[str, Any]

SEED = 7
LONGEST_SECONDS = 7200
EVERY_SECONDS = 5.0
CONNECT_SECONDS = 10.0
PEOPLE = 2000
# A request waits for a thread for a second at most (DOORWARD_MOST_WAIT_MS), and before that at the door, where there
# are more connections than the workers hold; a machine that is slow may add to both.
MOST_MS = 3000.0
# Each worker tells what it has counted a second later.
COUNTED_SECONDS = 2.0


def steady(served: Served, chosen: argparse.Namespace) -> Json:
    """Load *served* at a steady pace, and return what came back and what was held meanwhile."""
    number = int(chosen.seconds * chosen.a_second)
    callers = traffics(SEED, requests=number, connections=chosen.connections)
    cpu = served.cpu_seconds()
    with Watching(served.process.pid, every=min(EVERY_SECONDS, chosen.seconds / 12)) as watching:
        tally = Callers(
            f"http://127.0.0.1:{served.port}", served.key, callers, a_second=chosen.a_second, seconds=chosen.seconds
        ).wait()
    before, after = watching.growth()
    answered = sum(tally.answers.values())
    return {
        "requests": answered,
        "wrong": tally.number_wrong,
        "wrong_first": tally.wrong,
        "answers": dict(sorted(tally.answers.items())),
        "outcomes": dict(tally.outcomes),
        "p50_ms": round(tally.percentile(0.5) * 1000, 1),
        "p99_ms": round(tally.percentile(0.99) * 1000, 1),
        "longest_ms": round(tally.percentile(1.0) * 1000, 1),
        "cores": round((served.cpu_seconds() - cpu) / chosen.seconds, 2),
        "memory_mib": [round(each.memory / MIB, 1) for each in (before, after)],
        "files": [before.files, after.files],
        "growing": watching.growing(requests=answered),
    }


class Timed(Link):
    """A connection that keeps each answer's status, how long it took, and whether a refusal says when to retry."""

    __slots__ = ("seen",)

    def refusal(self) -> int:
        status = int(self.received[9:12])
        told = b"\r\nRetry-After: " in self.received
        self.seen.append((status, told, time.perf_counter() - self.begun))
        return 0


def overload(served: Served, chosen: argparse.Namespace) -> Json:
    """Send on many connections as fast as answers come, and return how it was taken."""
    people = [Person.numbered(number) for number in range(max(PEOPLE, chosen.overload))]
    requests = streams("overload", people, connections=chosen.overload, ready=2)
    seen: list[tuple[int, bool, float]] = []
    links = []
    for one in requests:
        link = Timed(socket.create_connection(("127.0.0.1", served.port), timeout=CONNECT_SECONDS), one)
        link.seen = seen
        links.append(link)
    sent = drive_links(Target(served.port, served.key, {}), links, chosen.overload_seconds)
    time.sleep(COUNTED_SECONDS)
    by_status = Counter(status for status, _, _ in seen)
    answered = sorted(seconds for status, _, seconds in seen if status == 200)
    shed = sorted(seconds for status, _, seconds in seen if status == 503)
    return {
        "connections": chosen.overload,
        "seconds": round(sent.seconds, 1),
        "reopened": sent.reopened,
        "answers": {str(status): number for status, number in sorted(by_status.items())},
        "refused_without_retry_after": sum(status in (429, 503) and not told for status, told, _ in seen),
        "decisions_a_second": round(len(answered) / sent.seconds, 1),
        "answered_ms": _ms(answered),
        "refused_ms": _ms(shed),
        "shed_counted": _counted(served),
    }


def _ms(seconds: list[float]) -> Json:
    if len(seconds) < 2:
        return {}
    cuts = statistics.quantiles(seconds, n=100)
    return {"p50": round(cuts[49] * 1000, 1), "p99": round(cuts[98] * 1000, 1), "longest": round(seconds[-1] * 1000, 1)}


def _counted(served: Served) -> int:
    lines = [line for line in metrics(served).splitlines() if line.startswith("doorward_requests_shed_total ")]
    return int(float(lines[0].split()[1])) if lines else 0


def failures(found: Json) -> list[str]:
    """Say what does not hold of what was found."""
    calm, storm = found["steady"], found["overload"]
    told = list(calm["growing"])
    if calm["wrong"]:
        told.append(f"{calm['wrong']} answers were wrong, the first: {calm['wrong_first'][0]}")
    strange = {status: number for status, number in storm["answers"].items() if status not in ("200", "503", "429")}
    if strange:
        told.append(f"under overload there were answers other than 200, 429 and 503: {strange}")
    if storm["refused_without_retry_after"]:
        told.append(f"{storm['refused_without_retry_after']} refusals did not say when to retry")
    for what in ("answered", "refused"):
        p99 = storm[f"{what}_ms"].get("p99", 0.0)
        if p99 > MOST_MS:
            told.append(
                f"under overload one of a hundred was {what} after {p99:.0f} ms or more, not within {MOST_MS:.0f}"
            )
    refused = storm["answers"].get("503", 0)
    if storm["shed_counted"] < refused:
        told.append(f"{refused} were refused, and {storm['shed_counted']} are counted as such")
    return told


def report(found: Json) -> str:
    calm, storm = found["steady"], found["overload"]
    return "\n".join(
        (
            "| a steady load | |",
            "|---|---|",
            f"| connections, requests a second, seconds | {found['connections']}, {found['a_second']:g}, "
            f"{found['seconds']:g} |",
            f"| requests, of which wrong | {calm['requests']}, {calm['wrong']} |",
            f"| decided | {', '.join(f'{name} {number}' for name, number in sorted(calm['outcomes'].items()))} |",
            f"| p50, p99, longest | {calm['p50_ms']} ms, {calm['p99_ms']} ms, {calm['longest_ms']} ms |",
            f"| processor | {calm['cores']} cores |",
            f"| memory of all processes, second and last third | {calm['memory_mib'][0]} MiB, "
            f"{calm['memory_mib'][1]} MiB |",
            f"| open files, second and last third | {calm['files'][0]}, {calm['files'][1]} |",
            "",
            "| overload | |",
            "|---|---|",
            f"| connections, seconds | {storm['connections']}, {storm['seconds']} |",
            f"| answers by status | {', '.join(f'{status}: {n}' for status, n in storm['answers'].items())} |",
            f"| connections opened again, where the server closed one after its answer | {storm['reopened']} |",
            f"| decisions a second | {storm['decisions_a_second']} |",
            f"| decided in | {_shown(storm['answered_ms'])} |",
            f"| refused in | {_shown(storm['refused_ms'])} |",
        )
    )


def _shown(times: Json) -> str:
    return ", ".join(f"{name} {value} ms" for name, value in times.items()) or "–"


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=1800, help="length of the steady load (default 1800)")
    parser.add_argument("--connections", type=int, default=200, help="callers of the steady load (default 200)")
    parser.add_argument("--a-second", type=float, default=200, help="requests a second of all (default 200)")
    parser.add_argument("--overload", type=int, default=1600, help="connections of the overload (default 1600)")
    parser.add_argument("--overload-seconds", type=float, default=15, help="length of it (default 15)")
    parser.add_argument("--store", choices=("redis", "sqlite"), default="redis", help="where state is kept")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything that was seen to FILE")
    return parser


def write(found: Json, file: Path | None) -> None:
    if file:
        file.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    chosen = arguments().parse_args()
    chosen.seconds = max(6.0, min(chosen.seconds, LONGEST_SECONDS))
    chosen.overload_seconds = max(1.0, min(chosen.overload_seconds, 120.0))
    with (
        tempfile.TemporaryDirectory(prefix="doorward-soak-") as folder,
        Servers(Path(folder), workers=2, threads=8) as servers,
    ):
        url = ""
        if chosen.store == "redis":
            url = f"redis://127.0.0.1:{servers.redis().port}/0"
            servers.accept(url)
        served = servers.doorward(chosen.store, url)
        found: Json = {
            "connections": chosen.connections,
            "a_second": chosen.a_second,
            "seconds": chosen.seconds,
            "store": chosen.store,
            "versions": machine.versions(),
            "steady": steady(served, chosen),
        }
        # Half an hour is not lost to what the overload may do.
        write(found, chosen.json)
        found["overload"] = overload(served, chosen)
    write(found, chosen.json)
    print(report(found))
    if told := failures(found):
        sys.exit("what should hold does not: " + "; ".join(told))


if __name__ == "__main__":
    main()
