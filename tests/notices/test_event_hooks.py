"""Events at a real receiver: signed so that the standard's own library takes them, tried again under one name."""

import base64
import json
import time

import pytest
from jsonschema import Draft202012Validator
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from doorward.api.app import RESOURCES
from doorward.api.openapi import document
from doorward.ceremony import Realm, Subscription
from doorward.core.errors import SenderUnavailable
from doorward.core.sender_url import WEBHOOK, sender_url
from doorward.senders.events import EventHook

from ..line.conftest import TOR
from ..senders.conftest import gateway  # noqa: F401  # a fixture
from .conftest import decide, telling_house

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
OTHER = "whsec_" + base64.b64encode(b"o" * 32).decode()
EVENT = {"type": "device.dropped", "timestamp": "2026-07-01T10:00:00Z", "data": {"tenant": "t"}}


@pytest.fixture
def receiver(gateway):  # noqa: F811
    return gateway


@pytest.fixture
def secret_file(tmp_path):
    path = tmp_path / "hook-secret"
    path.write_text(SECRET + "\n")
    return path


@pytest.fixture
def hook(receiver, secret_file):
    return Subscription(sender_url(WEBHOOK)(f"webhook+http://127.0.0.1:{receiver.port}/door"), str(secret_file))


def signed(taken):
    return {name.lower(): value for name, value in taken.headers.items()}


@pytest.mark.parametrize("status", [302, 400, 401, 404, 410, 429, 500, 503])
def test_whatever_is_not_taken_is_a_failure(receiver, hook, status):
    receiver.statuses = [status]

    with pytest.raises(SenderUnavailable, match=str(status)):
        EventHook().post(hook, "msg_1", EVENT, time.time())
    assert len(receiver.taken) == 1


def test_a_secret_that_is_gone_or_none_is_told_without_its_text(receiver, hook, secret_file):
    secret_file.write_text("whsec_short")

    with pytest.raises(SenderUnavailable) as refused:
        EventHook().post(hook, "msg_1", EVENT, time.time())

    assert "short" not in str(refused.value)
    assert receiver.taken == []


def test_a_body_that_was_changed_does_not_verify(receiver, hook):
    EventHook().post(hook, "msg_1", EVENT, time.time())
    (taken,) = receiver.taken

    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(taken.body.replace(b"dropped", b"dropper"), signed(taken))


def test_the_standards_library_takes_what_was_sent(receiver, hook):
    EventHook().post(hook, "msg_1", EVENT, time.time())

    (taken,) = receiver.taken
    assert (taken.path, signed(taken)["webhook-id"]) == ("/door", "msg_1")
    assert Webhook(SECRET).verify(taken.body, signed(taken)) == EVENT


def test_two_secrets_both_sign(receiver, hook, secret_file):
    secret_file.write_text(f"{SECRET},{OTHER}")

    EventHook().post(hook, "msg_1", EVENT, time.time())

    for secret in (SECRET, OTHER):
        Webhook(secret).verify(receiver.taken[0].body, signed(receiver.taken[0]))


def test_a_secret_that_was_changed_in_its_file_signs_from_then_on(receiver, hook, secret_file):
    EventHook().post(hook, "msg_1", EVENT, time.time())
    secret_file.write_text(OTHER)

    EventHook().post(hook, "msg_2", EVENT, time.time())

    Webhook(OTHER).verify(receiver.taken[1].body, signed(receiver.taken[1]))


@pytest.fixture
def hooked(tmp_path, hook):
    realm = Realm("default", webhooks=(hook,))
    house, _ = telling_house(tmp_path, realm_of=lambda _: realm, hook=EventHook())
    yield house
    house.wiring.stop()


def test_an_event_is_tried_again_under_the_same_name_and_a_new_time(receiver, hooked):
    receiver.statuses = [500, 503, 200]
    decide(hooked, ip=TOR)
    for _ in range(3):
        hooked.wiring.deliveries.settle()
        hooked.wait(10)

    headers = [signed(each) for each in receiver.taken]
    assert len({each["webhook-id"] for each in headers}) == 1
    assert len({each["webhook-timestamp"] for each in headers}) == 3
    assert len({each.body for each in receiver.taken}) == 1


def test_each_event_has_a_name_of_its_own(receiver, hooked):
    for _ in range(3):
        decide(hooked, ip=TOR)
    hooked.wiring.deliveries.settle()

    assert len({signed(each)["webhook-id"] for each in receiver.taken}) == 3


def test_only_the_events_that_were_asked_for_are_sent(tmp_path, receiver, hook):
    one = Subscription(hook.url, hook.secret_file, ("challenge.failed",))
    house, _ = telling_house(tmp_path, realm_of=lambda tenant: Realm(tenant, webhooks=(one,)), hook=EventHook())

    decide(house, ip=TOR)
    house.wiring.deliveries.settle()

    assert receiver.taken == []
    house.wiring.stop()


def test_a_receiver_that_never_answers_costs_a_decision_nothing(receiver, hooked):
    receiver.pause.clear()
    hooked.wiring.start()
    began = time.monotonic()

    for _ in range(20):
        assert decide(hooked, ip=TOR)["outcome"] == "deny"

    assert time.monotonic() - began < 5
    receiver.pause.set()


def test_an_event_fits_the_document(receiver, hooked):
    written = document(RESOURCES)
    decide(hooked, ip=TOR)
    hooked.wiring.deliveries.settle()

    event = json.loads(receiver.taken[0].body)
    assert event["type"] in written["webhooks"]
    schema = {"$ref": "#/components/schemas/Event", "components": written["components"]}
    Draft202012Validator(schema).validate(event)
