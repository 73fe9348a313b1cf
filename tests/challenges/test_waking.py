"""The wake-up of a device: a gateway is told that something waits, and neither what nor for whom."""

import json

import pytest

from doorward.ceremony import Realm
from doorward.core.errors import SenderUnavailable
from doorward.core.sender_url import WEBHOOK, sender_url
from doorward.senders.outbox import Outbox
from doorward.senders.webhook import WebhookSender

from ..line.conftest import house_in
from ..senders.gateway import gateway_running
from .conftest import challenged
from .devices import Device, bound_push


class Down:
    """A gateway that takes nothing."""

    def send(self, message):
        raise SenderUnavailable(message.channel, "down")


@pytest.fixture
def house_with(tmp_path):
    made = []

    def build(**senders):
        realm = {"realm_of": lambda tenant: Realm(tenant, base_url="https://auth.example.org")}
        made.append(house_in(tmp_path, outside=realm | {"senders": senders}))
        return made[-1]

    yield build
    for each in made:
        each.wiring.stop()


def begun(house, challenge, made):
    return house.post(f"/v1/challenges/{challenge['id']}/begin", {"authenticator": made["id"]})


def test_the_gateway_is_told_two_ids_and_nothing_else(house_with):
    outbox = Outbox()
    house = house_with(push=outbox)
    made = bound_push(house, Device())
    challenge = challenged(house, action={"name": "account.export", "display": "Export everything"})

    answer = begun(house, challenge, made).get_json()

    (message,) = outbox.messages()
    assert answer["woken"] is True
    assert (message.channel, message.to, message.code) == ("push", made["id"], "")
    assert json.loads(message.body) == {
        "type": "push.waiting",
        "authenticator": made["id"],
        "challenge": challenge["id"],
    }


def test_a_push_waits_though_its_device_could_not_be_woken(house_with):
    house, device = house_with(push=Down()), Device()
    made = bound_push(house, device)
    challenge = challenged(house)

    answer = begun(house, challenge, made).get_json()

    assert answer["woken"] is False
    assert device.waiting(house)["challenge"] == challenge["id"]


def test_a_web_hook_holds_neither_number_nor_subject_nor_action(house_with):
    """N-OOB-6."""
    with gateway_running() as gateway:
        url = sender_url(WEBHOOK)(f"webhook+http://127.0.0.1:{gateway.port}/wake")
        house = house_with(push=WebhookSender(url, [b"k" * 32]))
        made = bound_push(house, Device(), "somebody")
        challenge = challenged(house, "somebody", action={"name": "account.export", "display": "Export everything"})
        number = begun(house, challenge, made).get_json()["number"]

    (taken,) = gateway.taken
    told = json.loads(taken.body)["data"]
    assert set(told) == {"channel", "to", "body"}
    assert (told["channel"], told["to"]) == ("push", made["id"])
    assert "webhook-signature" in {name.lower() for name in taken.headers}
    assert not any(word in taken.body.decode() for word in (f'"{number}"', "somebody", "xport"))


def test_without_a_gateway_nothing_is_said_to_be_woken(house_with):
    house = house_with()
    made = bound_push(house, Device())

    assert begun(house, challenged(house), made).get_json()["woken"] is False


def test_what_is_not_delivered_wakes_nobody(house_with):
    """N-OOB-7."""
    outbox = Outbox()
    house = house_with(push=outbox)
    made = bound_push(house, Device())
    challenges = [challenged(house) for _ in range(8)]

    statuses = [begun(house, each, made).status_code for each in challenges]

    assert statuses == [200] * 6 + [429] * 2
    assert len(outbox.messages()) == 6
