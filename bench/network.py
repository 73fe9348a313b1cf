"""How many bytes a decision takes on each wire: from and to its caller, to and from Redis, to a replica or a disk.

One caller on one kept connection, on people who have a past, with the traffic of the bench. The caller's bytes are the
kernel's of that connection, Redis's its own count; what it appends to its file is what a replica is sent.

    .venv/bin/python bench/network.py --requests 1000
"""

import argparse
import http.client
import json
import socket
import struct
import tempfile
import time
from pathlib import Path

from redis import Redis

from doorward.settings import load
from doorward.stores import open_store
from past import Historian, usual_number, write
from people import Person, Traffic
from servers import Served, Servers

PEOPLE = 200
MOST_REQUESTS = 20_000
# Of `struct tcp_info` (linux/tcp.h): tcpi_bytes_acked and tcpi_bytes_received.
_ACKED, _TCP_INFO_BYTES = 120, 136


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=1000, help="decisions that are asked for (default 1000)")
    number = max(1, min(parser.parse_args().requests, MOST_REQUESTS))
    with (
        tempfile.TemporaryDirectory(prefix="doorward-bench-") as folder,
        Servers(Path(folder), workers=1, threads=2) as servers,
    ):
        redis = servers.redis()
        url = f"redis://127.0.0.1:{redis.port}/0"
        servers.accept(url)
        served = servers.doorward("doorward", url)
        tokens = _with_pasts(servers.environ("doorward", url), url)
        client = Redis(port=redis.port)
        before = _counted(client)
        sent, received = _ask(served, tokens, number)
        after = _counted(client)
    to_redis, from_redis, appended = (round((late - early) / number) for late, early in zip(after, before, strict=True))
    print(f"bytes of a decision, mean of {number}:")
    print(f"  caller to Doorward {sent // number}, back {received // number}")
    print(f"  Doorward to Redis {to_redis}, back {from_redis}")
    print(f"  Redis to its file, and to each replica, {appended}")


def _with_pasts(environ: dict[str, str], url: str) -> dict[str, str]:
    """Give everybody a past, and return the tokens of their browsers."""
    historian, now, tokens = Historian(load(environ)), time.time(), {}
    store = open_store(url, connect_seconds=5, command_seconds=5)
    for each in (Person.numbered(number) for number in range(PEOPLE)):
        made = historian.past(each, sign_ins=usual_number(each), devices=len(each.agents), now=now)
        write(store, made, now)
        tokens[each.id] = made.token
    store.close()
    return tokens


def _ask(served: Served, tokens: dict[str, str], number: int) -> tuple[int, int]:
    """Return how many bytes the decisions took to the service and back."""
    link = http.client.HTTPConnection("127.0.0.1", served.port, timeout=30)
    link.connect()
    headers = {"Authorization": f"Bearer {served.key}", "Content-Type": "application/json"}
    traffic = Traffic("network", [Person.numbered(each) for each in range(PEOPLE)])
    for _ in range(number):
        request = next(traffic)
        token = json.dumps(tokens.get(request.person)).encode()
        link.request("POST", "/v1/decisions", request.front + token + request.back, headers)
        with link.getresponse() as answer:
            told = json.loads(answer.read())
        if told["degraded"]:
            raise SystemExit(f"this is no measurement: degraded {told['degraded']}")
        if told["device"] and request.person:
            tokens[request.person] = told["device"]["token"]
    info = link.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO_BYTES)
    link.close()
    acked, received = struct.unpack_from("=QQ", info, _ACKED)
    return int(acked), int(received)


def _counted(client: "Redis") -> tuple[int, int, int]:
    stats, kept = client.info("stats"), client.info("persistence")
    return stats["total_net_input_bytes"], stats["total_net_output_bytes"], kept["aof_current_size"]


if __name__ == "__main__":
    main()
