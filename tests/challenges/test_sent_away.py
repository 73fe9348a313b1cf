"""A sender that is away is told, and costs neither an attempt nor a code that was sent."""

import pytest

from doorward.core.errors import SenderUnavailable

from .conftest import challenged, verify
from .sent import ask_to_bind, begin, bound, with_outbox, with_senders


class Broken:
    """A sender that is away until it is repaired."""

    def __init__(self, outbox):
        self.outbox, self.is_away = outbox, False

    def send(self, message):
        if self.is_away:
            raise SenderUnavailable(message.channel, "the gateway does not answer")
        self.outbox.send(message)


@pytest.fixture
def broken(tmp_path):
    house, outbox = with_outbox(tmp_path)
    sender = Broken(outbox)
    house.wiring.stop()
    house = with_senders(tmp_path, {"sms": sender})
    yield house, sender
    house.wiring.stop()


def test_a_sender_that_is_away_is_told_and_costs_nothing(broken):
    house, sender = broken
    made = bound(house, sender.outbox, "sms")
    challenge = challenged(house)
    sender.is_away = True

    answer = begin(house, challenge, made["id"])
    sender.is_away = False
    at_once = begin(house, challenge, made["id"])

    assert (answer.status_code, answer.get_json()["type"]) == (502, "urn:doorward:problem:sender-unavailable")
    assert answer.get_json()["detail"] == "the message by sms could not be handed over: the gateway does not answer"
    assert house.get(f"/v1/challenges/{challenge['id']}").get_json()["attempts_left"] == 5
    assert at_once.status_code == 200


def test_a_resend_that_fails_leaves_the_first_code_good(broken):
    house, sender = broken
    made = bound(house, sender.outbox, "sms")
    challenge = challenged(house)
    begin(house, challenge, made["id"])
    house.wait(31)
    sender.is_away = True

    assert begin(house, challenge, made["id"]).status_code == 502

    code = sender.outbox.messages()[-1].code
    assert verify(house, challenge, made["id"], code).get_json()["status"] == "passed"


def test_a_resend_that_fails_may_be_tried_again_at_once(broken):
    house, sender = broken
    made = bound(house, sender.outbox, "sms")
    challenge = challenged(house)
    begin(house, challenge, made["id"])
    house.wait(31)
    sender.is_away = True
    begin(house, challenge, made["id"])
    sender.is_away = False

    assert begin(house, challenge, made["id"]).status_code == 200


def test_a_binding_whose_code_could_not_be_sent_was_never_made(broken):
    house, sender = broken
    sender.is_away = True

    assert ask_to_bind(house, "sms").status_code == 502
    assert house.get("/v1/subjects/u-1/authenticators").get_json() == []
