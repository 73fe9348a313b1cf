"""Bodies and queries that cannot be used: never a 5xx, and nothing reaches a use-case."""

import io
import json

import pytest
from werkzeug.test import create_environ, run_wsgi_app

URL = "/v1/decisions"
KNOWN_ID = "dec_" + "A" * 22


@pytest.mark.parametrize("body", ["[]", '"text"', "1", "null", "true", "[{}]"])
def test_a_body_that_is_no_object_is_422(client, services, body):
    answer = client.post(URL, data=body, content_type="application/json")

    assert answer.status_code == 422
    assert answer.json["errors"] == [{"detail": "a JSON object was expected", "pointer": "#"}]
    assert services.decisions.calls == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"a":NaN}',
        b'{"a":1,"a":1}',
        rb'{"\ud800":1}',
        b"[" * 30_000,
        b"\xff",
        b'{"a":' + b"9" * 9000 + b"}",
    ],
    ids=range(8),
)
def test_bad_json_is_400(client, services, body):
    answer = client.post(URL, data=body, content_type="application/json")

    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
    assert answer.json["errors"]
    assert services.decisions.calls == []


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "text/json",
        "application/json; charset=latin-1",
        "x",
    ],
)
def test_another_content_type_is_415(client, login, content_type):
    answer = client.post(URL, data=json.dumps(login), content_type=content_type)

    assert answer.status_code == 415


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=UTF-8", "Application/JSON"])
def test_json_in_utf8_is_read(client, login, content_type):
    assert client.post(URL, data=json.dumps(login), content_type=content_type).status_code == 200


def test_a_compressed_body_is_415(client, login):
    assert client.post(URL, json=login, headers={"Content-Encoding": "gzip"}).status_code == 415


def test_a_body_past_64_kib_is_413(client, services):
    answer = client.post(URL, data=b" " * 65537, content_type="application/json")

    assert (answer.status_code, answer.content_type) == (413, "application/problem+json")
    assert services.decisions.calls == []


def test_a_body_of_64_kib_is_read(client, login):
    raw = json.dumps(login).encode()

    answer = client.post(URL, data=raw + b" " * (65536 - len(raw)), content_type="application/json")

    assert answer.status_code == 200


class Endless:
    """A chunked body that never ends; counts what was read of it."""

    def __init__(self):
        self.taken = 0

    def read(self, size=-1):
        self.taken += size if size >= 0 else 1 << 30
        return b" " * size

    def readinto(self, buffer):
        self.taken += len(buffer)
        buffer[:] = b" " * len(buffer)
        return len(buffer)


def chunked(body):
    headers = {"Transfer-Encoding": "chunked", "Authorization": "Bearer dwk_admin"}
    environ = create_environ(URL, method="POST", content_type="application/json", headers=headers)
    environ.pop("CONTENT_LENGTH", None)
    return environ | {"wsgi.input": body, "wsgi.input_terminated": True}


def test_an_endless_chunked_body_is_413_and_not_read_on(app):
    body = Endless()

    _, status, _ = run_wsgi_app(app, chunked(body))

    assert status.startswith("413")
    assert body.taken < 200_000


def test_a_chunked_body_is_never_cut_off_and_read(app, services, login):
    raw = json.dumps(login).encode()

    _, status, _ = run_wsgi_app(app, chunked(io.BytesIO(raw + b" " * (65536 - len(raw)) + b"}")))

    assert status.startswith("413")
    assert services.decisions.calls == []


def test_a_chunked_body_of_64_kib_is_read(app, login):
    raw = json.dumps(login).encode()

    _, status, _ = run_wsgi_app(app, chunked(io.BytesIO(raw + b" " * (65536 - len(raw)))))

    assert status.startswith("200")


class Torn(io.BytesIO):
    """A chunked body whose next chunk is none, as the server tells it."""

    def readinto(self, buffer):
        return super().readinto(buffer) or self.read()

    def read(self, size=-1):
        raise OSError("invalid chunk size")


@pytest.mark.parametrize("size", [0, 10, 65536])
def test_a_torn_chunked_body_is_400(app, size):
    _, status, _ = run_wsgi_app(app, chunked(Torn(b" " * size)))

    assert status.startswith("400")


def test_a_body_shorter_than_declared_is_400(client):
    environ = {"CONTENT_LENGTH": "50"}

    answer = client.post(URL, data=b"{}", content_type="application/json", environ_overrides=environ)

    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        (f"{URL}/{KNOWN_ID}/outcome", {"result": "done"}, "#/result"),
        (f"{URL}/{KNOWN_ID}/outcome", {"result": "completed", "amr": "otp"}, "#/amr"),
        (f"{URL}/{KNOWN_ID}/outcome", {"result": "completed", "auth_time": 5}, "#/auth_time"),
        (f"{URL}/{KNOWN_ID}/feedback", {"label": "bad", "source": "user"}, "#/label"),
        (f"{URL}/{KNOWN_ID}/feedback", {"label": "fraud", "source": "me"}, "#/source"),
        (f"{URL}/{KNOWN_ID}/feedback", {"label": "fraud", "source": "user", "note": "x" * 2001}, "#/note"),
        ("/v1/events", {"type": "login", "subject": {"id": "u"}}, "#/type"),
        ("/v1/events", {"type": "logout", "subject": {"id": "u", "groups": []}}, "#/subject/groups"),
        ("/v1/events", {"type": "logout", "subject": {"id": "u"}, "client": {"ip": "x"}}, "#/client/ip"),
        ("/v1/events", {"type": "logout", "subject": {"id": "u"}, "at": "x"}, "#/at"),
        ("/v1/policy/check", {"text": 1}, "#/text"),
        ("/v1/policy/what-if", {"request": {"kind": "x", "subject": {"id": "u"}, "client": {}}}, "#/request/kind"),
        (
            "/v1/policy/what-if",
            {"request": {"kind": "action", "subject": {"id": "u"}, "client": {}}},
            "#/request/action/name",
        ),
        ("/v1/assertions/redeem", {"assertion": ""}, "#/assertion"),
    ],
)
def test_every_body_is_checked(client, path, body, pointer):
    answer = client.post(path, json=body)

    assert answer.status_code == 422
    assert [mistake["pointer"] for mistake in answer.json["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("limit=0", "#/limit"),
        ("limit=201", "#/limit"),
        ("limit=1e1", "#/limit"),
        ("limit=-1", "#/limit"),
        ("limit=%D9%A1", "#/limit"),
        ("limit=", "#/limit"),
        ("limit=1&limit=2", "#/limit"),
        ("limit=" + "9" * 500, "#/limit"),
        ("outcome=maybe", "#/outcome"),
        ("from=yesterday", "#/from"),
        ("from=1899-01-01T00:00:00Z", "#/from"),
        ("to=2026-11-22T10:00:00%2B00:00", "#/to"),
        ("since=2026-11-22T10:00:00Z", "#/since"),
        ("subject=a%2Fb", "#/subject"),
        ("subject=", "#/subject"),
        ("cursor=" + "x" * 513, "#/cursor"),
        ("subjct=u-1", "#/subjct"),
        ("api_key=dwk_admin", "#/api_key"),
    ],
)
def test_every_query_is_checked(client, services, query, pointer):
    answer = client.get(f"{URL}?{query}")

    assert answer.status_code == 422
    assert [(mistake["pointer"], mistake["in"]) for mistake in answer.json["errors"]] == [(pointer, "query")]
    assert services.records.calls == []


@pytest.mark.parametrize("query", ["subject=%FF", "subject=%C0%AF", "subject=%zz", "subject=%", "%ff=1"])
def test_a_query_that_is_not_percent_encoded_utf8_is_400(client, query):
    answer = client.get(f"{URL}?{query}")

    assert (answer.status_code, answer.json["type"]) == (400, "urn:doorward:problem:bad-url")


def test_a_query_of_too_many_parameters_is_400(client):
    assert client.get(f"{URL}?" + "&".join(f"a{n}=1" for n in range(40))).status_code == 400
