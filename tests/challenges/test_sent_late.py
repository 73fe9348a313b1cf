"""A gateway that takes a message and answers too late: the message counts, and its code is good."""

import pytest

from doorward.ceremony import Realm
from doorward.core.errors import PerhapsSent
from doorward.core.sender_url import FORM, sender_url
from doorward.senders import form
from doorward.senders.form import FormSender
from doorward.senders.outbox import Outbox

from ..line.conftest import house_in
from ..senders.gateway import gateway_running
from .conftest import challenged, verify
from .sent import SENT_WILL_DO, ask_to_bind, begin, bound
from .test_page import BACK, Browser, said

BURST = 6


class Late:
    """Takes every message, and says so too late while it *is_late*."""

    def __init__(self, outbox):
        self.outbox, self.is_late = outbox, False

    def send(self, message):
        self.outbox.send(message)
        if self.is_late:
            raise PerhapsSent(message.channel, "the gateway did not answer in time")


@pytest.fixture
def late(tmp_path):
    sender, realm = Late(Outbox()), Realm("default", name="Shop", return_to=(BACK,))
    house = house_in(tmp_path, outside={"senders": {"sms": sender}, "realm_of": lambda _: realm})
    house.wiring.policies.replace("default", SENT_WILL_DO, house.now[0])
    yield house, sender
    house.wiring.stop()


def another(house, number):
    return challenged(house, session={"id": f"s-{number}", "amr": ["pwd"]})


def test_many_begins_get_no_more_from_a_late_gateway_than_the_burst(late):
    house, sender = late
    made = bound(house, sender.outbox, "sms")
    sender.is_late = True

    statuses = [begin(house, another(house, number), made["id"]).status_code for number in range(30)]

    # The binding took one.
    assert statuses == [502] * (BURST - 1) + [429] * (31 - BURST)
    assert len(sender.outbox.messages()) == BURST - 1


def test_a_real_gateway_that_answers_late_is_given_no_more_than_the_burst(late, monkeypatch):
    house, sender = late
    made = bound(house, sender.outbox, "sms")
    monkeypatch.setattr(form, "READ_SECONDS", 0.05)
    with gateway_running() as gateway:
        gateway.pause.clear()
        url = sender_url(FORM)(f"form+http://AC1:token@127.0.0.1:{gateway.port}/send?from=+15550001111")
        sender.send = FormSender(url).send

        statuses = {begin(house, another(house, number), made["id"]).status_code for number in range(30)}
        taken = len(gateway.taken)

    assert (statuses, taken) == ({502, 429}, BURST - 1)


def test_a_begin_repeated_on_one_challenge_waits_like_any_other(late):
    house, sender = late
    made = bound(house, sender.outbox, "sms")
    challenge = challenged(house)
    sender.is_late = True

    first, second = (begin(house, challenge, made["id"]) for _ in range(2))

    assert (first.status_code, second.status_code) == (502, 429)
    assert int(second.headers["Retry-After"]) == 30
    assert len(sender.outbox.messages()) == 1


def test_a_code_that_arrives_late_is_good(late):
    house, sender = late
    made = bound(house, sender.outbox, "sms")
    challenge = challenged(house)
    sender.is_late = True

    answer = begin(house, challenge, made["id"])

    assert answer.get_json()["type"] == "urn:doorward:problem:perhaps-sent"
    assert answer.get_json()["detail"].endswith("the gateway did not answer in time; it may be on its way")
    assert verify(house, challenge, made["id"], sender.outbox.messages()[-1].code).get_json()["status"] == "passed"


def test_the_message_after_a_late_one_holds_the_same_code(late):
    house, sender = late
    made = bound(house, sender.outbox, "sms")
    challenge = challenged(house)
    sender.is_late = True
    begin(house, challenge, made["id"])
    sender.is_late = False
    house.wait(31)

    begin(house, challenge, made["id"])

    first, second = sender.outbox.messages()
    assert first.code == second.code


def test_bindings_to_one_number_over_a_late_gateway_are_bounded(late):
    house, sender = late
    sender.is_late = True

    statuses = [ask_to_bind(house, "sms", f"u-{number}").status_code for number in range(30)]

    assert statuses == [502] * BURST + [429] * (30 - BURST)
    assert len(sender.outbox.messages()) == BURST
    assert house.get("/v1/subjects/u-0/authenticators").get_json() == []


def test_a_rule_sees_a_code_that_may_have_been_sent(late):
    house, sender = late
    made = bound(house, sender.outbox, "sms")
    sender.is_late = True
    begin(house, challenged(house), made["id"])
    house.wait(31)

    record = house.get(f"/v1/decisions/{house.decide('u-1')['id']}").get_json()

    assert record["signals"]["velocity.codes_sent_1h"]["value"] == 2


def test_the_page_has_a_field_for_a_code_that_may_arrive(late):
    house, sender = late
    made = bound(house, sender.outbox, "sms")
    challenge = challenged(house)
    browser = Browser(house, challenge)
    assert browser.look(return_to=BACK).status_code == 200
    sender.is_late = True

    answer = browser.act("begin", authenticator=made["id"])

    assert said(answer) == "perhaps_sent"
    assert "It is not certain that the message was sent." in browser.look(said="perhaps_sent").text
    assert 'name="code"' in browser.look(said="perhaps_sent").text
