import base64
import contextlib
import io
import json
import logging
import re
import secrets
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from doorward import logs
from doorward.api.trace import Trace, answering
from doorward.core.identifiers import new_id, new_secret
from doorward.device_tokens import issue
from doorward.leaves import new_grant
from doorward.logs import guard_secrets
from doorward.meter import NullMeter


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    with configured() as stream:
        yield stream


@contextlib.contextmanager
def about(trace: Trace | None) -> Iterator[None]:
    token = answering.set(trace)
    yield
    answering.reset(token)


@contextlib.contextmanager
def configured() -> Iterator[io.StringIO]:
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure(level="info", form="json", stream=stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**before)


def last(stream: io.StringIO) -> dict[str, Any]:
    line: dict[str, Any] = json.loads(stream.getvalue().splitlines()[-1])
    return line


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


ISSUED = {
    "an API key": lambda: new_secret("dwk"),
    "a device token": lambda: issue(now=0.0, life_seconds=60).token,
    "a grant": lambda: new_grant(new_id("chl")),
    "a receipt": lambda: new_id("rcp"),
    "a link's token": lambda: new_secret("wty"),
    "a web-hook's secret": lambda: f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}",
}


@pytest.mark.parametrize("issued", ISSUED.values(), ids=ISSUED)
@given(before=st.sampled_from(["", "Bearer ", "x=", "\n"]), wrap=st.integers(0, 3), beside=json_values)
def test_no_secret_of_ours_passes_the_guard(issued: Callable[[], str], before: str, wrap: int, beside: object) -> None:
    secret = issued()
    value: object = before + secret
    for _ in range(wrap):
        value = {"inner": [value, beside]}

    # Its end is what nobody may know of it, whatever its beginning names.
    assert secret[-20:] not in repr(guard_secrets(None, "info", {"event": "x", "value": value}))


@pytest.mark.parametrize("name", ["authorization", "token", "code", "ip", "subject_id", "address"])
def test_a_field_that_names_a_secret_or_a_person_is_emptied(name: str) -> None:
    assert guard_secrets(None, "info", {"event": "x", name: "anything"}) == {"event": "x", name: "[removed]"}


def test_an_exceptions_text_is_guarded(lines: io.StringIO) -> None:
    secret = new_secret("dvt")
    try:
        raise ValueError(secret)
    except ValueError:
        structlog.get_logger().error("failed", exc_info=True)

    assert "ValueError" in last(lines)["exception"]
    assert secret not in lines.getvalue()


def test_a_line_of_another_library_gets_a_static_event(lines: io.StringIO) -> None:
    logging.getLogger("gunicorn.error").warning("worker %s left with %s", 7, "dwk_" + "a" * 43)

    assert last(lines)["event"] == "gunicorn_log"
    assert last(lines)["message"] == "worker 7 left with [removed]"


def test_a_line_is_json_with_level_and_time_in_utc(lines: io.StringIO) -> None:
    structlog.get_logger().info("secrets_created", files=2)

    line = last(lines)
    assert (line["event"], line["level"], line["files"]) == ("secrets_created", "info", 2)
    assert line["timestamp"].endswith("Z")


def test_what_is_less_grave_is_left_out(lines: io.StringIO) -> None:
    structlog.get_logger().debug("too_much")

    assert lines.getvalue() == ""


def test_the_access_line_holds_route_request_and_tenant_and_never_the_path(lines: io.StringIO) -> None:
    with about(Trace("r-1", f"00-{1:032x}-{2:016x}-01", "acme")):
        logs.observer(NullMeter())("GET", "/v1/subjects/{id}/authenticators", 200, 0.0123)

    line = last(lines)
    assert (line["event"], line["route"]) == ("request", "/v1/subjects/{id}/authenticators")
    assert (line["status"], line["ms"], line["request_id"], line["tenant"]) == (200, 12.3, "r-1", "acme")
    assert "u-123" not in lines.getvalue()


ids = st.text(max_size=20) | st.just(new_secret("dwk")) | st.sampled_from(["", 'r"1', "ä", "dvt_x dwk_y"])


@given(
    method=st.sampled_from(["GET", "OTHER"]),
    route=st.sampled_from(["", "/v1/decisions", "/v1/subjects/{id}"]),
    status=st.integers(100, 599),
    seconds=st.floats(0, 1e5),
    trace=st.none() | st.builds(Trace, ids, st.just(f"00-{1:032x}-{2:016x}-01"), st.none() | ids),
)
def test_the_access_line_is_what_every_other_line_would_be(
    method: str, route: str, status: int, seconds: float, trace: Trace | None
) -> None:
    with configured() as lines, about(trace):
        logs.observer(NullMeter())(method, route, status, seconds)
        logging.getLogger().addHandler(logging.NullHandler())
        logs.observer(NullMeter())(method, route, status, seconds)

    quick, whole = (re.sub(r'"20[^"]+Z"', "", line) for line in lines.getvalue().splitlines())
    assert quick == whole


def test_an_access_line_that_cannot_be_written_fails_no_request(lines: io.StringIO) -> None:
    lines.close()

    with contextlib.redirect_stderr(io.StringIO()):
        logs.observer(NullMeter())("GET", "", 404, 0.1)


def test_access_lines_are_left_out_where_only_worse_is_wanted(lines: io.StringIO) -> None:
    logging.getLogger().setLevel("WARNING")

    logs.observer(NullMeter())("GET", "", 404, 0.1)

    assert lines.getvalue() == ""


def test_the_form_for_a_terminal_is_no_json(lines: io.StringIO) -> None:
    stream = io.StringIO()
    logs.configure(level="info", form="console", stream=stream)

    structlog.get_logger().info("hello", value="dwk_" + "b" * 43)

    assert "hello" in stream.getvalue()
    assert "dwk_" not in stream.getvalue()
