"""What is said, and what never is: whatever comes from outside, no message carries a code, a secret or an address."""

import json
import re
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.ceremony import Notice, Realm
from doorward.core.code_texts import MOST_SMS
from doorward.core.facts import Facts
from doorward.core.notice_texts import ENGLISH, TYPES, Scene, browser_of, mail_of, place_of, sms_of, title_of
from doorward.core.notices import BY_NAME, EVENTS, addresses, told_of
from doorward.core.request import Contact
from doorward.notifying import Known, event_json

NOW = 1_782_900_000.0
SECRETS = ["471906", "dvt_abcDEF123.xyz", "dwk_secretsecret", "eyJhbGciOiJFUzI1NiJ9.e30.sig", "JBSWY3DPEHPK3PXP"]
NAMED = [*SECRETS[1:4], "grt_abcDEF123.xyz", "rcp_abcDEF123", "wty_abcDEF123", "whsec_abcDEF123"]
PERSONAL = [
    "anna@example.org",
    "+4915112345678",
    "203.0.113.7",
    "2001:db8::1",
    "Mozilla/5.0 (X11; Linux)",
    "12 High St",
]
ANY = st.sampled_from(SECRETS + PERSONAL) | st.text(max_size=40)
# What use-cases have at hand and might hand over by mistake.
DETAILS = ("code", "secret", "address", "phone", "token", "label", "reason", "to", "ip", "user_agent", "authenticator")


def test_every_event_has_its_text_and_no_text_is_without_event():
    assert set(ENGLISH) == set(BY_NAME)


def test_every_type_of_authenticator_has_its_name():
    from doorward.core.assurance import AUTHENTICATOR_TYPES

    assert set(TYPES) == set(AUTHENTICATOR_TYPES)


@given(st.sampled_from([event.name for event in EVENTS]), st.dictionaries(st.sampled_from(DETAILS), ANY, max_size=6))
def test_no_event_carries_what_reaches_or_stands_for_a_person(event, details):
    for name in SECRETS + PERSONAL:
        details = details | {"label": name, "reason": name, "to": name, "code": name, "authenticator": name}
        known = Known(Notice("t", event, "u-1", NOW, details), BY_NAME[event], Realm("t"), b"", None)

        assert name not in json.dumps(event_json(known))


@pytest.mark.parametrize("secret", NAMED)
def test_no_event_takes_a_secret_of_ours_for_a_name(secret):
    details = dict.fromkeys(("rule", "application", "action"), secret)
    known = Known(
        Notice("t", "decision.denied", "u-1", NOW, details), BY_NAME["decision.denied"], Realm("t"), b"", None
    )

    assert secret not in json.dumps(event_json(known))


@given(st.sampled_from([event.name for event in EVENTS]), ANY, ANY, ANY)
def test_no_message_carries_the_words_of_a_stranger(event, kind, city, agent):
    scene = Scene(event, NOW, type=kind, place=place_of(city, "DE"), browser=browser_of(agent, agent), more=3)

    said = title_of(scene, "Shop") + mail_of(scene, "Shop") + sms_of(scene, "Shop")

    assert not re.search(r"[@+<>]|https?:|www\.|\d{5,}", said)
    assert not any(each in said for each in (*SECRETS[:4], *PERSONAL[:5]))


@pytest.mark.parametrize("event", [event.name for event in EVENTS])
def test_an_sms_is_one_sms_without_a_link(event):
    said = sms_of(
        Scene(event, NOW, type="passkey"), "A shop with a name of sixty-four letters, which is the most it may be"
    )

    assert len(said) <= MOST_SMS
    assert "Change your password and tell" in said
    assert "//" not in said


def test_a_mail_says_what_when_where_and_with_what():
    scene = Scene("challenge.failed", NOW, place=place_of("Berlin", "DE"), browser=browser_of("Firefox", "Windows"))

    said = mail_of(scene, "Shop", link="https://auth.example.com/was-this-you/wty_x")

    for line in ("When: 1 Jul 2026, 10:00 UTC", "Where: Berlin (DE)", "With: Firefox on Windows"):
        assert line in said.splitlines()
    assert "https://auth.example.com/was-this-you/wty_x" in said.splitlines()


def test_an_event_tells_of_itself_in_words_and_names():
    details = {"authenticator": "fac_" + "A" * 22, "type": "totp", "label": "phone", "until": "2026-07-01T10:00:00Z"}

    assert told_of(details) == {name: details[name] for name in ("authenticator", "type", "until")}


def test_a_mail_address_that_somebody_binds_does_not_silence_a_number():
    number, bound = Contact("sms", "+4915112345678"), Contact("email", "thief@example.org")

    assert addresses([[number]], [bound]) == (number, bound)


def test_a_number_is_told_only_where_there_is_no_mail():
    mail, number = Contact("email", "anna@example.org"), Contact("sms", "+4915112345678")

    assert addresses([[mail, number]], [number]) == (mail,)


def test_a_mail_address_in_new_contacts_does_not_silence_the_former_number():
    number, new = Contact("sms", "+4915112345678"), Contact("email", "thief@example.org")

    assert addresses([[new], [number]]) == (new, number)


def test_an_address_is_told_once_however_it_is_written():
    assert len(addresses([[Contact("email", "Anna@example.org")], [Contact("email", "anna@example.org")]])) == 1


def test_facts_that_are_not_known_are_not_said():
    blank = SimpleNamespace(facts=Facts())

    assert place_of(blank.facts.network.city, blank.facts.network.country) == ""
    assert mail_of(Scene("device.dropped", NOW), "Shop").count(":") == 2
