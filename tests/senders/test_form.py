"""A gateway that takes a form with a login: what it is sent, and what its refusals say."""

import time
from urllib.parse import parse_qs

import pytest

from doorward.ceremony import Message
from doorward.core.errors import PerhapsSent, SenderUnavailable
from doorward.core.sender_url import FORM, sender_url
from doorward.senders import form, open_senders
from doorward.senders.form import FormSender

from .gateway import HANGS_UP
from .mail import free_port

SMS = Message("sms", "+4915112345678", "471906", "471906 is your code, to approve: «5 < 6 & 7».", time.time())
CALL = Message("voice", SMS.to, SMS.code, "To approve: 5 < 6 & 7. The code is: four, seven.", SMS.at)


def url(port, scheme="http", more=""):
    target = f"127.0.0.1:{port}/2010-04-01/Accounts/AC1/Messages.json?from=+15550001111"
    return sender_url(FORM)(f"form+{scheme}://AC1:t%40ken@{target}{more}")


def why(one, error=SenderUnavailable):
    with pytest.raises(SenderUnavailable) as caught:
        one.send(SMS)
    assert type(caught.value) is error
    return str(caught.value).removeprefix("the message by sms could not be handed over: ")


def unknown(one):
    return why(one, PerhapsSent)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, "the gateway refused the message (400), and would again"),
        (401, "the gateway refused the login (401)"),
        (429, "the gateway answered 429"),
        (302, "the gateway answered 302, and redirects are not followed"),
        (503, "the gateway answered 503"),
    ],
)
def test_a_refusal_is_told_and_never_tried_again(gateway, status, expected):
    gateway.statuses = [status, 200]

    assert why(FormSender(url(gateway.port))) == expected
    assert len(gateway.taken) == 1


def test_a_gateway_that_is_down_is_told():
    assert why(FormSender(url(free_port()))) == "the gateway could not be reached"


def test_a_slow_gateway_is_left_in_time(gateway, monkeypatch):
    monkeypatch.setattr(form, "READ_SECONDS", 0.1)
    gateway.pause.clear()

    assert unknown(FormSender(url(gateway.port))) == "the gateway did not answer in time; it may be on its way"


@pytest.mark.parametrize(
    ("status", "expected"),
    [(HANGS_UP, "the gateway ended the conversation"), (504, "the gateway answered 504")],
)
def test_a_gateway_that_took_the_form_and_did_not_answer_may_have_sent_it(gateway, status, expected):
    gateway.statuses = [status]

    assert unknown(FormSender(url(gateway.port))) == f"{expected}; it may be on its way"


def test_a_certificate_that_is_not_trusted_gets_no_message(secure_gateway):
    assert why(FormSender(url(secure_gateway.port, "https"))) == "the gateway's certificate is not trusted"
    assert secure_gateway.taken == []


def test_an_sms_is_a_form_with_a_login(gateway):
    FormSender(url(gateway.port)).send(SMS)
    taken = gateway.taken[0]

    assert taken.path == "/2010-04-01/Accounts/AC1/Messages.json"
    assert taken.headers["Authorization"] == "Basic QUMxOnRAa2Vu"
    assert parse_qs(taken.body.decode()) == {"To": [SMS.to], "From": ["+15550001111"], "Body": [SMS.body]}


def test_a_call_is_what_is_read_out_and_no_markup_gets_into_it(gateway):
    FormSender(url(gateway.port)).send(CALL)

    said = parse_qs(gateway.taken[0].body.decode())["Twiml"]

    assert said == ["<Response><Say>To approve: 5 &lt; 6 &amp; 7. The code is: four, seven.</Say></Response>"]


def test_the_login_goes_over_https(authority, secure_gateway):
    senders = open_senders(
        {"sms": url(secure_gateway.port, "https", f"&ca={authority.ca}")}, mail_from="", webhook_keys=(), most=1
    )

    senders["sms"].send(SMS)

    assert len(secure_gateway.taken) == 1
