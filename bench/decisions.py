"""Requests per second, latency and the microseconds of each stage of a full decision, on loopback.

Starts `doorward serve` on free ports with a state folder of its own, sends varied traffic over keep-alive connections
for a bounded time, reads the stage histograms of the metrics port, and stops the server.

    .venv/bin/python bench/decisions.py --seconds 15
"""

import argparse
import json
import os
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 Safari/537.36"
)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:{0}.0) Gecko/20100101 Firefox/{0}.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS {}_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.2 Mobile/15E148 Safari/604.1"
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def somewhere(draw: random.Random) -> str:
    return (
        f"{draw.choice((81, 84, 88, 91, 93, 95))}.{draw.randrange(256)}.{draw.randrange(256)}.{draw.randrange(1, 255)}"
    )


class Traffic:
    """Varied sign-ins: returning people on their own address, browser and device, newcomers, and failures."""

    def __init__(self, seed: int, subjects: int) -> None:
        self._random = random.Random(seed)
        self._subjects = subjects
        self._seed = seed
        self._tokens: dict[int, str] = {}

    def body(self) -> tuple[int, bytes]:
        draw = self._random
        number = draw.randrange(self._subjects)
        home = random.Random(number)
        address = somewhere(draw if draw.random() < 0.1 else home)
        agent = home.choice((CHROME, FIREFOX, IPHONE)).format(home.randrange(120, 150))
        request = {
            "kind": "login",
            "subject": {"id": f"u-{self._seed}-{number}"},
            "client": {
                "ip": address,
                "user_agent": agent,
                "device_token": self._tokens.get(number),
                "accept_language": home.choice(("de-DE,de;q=0.9", "nb-NO", "en-GB,en;q=0.8")),
            },
            "credential": {"result": "failed" if draw.random() < 0.1 else "passed"},
        }
        return number, json.dumps(request).encode()

    def keep(self, number: int, answer: bytes) -> None:
        found = re.search(rb'"token":\s*"(dvt_[^"]+)"', answer)
        if found:
            self._tokens[number] = found[1].decode()


def exchange(link: socket.socket, head: bytes, body: bytes) -> tuple[int, bytes]:
    """Send one request and return its status and body."""
    link.sendall(head + str(len(body)).encode() + b"\r\n\r\n" + body)
    received = b""
    while b"\r\n\r\n" not in received:
        more = link.recv(65536)
        if not more:
            raise ConnectionError("the server closed the connection")
        received += more
    top, _, rest = received.partition(b"\r\n\r\n")
    length = int(re.search(rb"(?i)content-length: (\d+)", top)[1])
    while len(rest) < length:
        rest += link.recv(65536)
    return int(top.split(b" ", 2)[1]), rest


def drive(
    port: int, key: str, seed: int, subjects: int, until: float, latencies: list[float], failures: list[int]
) -> None:
    head = (
        f"POST /v1/decisions HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {key}\r\n"
        "Content-Type: application/json\r\nContent-Length: "
    ).encode()
    traffic = Traffic(seed, subjects)
    with socket.create_connection(("127.0.0.1", port)) as link:
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while time.perf_counter() < until:
            number, body = traffic.body()
            start = time.perf_counter()
            status, answer = exchange(link, head, body)
            latencies.append(time.perf_counter() - start)
            if status != 200:
                failures.append(status)
            traffic.keep(number, answer)


def start_server(state: Path, port: int, metrics_port: int, workers: int) -> tuple[subprocess.Popen[bytes], str]:
    environ = os.environ | {
        "DOORWARD_BIND": f"127.0.0.1:{port}",
        "DOORWARD_METRICS_BIND": f"127.0.0.1:{metrics_port}",
        "DOORWARD_STATE_DIR": str(state),
        "DOORWARD_GEO": str(ROOT / "var" / "geodata") if (ROOT / "var" / "geodata").exists() else str(state),
        "DOORWARD_WORKERS": str(workers),
        "DOORWARD_LOG_LEVEL": "error",
    }
    log = (state / "server.log").open("wb")
    server = subprocess.Popen(
        [str(ROOT / ".venv/bin/doorward"), "serve"], env=environ, stdout=log, stderr=log, cwd=ROOT
    )
    deadline = time.perf_counter() + 60
    while time.perf_counter() < deadline and server.poll() is None:
        found = re.search(r"Bearer (dwk_[A-Za-z0-9_-]+)", (state / "server.log").read_text())
        if found:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=1).close()
                return server, found[1]
            except OSError:
                pass
        time.sleep(0.2)
    server.kill()
    sys.exit((state / "server.log").read_text())


def stages(metrics_port: int) -> dict[str, tuple[float, float]]:
    """Return for each stage how often it ran and how many seconds it took in all."""
    with urllib.request.urlopen(f"http://127.0.0.1:{metrics_port}/metrics", timeout=5) as answer:
        text = answer.read().decode()
    read: dict[str, tuple[float, float]] = {}
    for name in re.findall(r'_stage_seconds_count\{stage="(\w+)"', text):
        count = re.search(rf'_stage_seconds_count\{{stage="{name}"\}} ([0-9.e+-]+)', text)
        total = re.search(rf'_stage_seconds_sum\{{stage="{name}"\}} ([0-9.e+-]+)', text)
        read[name] = (float(count[1]), float(total[1]))
    return read


def load(port: int, key: str, *, connections: int, seconds: float, subjects: int) -> dict[str, float]:
    latencies: list[float] = []
    failures: list[int] = []
    until = time.perf_counter() + seconds
    threads = [
        threading.Thread(target=drive, args=(port, key, seed, subjects, until, latencies, failures))
        for seed in range(connections)
    ]
    start = time.perf_counter()
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    took = time.perf_counter() - start
    cuts = statistics.quantiles(latencies, n=100)
    return {
        "requests": len(latencies),
        "failures": len(failures),
        "requests_per_second": round(len(latencies) / took, 1),
        "p50_ms": round(cuts[49] * 1000, 2),
        "p99_ms": round(cuts[98] * 1000, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=15, help="how long to measure, at most 120 (default 15)")
    parser.add_argument("--connections", type=int, default=16, help="keep-alive connections (default 16)")
    parser.add_argument("--workers", type=int, default=2, help="gunicorn workers (default 2)")
    parser.add_argument("--subjects", type=int, default=200, help="people behind each connection (default 200)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="doorward-bench-") as folder:
        port, metrics_port = free_port(), free_port()
        server, key = start_server(Path(folder), port, metrics_port, chosen.workers)
        try:
            result = measure(port, metrics_port, key, chosen)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=40)
    if chosen.json:
        print(json.dumps(result))
        return
    for name, value in result.items():
        print(f"{name:22} {value}")


def measure(port: int, metrics_port: int, key: str, chosen: argparse.Namespace) -> dict[str, object]:
    """Return rate and latency under load, then the stages with one connection, where none waits for another request."""
    seconds, subjects = min(chosen.seconds, 120), chosen.subjects
    load(port, key, connections=chosen.connections, seconds=min(3, seconds), subjects=subjects)
    under_load = load(port, key, connections=chosen.connections, seconds=seconds, subjects=subjects)
    before = stages(metrics_port)
    alone = load(port, key, connections=1, seconds=seconds / 2, subjects=subjects)
    after = stages(metrics_port)
    return under_load | {
        "alone_p50_ms": alone["p50_ms"],
        "alone_p99_ms": alone["p99_ms"],
        "alone_stage_us": {
            name: round((total - before[name][1]) / max(1, count - before[name][0]) * 1e6)
            for name, (count, total) in after.items()
        },
    }


if __name__ == "__main__":
    main()
