"""«Was this you?»: a link asks, only a press of a button answers, and nobody else's link does."""

import base64
import re

import pytest

from doorward.sealing import AesGcmSealer
from doorward.was_this_you import LIFE_SECONDS, Links

from ..line.conftest import NEW_YORK, OSLO, TOR
from .conftest import decide, telling_house

BASE = "https://auth.example.com"


def link_of(told):
    return re.search(rf"^{BASE}(/was-this-you/\S+)$", told.messages()[-1].body, re.MULTILINE)[1]


@pytest.fixture
def asked(house, told):
    """A sign-in from New York that was allowed and told of, and the link in its message."""
    decision = decide(house, ip=NEW_YORK, session={"id": "s-1"})
    return decision, link_of(told)


def record(house, decision):
    return house.get(f"/v1/decisions/{decision['id']}").get_json()


def page(house, path, method="GET"):
    """Open a link as a browser does: without a key, and without a body that is JSON."""
    return house.client.open(path, method=method)


def token_for(house, decision_id, subject_id="u-1", *, tenant="default"):
    told = house.wiring.services.was_this_you
    subject = told._subjects.key(tenant, subject_id)
    return told._links.token(tenant, decision_id, subject, house.now[0])


def test_every_link_that_is_not_good_leads_to_one_same_page(house, asked):
    decision, path = asked
    sealed = AesGcmSealer({"k1": b"x" * 32})
    subject = house.wiring.services.was_this_you._subjects.key("default", "u-1")
    bad = [
        path[:-2],
        path[:-1] + ("A" if path[-1] != "A" else "B"),
        path.replace("wty_", ""),
        "/was-this-you/wty_",
        "/was-this-you/wty_" + "A" * 2000,
        "/was-this-you/wty_%C3%A9",
        "/was-this-you/" + Links(sealed).token("default", decision["id"], subject, house.now[0]),
        "/was-this-you/" + token_for(house, decision["id"], "u-2"),
        "/was-this-you/" + token_for(house, decision["id"], tenant="other"),
        "/was-this-you/" + token_for(house, "dec_" + "A" * 22),
        "/was-this-you/wty_" + base64.urlsafe_b64encode(house.wiring.services.sealer.seal(b"[]", "record")).decode(),
    ]
    nonce = re.compile(r'nonce="[^"]+"')

    answers = [page(house, each) for each in bad] + [page(house, f"{each}/no", "POST") for each in bad]

    assert {answer.status_code for answer in answers} == {404}
    assert len({nonce.sub("", answer.text) for answer in answers}) == 1
    assert record(house, decision)["feedback"] == []


def test_a_link_is_over_after_seven_days(house, asked):
    _, path = asked

    house.wait(LIFE_SECONDS - 1)
    before = page(house, path).status_code
    house.wait(1)

    assert (before, page(house, path).status_code, page(house, f"{path}/no", "POST").status_code) == (200, 404, 404)


def test_to_open_a_link_changes_nothing(house, told, asked):
    decision, path = asked
    before = record(house, decision)

    for method in ("GET", "GET", "HEAD"):
        page(house, path, method)

    assert record(house, decision) == before
    assert page(house, f"{path}/no").status_code == 405
    assert "not_me" not in [each.subject for each in told.events()]


def test_a_link_signs_nobody_in(house, asked):
    _, path = asked
    token = path.rpartition("/")[2]

    answer = house.client.get("/v1/decisions", headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 401


def test_no_is_fraud_and_the_next_sign_in_is_challenged(house, told, asked):
    decision, path = asked

    answer = page(house, f"{path}/no", "POST")
    told_of = [each.subject for each in told.events()]
    last = told.messages()[-1]
    after = decide(house, ip=OSLO)

    assert answer.status_code == 200
    said = record(house, decision)["feedback"]
    assert [(each["label"], each["source"]) for each in said] == [("fraud", "user")]
    assert after["policy"]["rule"] == "not-me"
    assert told_of == ["decision.notify", "decision.not_me"]
    assert last.subject == "Example Shop: You told us of an attempt that was not yours"


def test_no_ends_the_device_of_that_sign_in(house, asked):
    decision, path = asked

    page(house, f"{path}/no", "POST")
    again = decide(house, token=decision["device"]["token"])

    assert record(house, again)["facts"]["device"]["token_state"] == "revoked"


def test_an_answer_that_is_sent_twice_counts_once(house, told, asked):
    decision, path = asked

    pages = [page(house, f"{path}/no", "POST").status_code for _ in range(3)]

    assert pages == [200, 200, 200]
    assert len(record(house, decision)["feedback"]) == 1
    assert [each.subject for each in told.events()].count("decision.not_me") == 1


def test_yes_is_genuine_and_tells_nobody(house, told, asked):
    decision, path = asked

    page(house, f"{path}/yes", "POST")

    assert [each["label"] for each in record(house, decision)["feedback"]] == ["genuine"]
    assert len(told.events()) == 1
    assert decide(house, ip=OSLO)["policy"]["rule"] == "usual"


def test_no_may_follow_yes_and_is_the_last_word(house, asked):
    decision, path = asked

    for answer in ("yes", "no", "yes"):
        last = page(house, f"{path}/{answer}", "POST")

    assert [each["label"] for each in record(house, decision)["feedback"]] == ["genuine", "fraud"]
    assert "undone" in last.text


def test_the_page_says_what_and_asks_for_nothing_from_elsewhere(house, asked):
    answer = page(house, asked[1])

    policy = answer.headers["Content-Security-Policy"]
    assert answer.content_type == "text/html; charset=utf-8"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert policy.startswith("default-src 'none'; style-src 'nonce-")
    assert "frame-ancestors 'none'" in policy
    assert not re.search(r"<script|src=|https?://", answer.text)
    for words in ("Example Shop", "New York (US)", "Chrome on Windows", "Yes, it was me", "No, it was not me"):
        assert words in answer.text
    assert "Set-Cookie" not in answer.headers


def test_the_buttons_work_below_whatever_path_a_proxy_puts_before_ours(house, asked):
    token = asked[1].rpartition("/")[2]

    assert f'action="{token}/yes"' in page(house, asked[1]).text


def test_a_tenant_without_an_address_of_its_own_sends_no_link(tmp_path):
    house, told = telling_house(tmp_path, base_url="")

    decide(house, ip=TOR)

    assert "http" not in told.messages()[0].body
    house.wiring.stop()
