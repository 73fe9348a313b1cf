import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from flask import Flask, g
from hypothesis import given
from hypothesis import strategies as st

from doorward import logs
from doorward.core.identifiers import new_secret
from doorward.logs import guard_secrets
from doorward.meter import NullMeter
from doorward.services import Caller


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
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


@given(before=st.sampled_from(["", "Bearer ", "x=", "\n"]), wrap=st.integers(0, 3), beside=json_values)
def test_no_secret_of_ours_passes_the_guard(before: str, wrap: int, beside: object) -> None:
    secret = new_secret("dwk")
    value: object = before + secret
    for _ in range(wrap):
        value = {"inner": [value, beside]}

    assert secret not in repr(guard_secrets(None, "info", {"event": "x", "value": value}))


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
    with Flask("test").test_request_context("/v1/subjects/u-123/authenticators?x=1"):
        g.request_id, g.caller = "r-1", Caller("acme", "key_1", frozenset())
        logs.observer(NullMeter())("GET", "/v1/subjects/{id}/authenticators", 200, 0.0123)

    line = last(lines)
    assert (line["event"], line["route"]) == ("request", "/v1/subjects/{id}/authenticators")
    assert (line["status"], line["ms"], line["request_id"], line["tenant"]) == (200, 12.3, "r-1", "acme")
    assert "u-123" not in lines.getvalue()


def test_the_form_for_a_terminal_is_no_json(lines: io.StringIO) -> None:
    stream = io.StringIO()
    logs.configure(level="info", form="console", stream=stream)

    structlog.get_logger().info("hello", value="dwk_" + "b" * 43)

    assert "hello" in stream.getvalue()
    assert "dwk_" not in stream.getvalue()
