"""A POST that is sent again gets its first answer, and is done once."""

import threading

import pytest

from doorward.api.errors import BadParameter
from doorward.api.idempotency import client_key, holds_secret
from doorward.core.errors import Conflict, NotFound, StoreUnavailable, Throttled, Unreadable
from doorward.core.purposes import purpose_at

URL = "/v1/decisions"
EVENT = {"type": "logout", "subject": {"id": "u-1"}}
DEVICE = {"id": "dev_" + "A" * 22, "token": "dvt_secret", "expires_at": "2027-11-22T10:00:00Z"}


def again(client, body, *, key="k-1", path=URL, **headers):
    return client.post(path, json=body, headers={"Idempotency-Key": key, **headers})


def test_the_same_key_with_another_body_is_422(client, services, login):
    again(client, login)
    login["subject"]["id"] = "u-124"

    answer = again(client, login)

    assert (answer.status_code, answer.json["type"]) == (422, "urn:doorward:problem:idempotency-key-reused")
    assert len(services.decisions.calls) == 1


def test_the_same_key_and_body_give_the_first_answer(client, services, login):
    first, second = again(client, login), again(client, login)

    assert second.data == first.data
    assert (second.status_code, second.headers["Idempotency-Replayed"]) == (200, "true")
    assert "Idempotency-Replayed" not in first.headers
    assert len(services.decisions.calls) == 1


def test_the_status_is_repeated_too(client, services):
    answers = [again(client, EVENT, path="/v1/events") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [202, 202]
    assert len(services.reports.calls) == 1


def test_spaces_and_order_do_not_make_another_body(client, services):
    for body in ('{"type":"logout","subject":{"id":"u"}}', '{ "subject": {"id": "u"}, "type": "logout" }'):
        headers = {"Idempotency-Key": "k-1"}
        answer = client.post("/v1/events", data=body, content_type="application/json", headers=headers)

        assert answer.status_code == 202
    assert len(services.reports.calls) == 1


def test_no_key_is_no_repetition(client, services, login):
    client.post(URL, json=login)
    client.post(URL, json=login)

    assert len(services.decisions.calls) == 2
    assert services.idempotency.kept == {}


@pytest.mark.parametrize(
    "other",
    [{"key": "k-2"}, {"Authorization": "Bearer dwk_other"}, {"Authorization": "Bearer dwk_decide"}],
)
def test_another_key_tenant_or_caller_is_another_request(client, services, login, other):
    again(client, login)

    answer = again(client, login, **other)

    assert "Idempotency-Replayed" not in answer.headers
    assert len(services.decisions.calls) == 2


def test_another_path_is_another_request(client, services):
    body = {"label": "fraud", "source": "user"}
    for place in "AB":
        again(client, body, path=f"{URL}/dec_{place * 22}/feedback")

    assert len(services.reports.calls) == 2


def test_a_request_that_is_still_running_is_409(client, services, app, login):
    entered, leave = threading.Event(), threading.Event()

    def slow(tenant, request, now):
        entered.set()
        leave.wait(5)
        return {"outcome": "allow", "degraded": []}

    services.decisions.decide = slow
    first = threading.Thread(target=again, args=(client, login))
    first.start()
    entered.wait(5)

    answer = app.test_client().post(
        URL, json=login, headers={"Idempotency-Key": "k-1", "Authorization": "Bearer dwk_admin"}
    )
    leave.set()
    first.join()

    assert (answer.status_code, answer.headers["Retry-After"]) == (409, "1")


@pytest.mark.parametrize("hours", [1, 23.9])
def test_an_answer_is_kept_for_a_day(client, services, clock, login, hours):
    again(client, login)
    clock.now += hours * 3600

    assert again(client, login).headers["Idempotency-Replayed"] == "true"


def test_an_answer_is_forgotten_after_a_day(client, services, clock, login):
    again(client, login)
    clock.now += 24 * 3600

    assert "Idempotency-Replayed" not in again(client, login).headers


@pytest.mark.parametrize("secret", [{"device": DEVICE}, {"assertion": "a.b.c"}])
def test_an_answer_with_a_secret_is_kept_ten_minutes(client, services, clock, login, secret):
    services.decisions.answer = {"outcome": "allow", "degraded": [], **secret}
    first = again(client, login)
    clock.now += 599

    second = again(client, login)
    clock.now += 2

    assert second.data == first.data
    assert "Idempotency-Replayed" not in again(client, login).headers


def test_our_own_keys_do_not_open_an_answer_with_a_secret(client, services, login):
    services.decisions.answer = {"outcome": "allow", "device": DEVICE, "degraded": []}
    again(client, login)
    ((name, (_, kept, _)),) = services.idempotency.kept.items()

    assert kept[:1] == b"c"
    assert b"dvt_secret" not in kept
    with pytest.raises(Unreadable):
        services.sealer.open(kept[1:], purpose_at("idempotency", "default", name))


def test_our_own_keys_open_an_answer_without_one(client, services):
    again(client, EVENT, path="/v1/events")
    ((name, (_, kept, _)),) = services.idempotency.kept.items()

    assert kept[:1] == b"s"
    assert services.sealer.open(kept[1:], purpose_at("idempotency", "default", name))


def test_the_store_sees_no_name_key_or_answer(client, services, login):
    again(client, login, key="key-of-the-client")

    kept = repr(services.idempotency.kept)

    for clear in ("u-123", "203.0.113.7", "key-of-the-client", "default", "everything-else"):
        assert clear not in kept


@pytest.mark.parametrize(
    "error", [Conflict("ended"), Throttled("slow", retry_after_seconds=1), StoreUnavailable(), ValueError("x")]
)
def test_a_refusal_that_may_pass_is_not_kept(client, services, login, error):
    services.decisions.raises = error
    again(client, login)
    services.decisions.raises = None

    answer = again(client, login)

    assert (answer.status_code, len(services.decisions.calls)) == (200, 2)


def test_a_refusal_that_stays_is_repeated(client, services, login):
    services.decisions.raises = NotFound("there is no such thing")
    first, second = again(client, login), again(client, login)

    assert (first.status_code, second.status_code, second.content_type) == (404, 404, "application/problem+json")
    assert second.headers["Idempotency-Replayed"] == "true"
    assert len(services.decisions.calls) == 1


def test_a_degraded_answer_is_not_kept(client, services, login):
    services.decisions.answer = {"outcome": "challenge", "degraded": ["history"]}
    again(client, login)
    again(client, login)

    assert len(services.decisions.calls) == 2


def test_bad_input_leaves_the_key_unused(client, services, login):
    assert again(client, {}).status_code == 422
    assert again(client, login).status_code == 200


def test_a_decision_is_made_without_the_store_and_says_so(client, services, login):
    services.idempotency.down = {"claim"}

    answer = again(client, login)

    assert (answer.status_code, answer.json["degraded"]) == (200, ["idempotency"])


def test_anything_else_waits_for_the_store(client, services):
    services.idempotency.down = {"claim"}

    answer = again(client, EVENT, path="/v1/events")

    assert answer.status_code == 503
    assert services.reports.calls == []


@pytest.mark.parametrize("down", ["finish", "release"])
def test_a_store_that_goes_away_midway_does_not_take_the_answer(client, services, login, down):
    services.idempotency.down = {down}
    services.decisions.answer = {"outcome": "allow", "degraded": ["history"] if down == "release" else []}

    assert again(client, login).json["outcome"] == "allow"


def test_a_dead_workers_claim_ends(client, services, clock, login):
    services.idempotency.down = {"finish"}
    again(client, login)
    services.idempotency.down = set()
    assert again(client, login).status_code == 409

    clock.now += 61

    assert again(client, login).status_code == 200


@pytest.mark.parametrize("key", ["", '""', "a b", "x" * 256, "é", '"a', 'a"b', "\t"])
def test_a_key_of_another_shape_is_422(client, login, key):
    answer = again(client, login, key=key)

    assert answer.status_code == 422
    assert answer.json["errors"][0]["in"] == "header"


def test_quotes_are_not_part_of_the_key(client, services, login):
    again(client, login, key="k-1")

    assert again(client, login, key='"k-1"').headers["Idempotency-Replayed"] == "true"


def test_the_longest_key_is_255_characters():
    assert client_key("x" * 255) == client_key('"' + "x" * 255 + '"')
    with pytest.raises(BadParameter):
        client_key('"' + "x" * 256 + '"')


@pytest.mark.parametrize(
    ("body", "secret"),
    [
        (None, False),
        ([], False),
        ({}, False),
        ({"device": None}, False),
        ({"device": {"id": "dev_x", "token": None}}, False),
        ({"device": {"token": "dvt_x"}}, True),
        ({"assertion": None}, False),
        ({"assertion": "a.b.c"}, True),
    ],
)
def test_a_secret_is_a_device_token_or_an_assertion(body, secret):
    assert holds_secret(body) is secret


def test_a_key_on_a_get_is_nothing(client, services):
    assert client.get("/v1/policy", headers={"Idempotency-Key": "k"}).status_code == 200
    assert services.idempotency.kept == {}
