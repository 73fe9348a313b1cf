"""The device's operations: open to every origin, without an API key, signed over what was sent."""

import pytest

from doorward.core.errors import BadSignature, StoreUnavailable
from doorward.services import Signed

FACTOR = "fac_" + "A" * 22
PATHS = ("/v1/push/pair", "/v1/push/pending", "/v1/push/chl_" + "A" * 22)
LOOK = {"authenticator": FACTOR, "at": "2026-11-22T10:00:00Z", "signature": "AA"}


def test_a_signature_of_nobody_is_401_with_its_own_way_to_authenticate(stranger, services):
    services.pushes.raises = BadSignature("the signature is not that of a paired device")

    answer = stranger.post("/v1/push/pending", json=LOOK)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Doorward-Device realm="doorward"'
    assert answer.json["type"] == "urn:doorward:problem:bad-signature"


@pytest.mark.parametrize(
    "body",
    [
        {},
        LOOK | {"at": "now"},
        LOOK | {"at": 1_795_341_600},
        LOOK | {"signature": "A" * 129},
        LOOK | {"signature": "a b"},
        LOOK | {"signature": None},
        LOOK | {"authenticator": "fac_x"},
        LOOK | {"more": 1},
    ],
)
def test_what_is_no_request_of_a_device_is_bad_input(stranger, services, body):
    assert stranger.post("/v1/push/pending", json=body).status_code == 422
    assert services.pushes.calls == []


@pytest.mark.parametrize("size", [257, 70_000])
def test_a_key_that_is_too_large_is_refused(stranger, services, size):
    body = {"authenticator": FACTOR, "code": "x", "public_key": {"kty": "EC", "x": "A" * size}, "signature": "AA"}

    assert stranger.post("/v1/push/pair", json=body).status_code in (413, 422)
    assert services.pushes.calls == []


def test_what_was_signed_is_the_body_as_it_was_sent_without_the_signature(stranger, services):
    stranger.post("/v1/push/pending", json=LOOK)

    ((_, at, signed),) = services.pushes.calls
    assert at == 1_795_341_600.0
    assert signed == Signed(FACTOR, {"authenticator": FACTOR, "at": "2026-11-22T10:00:00Z"}, "AA")


def test_nobody_fills_the_store_with_answers_to_be_repeated(stranger, services):
    stranger.post("/v1/push/pending", json=LOOK, headers={"Idempotency-Key": "k-1"})

    assert services.idempotency.kept == {}


@pytest.mark.parametrize("path", PATHS)
def test_a_page_of_any_origin_may_send_json_without_credentials(stranger, path):
    asked = {"Origin": "https://device.example.org", "Access-Control-Request-Method": "POST"}

    answer = stranger.options(path, headers=asked)

    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Allow-Methods"] == "POST"
    assert answer.headers["Access-Control-Allow-Headers"] == "Content-Type"
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.parametrize("raised", [None, BadSignature("x"), StoreUnavailable()])
def test_a_page_reads_every_answer_to_a_device(stranger, services, raised):
    services.pushes.raises = raised

    assert stranger.post("/v1/push/pending", json=LOOK).headers["Access-Control-Allow-Origin"] == "*"
    assert stranger.post("/v1/push/pending", json={}).headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("path", ["/v1/decisions", "/v1/policy", "/v1/challenges/chl_x", "/livez"])
def test_no_page_reads_anything_else(client, path):
    answers = [client.options(path), client.get(path)]

    assert all("Access-Control-Allow-Origin" not in each.headers for each in answers)
