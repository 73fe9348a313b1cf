"""Binding within the hosted page, in a real Chromium: a code to a contact, then a passkey, or an app by QR code."""

from collections.abc import Callable

import pyotp
from playwright.sync_api import Page, expect

from .conftest import VirtualAuthenticator
from .pages import Bank, Watched
from .test_page import FIREFOX, answer, bank, passed, watched

__all__ = ["bank", "watched"]

CONTACT = {"channel": "email", "address": "ada@example.org"}
NEWCOMER = {
    "kind": "login",
    "action": None,
    "subject": {"id": "u-1", "groups": ["admins"], "contacts": [CONTACT]},
    "client": {"user_agent": FIREFOX, "device_token": None},
    "credential": {"result": "passed"},
    "session": {"id": "s-1"},
}


def contact_confirmed(page: Page, bank: Bank) -> str:
    """Answer the code that the contact is sent, and return the challenge."""
    challenge = bank.challenge(**NEWCOMER)
    page.goto(bank.address(challenge))
    page.get_by_role("button", name="Send the code").click()
    answer(page, bank.sent())
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up how you confirm")
    return challenge


def test_an_app_is_connected_by_qr_code_and_signs_in(watched: Watched, bank: Bank) -> None:
    page = watched.page
    contact_confirmed(page, bank)

    page.get_by_role("button", name="App that shows codes").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    page.get_by_text("You cannot scan it?").click()
    app = pyotp.TOTP(page.locator(".seed").inner_text().replace(" ", ""))
    page.get_by_label("Code from the app").fill(app.at(bank.now()))
    page.get_by_role("button", name="Confirm").click()

    assert passed(page, bank)["acr"] == "aal2"
    assert [each["status"] for each in bank.ask("GET", "/v1/subjects/u-1/authenticators")] == ["active"]


def test_a_wrong_first_code_keeps_the_qr_code_there(watched: Watched, bank: Bank) -> None:
    page = watched.page
    contact_confirmed(page, bank)
    page.get_by_role("button", name="App that shows codes").click()

    page.get_by_label("Code from the app").fill("000000")
    page.get_by_role("button", name="Confirm").click()

    expect(page.get_by_role("alert")).to_contain_text("not the right code")
    expect(page.get_by_role("img", name="QR code")).to_be_visible()


def test_a_passkey_is_made_and_signs_in(
    watched: Watched, bank: Bank, authenticator: Callable[..., VirtualAuthenticator]
) -> None:
    page = watched.page
    device = authenticator()
    contact_confirmed(page, bank)

    page.get_by_role("button", name="Passkey").click()
    page.get_by_role("button", name="Create your passkey").click()

    assert "hwk" in passed(page, bank)["amr"]
    assert len(device.credentials()) == 1


def test_nothing_is_bound_without_the_code_to_the_contact(watched: Watched, bank: Bank) -> None:
    page = watched.page
    page.goto(bank.address(bank.challenge(**NEWCOMER)))

    page.evaluate("""() => {
        const form = document.querySelector("form");
        form.elements.do.value = "enrol";
        form.append(Object.assign(document.createElement("input"), {name: "type", value: "totp"}));
        form.submit();
    }""")

    expect(page.get_by_role("heading")).to_have_text("This link cannot be used")
    assert bank.ask("GET", "/v1/subjects/u-1/authenticators") == []
    watched.complaints.clear()  # the browser tells of the refusal itself


def test_who_changes_their_mind_confirms_the_contact_again(watched: Watched, bank: Bank) -> None:
    page = watched.page
    contact_confirmed(page, bank)
    page.get_by_role("button", name="App that shows codes").click()

    page.get_by_role("link", name="Choose another way").click()

    expect(page.get_by_role("button", name="Code by email")).to_be_visible()
