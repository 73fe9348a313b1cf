"""Who is told of what, over the whole line: owners by mail or SMS, operators by events, nobody too often."""

import json
import threading
import time

import pytest

from doorward.ceremony import Realm
from doorward.core.errors import SenderUnavailable

from ..challenges.conftest import bound_totp, verify
from ..line.conftest import FIREFOX, NEW_YORK, OSLO, TOR
from .conftest import CONTACTS, MAIL, OTHER_MAIL, PHONE, attempt, decide, telling_house


class Down:
    """Takes nothing."""

    def __init__(self):
        self.asked = 0

    def send(self, message):
        self.asked += 1
        raise SenderUnavailable(message.channel, "down")


class Hanging:
    def __init__(self):
        self.gate = threading.Event()

    def send(self, message):
        self.gate.wait(20)


def failed_challenge(house, subject="u-1"):
    """End a challenge by wrong answers, as somebody does who knows the password."""
    totp = bound_totp(house, subject)
    acting = {"kind": "action", "action": {"name": "pay"}, "session": {"id": "s-1", "amr": ["pwd"]}}
    decision = decide(house, subject, **acting)
    while verify(house, decision["challenge"], totp["id"], "000000").get_json()["status"] != "failed":
        pass
    return decision


def test_whoever_gives_a_wrong_password_causes_no_message_to_the_owner(house, told):
    decide(house, ip=TOR, result="failed")

    assert told.messages() == []
    assert [each.subject for each in told.events()] == ["decision.denied"]


def test_a_rule_without_notify_tells_nobody(house, told):
    decide(house, ip=OSLO)

    assert (told.messages(), told.events()) == ([], [])


def test_what_if_tells_nobody(house, told):
    house.post("/v1/policy/what-if", {"request": attempt(ip=TOR)})

    assert (told.messages(), told.events()) == ([], [])


def test_the_owner_is_told_of_a_denied_attempt_with_the_right_password(house, told):
    decide(house, ip=TOR, agent=FIREFOX)

    (mail,) = told.messages()
    assert (mail.channel, mail.to, mail.code) == ("email", MAIL, "")
    assert mail.subject == "Example Shop: An attempt with your account was refused"
    for line in ("When: 1 Jul 2026, 10:00 UTC", "Where: Berlin (DE)", "With: Firefox on Linux"):
        assert line in mail.body.splitlines()


def test_an_owner_without_mail_is_told_by_sms_without_a_link(house, told):
    decide(house, ip=TOR, contacts=CONTACTS[1:])

    (sms,) = told.messages()
    assert (sms.channel, sms.to) == ("sms", PHONE)
    assert len(sms.body) <= 160
    assert "http" not in sms.body


def test_a_flood_is_one_message_and_one_more_with_the_count(house, told):
    for _ in range(50):
        decide(house, ip=TOR)
        house.wiring.deliveries.settle()
    first = len(told.messages())

    house.wait(900)

    assert first == 1
    assert len(told.messages()) == 2
    assert "This happened 48 more times since 1 Jul 2026, 10:00 UTC." in told.messages()[1].body


def test_operators_hear_of_each_of_a_flood(house, told):
    for _ in range(5):
        decide(house, ip=TOR)

    assert len(told.events()) == 5


def test_a_flood_does_not_keep_the_owner_from_hearing_of_a_change(house, told):
    for _ in range(40):
        decide(house, ip=TOR)
        decide(house, ip=NEW_YORK)
        house.wiring.deliveries.settle()
    told.outbox.clear()
    asked = {"type": "email", "address": OTHER_MAIL, "reason": "asked for in person"}
    made = house.post("/v1/subjects/u-1/authenticators", asked).get_json()
    code = told.messages()[-1].code
    house.post(f"/v1/subjects/u-1/authenticators/{made['id']}/confirm", {"code": code})

    assert "was added to your account" in told.messages()[-1].subject


def test_the_owner_hears_that_the_second_step_failed_after_the_right_password(house, told):
    failed_challenge(house)

    failures = [each for each in told.messages() if "second step" in each.body or "second" in each.subject]
    assert [each.to for each in failures] == [MAIL]
    assert "challenge.failed" in [each.subject for each in told.events()]


def test_an_address_that_is_bound_hears_of_it_and_of_what_follows(house, told):
    asked = {"type": "email", "address": OTHER_MAIL, "reason": "asked for in person"}
    made = house.post("/v1/subjects/u-1/authenticators", asked).get_json()
    house.post(f"/v1/subjects/u-1/authenticators/{made['id']}/confirm", {"code": told.messages()[-1].code})
    told.messages()
    told.outbox.clear()

    bound_totp(house)

    assert [(each.to, each.subject) for each in told.messages()] == [
        (OTHER_MAIL, "Example Shop: An authenticator app was added to your account")
    ]


def test_no_message_and_no_event_holds_a_code_a_secret_or_an_address(house, told):
    totp = bound_totp(house)
    failed_challenge(house, "u-2")
    decide(house, ip=TOR)

    told.messages(), told.events()
    said = "\n".join(each.body + each.subject for each in told.outbox.messages())
    for secret in (totp["secret"], MAIL, PHONE, TOR, OSLO, "000000", "Mozilla", house.key):
        assert secret not in said


def test_an_event_says_what_about_whom_and_which_decision(house, told):
    decision = decide(house, ip=TOR)

    (event,) = told.events()
    assert json.loads(event.body) == {
        "type": "decision.denied",
        "timestamp": "2026-07-01T10:00:00Z",
        "data": {
            "tenant": "default",
            "subject": {"id": "u-1"},
            "decision": decision["id"],
            "kind": "login",
            "outcome": "deny",
            "rule": "refused",
            "level": decision["risk"]["level"],
            "score": decision["risk"]["score"],
            "country": "DE",
        },
    }


def test_a_copied_device_token_is_told(house, told):
    first = decide(house)["device"]["token"]
    second = decide(house, token=first)["device"]["token"]
    decide(house, token=second)
    house.wait(120)

    decide(house, token=first, ip=TOR)

    assert "device.token_copied" in [each.subject for each in told.events()]
    assert "A copy of a browser of yours was used" in " ".join(each.subject for each in told.messages())


def test_each_tenant_is_told_by_its_own_name_and_systems(tmp_path):
    house, told = telling_house(tmp_path, realm_of=lambda tenant: Realm(tenant, name=f"Shop of {tenant}"))

    decide(house, ip=TOR)

    assert told.messages()[0].subject.startswith("Shop of default: ")
    assert told.events() == []
    house.wiring.stop()


@pytest.mark.parametrize("kind", [Down, Hanging])
def test_a_sender_that_is_down_or_hangs_costs_a_decision_nothing(tmp_path, kind):
    sender = kind()
    house, _ = telling_house(tmp_path, senders={"email": sender})
    house.wiring.start()
    began = time.monotonic()

    for number in range(20):
        assert decide(house, f"u-{number}", ip=TOR)["outcome"] == "deny"

    assert time.monotonic() - began < 5
    getattr(sender, "gate", threading.Event()).set()
    house.wiring.stop()


def test_what_waits_is_sent_when_the_service_stops(tmp_path):
    house, told = telling_house(tmp_path)
    decide(house, ip=TOR)
    house.wiring.start()

    house.wiring.stop()

    assert [each.channel for each in told.outbox.messages()] == ["webhook", "email"]


def test_a_mail_that_could_not_be_sent_is_sent_later(tmp_path):
    down = Down()
    house, told = telling_house(tmp_path, senders={"email": down})
    decide(house, ip=TOR)
    house.wiring.deliveries.settle()
    down.send = told.outbox.send

    house.wait(1)

    assert [each.to for each in told.messages()] == [MAIL]
    house.wiring.stop()
