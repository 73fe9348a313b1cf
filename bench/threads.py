"""What the number of threads does: decisions on Redis, served by turns with as many threads in each worker as told, and
with workers that keep to one core each where a number is told with a `p`.

All run at once, each on a database of its own in one Redis, and take turns under the same traffic; what counts is the
ratio to the last of them within a round. `--network-ms` makes each trip to Redis so much longer, as if it were
elsewhere.

    .venv/bin/python bench/threads.py --threads 1,2,4,8p,8
"""

import argparse
import asyncio
import multiprocessing
import tempfile
import time
from pathlib import Path

import figures
import machine
import past
from decisions import AHEAD, LONGEST_ROUND_SECONDS, MOST_ROUNDS
from doorward.settings import load
from doorward.stores import open_store
from generator import Target, drive, streams
from people import Person
from servers import Served, Servers, free_port
from spread import connect

MOST_PEOPLE = 10_000
WORKERS = 2
TOLD = ("server_cpu_us", "requests_per_second", "p50_ms", "p99_ms")


def relay(port: int, to: int, seconds: float) -> None:
    """Hand bytes on between *port* and the port *to*, what is asked *seconds* late, until the process is ended."""

    async def hand_on(source: asyncio.StreamReader, target: asyncio.StreamWriter, late: float) -> None:
        loop = asyncio.get_running_loop()
        while part := await source.read(65536):
            loop.call_later(late, target.write, part)
        loop.call_later(late, target.close)

    async def meet(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        back, there = await asyncio.open_connection("127.0.0.1", to)
        await asyncio.gather(hand_on(source, there, seconds), hand_on(back, target, 0), return_exceptions=True)

    async def stay() -> None:
        async with await asyncio.start_server(meet, "127.0.0.1", port) as server:
            await server.serve_forever()

    asyncio.run(stay())


class Side:
    """One service, with its people and what it took the last time."""

    def __init__(
        self, servers: Servers, way: str, redis: Served, port: int, *, database: int, people: list[Person]
    ) -> None:
        url = f"redis://127.0.0.1:{redis.port}/{database}"
        servers.accept(url)
        self._people = people
        tokens = self._with_pasts(servers.environ("pasts", url), url)
        number = way.removesuffix("p")
        settings = {"DOORWARD_THREADS": number, "DOORWARD_PIN_WORKERS": "off" if way == number else "on"}
        name = f"threads-{way}"
        self._served = servers.doorward(name, f"redis://127.0.0.1:{port}/{database}", settings=settings)
        self._target = Target(self._served.port, self._served.key, tokens)
        self._redis = redis
        self._expected = 1000.0

    def _with_pasts(self, environ: dict[str, str], url: str) -> dict[str, bytes]:
        historian, now, tokens = past.Historian(load(environ)), time.time(), {}
        store = open_store(url, connect_seconds=5, command_seconds=5)
        for each in self._people:
            made = historian.past(each, sign_ins=past.usual_number(each), devices=len(each.agents), now=now)
            past.write(store, made, now)
            tokens[each.id] = f'"{made.token}"'.encode()
        store.close()
        return tokens

    def turn(self, seed: str, connections: int, seconds: float) -> figures.Json:
        ready = int(self._expected * seconds * AHEAD / connections) + 1
        requests = streams(seed, self._people, connections=connections, ready=ready)
        pids = machine.tree(self._served.process.pid)
        links, _ = connect(self._target.port, pids, connections, workers=WORKERS)
        clocks, used, of_redis = machine.Clocks.now(), self._served.cpu_seconds(), self._redis.cpu_seconds()
        sent = drive(self._target, links, requests, seconds)
        self._expected = len(sent.latencies) / sent.seconds
        return figures.round_figures(
            sent,
            server=self._served.cpu_seconds() - used,
            redis=self._redis.cpu_seconds() - of_redis,
            machine=machine.Clocks.now().shares_since(clocks),
        )


def report(rounds: list[dict[str, figures.Json]]) -> str:
    """Return the middle of all rounds for each way, and its ratio to the last within a round."""
    last = list(rounds[0])[-1]
    titles = ("CPU µs", "requests/s", "p50 ms", "p99 ms")
    rows = [["threads", *titles, "refused", *(f"{title}, to {last}" for title in titles)]]
    for way in rounds[0]:
        plain = [figures.shown(figures.middle(each[way][name] for each in rounds), 1) for name in TOLD]
        ratios = [figures.middle(each[way][name] / max(each[last][name], 0.1) for each in rounds) for name in TOLD]
        refused = str(sum(each[way]["refused"] for each in rounds))
        rows.append([way, *plain, refused, *(figures.shown(each, 2) for each in ratios)])
    return figures.table(rows)


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--threads",
        default="1,2,4,8",
        help="at most six numbers (default 1,2,4,8); 8p keeps each worker to one core",
    )
    parser.add_argument("--network-ms", type=float, default=0, help="milliseconds more for each trip to Redis")
    parser.add_argument("--connections", type=int, default=16, help="keep-alive connections (default 16)")
    parser.add_argument("--people", type=int, default=400, help="people who have a history (default 400)")
    parser.add_argument("--rounds", type=int, default=6, help="paired rounds (default 6, at most 25)")
    parser.add_argument("--seconds", type=float, default=3, help="length of each turn (default 3, at most 30)")
    parser.add_argument("--server", choices=("gunicorn", "granian"), default="gunicorn", help="what serves")
    return parser


def measured(servers: Servers, chosen: argparse.Namespace) -> list[dict[str, figures.Json]]:
    """Return the figures of each round by the way of serving."""
    ways = chosen.threads.split(",")[:6]
    seconds = max(0.2, min(chosen.seconds, LONGEST_ROUND_SECONDS))
    connections = max(1, min(chosen.connections, 256))
    late = min(max(0.0, chosen.network_ms), 100) / 1000
    redis, port = servers.redis(), free_port()
    if late:
        multiprocessing.Process(target=relay, args=(port, redis.port, late), daemon=True).start()
    people = [Person.numbered(number) for number in range(max(connections, min(chosen.people, MOST_PEOPLE)))]
    sides = {
        way: Side(servers, way, redis, port if late else redis.port, database=database, people=people)
        for database, way in enumerate(ways)
    }
    for side in sides.values():
        side.turn("warm-up", connections, min(2, seconds))
    rounds = []
    for number in range(max(1, min(chosen.rounds, MOST_ROUNDS))):
        order = ways if number % 2 else ways[::-1]
        made = {way: sides[way].turn(f"round-{number}", connections, seconds) for way in order}
        rounds.append({way: made[way] for way in ways})
    return rounds


def main() -> None:
    chosen = arguments().parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="doorward-bench-") as folder,
        Servers(Path(folder), workers=WORKERS, threads=8, server=chosen.server) as servers,
    ):
        print(report(measured(servers, chosen)))


if __name__ == "__main__":
    main()
