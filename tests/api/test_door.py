"""The door answers a decision as the framework would, byte for byte, and leaves every other request to it."""

import contextlib
import copy
import io
import json
import logging
import re
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward import logs
from doorward.api.app import create_app
from doorward.api.door import Door
from doorward.api.operation import SERVICES
from doorward.core.errors import BadInput, Conflict, Mistake, NotReady, StoreUnavailable, Throttled
from doorward.meter import NullMeter

from .desks import DECISION, NOW, Clock, small_services

PATH = "/v1/decisions"
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
BODY = {
    "kind": "login",
    "subject": {"id": "ü-123", "contacts": [{"channel": "email", "address": "a@example.org"}]},
    "client": {"ip": "203.0.113.7", "rtt_ms": 37, "device_token": None},
    "context": {"channel": "web"},
}

# Without a change it is the request that the door is for; each part of it may be odd.
ODD = {
    "REQUEST_METHOD": ["GET", "PUT", "HEAD", "OPTIONS", "post"],
    "PATH_INFO": ["/v1/decisions/", "//v1/decisions", "/v1/decisions/x", "/", "", "/v1/decision\xff", "/v1/policy"],
    "QUERY_STRING": ["a=1", "%", "&", "a"],
    "SCRIPT_NAME": ["/v1"],
    "RAW_URI": ["", "/v1/decisions?", "http://x/v1/decisions", "/v1/decision%73", "/v1/decisions%zz", "/%ff"],
    "CONTENT_TYPE": [None, "", "text/plain", "application/json; charset=utf-8", "application/json;charset=utf-8"],
    "CONTENT_LENGTH": [None, "", "0", "1", "5", "007", "+9", "-1", "1_0", "٣", "x", "9" * 9, "9" * 40, "65537", "700"],
    "HTTP_TRANSFER_ENCODING": ["chunked", "identity", ""],
    "HTTP_CONTENT_ENCODING": ["gzip", "identity", ""],
    "HTTP_HOST": [None, "", "a..b", "x" * 64, "\xe9", "[::1]:80", "a:b", "a b", "user@x", "x:99999999", "xn--a", "-"],
    "HTTP_AUTHORIZATION": [None, "", "Bearer dwk_decide", "bearer  dwk_decide", "Bearer dwk_records", "Bearer nobody"],
    "HTTP_IDEMPOTENCY_KEY": ["k-1", '"k-1"', "", "a b", "x" * 256, "\xe9"],
    "HTTP_X_REQUEST_ID": ["r-1", "", "a b", "x" * 129, "dwk_secret"],
    "HTTP_TRACEPARENT": [TRACE, TRACE.upper(), "00-"],
    "wsgi.input_terminated": [False],
}
ODD["CONTENT_TYPE"] += ["application/json; charset=latin-1", "Application/JSON", "application/problem+json"]
ODD["HTTP_AUTHORIZATION"] += ["Basic eA==", "Bearer \xe9", "Bearer " + "x" * 257, "Bearer dwk_decide,Bearer dwk_decide"]
BODIES = [b"", b" ", b"{", b"[]", b"null", b"\xff", b"\xef\xbb\xbf{}", b'{"kind":"login","kind":"login"}', b'{"a":NaN}']
BODIES += [b'{"a":' * 40 + b"1" + b"}" * 40, b'{"a":"\\ud800"}', b'{"\\u0000":1}', b'{"a":123456789012345678901}']
RAISED = [
    StoreUnavailable(),
    Throttled("wait", retry_after_seconds=7),
    Conflict("moved on"),
    NotReady("wait"),
    KeyError("a@b"),
]
RAISED += [BadInput([Mistake("no such thing", "#/x"), Mistake("nor this", "#/y")]), OSError("gone")]
ANSWERS = [DECISION, DECISION | {"degraded": ["history"]}, DECISION | {"outcome": "\u2028ä"}, {"n": float("nan")}]
ANSWERS += [DECISION | {"device": {"token": "dvt_secret"}}, {"bad": "\ud800"}, {"odd": object()}]


class Stream:
    """A body as a server hands it on: up to its stated length, in pieces; one that lacks something may break off."""

    def __init__(self, body: bytes, stated: str | None, *, piece: int = 1 << 20, breaks: bool = False) -> None:
        length = int(stated) if stated and stated.isascii() and stated.isdigit() else None
        self._body, self._piece = io.BytesIO(body[:length]), piece
        self._breaks = breaks and length is not None and len(body) < length

    def read(self, size: int = -1) -> bytes:
        found = self._body.read(min(size, self._piece) if size >= 0 else -1)
        if self._breaks and not found:
            raise OSError("the caller hung up")
        return found


class KeyMeter(NullMeter):
    def __init__(self) -> None:
        self.rejected: list[str] = []

    def key_rejected(self, reason: str) -> None:
        self.rejected.append(reason)


def plain(body: bytes) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "POST", "PATH_INFO": PATH, "RAW_URI": PATH, "QUERY_STRING": "", "SCRIPT_NAME": "",
        "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "192.0.2.1",
        "CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(body)), "HTTP_HOST": "localhost:8080",
        "HTTP_AUTHORIZATION": "Bearer dwk_decide", "wsgi.url_scheme": "http", "wsgi.input_terminated": True,
        "wsgi.errors": io.StringIO(), "wsgi.version": (1, 0), "wsgi.multithread": True, "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }  # fmt: skip


def whole() -> dict[str, Any]:
    body = json.dumps(BODY).encode()
    return plain(body) | {"wsgi.input": io.BytesIO(body)}


def changed(environ: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    whole = {**environ, **changes}
    return {name: value for name, value in whole.items() if value is not None}


def places(value: Any) -> list[tuple[dict[str, Any], str]]:
    found = [(value, name) for name in value]
    return found + [place for inner in value.values() if isinstance(inner, dict) for place in places(inner)]


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    if draw(st.integers(0, 3)) == 0:
        return draw(st.sampled_from(BODIES) | st.binary(max_size=40))
    body = copy.deepcopy(BODY)
    if draw(st.booleans()):
        around, name = draw(st.sampled_from(places(body)))
        around[name] = draw(st.sampled_from([None, 1, True, "", "x", "a\nb", [], {}, "action", {"name": "pay"}]))
    if draw(st.integers(0, 3)) == 0:
        body[draw(st.sampled_from(["surplus", "knd", "ключ"]))] = 1
    return json.dumps(body, ensure_ascii=draw(st.booleans())).encode()


def changes() -> st.SearchStrategy[dict[str, Any]]:
    one = st.sampled_from(sorted(ODD)).flatmap(lambda name: st.tuples(st.just(name), st.sampled_from(ODD[name])))
    return st.lists(one, max_size=3).map(dict)


class Side:
    """One application on services of its own, with all that can be seen of how it answers."""

    def __init__(self, *, by_door: bool) -> None:
        log = logs.observer(NullMeter())

        def observe(method: str, route: str, status: int, seconds: float) -> None:
            self.observed.append((method, route, status))
            log(method, route, status, 0.001)

        self.flask = create_app(small_services(Clock(NOW)), observe=observe)
        self.app: Any = Door(self.flask, observe=observe) if by_door else self.flask
        self.begin()

    def begin(self) -> None:
        """Go on with services that have seen nothing."""
        self.meter, self.observed = KeyMeter(), []
        self.services = replace(small_services(Clock(NOW)), meter=self.meter)
        self.flask.extensions[SERVICES] = self.services

    def ask(self, environ: dict[str, Any]) -> tuple[str, str]:
        told: list[Any] = []
        with logged() as lines:
            answer = self.app(environ, lambda *said: told.append(said))
            body = b"".join(answer)
            if hasattr(answer, "close"):
                answer.close()
        seen = (told[0][:2], body, self.observed, self.meter.rejected, self.services.decisions.calls)
        return anonymous(repr(seen)), anonymous(re.sub(r'"traceback": "(?:[^"\\]|\\.)*"', "", lines.getvalue()))


@cache
def side(*, by_door: bool) -> Side:
    return Side(by_door=by_door)


def anonymous(text: str) -> str:
    """Return *text* without what is drawn anew for each request."""
    text = re.sub(r"req_[A-Za-z0-9_-]{22}|00-[0-9a-f]{32}-[0-9a-f]{16}-00", "[new]", text)
    return re.sub(r'"(timestamp|trace_id)": "[^"]+"', "", text)


@contextlib.contextmanager
def logged() -> Any:
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level, lines = root.handlers[:], root.level, io.StringIO()
    logs.configure(level="info", form="json", stream=lines)
    # A logger of a module would keep this chain for good, and no other test would hear it any more.
    structlog.configure(cache_logger_on_first_use=False)
    yield lines
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**before)


@settings(max_examples=400)
@given(
    changes=changes(),
    body=bodies(),
    piece=st.sampled_from([1, 7, 1 << 20]),
    breaks=st.booleans(),
    lacking=st.sampled_from([0, 0, 0, 1]),
    raises=st.none() | st.sampled_from(RAISED),
    answer=st.sampled_from(ANSWERS),
    keys_down=st.sampled_from([False, False, False, True]),
    times=st.integers(1, 2),
)
def test_every_request_is_answered_as_the_framework_would(
    changes: dict[str, Any], body: bytes, piece: int, breaks: bool, lacking: int, raises: Any, answer: Any,
    keys_down: bool, times: int,
) -> None:  # fmt: skip
    sides = [side(by_door=True), side(by_door=False)]
    for each in sides:
        each.begin()
        each.services.decisions.raises, each.services.decisions.answer = raises, answer
        each.services.api_keys.down = keys_down

    for _ in range(times):
        environ = changed(plain(body), changes)
        arrived, stated = body[: len(body) - lacking], environ.get("CONTENT_LENGTH")
        streams = [Stream(arrived, stated, piece=piece, breaks=breaks) for _ in sides]
        door, framework = (
            each.ask(environ | {"wsgi.input": stream}) for each, stream in zip(sides, streams, strict=True)
        )

        assert door == framework


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"CONTENT_TYPE": "application/json; charset=utf-8"},
        {"HTTP_AUTHORIZATION": "Bearer nobody"},
        {"HTTP_IDEMPOTENCY_KEY": "k-1"},
        {"HTTP_HOST": "[::1]:8080"},
        {"RAW_URI": None},
    ],
)
def test_a_decision_does_not_pass_the_framework(changes: dict[str, Any]) -> None:
    decider = Side(by_door=True)

    def never(*_: Any) -> Any:
        raise AssertionError("the framework was asked")

    decider.flask.wsgi_app = never
    seen, _ = decider.ask(changed(whole(), changes))

    assert "('POST', '/v1/decisions', " in seen


def test_nothing_of_a_request_is_left_behind_for_the_next() -> None:
    decider = Side(by_door=True)
    decider.ask(whole())
    decider.ask(whole() | {"PATH_INFO": "/livez", "REQUEST_METHOD": "GET"})

    with logged() as lines:
        structlog.get_logger().info("between")

    assert "request_id" not in lines.getvalue()
