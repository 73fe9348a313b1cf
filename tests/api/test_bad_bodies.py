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


def test_a_body_shorter_than_it_was_declared_is_400_though_it_is_json(app, services, login):
    raw = json.dumps(login).encode()
    environ = chunked(io.BytesIO(raw)) | {"CONTENT_LENGTH": str(len(raw) + 9)}
    del environ["HTTP_TRANSFER_ENCODING"]

    _, status, _ = run_wsgi_app(app, environ)

    assert status.startswith("400")
    assert services.decisions.calls == []
