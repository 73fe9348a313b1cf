"""Passkeys in a real Chromium, against a running sandbox: bound, answered, and refused for what they are."""

from typing import Any

import pytest

from .conftest import serving

PATH = "/v1/subjects/u-1/authenticators"
ACTION = {
    "kind": "action",
    "action": {"name": "account.export"},
    "subject": {"id": "u-1"},
    "client": {},
    "session": {"id": "s-1", "amr": ["pwd"]},
}
CREATE = """options => navigator.credentials
    .create({publicKey: {...PublicKeyCredential.parseCreationOptionsFromJSON(options), timeout: 5000}})
    .then(credential => credential.toJSON())"""
GET = """options => navigator.credentials
    .get({publicKey: {...PublicKeyCredential.parseRequestOptionsFromJSON(options), timeout: 5000}})
    .then(credential => credential.toJSON())"""


class Shop:
    """A site that binds and asks for passkeys, as an integrator would write it."""

    def __init__(self, page: Any, site: str, ask: Any) -> None:
        self.page, self.ask = page, ask
        page.goto(site)

    def bind(self) -> str:
        made = self.ask("POST", PATH, {"type": "passkey", "label": "laptop", "reason": "asked for in person"})
        credential = self.page.evaluate(CREATE, made["public_key"])
        confirmed = self.ask("POST", f"{PATH}/{made['id']}/confirm", {"credential": credential})
        assert confirmed["status"] == "active"
        return str(made["id"])

    def answer(self, passkey: str, *, where: Any = None, asked: Any = None, **changes: Any) -> dict[str, Any]:
        """Be challenged, answer in the browser, and return what the service says."""
        challenge = self.ask("POST", "/v1/decisions", ACTION | changes)["challenge"]
        options = self.ask("POST", f"/v1/challenges/{challenge['id']}/begin", {"authenticator": passkey})["public_key"]
        credential = (where or self.page).evaluate(GET, options | (asked or {}))
        body = {"authenticator": passkey, "response": {"credential": credential}}
        return dict(self.ask("POST", f"/v1/challenges/{challenge['id']}/verify", body))


@pytest.fixture
def shop(page, site, ask):
    return Shop(page, site, ask)


def test_a_passkey_is_bound_and_signs_in(shop, authenticator):
    authenticator()
    passkey = shop.bind()

    passed = shop.answer(passkey)

    assert (passed["status"], passed["acr"]) == ("passed", "aal2")
    assert passed["amr"] == ["pwd", "hwk", "user", "pop", "mfa"]


def test_a_synced_passkey_is_a_software_key(shop, authenticator):
    authenticator(defaultBackupEligibility=True, defaultBackupState=True)
    passkey = shop.bind()

    assert shop.answer(passkey)["amr"] == ["pwd", "swk", "user", "pop", "mfa"]


def test_a_page_that_asks_without_verification_is_refused_where_it_is_needed(shop, authenticator):
    authenticator()
    passkey = shop.bind()

    refused = shop.answer(passkey, asked={"userVerification": "discouraged"}, session={"id": "s-1"})

    assert refused["error"] == "refused"
    assert "UV" in refused["detail"]


def test_a_security_key_without_a_pin_adds_possession_to_a_password(shop, authenticator):
    authenticator(transport="usb", hasResidentKey=False, hasUserVerification=False, isUserVerified=False)
    passkey = shop.bind()

    passed = shop.answer(passkey)

    assert (passed["amr"], passed["acr"]) == (["pwd", "hwk", "pop", "mfa"], "aal2")


def test_a_copy_with_an_earlier_count_is_refused_and_suspended(shop, authenticator, ask):
    device = authenticator()
    passkey = shop.bind()
    assert shop.answer(passkey)["status"] == "passed"
    device.turn_back(0)

    refused = shop.answer(passkey, session={"id": "s-2", "amr": ["pwd"]})

    assert refused["error"] == "refused"
    assert "copy" in refused["detail"]
    assert [each["status"] for each in ask("GET", PATH)] == ["suspended"]


def test_one_device_is_not_bound_twice(shop, authenticator):
    authenticator()
    shop.bind()

    with pytest.raises(Exception, match="InvalidStateError"):
        shop.bind()


def test_an_answer_from_a_frame_in_another_page_is_refused(shop, authenticator, page, site):
    authenticator()
    passkey = shop.bind()
    framing = f'<!doctype html><iframe src="{site}/" allow="publickey-credentials-get *"></iframe>'

    with serving({"/": framing}) as other:
        page.goto(other)
        refused = shop.answer(passkey, where=page.frames[1])

    assert refused["error"] == "refused"
    assert "frame" in refused["detail"]
