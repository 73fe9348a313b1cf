"""Every operation reaches its use-case with what was sent, and answers what it says."""

import pytest

from doorward.core.request import Client
from doorward.services import RecordFilter, ReportedEvent

KNOWN_ID = "dec_" + "A" * 22
CHALLENGE_ID = "chl_" + "A" * 22


def test_a_decision_is_asked_of_the_callers_tenant(client, services, login):
    answer = client.post("/v1/decisions", json=login)

    assert answer.status_code == 200
    assert answer.json["outcome"] == "allow"
    (_, tenant, request) = services.decisions.calls[0]
    assert (tenant, request.subject.id, request.client.ip) == ("default", "u-123", "203.0.113.7")


def test_the_least_decision_needs_kind_subject_and_client(client, services):
    answer = client.post("/v1/decisions", json={"kind": "login", "subject": {"id": "u"}, "client": {}})

    assert answer.status_code == 200
    assert services.decisions.calls[0][2].client == Client()


def test_a_record_is_shown(client):
    assert client.get(f"/v1/decisions/{KNOWN_ID}").json == {"id": KNOWN_ID}


@pytest.mark.parametrize("wrong", ["dec_" + "B" * 22, "dec_short", "fac_" + "A" * 22, "%00", "x" * 3000])
def test_a_record_that_is_not_there_is_404(client, wrong):
    assert client.get(f"/v1/decisions/{wrong}").status_code == 404


def test_records_are_filtered(client, services):
    query = "subject=u%2D1&outcome=deny&rule=spray&from=2026-11-22T10:00:00Z&to=2026-11-22T11:00:00Z&cursor=c&limit=7"

    answer = client.get(f"/v1/decisions?{query}")

    assert answer.status_code == 200
    since = 1_795_341_600.0
    expected = RecordFilter(
        subject_id="u-1", outcome="deny", rule="spray", since=since, until=since + 3600, cursor="c", limit=7
    )
    assert services.records.calls == [("page", "default", expected)]


def test_an_outcome_is_reported(client, services):
    body = {"result": "completed", "amr": ["otp"], "auth_time": "2026-11-22T10:00:00Z"}

    answer = client.post(f"/v1/decisions/{KNOWN_ID}/outcome", json=body)

    assert answer.status_code == 200
    assert services.reports.calls == [("outcome", "default", KNOWN_ID, "completed", ("otp",), 1_795_341_600.0)]


def test_feedback_is_given(client, services):
    body = {"label": "fraud", "source": "analyst", "note": "stolen"}

    answer = client.post(f"/v1/decisions/{KNOWN_ID}/feedback", json=body)

    assert answer.status_code == 200
    assert services.reports.calls == [("feedback", "default", KNOWN_ID, "fraud", "analyst", "stolen")]


def test_an_event_is_taken(client, services):
    body = {"type": "login_failed", "subject": {"id": "u-1"}, "client": {"ip": "::1"}, "at": "2026-11-22T10:00:00.5Z"}

    answer = client.post("/v1/events", json=body)

    assert answer.status_code == 202
    event = ReportedEvent(type="login_failed", subject_id="u-1", client=Client(ip="::1"), at=1_795_341_600.5)
    assert services.reports.calls == [("event", "default", event)]


@pytest.mark.parametrize("path", ["10.0.0.0%2F8", "10.0.0.0/8"])
def test_a_network_is_put_on_a_list(client, services, path):
    body = {"until": "2026-11-22T11:00:00Z", "reason": "stuffing"}

    answer = client.put(f"/v1/lists/blocked/{path}", json=body)

    assert answer.status_code == 200
    assert services.lists.calls == [("put", "default", "blocked", "10.0.0.0/8", 1_795_345_200.0, "stuffing")]


def test_an_ipv6_network_is_found_in_the_path(client, services):
    client.get("/v1/lists/blocked/2001%3Adb8%3A%3A%2F32")

    assert services.lists.calls == [("show", "default", "blocked", "2001:db8::/32")]


def test_an_entry_is_taken_off_a_list(client, services):
    answer = client.delete("/v1/lists/blocked/u-1")

    assert (answer.status_code, answer.data) == (204, b"")
    assert services.lists.calls == [("delete", "default", "blocked", "u-1")]


@pytest.mark.parametrize("name", ["..", "bl%20ock", "%2e%2e", "a" * 65])
def test_a_list_with_no_name_of_a_list_is_404(client, name):
    assert client.get(f"/v1/lists/{name}/u-1").status_code == 404


@pytest.mark.parametrize("entry", ["a%00b", "%E2%80%AEu", "x" * 257])
def test_an_entry_that_cannot_be_an_entry_is_422(client, entry):
    answer = client.get(f"/v1/lists/blocked/{entry}")

    assert answer.status_code == 422
    assert answer.json["errors"][0]["in"] == "path"


def test_the_policy_is_shown(client):
    assert client.get("/v1/policy").json["text"] == "version: 1\n"


def test_a_policy_is_checked(client, services):
    assert client.post("/v1/policy/check", json={"text": "version: 1"}).json == {"findings": []}
    assert services.policies.calls == [("check", "default", "version: 1")]


def test_an_editor_gets_the_schema_of_a_policy_without_a_key(stranger):
    answer = stranger.get("/v1/policy/schema")

    assert answer.status_code == 200
    assert answer.json["$id"] == "urn:doorward:policy:1"


def test_a_decision_is_tried(client, services, login):
    body = {"request": login, "text": "version: 1", "facts": {"network": {"country": "NO"}}}

    answer = client.post("/v1/policy/what-if", json=body)

    assert answer.status_code == 200
    (name, _, request, text, facts) = services.decisions.calls[0]
    assert (name, request.subject.id, text, facts) == ("what_if", "u-123", "version: 1", body["facts"])


def test_a_challenge_is_shown(client):
    assert client.get(f"/v1/challenges/{CHALLENGE_ID}").json["status"] == "pending"


def test_a_challenge_id_that_is_none_never_reaches_the_store(client, services):
    assert client.get("/v1/challenges/nonsense").status_code == 404
    assert services.challenges.calls == []


def test_public_keys_need_no_api_key(stranger):
    assert "keys" in stranger.get("/.well-known/jwks.json?tenant=default").json


def test_public_keys_are_one_tenants(stranger):
    assert stranger.get("/.well-known/jwks.json").status_code == 422
    assert stranger.get("/.well-known/jwks.json?tenant=nobody").status_code == 404


def test_an_assertion_is_redeemed(client):
    assert client.post("/v1/assertions/redeem", json={"assertion": "good.jws.sig"}).json["sub"] == "u-123"


def test_an_assertion_that_proves_nothing_is_422(client):
    answer = client.post("/v1/assertions/redeem", json={"assertion": "bad.jws.sig"})

    assert (answer.status_code, answer.json["type"]) == (422, "urn:doorward:problem:invalid-assertion")


def test_liveness_needs_no_api_key(stranger):
    assert stranger.get("/livez").json == {"status": "ok"}


def test_readiness_tells_why_not(stranger, services):
    assert stranger.get("/readyz").status_code == 200

    services.health.well = False

    answer = stranger.get("/readyz")
    assert (answer.status_code, answer.json["status"]) == (503, "degraded")


def test_a_sensible_answer_is_plain_json(client, services, login):
    services.decisions.answer = {"sent_to": "+49•••12"}

    answer = client.post("/v1/decisions", json=login)

    assert answer.content_type == "application/json"
    assert "•••".encode() in answer.data
