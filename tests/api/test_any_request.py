"""Whatever is sent, the answer is one of ours: below 500, and JSON wherever it is an error, of the page a page."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import create_environ, run_wsgi_app

METHODS = st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "X"])
PLACES = [
    "/v1/decisions",
    "/v1/decisions/{}",
    "/v1/decisions/{}/outcome",
    "/v1/lists/blocked/{}",
    "/v1/lists/{}/u",
    "/v1/challenges/{}",
    "/v1/push/{}",
    "/v1/push/pair",
    "/v1/policy/what-if",
    "/v1/policy/check",
    "/challenge/{}",
    f"/challenge/chl_{'A' * 22}",
    "/.well-known/jwks.json",
    "/{}",
]
HEADER = st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=255), max_size=40)
NAMES = (
    *("Authorization", "Idempotency-Key", "X-Request-Id", "traceparent", "Content-Type", "Content-Encoding", "Host"),
    *("Cookie", "Accept-Language"),
)
BODIES = st.binary(max_size=60) | st.sampled_from([b"{}", b"[]", b'{"text":""}', b'{"request":{}}', b'{"label":[]}'])
BODIES |= st.sampled_from([b"do=verify&code=1", b"do=confirm&credential={"])


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    method=METHODS,
    place=st.sampled_from(PLACES),
    word=st.binary(max_size=20),
    query=st.binary(max_size=30),
    headers=st.dictionaries(st.sampled_from(NAMES), HEADER, max_size=3),
    body=BODIES,
)
def test_any_request_gets_an_answer_of_ours(app, method, place, word, query, headers, body):
    kind = "application/x-www-form-urlencoded" if place.startswith("/challenge/") else "application/json"
    sent = {"Authorization": "Bearer dwk_admin", "Content-Type": kind, **headers}
    environ = create_environ("/", method=method, data=body, headers=sent)
    text = word.decode("latin-1")
    environ |= {"PATH_INFO": place.format(text), "QUERY_STRING": query.decode("latin-1")}
    environ.pop("RAW_URI", None)
    environ.pop("REQUEST_URI", None)

    _, status, answered = run_wsgi_app(app, environ)

    code = int(status.split()[0])
    assert code < 500
    # The page is for people: it tells them in a page what is wrong.
    told = {"application/problem+json"} | ({"text/html; charset=utf-8"} if place.startswith("/challenge/") else set())
    assert code < 400 or answered["Content-Type"] in told
