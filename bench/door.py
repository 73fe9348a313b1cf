"""What a decision's HTTP costs besides the decision, in microseconds of processor time: from environ to the answer's
bytes, with the API key, the body's checks, the count and the log line; without the server that parses and sends.

The decision is made once and then given again, so that nothing else is measured. Three ways, by turns in one process,
the best of many rounds each: through the door, through the framework, and what the server's own code adds to the door
on a socket. What a machine is busy with makes rounds slower, never faster.

    .venv/bin/python bench/door.py
"""

import argparse
import io
import json
import os
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from doorward import logs, serving
from people import Person, login
from servers import new_secrets

PATH = "/v1/decisions"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fixed:
    """Decides everything as it was decided once."""

    answer: Json

    def decide(self, *_: object) -> Json:
        return self.answer


def applications(folder: Path) -> tuple[Any, Any, str]:
    """Return the door and the framework behind it, and an API key for both."""
    from doorward import wiring
    from doorward.api.app import create_app
    from doorward.api.door import Door
    from doorward.metrics import Metrics
    from doorward.secret_files import with_secrets
    from doorward.settings import load
    from doorward.store_opening import ring_of

    meter = Metrics()
    store = f"sqlite:///{folder}/bench.db"
    settings, _ = with_secrets(load({"DOORWARD_STATE_DIR": str(folder), "DOORWARD_STORE": store} | new_secrets()))
    wired = wiring.build(settings, meter=meter)
    _, key = ring_of(wired.store, settings).create(tenant="default", scopes=("decide",), now=time.time())
    observe = logs.observer(meter)
    real = create_app(wired.services, observe=observe)
    asked = real.test_client().post(PATH, data=body(), headers=headers(key))
    services = replace(wired.services, decisions=Fixed(asked.get_json()))
    framework = create_app(services, observe=observe)
    return Door(framework, observe=observe), framework, key


def body() -> bytes:
    person = Person.numbered(1)
    sent = login(person, person.addresses[0], person.agents[0], passed=True)
    sent["client"]["device_token"] = "dvt_" + "x" * 180
    return json.dumps(sent, separators=(",", ":")).encode()


def headers(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}


def by_wsgi(app: Any, key: str) -> Callable[[], object]:
    """Return one request of *app*, as gunicorn would hand it on."""
    sent = body()
    environ = {
        "REQUEST_METHOD": "POST", "PATH_INFO": PATH, "RAW_URI": PATH, "QUERY_STRING": "", "SCRIPT_NAME": "",
        "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8080", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1:8080", "HTTP_AUTHORIZATION": f"Bearer {key}", "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(sent)), "wsgi.url_scheme": "http", "wsgi.errors": sys.stderr,
        "wsgi.input_terminated": True, "wsgi.version": (1, 0), "wsgi.multithread": True, "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }  # fmt: skip
    said: list[Any] = [None]

    def start(status: str, _: Any, __: Any = None) -> Any:
        said[0] = status

    def once() -> None:
        answer = app(environ | {"wsgi.input": io.BytesIO(sent)}, start)
        b"".join(answer)
        getattr(answer, "close", bool)()
        if said[0] != "200 OK":
            sys.exit(f"a request was answered {said[0]}")

    return once


def by_gunicorn(app: Any, key: str) -> Callable[[], object]:
    """Return one request of *app* on a kept connection, by what a thread of gunicorn's worker does."""
    from gunicorn.config import Config
    from gunicorn.workers.gthread import TConn

    from doorward.workers import ServerLog, Worker, with_chunked_bodies

    config = Config()
    for name, value in (("threads", 8), ("keepalive", 75), ("forwarded_allow_ips", ""), ("secure_scheme_headers", {})):
        config.set(name, value)
    worker = Worker(1, os.getpid(), [], None, 30, config, ServerLog(config))
    worker.wsgi = with_chunked_bodies(app)
    near, far = socket.socketpair()
    connection = TConn(config, far, ("127.0.0.1", 1), ("127.0.0.1", 8080))
    connection.data_ready = True
    sent = body()
    lines = [f"POST {PATH} HTTP/1.1", "Host: 127.0.0.1:8080", f"Content-Length: {len(sent)}"]
    lines += [f"{name}: {value}" for name, value in headers(key).items()]
    request = "\r\n".join([*lines, "", ""]).encode() + sent

    def once() -> None:
        near.sendall(request)
        connection.queued_at = time.perf_counter()
        worker.handle(connection)
        if not near.recv(65536).startswith(b"HTTP/1.1 200 "):
            sys.exit("a request on a socket was refused")

    return once


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=30, help="of two hundred requests each way (default 30)")
    rounds = max(1, min(parser.parse_args().rounds, 1000))
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "log").open("w") as log, serving.counts_folder():
        logs.configure(level="info", form="json", stream=log)
        door, framework, key = applications(Path(folder))
        ways = {
            "door": by_wsgi(door, key),
            "framework": by_wsgi(framework, key),
            "gunicorn and door": by_gunicorn(door, key),
        }
        best = dict.fromkeys(ways, float("inf"))
        for _ in range(rounds):
            for name, once in ways.items():
                begun = time.process_time()
                for _ in range(200):
                    once()
                best[name] = min(best[name], (time.process_time() - begun) / 200)
    for name, seconds in best.items():
        print(f"{name:18} {seconds * 1e6:6.1f} µs")


if __name__ == "__main__":
    main()
