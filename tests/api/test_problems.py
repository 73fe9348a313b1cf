"""Whatever goes wrong reads as a problem document, and shows nothing of the inside."""

import pytest
from structlog.testing import capture_logs

from doorward.core.errors import (
    BadInput,
    Conflict,
    InvalidAssertion,
    Mistake,
    NotFound,
    StoreUnavailable,
    Throttled,
    Unreadable,
)

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "BREW")


@pytest.mark.parametrize(
    ("error", "status", "name"),
    [
        (BadInput([Mistake("too late", "#/until")]), 422, "bad-input"),
        (NotFound("gone"), 404, "not-found"),
        (Conflict("ended"), 409, "conflict"),
        (InvalidAssertion("spent"), 422, "invalid-assertion"),
        (Throttled("slow down", retry_after_seconds=42), 429, "throttled"),
        (StoreUnavailable(), 503, "store-unavailable"),
        (Unreadable("no key opens this"), 500, "internal"),
        (KeyError("alice@example.org"), 500, "internal"),
        (RecursionError(), 500, "internal"),
    ],
)
def test_a_fact_has_one_status(client, services, login, error, status, name):
    services.decisions.raises = error

    answer = client.post("/v1/decisions", json=login)

    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert answer.json["type"] == f"urn:doorward:problem:{name}"
    assert answer.json["status"] == status
    assert answer.json["title"]
    assert answer.json["detail"]


def test_the_time_to_wait_is_told(client, services, login):
    services.decisions.raises = Throttled("slow down", retry_after_seconds=42)

    assert client.post("/v1/decisions", json=login).headers["Retry-After"] == "42"


def test_an_unexpected_exception_shows_nothing_of_the_inside(client, services, login):
    services.decisions.raises = KeyError("alice@example.org")

    answer = client.post("/v1/decisions", json=login)

    assert b"alice" not in answer.data
    assert b"KeyError" not in answer.data
    assert b"Traceback" not in answer.data


def test_an_unexpected_exception_is_logged_without_what_it_says(client, services, login):
    services.decisions.raises = KeyError("alice@example.org")

    with capture_logs() as logs:
        client.post("/v1/decisions", json=login)

    (entry,) = logs
    assert (entry["event"], entry["exception"], entry["log_level"]) == ("unexpected_exception", "KeyError", "error")
    assert "in decide" in entry["traceback"]
    assert "alice" not in str(entry)
    assert "u-123" not in str(entry)


def test_an_unexpected_exception_is_found_by_the_request_id(client, services, login):
    services.decisions.raises = ValueError()

    with capture_logs() as logs:
        answer = client.post("/v1/decisions", json=login, headers={"X-Request-Id": "r-1"})

    assert answer.json["instance"] == "urn:doorward:request:r-1"
    assert logs[0]["request_id"] == answer.headers["X-Request-Id"] == "r-1"


def test_an_answer_that_is_no_json_is_500(client, services, login):
    services.decisions.answer = {"risk": float("nan")}

    assert client.post("/v1/decisions", json=login).status_code == 500


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/v1",
        "/v1/",
        "/v1/decisions/",
        "/v2/decisions",
        "//v1/decisions",
        "/v1//decisions",
        "/v1/decisions%2F",
        "/V1/decisions",
        "/v1/lists/blocked",
        "/v1/lists/blocked/",
        "/%2e%2e/etc/passwd",
        "/static/x",
        "/favicon.ico",
        "/metrics",
        "/sandbox/clock",
        "/" + "x" * 4000,
    ],
)
def test_an_unknown_path_is_404_whoever_asks(stranger, path):
    answer = stranger.get(path)

    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
    assert answer.json["type"] == "urn:doorward:problem:unknown-path"


@pytest.mark.parametrize(
    "path", ["/v1/%FF", "/%C0%AF", "/v1/decisions/%zz", "/v1/decisions/%", "/v1/lists/blocked/%FE"]
)
def test_a_path_that_is_not_percent_encoded_utf8_is_400(client, path):
    answer = client.get(path)

    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")


def test_a_wrong_method_is_405_and_the_right_ones_are_told(client):
    answer = client.delete("/v1/decisions")

    assert (answer.status_code, answer.content_type) == (405, "application/problem+json")
    assert {method.strip() for method in answer.headers["Allow"].split(",")} == {"GET", "HEAD", "POST"}


@pytest.mark.parametrize("method", METHODS)
def test_every_method_on_every_path_gets_a_sane_answer(app, client, method):
    for rule in app.url_map.iter_rules():
        path = rule.rule.replace("<path:entry>", "u-1").replace("<name>", "blocked")
        path = path.replace("<decision_id>", "dec_" + "B" * 22).replace("<challenge_id>", "chl_" + "A" * 22)

        answer = client.open(path, method=method)

        assert answer.status_code < 500, path
        assert (answer.status_code == 405) == (method not in rule.methods | _siblings(app, rule)), path
        assert answer.status_code != 405 or answer.headers["Allow"]


def _siblings(app, rule):
    return {method for each in app.url_map.iter_rules() if each.rule == rule.rule for method in each.methods}


def test_head_is_get_without_its_body(client):
    got, asked = client.get("/v1/policy"), client.head("/v1/policy")

    assert (asked.status_code, asked.data) == (200, b"")
    assert asked.headers["Content-Length"] == got.headers["Content-Length"]


def test_a_body_on_a_get_is_not_read(client):
    assert client.get("/v1/policy", data=b"nonsense", content_type="text/plain").status_code == 200


@pytest.mark.parametrize("host", ["", "a b", "evil.example.org:99999", "\x7f", "[::1", "x" * 3000])
def test_a_strange_host_changes_nothing(client, host):
    answer = client.get("/v1/policy", headers={"Host": host})

    assert answer.status_code < 500
