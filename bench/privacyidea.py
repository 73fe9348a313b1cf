"""A TOTP check of privacyIDEA beside one of Doorward: the same number of right codes, under the same load, by turns.

privacyIDEA (AGPL-3.0) is no part of Doorward; install it where it likes to be, and name its Python:

    python3 -m venv /tmp/privacyidea && /tmp/privacyidea/bin/pip install privacyidea gunicorn
    .venv/bin/python bench/privacyidea.py --python /tmp/privacyidea/bin/python

Both are served by gunicorn with the same workers and threads, and keep their state in SQLite, which is not what
privacyIDEA is made for: name an empty database of its own by --database. They do not do the same:
privacyIDEA finds a token by its serial, checks PIN and code, and writes a signed audit entry (the hash of the PIN,
which is slow on purpose, is made as cheap here as it can be). Doorward finds a
challenge, checks the code, spends it, learns the sign-in, hands out a device token and a signed proof, and records.
"""

import argparse
import hashlib
import hmac
import json
import os
import random
import socket
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import figures
import machine
from generator import Once, Target, drive_links
from servers import START_SECONDS, Served, Servers, free_port
from spread import connect
from verifies import LONGEST_SECONDS, SHOWN, Side

Json = dict[str, Any]

STEP_SECONDS = 30
FORK_SECONDS = 2.0

CONFIG = """
import logging
SUPERUSER_REALM = ["super"]
SECRET_KEY = {secret!r}
PI_PEPPER = {secret!r}
PI_ENCFILE = {folder!r} + "/enckey"
PI_AUDIT_KEY_PRIVATE = {folder!r} + "/private.pem"
PI_AUDIT_KEY_PUBLIC = {folder!r} + "/public.pem"
SQLALCHEMY_DATABASE_URI = {database!r}
PI_LOGFILE = {folder!r} + "/pi.log"
PI_LOGLEVEL = logging.ERROR
PI_HASH_ALGO_PARAMS = {{"argon2__rounds": 1, "argon2__memory_cost": 8, "argon2__parallelism": 1}}
"""
APP = """
from privacyidea.app import create_app
from privacyidea.models import db
app = create_app(config_name="production", config_file={config!r}, silent=True)
with app.app_context():
    db.engine.dispose()  # no connection to a database may be shared by the workers that are forked
"""
TOKENS = """
import json, sys
from application import app
from privacyidea.lib.token import init_token
with app.app_context():
    for serial, seed in json.load(open("tokens.json")).items():
        init_token({"type": "totp", "otpkey": seed, "serial": serial, "timeStep": 30})
"""


class PrivacyIdea:
    """privacyIDEA in *folder*, run by *python*, with a TOTP token for each of the people."""

    def __init__(self, python: Path, folder: Path, chosen: argparse.Namespace) -> None:
        number = chosen.people
        self._python = python
        self._folder = folder
        folder.mkdir()
        draw = random.Random("privacyidea")
        self._seeds = {f"BENCH{each:05d}": draw.randbytes(20) for each in range(number)}
        self._step = int(time.time() // STEP_SECONDS)
        config = folder / "pi.cfg"
        database = chosen.database or f"sqlite:///{folder}/pi.db"
        config.write_text(CONFIG.format(folder=str(folder), secret=os.urandom(24).hex(), database=database))
        (folder / "application.py").write_text(APP.format(config=str(config)))
        (folder / "tokens.json").write_text(json.dumps({serial: seed.hex() for serial, seed in self._seeds.items()}))
        self._environ = {"PATH": os.environ["PATH"], "PRIVACYIDEA_CONFIGFILE": str(config), "HOME": str(folder)}
        manage = str(python.parent / "pi-manage")
        for words in (["create_enckey"], ["create_audit_keys"], ["create_tables"]):
            self._run(manage, "setup", *words)
        self._run(str(python), "-c", TOKENS)
        self.served = self._serve(chosen.workers, chosen.threads)

    def _run(self, *command: str) -> None:
        done = subprocess.run(command, cwd=self._folder, env=self._environ, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"privacyIDEA could not be set up: {' '.join(command[:3])}\n{done.stderr[-2000:]}")

    def _serve(self, workers: int, threads: int) -> Served:
        port = free_port()
        command = [str(self._python), "-m", "gunicorn", "application:app", "--bind", f"127.0.0.1:{port}"]
        command += ["--worker-class", "gthread", "--workers", str(workers), "--threads", str(threads)]
        command += ["--keep-alive", "75", "--no-control-socket", "--preload"]
        with (self._folder / "gunicorn.log").open("wb") as log:
            process = subprocess.Popen(command, cwd=self._folder, env=self._environ, stdout=log, stderr=log)
        # Loaded before the fork, so that every worker answers once it is there.
        served, deadline = Served("privacyidea", process, port), time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            with socket.socket() as probe:
                if not probe.connect_ex(("127.0.0.1", port)):
                    time.sleep(FORK_SECONDS)
                    return served
            time.sleep(0.1)
        process.kill()
        sys.exit(f"privacyIDEA did not start:\n{(self._folder / 'gunicorn.log').read_text()}")

    def checks(self, *, connections: int, workers: int) -> Json:
        """Return the figures of one right code of everybody."""
        self._step += 1
        made = [self._request(serial, hotp(seed, self._step)) for serial, seed in self._seeds.items()]
        links, _ = connect(self.served.port, machine.tree(self.served.process.pid), connections, workers=workers)
        shares = [made[number :: len(links)] for number in range(len(links))]
        ready = [Once(link, own, b'"value": true') for link, own in zip(links, shares, strict=True)]
        clocks, before = machine.Clocks.now(), self.served.cpu_seconds()
        sent = drive_links(Target(self.served.port, "", {}), ready, LONGEST_SECONDS)
        server = self.served.cpu_seconds() - before
        return figures.round_figures(sent, server=server, redis=0.0, machine=machine.Clocks.now().shares_since(clocks))

    def _request(self, serial: str, code: str) -> bytes:
        body = urlencode({"serial": serial, "pass": code}).encode()
        return (
            f"POST /validate/check HTTP/1.1\r\nHost: 127.0.0.1:{self.served.port}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode() + body


def hotp(seed: bytes, step: int) -> str:
    """Return the six digits of RFC 4226, section 5.3."""
    digest = hmac.new(seed, struct.pack(">Q", step), hashlib.sha1).digest()
    place = digest[-1] & 15
    return f"{(int.from_bytes(digest[place : place + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", type=Path, required=True, help="the Python that has privacyIDEA and gunicorn")
    parser.add_argument("--database", default="", metavar="URL", help="SQLAlchemy's URL of a database for privacyIDEA")
    parser.add_argument("--rounds", type=int, default=5, help="paired rounds (default 5, at most 5: codes run ahead)")
    parser.add_argument("--people", type=int, default=300, help="codes in a turn of each (default 300)")
    parser.add_argument("--connections", type=int, default=16, help="keep-alive connections (default 16)")
    parser.add_argument("--workers", type=int, default=2, help="gunicorn workers (default 2)")
    parser.add_argument("--threads", type=int, default=8, help="threads of each worker (default 8)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything that was measured to FILE")
    return parser


def main() -> None:
    chosen = arguments().parse_args()
    chosen.rounds = max(1, min(chosen.rounds, 5))
    with (
        tempfile.TemporaryDirectory(prefix="doorward-bench-") as folder,
        Servers(Path(folder), workers=chosen.workers, threads=chosen.threads) as servers,
    ):
        side = Side(chosen, servers.doorward("sqlite-doorward", ""), None, servers.environ("sqlite-doorward", ""))
        other = PrivacyIdea(chosen.python.absolute(), Path(folder) / "privacyidea", chosen)
        try:
            found = []
            for turn in range(chosen.rounds):
                turns = {
                    "doorward": side.verifies,
                    "privacyidea": lambda: other.checks(connections=chosen.connections, workers=chosen.workers),
                }
                order = list(turns) if turn % 2 == 0 else list(turns)[::-1]
                found.append({name: turns[name]() for name in order})
                print(f"round {turn + 1}", file=sys.stderr, flush=True)
        finally:
            other.served.stop()
            side.close()
    told(chosen, found)


def told(chosen: argparse.Namespace, found: list[dict[str, Json]]) -> None:
    """Print what was found, and end with an error where a right code was refused."""
    rows = [["", *(title for _, title in SHOWN)]]
    for name in ("doorward", "privacyidea"):
        middles = {figure: figures.middle(each[name][figure] for each in found) for figure, _ in SHOWN}
        rows.append([name, *(figures.shown(middles[figure], 1) for figure, _ in SHOWN)])
    ratio = figures.middle(
        each["doorward"]["requests_per_second"] / each["privacyidea"]["requests_per_second"] for each in found
    )
    print(figures.table(rows))
    print(f"\nDoorward verifies {figures.shown(ratio, 2)} times as many a second, within a round")
    if chosen.json:
        chosen.json.write_text(json.dumps({"rounds": found, "ratio": ratio}, indent=2) + "\n", encoding="utf-8")
    refused = {name: sum(each[name]["refused"] for each in found) for name in ("doorward", "privacyidea")}
    if any(refused.values()):
        sys.exit(f"this is no measurement: right codes were refused: {refused}")


if __name__ == "__main__":
    main()
