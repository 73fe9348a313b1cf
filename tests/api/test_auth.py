"""Who may call: refusals first."""

import pytest

from doorward.core.errors import StoreUnavailable

KNOWN_ID = "dec_" + "A" * 22

OPERATIONS = [
    ("POST", "/v1/decisions", {"decide"}),
    ("GET", "/v1/decisions", {"records"}),
    ("GET", f"/v1/decisions/{KNOWN_ID}", {"records"}),
    ("POST", f"/v1/decisions/{KNOWN_ID}/outcome", {"decide"}),
    ("POST", f"/v1/decisions/{KNOWN_ID}/feedback", {"feedback"}),
    ("POST", "/v1/events", {"decide"}),
    ("GET", "/v1/lists/blocked/u-1", {"policy"}),
    ("PUT", "/v1/lists/blocked/u-1", {"policy"}),
    ("DELETE", "/v1/lists/blocked/u-1", {"policy"}),
    ("GET", "/v1/policy", {"policy"}),
    ("POST", "/v1/policy/check", {"policy"}),
    ("POST", "/v1/policy/what-if", {"policy"}),
    ("GET", "/v1/challenges/chl_" + "A" * 22, {"challenge"}),
    ("POST", "/v1/assertions/redeem", {"decide", "challenge"}),
]
SCOPES = ("decide", "challenge", "feedback", "records", "policy")


@pytest.mark.parametrize(("method", "path"), [(method, path) for method, path, _ in OPERATIONS])
def test_no_key_is_401(stranger, method, path):
    answer = stranger.open(path, method=method)

    assert (answer.status_code, answer.content_type) == (401, "application/problem+json")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="doorward"'


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer dwk_wrong",
        "Basic ZHdrX2FkbWluOg==",
        "dwk_admin",
        "Bearer dwk_admin x",
        "Bearer " + "x" * 5000,
        "Bearer dwk_é",
        "Bearer dwk_admin, Bearer dwk_admin",
        "Token dwk_admin",
    ],
)
def test_a_wrong_key_is_401_and_always_reads_the_same(stranger, header):
    answer = stranger.get("/v1/policy", headers={"Authorization": header})

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="doorward", error="invalid_token"'
    assert answer.json["detail"] == "the API key is not valid"


@pytest.mark.parametrize(("method", "path", "enough"), OPERATIONS)
def test_a_scope_that_is_missing_is_403(stranger, method, path, enough):
    for scope in SCOPES:
        answer = stranger.open(path, method=method, headers={"Authorization": f"Bearer dwk_{scope}"})

        assert (answer.status_code == 403) == (scope not in enough), scope


def test_the_scope_that_is_missing_is_named(stranger):
    answer = stranger.get("/v1/policy", headers={"Authorization": "Bearer dwk_decide"})

    assert answer.json["detail"] == "the API key lacks the scope 'policy'"
    assert 'error="insufficient_scope", scope="policy"' in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize("name", ["key", "api_key", "access_token", "authorization"])
def test_a_key_in_the_url_is_no_key(stranger, name):
    answer = stranger.get(f"/v1/policy?{name}=dwk_admin")

    assert answer.status_code == 401
    assert b"dwk_admin" not in answer.data


def test_a_key_in_the_url_is_refused_beside_a_good_one(client):
    answer = client.get("/v1/policy?access_token=dwk_admin")

    assert answer.status_code == 422
    assert b"dwk_admin" not in answer.data


def test_the_scheme_is_written_in_any_case(stranger):
    assert stranger.get("/v1/policy", headers={"Authorization": "bearer dwk_policy"}).status_code == 200


def test_the_keys_tenant_is_asked(stranger, services):
    stranger.get("/v1/policy", headers={"Authorization": "Bearer dwk_other"})

    assert services.policies.calls == [("show", "other")]


def test_keys_that_cannot_be_checked_are_503(client, services):
    services.api_keys.down = True

    answer = client.get("/v1/policy")

    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) == StoreUnavailable().retry_after_seconds


def test_who_calls_is_asked_before_the_body_is_read(stranger):
    answer = stranger.post("/v1/decisions", data=b"nonsense", content_type="text/plain")

    assert answer.status_code == 401
