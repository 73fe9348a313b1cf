"""Fields that do not fit: a problem document with every mistake, and nothing reaches a use-case."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    ("context", [{"a": 2.0**53}, {"a": [-1e300]}]),
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
    assert answer.json["detail"].startswith("5 mistakes, see errors; the first: required for an action")


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
