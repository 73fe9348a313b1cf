"""Bad input: a problem document with every mistake, never a 5xx, and nothing reaches a use-case."""

import contextlib
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import create_environ, run_wsgi_app

from doorward.api.requests import to_request
from doorward.core.errors import BadInput

URL = "/v1/decisions"
KNOWN_ID = "dec_" + "A" * 22

LONG = "x" * 5000
DEEP: dict = {}
for _ in range(12):
    DEEP = {"d": DEEP}

# Where, and what cannot stand there.
UNFIT = [
    ("kind", [None, "", "Login", "LOGIN ", 1, True, [], {}, ["login"]]),
    ("attempt_id", ["", None, 1, "x" * 257, "a\nb", []]),
    ("application", [None, "web", [], {"id": ""}, {"id": 1}, {}]),
    ("action", [None, [], "x"]),
    ("action.name", ["", 1, None, "x" * 257, "pay\u202eyap"]),
    ("action.binding", [None, [], {"a": 1}, {"a": None}, {"a": {}}, {"a": "x" * 1025}, {"": "x"}, {"a": "b\u0000"}]),
    ("action.binding", [{str(n): "x" for n in range(65)}, {"n" * 129: "x"}]),
    ("action.display", [1, None, "x" * 513, "two\nlines", "\u2066hidden"]),
    ("subject", [None, [], "u-1", {}, {"id": None}]),
    ("subject.id", ["", None, 1, True, 1.0, [], "x" * 257, "a/b", "/", "a\u0000", "a\u001f", "a\u007f", "a\u0085"]),
    ("subject.id", [f"a{mark}b" for mark in "\u061c\u200e\u200f\u2028\u202a\u202e\u2066\u2069"]),
    ("subject.groups", [None, "admins", {}, [1], [None], [""], ["x"] * 257, [[]]]),
    ("subject.attributes", [None, [], "x", {str(n): 1 for n in range(65)}, {"a": "x" * 1025}, DEEP, {"a": [1] * 257}]),
    ("subject.created_at", ["1899-01-01T00:00:00Z", "2999-01-01T00:00:00Z", "1969-12-31T23:59:59Z", 1_700_000_000]),
    ("subject.created_at", ["2026-11-22T10:00:00", "2026-11-22T10:00:00+00:00", "2026-11-22t10:00:00z", "2026-11-22"]),
    ("subject.created_at", ["2026-02-30T10:00:00Z", "2026-11-22T24:00:00Z", "2026-11-22T10:00:60Z", " ", "", "now"]),
    ("subject.created_at", ["2026-11-22T10:00:00.Z", "2026-11-22T10:00:00.1234567890Z", "٢٠٢٦-11-22T10:00:00Z"]),
    ("subject.contacts", [None, {}, "a@b", [None], [1], [{}], [{"channel": "email", "address": "a@b"}] * 17]),
    ("subject.contacts", [[{"channel": "fax", "address": "a@b"}], [{"channel": "email"}], [{"address": "a@b"}]]),
    (
        "subject.contacts",
        [[{"channel": "email", "address": bad}] for bad in ("ab", "a b@c", "@c.d", "a@", "+4915112345")],
    ),
    (
        "subject.contacts",
        [[{"channel": "sms", "address": bad}] for bad in ("123", "+0123456789", "a@b.c", "+" + "1" * 16)],
    ),
    ("client", [None, [], "x"]),
    (
        "client.ip",
        ["", 1, [], "1.2.3", "1.2.3.4/24", "1.2.3.4:80", "fe80::1%eth0", "01.2.3.4", "1.2.3.256", "::g", " ::1"],
    ),
    ("client.ip", ["0x7f.1", "2130706433", "[::1]", "1.2.3.4 ", "١.2.3.4", "a" * 46, "localhost", "1.2.3.4\n"]),
    ("client.user_agent", [1, [], True, LONG]),
    ("client.device_token", [1, [], True, LONG]),
    ("client.fingerprint", [1, {}, LONG]),
    ("client.accept_language", [1, [], LONG]),
    ("client.timezone", [1, [], "x" * 129]),
    ("client.rtt_ms", ["37", True, [], -1, 3_600_001, 1e300]),
    ("session", [None, [], "s"]),
    ("session.id", ["", 1, None, "x" * 257]),
    ("session.amr", [None, "pwd", [1], [""], ["x"] * 33, ["p w"], ["pwd\n"]]),
    ("session.acr", [1, None, "x" * 129]),
    ("session.auth_time", ["yesterday", 1, "2026-11-22T10:00:00", True]),
    ("session.assertion", ["", 1, "x" * 8193]),
    ("credential", [None, [], "passed"]),
    ("credential.result", ["ok", "", None, True, "PASSED"]),
    ("credential.breached", ["false", 0, 1, "no", []]),
    ("context", [None, [], "x", {str(n): 1 for n in range(65)}, {"a": "x" * 1025}, DEEP, {"": 1}, {"a\u202e": 1}]),
    ("risk", [{}, None]),
    ("client.risk", [1]),
    ("__proto__", [{}]),
    ("_schema", [1]),
]
CASES = [(path, value) for path, values in UNFIT for value in values]


def put(body, path, value):
    *parents, last = path.split(".")
    for parent in parents:
        body = body[parent]
    body[last] = value


@pytest.mark.parametrize(("path", "value"), CASES, ids=[f"{path}-{n}" for n, (path, _) in enumerate(CASES)])
def test_a_value_that_does_not_fit_is_pointed_at(client, services, login, path, value):
    put(login, path, value)

    answer = client.post(URL, json=login)

    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    where = "#/" + path.replace(".", "/")
    assert all(mistake["pointer"].startswith(where) for mistake in answer.json["errors"])
    assert services.decisions.calls == []


@pytest.mark.parametrize("missing", ["kind", "subject", "client", "subject.id"])
def test_what_is_required_is_pointed_at(client, login, missing):
    *parents, last = missing.split(".")
    body = login
    for parent in parents:
        body = body[parent]
    del body[last]

    answer = client.post(URL, json=login)

    pointer = "#/" + missing.replace(".", "/")
    assert answer.json["errors"] == [{"detail": "required, and missing", "pointer": pointer}]


def test_an_action_needs_a_name(client):
    answer = client.post(URL, json={"kind": "action", "subject": {"id": "u"}, "client": {}})

    assert answer.json["errors"] == [{"detail": "required for an action, and missing", "pointer": "#/action/name"}]


def test_every_mistake_is_told_at_once(client):
    body = {"kind": "action", "subject": {"id": ""}, "client": {"ip": "x", "rtt_ms": "1"}, "extra": 1}

    answer = client.post(URL, json=body)

    pointers = [mistake["pointer"] for mistake in answer.json["errors"]]
    assert pointers == ["#/action/name", "#/client/ip", "#/client/rtt_ms", "#/extra", "#/subject/id"]
    assert answer.json["detail"] == "5 mistakes"


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("client.user_agnt", "unknown field 'user_agnt' (did you mean 'user_agent'?)"),
        ("credentials", "unknown field 'credentials' (did you mean 'credential'?)"),
        ("session.zzz", "unknown field 'zzz'"),
    ],
)
def test_an_unknown_field_gets_the_nearest_name(client, login, path, detail):
    put(login, path, 1)

    answer = client.post(URL, json=login)

    assert answer.json["errors"] == [{"detail": detail, "pointer": "#/" + path.replace(".", "/")}]


def test_a_pointer_escapes_what_json_pointer_and_a_fragment_need(client, login):
    login["context"] = {"a/b~c d": {"e%": "x" * 1025}}

    answer = client.post(URL, json=login)

    assert answer.json["errors"][0]["pointer"] == "#/context/a~1b~0c%20d/e%25"


def test_hundreds_of_mistakes_make_an_answer_of_bounded_size(client):
    answer = client.post(URL, json={f"{n}" + "y" * 100: 1 for n in range(500)})

    assert answer.status_code == 422
    assert len(answer.json["errors"]) == 100
    assert len(answer.data) < 65536


def test_an_answer_never_repeats_the_value_that_was_refused(client, login):
    login["client"]["ip"] = "203.0.113.7.77"
    login["subject"]["contacts"] = [{"channel": "email", "address": "secret-address"}]

    answer = client.post(URL, json=login)

    assert b"203.0.113" not in answer.data
    assert b"secret-address" not in answer.data


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


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(["kind", "subject", "client", "action", "session", "credential", "context", "application"])


@given(st.dictionaries(FIELDS | st.text(max_size=5), JSON | st.dictionaries(FIELDS, JSON, max_size=3), max_size=6))
def test_any_object_is_a_request_or_named_mistakes(body):
    with contextlib.suppress(BadInput):
        assert to_request(body).subject.id
