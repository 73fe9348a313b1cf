"""A quota as its callers meet it: the real program, and more connections than it has threads."""

import http.client
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

Start = Callable[..., Any]

A_SECOND = 400
CONNECTIONS = 16
SECONDS = 2.0


def let_in(address: str, key: str) -> int:
    """Return how often a caller who does not stop asking is answered 200 within SECONDS."""
    connection, answers, ends = http.client.HTTPConnection(address, timeout=20), [], time.monotonic() + SECONDS
    while time.monotonic() < ends:
        try:
            connection.request("GET", "/v1/policy", headers={"Authorization": f"Bearer {key}"})
            answer = connection.getresponse()
            answer.read()
            answers.append(answer.status)
        except (OSError, http.client.HTTPException):
            connection.close()
    connection.close()
    return answers.count(200)


def test_a_quota_holds_over_the_threads_of_a_worker(start: Start) -> None:
    program = start("-m", "doorward", "serve", DOORWARD_KEY_QUOTA=str(A_SECOND), DOORWARD_WORKERS="1")
    key = program.wait_for(r"Bearer (dwk_[A-Za-z0-9_-]+)'")[1]
    address = program.url().removeprefix("http://")
    began = time.monotonic()

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        answered = sum(pool.map(let_in, [address] * CONNECTIONS, [key] * CONNECTIONS))

    lasted = time.monotonic() - began
    # A second's worth at once; what a share was taken for may come a quarter of a second later.
    assert A_SECOND <= answered <= A_SECOND * (lasted + 1.25)
