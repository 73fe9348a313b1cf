"""The second server does what the first one does for whoever asks or operates."""

import json
import signal
import socket
import threading
from collections.abc import Callable
from os import kill, killpg
from pathlib import Path
from typing import Any

import pytest

SERVICE = str(Path(__file__).with_name("small_service.py"))
DECISIONS = 'doorward_decisions_total{kind="login",outcome="allow"}'
BODY = {"kind": "login", "subject": {"id": "u-1"}, "client": {"ip": "203.0.113.7"}}

Start = Callable[..., Any]
Fetch = Callable[..., tuple[int, str]]


@pytest.fixture
def granian(start: Start) -> Start:
    pytest.importorskip("granian")
    return lambda *arguments, **environ: start(*arguments, DOORWARD_SERVER="granian", **environ)


def test_a_decision_is_served_and_a_body_that_is_too_long_is_not(granian: Start, fetch: Fetch) -> None:
    program = granian("-m", "doorward", "serve", DOORWARD_WORKERS="1")
    url = program.url() + "/v1/decisions"
    key = program.wait_for(r"Bearer (dwk_[A-Za-z0-9_-]+)")[1]
    sent = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    decided = fetch(url, method="POST", body=json.dumps(BODY).encode(), headers=sent)
    too_long = fetch(url, method="POST", body=b" " * 65537, headers=sent)
    stranger = fetch(url, method="POST", body=json.dumps(BODY).encode(), headers=sent | {"Authorization": "Bearer x"})

    assert (decided[0], too_long[0], stranger[0]) == (200, 413, 401)
    assert json.loads(decided[1])["degraded"] == []
    assert json.loads(too_long[1])["type"] == "urn:doorward:problem:too-large"
    assert program.stop() == 0


def test_a_request_in_flight_is_answered_before_the_end(granian: Start, fetch: Fetch) -> None:
    program = granian(SERVICE, DOORWARD_WORKERS="1")
    answers: list[tuple[int, str]] = []
    asking = threading.Thread(target=lambda: answers.append(fetch(program.url() + "/slow")))
    asking.start()
    program.wait_for("slow begun")

    status = program.stop(signal.SIGTERM)
    asking.join()

    assert status == 0
    assert [answer[0] for answer in answers] == [200]
    assert program.output.count("let go") == 1


def test_the_garbage_collector_does_not_look_at_what_a_worker_was_built_of(granian: Start, fetch: Fetch) -> None:
    assert fetch(granian(SERVICE).url() + "/settled") == (200, "False")


def test_an_interrupt_from_the_terminal_ends_it_well(granian: Start, fetch: Fetch) -> None:
    program = granian(SERVICE, DOORWARD_WORKERS="1")
    fetch(program.url())

    killpg(program.process.pid, signal.SIGINT)

    assert program.process.wait(timeout=20) == 0
    assert program.output.count("let go") == 1
    assert "Unexpected" not in program.output


def test_a_killed_worker_is_replaced_and_its_counts_stay(granian: Start, fetch: Fetch, eventually: Any) -> None:
    program = granian(SERVICE, DOORWARD_WORKERS="1")
    url = program.url()
    first = fetch(url)[1]

    kill(int(first), signal.SIGKILL)

    assert eventually(lambda: answered(fetch, url) not in ("", first))
    assert program.counted(DECISIONS) >= 2


def test_new_workers_come_with_a_hang_up(granian: Start, fetch: Fetch) -> None:
    program = granian(SERVICE, DOORWARD_WORKERS="1")
    before = fetch(program.url())[1]

    program.process.send_signal(signal.SIGHUP)
    program.wait_for(f"worker {before} let go")

    assert fetch(program.url())[1] != before


def test_a_hang_up_changes_nothing_while_new_workers_could_not_start(
    granian: Start, fetch: Fetch, tmp_path: Path
) -> None:
    program = granian(SERVICE, DOORWARD_WORKERS="1")
    before = fetch(program.url())[1]
    (tmp_path / "refuse").touch()

    program.process.send_signal(signal.SIGHUP)
    program.wait_for("reload_refused")

    assert fetch(program.url())[1] == before


def test_a_worker_that_cannot_start_is_tried_again(granian: Start, fetch: Fetch, tmp_path: Path) -> None:
    (tmp_path / "refuse").touch()
    program = granian(SERVICE, DOORWARD_WORKERS="1")
    program.wait_for("worker_cannot_start")

    (tmp_path / "refuse").unlink()

    assert fetch(program.url())[0] == 200


def test_nothing_outlives_a_master_that_was_killed(granian: Start, fetch: Fetch, eventually: Any) -> None:
    program = granian(SERVICE, DOORWARD_WORKERS="1")
    worker = fetch(program.url())[1]

    program.stop(signal.SIGKILL)

    assert eventually(lambda: not Path(f"/proc/{worker}").exists())


def test_a_head_that_does_not_end_is_cut_off(granian: Start) -> None:
    host, port = granian(SERVICE, DOORWARD_WORKERS="1").url().removeprefix("http://").split(":")

    with socket.create_connection((host, int(port)), timeout=20) as silent:
        silent.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Lo")
        assert silent.recv(1024) in (b"", b"HTTP/1.1 408 Request Timeout\r\n")
    with socket.create_connection((host, int(port)), timeout=20) as long:
        long.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 200_000 + b"\r\n\r\n")
        assert long.recv(1024).startswith(b"HTTP/1.1 431 ")


def answered(fetch: Fetch, url: str) -> str:
    try:
        return fetch(url)[1]
    except OSError:
        return ""
