"""The real program on a Redis that is new, emptied or rolled back: it starts, says what must be done, and goes on."""

import base64
import contextlib
import json
import secrets
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from doorward.stores.redis import open_store

from ..stores.redis_servers import Dumped

Fetch = Callable[..., tuple[int, str]]
Start = Callable[..., Any]
Eventually = Callable[[Callable[[], bool]], bool]

DAY = 86_400.0


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Dumped]:
    server = Dumped(tmp_path / "redis")
    server.start()
    yield server
    server.kill()


@pytest.fixture
def environ(server: Dumped, tmp_path: Path) -> dict[str, str]:
    keys = [base64.b64encode(secrets.token_bytes(32)).decode() for _ in range(2)]
    return {
        "DOORWARD_STORE": f"redis://{server.address}",
        "DOORWARD_SECRET": keys[0],
        "DOORWARD_ENCRYPTION_KEYS": f"k1:{keys[1]}",
        "DOORWARD_STATE_DIR": str(tmp_path / "var"),
        "DOORWARD_STORE_CONNECT_MS": "2000",
        "DOORWARD_STORE_COMMAND_MS": "2000",
    }


def doorward(start: Start, environ: dict[str, str], *arguments: str) -> str:
    program = start("-m", "doorward", *arguments, **environ)
    with contextlib.suppress(subprocess.TimeoutExpired):
        program.process.wait(timeout=40)
    return str(program.output)


def readiness(fetch: Fetch, program: Any) -> tuple[int, dict[str, Any]]:
    status, text = fetch(f"{program.url()}/readyz")
    return status, json.loads(text)["store"]


def decide(fetch: Fetch, program: Any, key: str) -> dict[str, Any]:
    body = {"kind": "login", "subject": {"id": "u-1"}, "client": {}, "credential": {"result": "passed"}}
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    _, text = fetch(f"{program.url()}/v1/decisions", method="POST", body=json.dumps(body).encode(), headers=headers)
    return dict(json.loads(text))


def used_until_now(environ: dict[str, str], server: Dumped, state: Path) -> bytes:
    """Take the store into use, dump it as it was yesterday, let this machine use it since, and return the dump."""
    now = time.time()
    with contextlib.closing(open_store(environ["DOORWARD_STORE"], state_dir=state)) as store:
        store.accept(now - DAY)
        dump = server.dump()
        for second in range(-40, 0, 4):
            store.look()
            store.beat(now + second)
    return dump


def test_a_service_on_a_new_redis_starts_and_is_ready_once_that_is_accepted(
    start: Start, fetch: Fetch, environ: dict[str, str], eventually: Eventually
) -> None:
    program = start("-m", "doorward", "serve", **environ)

    assert fetch(f"{program.url()}/livez")[0] == 200
    status, told = readiness(fetch, program)
    assert (status, told["accepted"]) == (503, False)
    program.wait_for("store_refused.*doorward store accept|doorward store accept.*store_refused")

    assert "Accepted as" in doorward(start, environ, "store", "accept", "--yes")
    key = doorward(start, environ, "keys", "create").split()[0]

    assert eventually(lambda: readiness(fetch, program)[0] == 200)
    assert eventually(lambda: decide(fetch, program, key).get("degraded") == [])


def test_a_redis_flushed_and_rolled_back_under_the_service_is_refused_until_it_is_accepted(
    start: Start, fetch: Fetch, environ: dict[str, str], server: Dumped, tmp_path: Path, eventually: Eventually
) -> None:
    yesterday = used_until_now(environ, server, tmp_path / "var")
    program = start("-m", "doorward", "serve", DOORWARD_WORKERS="1", **environ)
    key = program.wait_for(r"Bearer (dwk_[A-Za-z0-9_-]+)'")[1]
    assert eventually(lambda: decide(fetch, program, key).get("degraded") == [])

    server.roll_back(yesterday)
    answers = [decide(fetch, program, key) for _ in range(8)]

    assert {tuple(each["degraded"]) for each in answers} == {("history",)}
    assert {each["outcome"] for each in answers} <= {"challenge", "deny"}
    status, told = readiness(fetch, program)
    assert (status, told["accepted"]) == (503, False)
    assert eventually(lambda: program.counted("doorward_store_accepted") == 0)

    doorward(start, environ, "store", "accept", "--yes")

    assert eventually(lambda: decide(fetch, program, key).get("degraded") == [])
    assert readiness(fetch, program)[0] == 200


@pytest.mark.parametrize("lost", ["flushed", "rolled-back"])
def test_a_fresh_start_of_the_same_machine_refuses_a_store_that_lost_what_it_had(
    start: Start, fetch: Fetch, environ: dict[str, str], server: Dumped, tmp_path: Path, lost: str
) -> None:
    yesterday = used_until_now(environ, server, tmp_path / "var")
    if lost == "flushed":
        server.ask("FLUSHALL")
    else:
        server.roll_back(yesterday)

    program = start("-m", "doorward", "serve", **environ)

    assert fetch(f"{program.url()}/livez")[0] == 200
    status, told = readiness(fetch, program)
    assert (status, told["accepted"]) == (503, False)
    assert ("empty" if lost == "flushed" else "rolled back") in told["reason"]
    assert "is lost" in (shown := doorward(start, environ, "store", "accept")) or "are lost" in shown


def test_whoever_revokes_a_key_that_no_replica_hears_of_is_told_to_say_it_again(
    start: Start, environ: dict[str, str]
) -> None:
    doorward(start, environ, "store", "accept", "--yes")
    key_id = doorward(start, environ, "keys", "create").split()[1]

    told = doorward(start, environ | {"DOORWARD_STORE_REPLICAS": "1"}, "keys", "revoke", key_id)

    assert "0 of 1 replicas" in told
    assert "revoke it again" in told
    assert "revoked" in doorward(start, environ, "keys", "list")


def test_a_store_that_is_away_at_the_start_is_used_once_it_is_there(
    start: Start, fetch: Fetch, environ: dict[str, str], server: Dumped, tmp_path: Path, eventually: Eventually
) -> None:
    used_until_now(environ, server, tmp_path / "var")
    dump = server.dump()
    server.kill()
    program = start("-m", "doorward", "serve", **environ)
    assert readiness(fetch, program)[0] == 503

    server.roll_back(dump)

    assert eventually(lambda: readiness(fetch, program)[0] == 200)


def test_a_store_of_long_ago_that_this_machine_never_saw_is_asked_about(
    start: Start, fetch: Fetch, environ: dict[str, str], server: Dumped, tmp_path: Path, eventually: Eventually
) -> None:
    with contextlib.closing(open_store(environ["DOORWARD_STORE"])) as store:
        store.accept(time.time() - DAY)

    program = start("-m", "doorward", "serve", **environ)

    assert eventually(lambda: "restored dump?" in str(readiness(fetch, program)[1]["warnings"]))
    assert readiness(fetch, program)[0] == 200
