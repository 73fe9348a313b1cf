import http.client
import json
import signal
import socket
import threading
import time
from collections.abc import Callable
from os import kill
from pathlib import Path
from typing import Any

from .slow_sender import trickling

SERVICE = str(Path(__file__).with_name("small_service.py"))
DECISIONS = 'doorward_decisions_total{kind="login",outcome="allow"}'

Start = Callable[..., Any]
Fetch = Callable[..., tuple[int, str]]


def test_a_request_in_flight_is_answered_before_the_end(start: Start, fetch: Fetch) -> None:
    program = start(SERVICE)
    answers: list[tuple[int, str]] = []
    asking = threading.Thread(target=lambda: answers.append(fetch(program.url() + "/slow")))
    asking.start()
    program.wait_for("slow begun")

    status = program.stop(signal.SIGTERM)
    asking.join()

    assert status == 0
    assert [answer[0] for answer in answers] == [200]
    assert program.output.count("let go") == 2


def test_nobody_new_is_let_in_while_the_last_requests_end(
    start: Start, eventually: Callable[[Callable[[], bool]], bool]
) -> None:
    program = start(SERVICE, DOORWARD_WORKERS="1")
    url = program.url()
    host, port = url.removeprefix("http://").split(":")

    with socket.create_connection((host, int(port))) as kept:
        kept.sendall(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        program.wait_for("slow begun")
        program.process.send_signal(signal.SIGTERM)
        refused = eventually(lambda: not listens(url))
        in_time = "let go" not in program.output
        answer = kept.recv(65536)

    assert (refused, in_time) == (True, True)
    assert answer.startswith(b"HTTP/1.1 200 ")


def test_a_killed_worker_is_replaced_and_its_counts_stay(start: Start, fetch: Fetch) -> None:
    program = start(SERVICE, DOORWARD_WORKERS="1")
    _, first = fetch(program.url())

    kill(int(first), signal.SIGKILL)
    _, second = fetch(program.url())

    assert first != second
    assert program.counted(DECISIONS) == 2


def test_metrics_are_the_sum_over_the_workers(start: Start, fetch: Fetch) -> None:
    program = start(SERVICE)
    url = program.url()

    pids = [fetch(url)[1] for _ in range(20)]

    text = fetch(program.metrics_url())[1]
    assert program.counted(DECISIONS) == len(pids)
    assert text.count("doorward_policy_reload_ok{") == 1


def test_the_garbage_collector_does_not_look_at_what_a_worker_was_built_of(start: Start, fetch: Fetch) -> None:
    assert fetch(start(SERVICE).url() + "/settled") == (200, "False")


def test_new_workers_come_with_a_hang_up(start: Start, fetch: Fetch) -> None:
    program = start(SERVICE, DOORWARD_WORKERS="1")
    _, before = fetch(program.url())

    program.process.send_signal(signal.SIGHUP)
    program.wait_for(f"worker {before} let go")

    assert fetch(program.url())[1] != before
    assert fetch(program.metrics_url())[0] == 200


def test_a_hang_up_changes_nothing_while_new_workers_could_not_start(
    start: Start, fetch: Fetch, tmp_path: Path
) -> None:
    program = start(SERVICE, DOORWARD_WORKERS="1")
    _, before = fetch(program.url())
    (tmp_path / "refuse").touch()

    program.process.send_signal(signal.SIGHUP)
    program.wait_for("reload_refused")

    assert fetch(program.url())[1] == before


def test_a_worker_that_cannot_start_is_tried_again(start: Start, fetch: Fetch, tmp_path: Path) -> None:
    (tmp_path / "refuse").touch()
    program = start(SERVICE, DOORWARD_WORKERS="1")
    program.wait_for("worker_cannot_start")

    (tmp_path / "refuse").unlink()

    assert fetch(program.url())[0] == 200
    assert "Traceback" not in program.output


def test_a_metrics_port_in_use_is_a_warning_and_no_more(start: Start, fetch: Fetch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        bind = f"127.0.0.1:{taken.getsockname()[1]}"
        program = start(SERVICE, DOORWARD_METRICS_BIND=bind)

        status, _ = fetch(program.url())

    assert status == 200
    line = json.loads(program.wait_for(r'^\{.*"metrics_unavailable".*$')[0])
    assert (line["level"], line["bind"]) == ("warning", bind)


def test_a_port_in_use_is_told(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        bind = f"127.0.0.1:{taken.getsockname()[1]}"
        program = start(SERVICE, DOORWARD_BIND=bind)

        assert program.wait_for("Connection in use")


def test_nothing_outlives_a_master_that_was_killed(
    start: Start, fetch: Fetch, eventually: Callable[[Callable[[], bool]], bool]
) -> None:
    program = start(SERVICE)
    metrics = program.metrics_url()
    worker = fetch(program.url())[1]

    program.stop(signal.SIGKILL)

    assert eventually(lambda: not Path(f"/proc/{worker}").exists())
    assert eventually(lambda: not listens(metrics))


def listens(url: str) -> bool:
    host, port = url.removeprefix("http://").removesuffix("/metrics").split(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


def test_a_stop_right_after_the_start_is_prompt(start: Start) -> None:
    program = start(SERVICE, DOORWARD_GRACEFUL_TIMEOUT="30")
    program.url()
    begun = time.monotonic()

    program.stop(signal.SIGTERM)

    assert time.monotonic() - begun < 15


def test_the_counts_folder_goes_with_the_service(start: Start, fetch: Fetch, tmp_path: Path) -> None:
    program = start(SERVICE)
    program.url()
    assert list(tmp_path.glob("doorward-metrics-*"))

    program.stop(signal.SIGINT)

    assert list(tmp_path.glob("doorward-metrics-*")) == []


def test_what_cannot_be_parsed_gets_a_problem_and_stays_out_of_the_log(start: Start, fetch: Fetch) -> None:
    program = start(SERVICE, DOORWARD_LOG_LEVEL="debug")
    host, port = program.url().removeprefix("http://").split(":")

    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(b"GET /v1/subjects/u-123 dwk_secret HTTP/1.1\r\n\r\n")
        answer = connection.makefile("rb").read().decode()

    head, _, body = answer.partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 400 ")
    assert "application/problem+json" in head
    assert "\r\nX-Request-Id: req_" in head
    assert json.loads(body)["status"] == 400
    program.wait_for("could not be parsed")
    assert "u-123" not in program.output


def test_headers_that_are_too_large_get_431(start: Start, fetch: Fetch) -> None:
    program = start(SERVICE)

    status, body = fetch(program.url(), headers={"X-Long": "a" * 9000})

    assert (status, json.loads(body)["status"]) == (431, 431)


def test_a_failure_outside_the_application_is_a_bare_500(start: Start, fetch: Fetch) -> None:
    program = start(SERVICE)

    status, body = fetch(program.url() + "/broken", headers={"Authorization": "Bearer dwk_" + "s" * 43})

    assert status == 500
    assert "Traceback" not in body
    program.wait_for("ValueError")
    assert "dwk_s" not in program.output


def test_a_request_that_waited_too_long_is_refused_at_once(start: Start, fetch: Fetch) -> None:
    program, answers = behind_a_slow_one(start, fetch, "/", "/other")

    assert sorted(answers) == [(503, "1"), (503, "1")]
    assert program.counted("doorward_requests_shed_total") == 2
    assert program.counted('doorward_requests_total{method="GET",route="other",status="503"}') == 2


def test_a_probe_is_answered_however_long_it_waited(start: Start, fetch: Fetch) -> None:
    _, answers = behind_a_slow_one(start, fetch, "/livez", "/readyz")

    assert answers == [(200, None), (200, None)]


def test_a_busy_service_makes_the_next_request_welcome_again(start: Start, fetch: Fetch) -> None:
    program, _ = behind_a_slow_one(start, fetch, "/")

    assert fetch(program.url())[0] == 200


def behind_a_slow_one(start: Start, fetch: Fetch, *paths: str) -> tuple[Any, list[tuple[int, str | None]]]:
    """Ask for *paths* while the only thread is busy for longer than anybody may wait; statuses and when to retry."""
    program = start(SERVICE, DOORWARD_WORKERS="1", DOORWARD_THREADS="1", DOORWARD_MOST_WAIT_MS="100")
    host, port = program.url().removeprefix("http://").split(":")

    def asked(path: str) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection(host, int(port), timeout=30)
        connection.request("GET", path)
        return connection

    slow = asked("/slow")
    program.wait_for("slow begun")
    waiting = [asked(path) for path in paths]
    answers = []
    for connection in (slow, *waiting):
        answer = connection.getresponse()
        answers.append((answer.status, answer.getheader("Retry-After")))
        connection.close()
    return program, answers[1:]


def test_who_sends_a_byte_now_and_then_keeps_nobody_waiting_for_long(start: Start, fetch: Fetch) -> None:
    program = start(SERVICE, DOORWARD_WORKERS="1", DOORWARD_THREADS="1", DOORWARD_MOST_WAIT_MS="60000")
    url = program.url()
    host, port = url.removeprefix("http://").split(":")

    with socket.create_connection((host, int(port)), timeout=10) as slow, trickling(slow):
        status, _ = fetch(url)

    assert status == 200
    assert "Traceback" not in program.output
