"""Who is let in and who has a thread, at a worker of one thread and few connections. Of the real server."""

import http.client
import resource
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

SERVICE = str(Path(__file__).with_name("small_service.py"))
# As many as would take longer than `fetch` has patience, were each waited for.
MANY = 12
FEW = 4

Start = Callable[..., Any]
Fetch = Callable[..., tuple[int, str]]
Call = Callable[[], socket.socket]


@pytest.fixture
def program(start: Start) -> Any:
    return start(
        SERVICE, DOORWARD_WORKERS="1", DOORWARD_THREADS="1", DOORWARD_MOST_WAIT_MS="60000", MOST_CONNECTIONS=str(FEW)
    )


@pytest.fixture
def call(program: Any) -> Iterator[Call]:
    """Return what opens a connection, which stays open until the test ends."""
    host, port = program.url().removeprefix("http://").split(":")
    with ExitStack() as stack:
        yield lambda: stack.enter_context(socket.create_connection((host, int(port)), timeout=20))


def ask(caller: socket.socket, *headers: str) -> bytes:
    """Return the answer, whose body is short enough to come with its head or right after it."""
    lines = ("GET / HTTP/1.1", "Host: x", *headers, "", "")
    caller.sendall("\r\n".join(lines).encode())
    received = b""
    while b"\r\n0\r\n\r\n" not in received and (more := caller.recv(65536)):
        received += more
    return received


def is_closed(caller: socket.socket) -> bool:
    """Answer whether the service has closed it; waits for that as long as the connection has patience."""
    try:
        return caller.recv(1) == b""
    except ConnectionError:
        return True


def test_callers_who_say_nothing_keep_nobody_waiting(start: Start, fetch: Fetch) -> None:
    program = start(SERVICE, DOORWARD_WORKERS="1", DOORWARD_THREADS="1", DOORWARD_MOST_WAIT_MS="60000")
    host, port = program.url().removeprefix("http://").split(":")

    with ExitStack() as stack:
        for _ in range(MANY):
            stack.enter_context(socket.create_connection((host, int(port))))
        status, _ = fetch(program.url())

    assert status == 200


def test_callers_who_do_not_leave_after_their_last_answer_keep_nobody_waiting(start: Start, fetch: Fetch) -> None:
    program = start(SERVICE, DOORWARD_WORKERS="1", DOORWARD_THREADS="1", DOORWARD_MOST_WAIT_MS="60000")
    host, port = program.url().removeprefix("http://").split(":")

    with ExitStack() as stack:
        callers = [stack.enter_context(socket.create_connection((host, int(port)))) for _ in range(MANY)]
        for caller in callers:
            caller.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        status, _ = fetch(program.url())

    assert status == 200


def test_who_does_not_read_an_answer_keeps_nobody_waiting_for_long(call: Call, fetch: Fetch, program: Any) -> None:
    caller = call()
    caller.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
    begun = caller.recv(15)

    status, _ = fetch(program.url())

    assert (begun, status) == (b"HTTP/1.1 200 OK", 200)
    assert "Traceback" not in program.output


def test_who_does_not_leave_after_the_last_answer_is_left(call: Call) -> None:
    caller = call()

    assert ask(caller, "Connection: close").startswith(b"HTTP/1.1 200 ")
    assert is_closed(caller)


def test_where_all_places_are_taken_a_caller_who_never_said_anything_goes_first(call: Call) -> None:
    kept = [call() for _ in range(FEW - 1)]
    answers = [ask(caller)[:13] for caller in kept]

    silent = call()

    assert is_closed(silent)
    assert [ask(caller)[:13] for caller in kept] == answers == [b"HTTP/1.1 200 "] * (FEW - 1)


def test_where_all_places_are_taken_the_longest_idle_caller_goes_next(call: Call) -> None:
    kept = [call() for _ in range(FEW - 1)]
    answers = [ask(caller)[:13] for caller in kept]
    # Until then all others have been idle for long enough.
    assert is_closed(call())

    newest = call()

    assert is_closed(kept[0])
    assert [ask(caller)[:13] for caller in (newest, *kept[1:])] == answers


def test_where_all_are_busy_everybody_has_a_turn(program: Any) -> None:
    host, port = program.url().removeprefix("http://").split(":")
    statuses: list[int] = []

    def caller() -> None:
        # It opens a new connection where an answer says that it is the last one.
        connection = http.client.HTTPConnection(host, int(port), timeout=30)
        for _ in range(50):
            connection.request("GET", "/")
            with connection.getresponse() as answer:
                answer.read()
                statuses.append(answer.status)
        connection.close()

    callers = [threading.Thread(target=caller) for _ in range(3 * FEW)]
    for each in callers:
        each.start()
    for each in callers:
        each.join()

    assert statuses == [200] * (50 * 3 * FEW)


def test_a_worker_holds_no_more_connections_than_it_may_open_files() -> None:
    told = "from doorward.connections import most_connections as most; print(most(8))"

    def few_files() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, 500))

    done = subprocess.run(
        [sys.executable, "-c", told], preexec_fn=few_files, capture_output=True, text=True, check=True
    )

    assert done.stdout == "300\n"
