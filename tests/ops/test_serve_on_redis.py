"""The real program on a real Redis, whose files are read afterwards."""

import base64
import json
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..stores.redis_servers import Server, taken_into_use

Fetch = Callable[..., tuple[int, str]]
Start = Callable[..., Any]

# What no file of the store may hold; the address is of a range for documentation.
PERSONAL = ("u-4711@example.org", "198.51.100.77", "Firefox/140.0", "s-of-the-browser")


def sign_in() -> bytes:
    subject, address, agent, session = PERSONAL
    body = {
        "kind": "login",
        "subject": {"id": subject},
        "client": {"ip": address, "user_agent": f"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 {agent}"},
        "session": {"id": session},
        "credential": {"result": "passed"},
    }
    return json.dumps(body).encode()


def test_two_workers_decide_on_redis_and_it_holds_nothing_personal(start: Start, fetch: Fetch, tmp_path: Path) -> None:
    server = Server(tmp_path / "redis")
    server.start()
    try:
        keys = [base64.b64encode(secrets.token_bytes(32)).decode() for _ in range(2)]
        shared = {"DOORWARD_SECRET": keys[0], "DOORWARD_ENCRYPTION_KEYS": f"k1:{keys[1]}"}
        program = start("-m", "doorward", "serve", DOORWARD_STORE=taken_into_use(f"redis://{server.address}"), **shared)
        key = program.wait_for(r"Bearer (dwk_[A-Za-z0-9_-]+)'")[1]
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

        url = f"{program.url()}/v1/decisions"
        answers = [fetch(url, method="POST", body=sign_in(), headers=headers) for _ in range(6)]
        ready, _ = fetch(f"{program.url()}/readyz")
        listed = json.loads(fetch(url, headers=headers)[1])
        program.stop()
    finally:
        server.kill()

    assert {status for status, _ in answers} == {200}, answers
    assert [json.loads(text).get("degraded", []) for _, text in answers] == [[]] * 6
    assert ready == 200
    assert len(listed["items"]) == 6
    dump = b"".join(file.read_bytes() for file in (tmp_path / "redis").rglob("appendonly.aof*"))
    assert dump.count(b"EVALSHA") + dump.count(b"SET") > 6
    assert [text for text in PERSONAL if text.encode() in dump] == []
