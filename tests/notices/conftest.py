"""A house that tells: its messages and events are kept, and delivered when a test says so."""

from collections.abc import Sequence
from typing import Any

import pytest

from doorward.ceremony import Realm, Subscription
from doorward.core.sender_url import WEBHOOK, SenderUrl
from doorward.senders.outbox import Outbox

from ..line.conftest import House, house_in, login

MAIL, OTHER_MAIL, PHONE = "anna@example.org", "anna@work.example", "+4915112345678"
CONTACTS = [{"channel": "email", "address": MAIL}, {"channel": "sms", "address": PHONE}]
# A page of whoever is told, and a rule for each thing that is told of.
POLICY = """
version: 1
id: telling
requirements:
  second: {any_of: [totp, recovery_code], aal: 2}
rules:
  - id: not-me
    when: '"not_me" in subject.flags'
    on_unknown: skip
    then: {challenge: second}
  - id: refused
    when: geo.country == "DE"
    on_unknown: skip
    then: {deny: {retry_after: 15m}, notify: true}
  - id: unusual
    when: geo.country == "US"
    on_unknown: skip
    then: {allow: {}, notify: true}
  - id: acting
    on: action
    when: "true"
    then: {challenge: second}
  - id: usual
    when: "true"
    then: allow
"""


class Told:
    """What a house has told: `mail` and `events` deliver what is due, and return it oldest first."""

    def __init__(self, house: House, outbox: Outbox) -> None:
        self.house = house
        self.outbox = outbox

    def messages(self) -> list[Any]:
        self.house.wiring.deliveries.settle()
        return [each for each in self.outbox.messages() if each.channel != "webhook"]

    def events(self) -> list[Any]:
        self.house.wiring.deliveries.settle()
        return [each for each in self.outbox.messages() if each.channel == "webhook"]


def telling_house(folder: Any, *, base_url: str = "https://auth.example.com", **outside: Any) -> tuple[House, Told]:
    """Return a house with an outbox for people and operators, and its policy of notices."""
    outbox = Outbox()
    every = Subscription(SenderUrl(WEBHOOK, target="http://localhost/events"), "")
    given = {
        "senders": {"email": outbox, "sms": outbox},
        "hook": outbox,
        "realm_of": lambda tenant: Realm(tenant, name="Example Shop", base_url=base_url, webhooks=(every,)),
    }
    house = house_in(folder, outside=given | outside)
    findings = house.wiring.policies.replace("default", POLICY, house.now[0])
    assert [each for each in findings if each.severity == "error"] == []
    return house, Told(house, outbox)


def attempt(subject: str = "u-1", *, contacts: Sequence[dict[str, str]] = CONTACTS, **more: Any) -> dict[str, Any]:
    return login(subject, **more) | {"subject": {"id": subject, "contacts": list(contacts)}}


def decide(house: House, subject: str = "u-1", **more: Any) -> dict[str, Any]:
    """Decide an attempt of somebody whose contacts the caller vouches for."""
    answer = house.post("/v1/decisions", attempt(subject, **more))
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return dict(answer.get_json())


@pytest.fixture
def told(tmp_path):
    house, told = telling_house(tmp_path)
    yield told
    house.wiring.stop()


@pytest.fixture
def house(told):
    return told.house
