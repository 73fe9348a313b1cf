"""Addresses that are no longer known when the message goes out are told of what took them away."""

import pytest

from ..line.conftest import NEW_YORK, OSLO, TOR
from .conftest import CONTACTS, MAIL, OTHER_MAIL, PHONE, decide

REASON = {"reason": "asked for in person"}


@pytest.fixture
def bound(house, told):
    """Somebody whose only address is one that is bound."""
    path = "/v1/subjects/u-1/authenticators"
    made = house.post(path, {"type": "email", "address": OTHER_MAIL, **REASON}).get_json()
    house.post(f"{path}/{made['id']}/confirm", {"code": told.messages()[-1].code})
    told.messages()
    told.outbox.clear()
    return made["id"]


def subjects(told, to):
    return [each.subject or each.body for each in told.messages() if each.to == to]


def test_an_address_that_is_revoked_hears_of_it(house, told, bound):
    house.post(f"/v1/subjects/u-1/authenticators/{bound}/revoke", REASON)

    assert subjects(told, OTHER_MAIL) == ["Example Shop: An address for codes by mail was removed from your account"]


def test_an_address_that_is_suspended_hears_of_it(house, told, bound):
    house.post(f"/v1/subjects/u-1/authenticators/{bound}/suspend", REASON)

    assert subjects(told, OTHER_MAIL) == ["Example Shop: An address for codes by mail was suspended"]


def test_an_address_hears_of_the_reset_that_ended_it(house, told, bound):
    house.post("/v1/subjects/u-1/reset", REASON)

    assert subjects(told, OTHER_MAIL) == ["Example Shop: All your ways to confirm were removed"]


def test_every_address_hears_that_all_was_erased(house, told, bound):
    decide(house, ip=OSLO)
    told.messages()
    told.outbox.clear()

    house.call("DELETE", "/v1/subjects/u-1")

    for to in (MAIL, OTHER_MAIL):
        assert subjects(told, to) == ["Example Shop: What was kept of your account was erased"]


def test_the_contacts_before_hear_that_they_were_changed_and_what_follows(house, told):
    decide(house, ip=OSLO, contacts=CONTACTS[1:])
    decide(house, ip=OSLO, contacts=[{"channel": "email", "address": "thief@example.org"}])
    decide(house, ip=NEW_YORK, contacts=[{"channel": "email", "address": "thief@example.org"}])

    told_to_the_owner = subjects(told, PHONE)
    assert len(told_to_the_owner) == 2
    assert "The addresses of your account were changed" in told_to_the_owner[0]


def test_a_stolen_password_with_nothing_bound_is_told_to_the_owner_once(house, told):
    text = """
version: 1
id: nobody
requirements:
  second: {any_of: [totp], aal: 2}
unenrolled: {login: deny}
rules:
  - id: all
    when: "true"
    then: {challenge: second, notify: true}
"""
    findings = house.wiring.policies.replace("default", text, house.now[0])
    assert [each for each in findings if each.severity == "error"] == []
    decision = decide(house, ip=TOR)

    assert decision["outcome"] == "deny"
    assert [each.subject for each in told.events()] == ["enrolment.denied"]
    assert subjects(told, MAIL) == ["Example Shop: Your password was used, and we refused it"]
