"""A signed web-hook to a real receiver: what it can check, and what becomes of one that is down, slow or moved."""

import base64
import json
import time
from dataclasses import replace

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from doorward.ceremony import Message
from doorward.core.errors import PerhapsSent, SenderUnavailable
from doorward.core.sender_url import WEBHOOK, sender_url
from doorward.senders import open_senders, webhook
from doorward.senders.webhook import WebhookSender

from ..challenges.conftest import challenged, verify
from ..challenges.sent import ask_to_bind, begin, with_senders
from .gateway import HANGS_UP
from .mail import free_port

KEYS = (b"k" * 32, b"o" * 32)
SMS = Message("sms", "+4915112345678", "471906", "471906 is your code for Zoë.", 0.0)


def sms():
    """Return the message as of now: a signature is good for five minutes."""
    return replace(SMS, at=time.time())


def url(port, scheme="http", more=""):
    return sender_url(WEBHOOK)(f"webhook+{scheme}://127.0.0.1:{port}/send{more}")


def sender(gateway, keys=KEYS[:1]):
    return WebhookSender(url(gateway.port), keys, wait=lambda _: None)


def why(one, error=SenderUnavailable):
    with pytest.raises(SenderUnavailable) as caught:
        one.send(sms())
    assert type(caught.value) is error
    return str(caught.value).removeprefix("the message by sms could not be handed over: ")


def unknown(one):
    return why(one, PerhapsSent)


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(webhook, "TRY_SECONDS", (0.1, 0.1, 0.1))


def test_what_was_changed_on_the_way_does_not_verify(gateway):
    sender(gateway).send(sms())
    taken = gateway.taken[0]

    with pytest.raises(WebhookVerificationError):
        Webhook(KEYS[0]).verify(taken.body.replace(b"+49", b"+47"), taken.headers)


def test_another_key_does_not_verify(gateway):
    sender(gateway).send(sms())

    with pytest.raises(WebhookVerificationError):
        Webhook(KEYS[1]).verify(gateway.taken[0].body, gateway.taken[0].headers)


def test_a_redirect_is_not_followed(gateway):
    gateway.statuses = [307]

    assert why(sender(gateway)) == "the gateway answered 307, and redirects are not followed"
    assert [each.path for each in gateway.taken] == ["/send"]


def test_a_plain_refusal_is_not_tried_again(gateway):
    gateway.statuses = [400]

    assert why(sender(gateway)) == "the gateway answered 400"
    assert len(gateway.taken) == 1


def test_a_gateway_that_is_down_is_told():
    assert why(WebhookSender(url(free_port()), KEYS, wait=lambda _: None)) == "the gateway could not be reached"


def test_a_slow_gateway_is_left_in_time(gateway, impatient):
    gateway.pause.clear()

    assert unknown(sender(gateway)) == "the gateway did not answer in time; it may be on its way"
    assert len({each.headers["webhook-id"] for each in gateway.taken}) == 1


@pytest.mark.parametrize("later", [500, 400])
def test_a_refusal_after_a_try_that_may_have_been_taken_says_nothing_of_that(gateway, later):
    gateway.statuses = [HANGS_UP, later]

    assert unknown(sender(gateway)) == "the gateway ended the conversation; it may be on its way"


def test_a_try_that_was_taken_after_all_is_taken(gateway):
    gateway.statuses = [HANGS_UP, 504, 200]

    sender(gateway).send(sms())

    assert len({each.headers["webhook-id"] for each in gateway.taken}) == 1


def test_a_gateway_that_always_fails_is_tried_three_times(gateway):
    gateway.statuses = [500, 503, 429, 200]

    assert why(sender(gateway)) == "the gateway answered 429"
    assert len(gateway.taken) == 3


def test_a_certificate_that_is_not_trusted_gets_no_message(secure_gateway):
    assert why(WebhookSender(url(secure_gateway.port, "https"), KEYS, wait=lambda _: None)).endswith("not trusted")
    assert secure_gateway.taken == []


def test_a_proxy_of_the_environment_gets_no_message(gateway, monkeypatch):
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("no_proxy", "")

    sender(gateway).send(sms())

    assert len(gateway.taken) == 1


def test_a_failure_is_tried_again_under_the_same_id(gateway):
    gateway.statuses = [500, 200]

    sender(gateway).send(sms())

    first, second = gateway.taken
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body


def test_the_receiver_verifies_and_reads_the_message(gateway):
    sender(gateway).send(sms())
    taken = gateway.taken[0]

    told = Webhook(KEYS[0]).verify(taken.body, taken.headers)

    assert told["type"] == "message.send"
    assert told["data"] == {"channel": "sms", "to": SMS.to, "body": SMS.body, "code": "471906"}
    assert taken.headers["Content-Type"] == "application/json"
    assert "Authorization" not in taken.headers


def test_while_a_key_is_changed_the_old_and_the_new_verify(gateway):
    sender(gateway, KEYS).send(sms())
    taken = gateway.taken[0]

    for key in KEYS:
        assert Webhook(f"whsec_{base64.b64encode(key).decode()}").verify(taken.body, taken.headers)


def test_each_message_has_an_id_of_its_own(gateway):
    one = sender(gateway)
    one.send(sms())
    one.send(replace(sms(), channel="email", subject="Your code for web", code=""))

    assert len({each.headers["webhook-id"] for each in gateway.taken}) == 2
    assert json.loads(gateway.taken[1].body)["data"]["subject"] == "Your code for web"


def test_a_message_arrives_over_https_with_an_authority_of_ones_own(authority, secure_gateway):
    WebhookSender(url(secure_gateway.port, "https", f"?ca={authority.ca}"), KEYS).send(sms())

    assert len(secure_gateway.taken) == 1


def test_a_code_that_went_through_a_gateway_passes_the_challenge(tmp_path, gateway):
    senders = open_senders({"sms": url(gateway.port)}, mail_from="", webhook_keys=KEYS, most=2)
    house = with_senders(tmp_path, senders)
    made = ask_to_bind(house, "sms").get_json()
    path = f"/v1/subjects/u-1/authenticators/{made['id']}/confirm"
    house.post(path, {"code": json.loads(gateway.taken[-1].body)["data"]["code"]})
    challenge = challenged(house)

    gateway.statuses = [503]
    down = begin(house, challenge, made["id"])
    gateway.statuses = [200]
    begin(house, challenge, made["id"])
    code = json.loads(gateway.taken[-1].body)["data"]["code"]
    passed = verify(house, challenge, made["id"], code).get_json()

    assert (down.status_code, passed["status"]) == (502, "passed")
    house.wiring.stop()
