"""`doorward serve` as a person meets it: the real program, the real store, the printed line of curl."""

import gzip
import json
import re
import shlex
import shutil
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Fetch = Callable[..., tuple[int, str]]
Start = Callable[..., Any]

ROOT = Path(__file__).parents[2]
CURL = r"^curl .*Bearer dwk_.*$"
SERVE = ("-m", "doorward", "serve")


@pytest.fixture(scope="module")
def served(start_for_all: Start) -> Any:
    program = start_for_all(*SERVE)
    program.wait_for(CURL)
    return program


def key_of(program: Any) -> str:
    key: str = program.wait_for(r"Bearer (dwk_[A-Za-z0-9_-]+)'")[1]
    return key


def decision(subject: str) -> bytes:
    body = {"kind": "login", "subject": {"id": subject}, "client": {}, "credential": {"result": "passed"}}
    return json.dumps(body).encode()


def headers(program: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {key_of(program)}", "Content-Type": "application/json"}


def test_the_printed_line_of_curl_works_as_typed(served: Any) -> None:
    line = served.wait_for(CURL)[0]

    answered = subprocess.run(shlex.split(line), capture_output=True, text=True, timeout=30, check=True)

    assert json.loads(answered.stdout)["outcome"] in ("allow", "challenge", "deny")


def test_without_a_key_nothing_is_decided(served: Any, fetch: Fetch) -> None:
    status, _ = fetch(
        f"{served.url()}/v1/decisions",
        method="POST",
        body=decision("u-1"),
        headers={"Content-Type": "application/json"},
    )

    assert status == 401


def test_connections_that_fall_silent_hold_no_thread_for_long(served: Any, fetch: Fetch) -> None:
    host, port = served.url().removeprefix("http://").split(":")
    silent = [socket.create_connection((host, int(port)), timeout=10) for _ in range(12)]
    try:
        for connection in silent:
            connection.sendall(b"GET /livez HTTP/1.1\r\nHo")

        status, _ = fetch(f"{served.url()}/livez")
    finally:
        for connection in silent:
            connection.close()

    assert status == 200


@pytest.mark.parametrize(
    "body",
    [
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}garbage\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n50\r\n{}",
        b"Content-Length: 50\r\n\r\n{}",
    ],
    ids=["no-length", "no-end", "cut-off-chunk", "cut-off"],
)
def test_a_body_that_is_not_whole_is_a_400(served: Any, body: bytes) -> None:
    host, port = served.url().removeprefix("http://").split(":")
    head = "".join(f"{name}: {value}\r\n" for name, value in headers(served).items())

    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(f"POST /v1/decisions HTTP/1.1\r\nHost: x\r\n{head}".encode() + body)
        connection.shutdown(socket.SHUT_WR)
        answer = connection.makefile("rb").read().decode()

    assert answer.startswith("HTTP/1.1 400 ")
    assert "the body ended before it was whole" in answer


@pytest.mark.parametrize("sent", ["SCRIPT_NAME: /livez", "X-Forwarded-Proto: https\r\nX-Forwarded-Ssl: off"])
def test_no_header_leads_a_request_elsewhere(served: Any, sent: str) -> None:
    host, port = served.url().removeprefix("http://").split(":")

    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(f"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{sent}\r\n\r\n".encode())
        answer = connection.makefile("rb").read().decode()

    assert answer.startswith("HTTP/1.1 200 ")
    assert answer.endswith('{"status":"ok"}')


def test_the_sandbox_paths_exist_in_the_sandbox_alone(served: Any, fetch: Fetch) -> None:
    for path in ("outbox", "clock", "networks", "policy", "reset"):
        assert fetch(f"{served.url()}/sandbox/{path}", headers=headers(served))[0] == 404


def test_it_is_ready_and_alive(served: Any, fetch: Fetch) -> None:
    assert fetch(f"{served.url()}/livez")[0] == 200
    assert fetch(f"{served.url()}/readyz")[0] == 200


def test_decisions_show_in_the_metrics(
    served: Any, fetch: Fetch, eventually: Callable[[Callable[[], bool]], bool]
) -> None:
    counted = 'doorward_requests_total{method="POST",route="/v1/decisions",status="200"}'
    before = served.counted(counted)

    status, _ = fetch(f"{served.url()}/v1/decisions", method="POST", body=decision("u-2"), headers=headers(served))

    assert status == 200
    assert served.counted(counted) == before + 1
    # Times are gathered, and written about once a second.
    assert eventually(lambda: served.counted('doorward_stage_seconds_count{stage="total"}') > 0)


def test_the_log_holds_neither_key_nor_subject_nor_address(served: Any, fetch: Fetch) -> None:
    body = {"kind": "login", "subject": {"id": "u-very-personal"}, "client": {"ip": "203.0.113.77"}}
    fetch(
        f"{served.url()}/v1/decisions",
        method="POST",
        body=json.dumps(body).encode(),
        headers=headers(served) | {"X-Request-Id": "seen-in-the-log"},
    )

    line = json.loads(served.wait_for(r'^\{.*"seen-in-the-log".*$')[0])
    logged = [each for each in served.output.splitlines() if each.startswith("{")]
    assert (line["event"], line["route"], line["status"]) == ("request", "/v1/decisions", 200)
    assert line["tenant"] == "default"
    assert not re.search("u-very-personal|203.0.113.77|dwk_", "\n".join(logged))


def test_records_can_be_read_while_it_serves(served: Any, fetch: Fetch) -> None:
    _, answer = fetch(f"{served.url()}/v1/decisions", method="POST", body=decision("u-3"), headers=headers(served))
    decided = json.loads(answer)

    listed = doorward(served, "records", "list", "--subject", "u-3", "--from", "1h", "--format", "json")
    shown = doorward(served, "records", "show", decided["id"])

    assert [row["id"] for row in json.loads(listed)] == [decided["id"]]
    assert json.loads(shown)["decision"]["outcome"] == decided["outcome"]


def test_records_are_exported_for_back_tests_and_only_their_owner_can_read_them(served: Any, fetch: Fetch) -> None:
    _, answer = fetch(f"{served.url()}/v1/decisions", method="POST", body=decision("u-9"), headers=headers(served))
    file = served.folder / "records.jsonl.gz"
    doorward(served, "records", "export", "--out", str(file), "--from", "1h")
    lines = [json.loads(line) for line in gzip.decompress(file.read_bytes()).splitlines()]
    assert lines[0] == {"doorward_records": 1}
    assert json.loads(answer)["id"] in [line.get("id") for line in lines]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    tried = doorward(
        served, "rules", "backtest", str(file), "--policy", str(ROOT / "rules" / "default" / "policy.yaml")
    )
    assert "0 events come out otherwise" in tried


def doorward(program: Any, *arguments: str) -> str:
    ran = subprocess.run(
        [program.process.args[0], "-m", "doorward", *arguments],
        cwd=program.folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return ran.stdout


def test_a_request_whose_body_is_still_coming_is_answered_before_the_end(start: Start, fetch: Fetch) -> None:
    program = start(*SERVE)
    program.wait_for(CURL)
    fetch(f"{program.url()}/livez")
    host, port = program.url().removeprefix("http://").split(":")
    body = decision("u-4")
    head = (
        f"POST /v1/decisions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key_of(program)}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )

    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(head.encode() + body[:10])
        time.sleep(0.5)  # until a worker has taken the connection; nothing shows it from outside
        program.process.send_signal(signal.SIGTERM)
        connection.sendall(body[10:])
        answer = connection.makefile("rb").read()

    assert answer.startswith(b"HTTP/1.1 200 ")
    assert program.process.wait(timeout=40) == 0


def test_a_second_start_shows_the_same_key_and_remembers(start: Start, fetch: Fetch) -> None:
    first = start(*SERVE)
    first.wait_for(CURL)
    assert first.stop(signal.SIGTERM) == 0

    second = start(*SERVE)
    second.wait_for(CURL)

    assert key_of(second) == key_of(first)
    assert "secrets_created" in first.output
    assert "secrets_created" not in second.output


def test_a_start_with_other_secrets_than_the_stores_own_is_refused(start: Start) -> None:
    first = start(*SERVE)
    first.wait_for(CURL)
    first.stop(signal.SIGTERM)

    second = start(*SERVE, DOORWARD_SECRET="c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2U=")

    second.wait_for("the store was made with another DOORWARD_SECRET")
    assert second.process.wait(timeout=40) == 1


def test_once_the_first_key_is_revoked_the_way_to_another_is_shown(start: Start) -> None:
    first = start(*SERVE)
    first.wait_for(CURL)
    first.stop(signal.SIGTERM)
    key_id = json.loads(doorward(first, "keys", "list", "--format", "json"))[0]["id"]
    doorward(first, "keys", "revoke", key_id)

    second = start(*SERVE)
    second.wait_for("doorward keys create")

    assert "dwk_" not in second.output


def test_a_policy_that_does_not_pass_is_told_with_file_line_and_column(start: Start, tmp_path: Path) -> None:
    policy = tmp_path / "rules" / "default" / "policy.yaml"
    policy.parent.mkdir(parents=True)
    policy.write_text("version: 1\nid: default\nrules:\n  - id: a\n    when: new_devise\n    then: allow\n")

    program = start(*SERVE, DOORWARD_RULES_DIR=str(policy.parent.parent))

    assert program.process.wait(timeout=40) == 1
    assert re.search(rf"^{re.escape(str(policy))}:5:\d+: error: ", program.output, re.MULTILINE)
    assert "Traceback" not in program.output
    assert list(tmp_path.glob("doorward-metrics-*")) == []


def test_a_policy_that_was_broken_meanwhile_does_not_stop_a_start(start: Start, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    policy = tmp_path / "rules" / "default" / "policy.yaml"
    first = start(*SERVE, DOORWARD_RULES_DIR=str(tmp_path / "rules"))
    first.wait_for(CURL)
    first.stop(signal.SIGTERM)
    policy.write_text("version: 1\nid: broken\nrules:\n  - id: a\n    when: new_devise\n    then: allow\n")

    second = start(*SERVE, DOORWARD_RULES_DIR=str(tmp_path / "rules"))

    second.wait_for("Doorward listens at")
    second.wait_for(r"new_devise.*policy_refused")
