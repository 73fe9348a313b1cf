"""The whole way of a code by mail: settings, decision, begin, a real mail server, verify."""

import email
import email.policy
import re
from dataclasses import replace

import pytest

from doorward.core.sender_url import SMTP, sender_url

from ..challenges.conftest import challenged, verify
from ..challenges.sent import ADDRESS, ask_to_bind, begin, with_senders
from .mail import PASSWORD, USER

PAYING = {"action": {"name": "pay", "display": "Pay 950.00 EUR to Bo", "binding": {"amount": "950.00"}}}


@pytest.fixture
def box(mail_server):
    return mail_server()


@pytest.fixture
def house(tmp_path, authority, box):
    url = sender_url(SMTP)(f"smtp://{USER}:{PASSWORD}@127.0.0.1:{box.port}?ca={authority.ca}")

    def by_mail(settings):
        return replace(settings, smtp_url=url, mail_from="Doorward <door@example.org>")

    made = with_senders(tmp_path, {}, change=by_mail)
    yield made
    made.wiring.stop()


def newest(box):
    mail = email.message_from_bytes(box.mails[-1].content, policy=email.policy.SMTP)
    return re.search(r"^([0-9]{6}) is ", mail.get_content(), re.MULTILINE)[1], mail


def bound(house, box):
    made = ask_to_bind(house, "email").get_json()
    confirmed = house.post(f"/v1/subjects/u-1/authenticators/{made['id']}/confirm", {"code": newest(box)[0]})
    assert confirmed.get_json()["status"] == "active"
    return made["id"]


def test_a_code_that_came_by_mail_passes_the_challenge(house, box):
    authenticator = bound(house, box)
    challenge = challenged(house, **PAYING)

    begun = begin(house, challenge, authenticator).get_json()
    code, mail = newest(box)
    passed = verify(house, challenge, authenticator, code).get_json()

    assert begun["sent_to"] == "a•••@example.org"
    assert mail["To"] == ADDRESS
    assert "Pay 950.00 EUR to Bo" in mail.get_content()
    assert (passed["status"], passed["amr"]) == ("passed", ["pwd", "otp", "email"])


def test_a_server_that_refuses_the_address_is_told_and_may_be_asked_again(house, box):
    authenticator = bound(house, box)
    challenge = challenged(house)
    box.answer = "451 try again later"

    refused = begin(house, challenge, authenticator)
    box.answer = ""

    assert (refused.status_code, refused.get_json()["type"]) == (502, "urn:doorward:problem:sender-unavailable")
    assert ADDRESS not in refused.get_data(as_text=True)
    assert begin(house, challenge, authenticator).status_code == 200
