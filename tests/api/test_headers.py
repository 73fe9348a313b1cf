"""What every response carries, and what is told once a request to whoever counts."""

import re

import pytest

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
PATHS = ("/livez", "/v1/policy", "/nowhere", "/v1/decisions/%zz", "/docs", "/openapi.json")


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_cached_or_sniffed(client, path):
    answer = client.get(path)

    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("sent", ["a", "A-1_b.c", "x" * 128])
def test_a_sane_request_id_is_echoed(client, sent):
    assert client.get("/livez", headers={"X-Request-Id": sent}).headers["X-Request-Id"] == sent


@pytest.mark.parametrize("sent", ["", "x" * 129, "a b", "a,b", "a;b", "<script>", "é", "a/b"])
def test_any_other_request_id_is_replaced(client, sent):
    answered = client.get("/livez", headers={"X-Request-Id": sent}).headers["X-Request-Id"]

    assert re.fullmatch(r"req_[A-Za-z0-9_-]{22}", answered)


@pytest.mark.parametrize("path", PATHS)
def test_a_valid_trace_is_propagated(client, path):
    assert client.get(path, headers={"traceparent": TRACE}).headers["traceparent"] == TRACE


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "nonsense",
        TRACE.upper(),
        TRACE + "-00",
        TRACE.replace("00-", "ff-", 1),
        "00-" + "0" * 32 + "-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-" + "0" * 16 + "-01",
        TRACE[:-1],
    ],
)
def test_an_invalid_trace_starts_a_new_one(client, sent):
    answered = client.get("/livez", headers={"traceparent": sent}).headers["traceparent"]

    assert answered != sent
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-00", answered)


@pytest.mark.parametrize(
    ("method", "path", "seen"),
    [
        ("GET", "/livez", ("GET", "/livez", 200)),
        ("GET", "/v1/decisions/dec_x", ("GET", "/v1/decisions/{decision_id}", 404)),
        ("GET", "/v1/lists/blocked/10.0.0.0%2F8", ("GET", "/v1/lists/{name}/{entry}", 200)),
        ("GET", "/nowhere/u-123", ("GET", "", 404)),
        ("BREW", "/livez", ("OTHER", "", 405)),
        ("GET", "/v1/lists/blocked/%FF", ("GET", "/v1/lists/{name}/{entry}", 400)),
        ("POST", "/v1/decisions", ("POST", "/v1/decisions", 415)),
    ],
)
def test_every_request_is_observed_once_by_its_template(client, observed, method, path, seen):
    client.open(path, method=method)

    ((*what, seconds),) = observed
    assert tuple(what) == seen
    assert 0 <= seconds < 10


def test_a_failure_of_ours_is_observed_too(client, services, observed):
    services.policies.raises = RuntimeError("x")

    client.get("/v1/policy")

    assert observed[0][:3] == ("GET", "/v1/policy", 500)
