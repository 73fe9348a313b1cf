"""Binding within the hosted page: only after the code to a contact, only what is offered, and never past its end."""

import html
import re

import pyotp
import pytest

from doorward.ceremony import Realm
from doorward.senders.outbox import Outbox

from ..line.conftest import house_in
from .conftest import bound_totp
from .test_enrolling_within import EMAIL, enrol_challenge
from .test_page import BACK, collect, opened, said

SUBJECT = "/v1/subjects/u-1/authenticators"


@pytest.fixture
def outbox():
    return Outbox()


@pytest.fixture
def house(tmp_path, outbox):
    realm = Realm("default", name="Shop", return_to=(BACK,))
    made = house_in(tmp_path, outside={"realm_of": lambda tenant: realm, "senders": {"email": outbox}})
    yield made
    made.wiring.stop()


@pytest.fixture
def challenge(house):
    return enrol_challenge(house, EMAIL)


@pytest.fixture
def browser(house, challenge):
    return opened(house, challenge)


def confirm_contact(browser, challenge, outbox):
    contact = challenge["authenticators"][0]["id"]
    assert browser.act("begin", authenticator=contact).status_code == 303
    assert said(browser.answer(contact, outbox.messages()[-1].code)) == "more_required"


def made(browser):
    """Return the id and the seed of the app that is being connected."""
    page = browser.look().text
    seed = html.unescape(re.search(r'class="seed">([A-Z2-7 ]+)<', page)[1]).replace(" ", "")
    return re.search(r'name="authenticator" value="(fac_[\w-]+)"', page)[1], pyotp.TOTP(seed)


def test_nothing_is_bound_before_the_contact_has_answered(house, browser):
    assert browser.act("enrol", type="totp").status_code == 403
    assert house.get(SUBJECT).get_json() == []


@pytest.mark.parametrize("kind", ["sms", "knowledge", "recovery_code", "hotp"])
def test_a_type_that_is_not_offered_is_not_bound(house, browser, challenge, outbox, kind):
    confirm_contact(browser, challenge, outbox)

    assert browser.act("enrol", type=kind).status_code == 403
    assert house.get(SUBJECT).get_json() == []


def test_the_grant_is_not_shown_to_the_browser(browser, challenge, outbox):
    confirm_contact(browser, challenge, outbox)

    assert "grt_" not in browser.look().text
    assert "grant" not in browser.look().text


def test_another_browser_does_not_see_the_seed(house, browser, challenge, outbox):
    confirm_contact(browser, challenge, outbox)
    browser.act("enrol", type="totp")

    other = type(browser)(house, challenge).look(return_to=BACK)

    assert other.status_code == 403
    assert "seed" not in re.sub(r"<style>.*?</style>", "", other.text, flags=re.DOTALL)


def test_an_authenticator_that_is_not_being_bound_here_is_not_confirmed(browser, challenge, outbox):
    confirm_contact(browser, challenge, outbox)
    browser.act("enrol", type="totp")

    assert browser.act("confirm", authenticator="fac_" + "A" * 22, code="000000").status_code == 404


def test_a_wrong_first_code_is_said_and_the_seed_stays(browser, challenge, outbox):
    confirm_contact(browser, challenge, outbox)
    browser.act("enrol", type="totp")
    new, _ = made(browser)

    assert said(browser.act("confirm", authenticator=new, code="000000")) == "wrong_code"
    assert made(browser)[0] == new


def test_what_was_bound_elsewhere_meanwhile_ends_the_grant_and_leads_back_to_the_contact(
    house, browser, challenge, outbox
):
    confirm_contact(browser, challenge, outbox)
    bound_totp(house)

    answer = browser.act("enrol", type="totp")

    assert said(answer) == "refused"
    assert "Code by email" in browser.look().text


def test_what_was_made_here_is_not_confirmed_once_another_was_bound_elsewhere(house, browser, challenge, outbox):
    confirm_contact(browser, challenge, outbox)
    browser.act("enrol", type="totp")
    new, app = made(browser)
    bound_totp(house)

    answer = browser.act("confirm", authenticator=new, code=app.at(house.now[0]))

    assert said(answer) == "refused"
    assert "Code by email" in browser.look().text


def test_the_first_code_passes_the_challenge_and_is_collected(house, browser, challenge, outbox):
    confirm_contact(browser, challenge, outbox)
    browser.act("enrol", type="totp")
    new, app = made(browser)

    browser.act("confirm", authenticator=new, code=app.at(house.now[0]))
    collected = collect(house, challenge, browser.receipt()["receipt"]).get_json()

    assert (collected["amr"], collected["acr"]) == (["pwd", "otp", "mfa"], "aal2")
    assert app.secret not in browser.look().text
