"""What a caller states of its session counts by the factors it names, as long as a proof would, and for no others."""

import pytest

from doorward.core.times import rfc3339

from .conftest import bound_totp, code_of, login, verify

EXPORT = {"kind": "action", "action": {"name": "account.export"}, "subject": {"id": "u-1"}, "client": {}}
YEAR = 365 * 86_400


def session(house, *amr, age=60):
    return {"session": {"id": "s-1", "amr": list(amr), "auth_time": rfc3339(house.now[0] - age)}}


def answered(house, made, **request):
    """Return what a right code of the app *made* comes to in the challenge of *request*."""
    challenge = house.post("/v1/decisions", request).get_json()["challenge"]
    return verify(house, challenge, made["id"], code_of(house, made)).get_json()


@pytest.mark.parametrize("amr", [["otp"], ["sms", "otp"], ["email", "otp"], ["kba"], ["rba"], ["hwk"], ["mfa"]])
def test_a_code_beside_a_session_without_another_factor_is_one_factor(house, amr):
    made = bound_totp(house)

    answer = answered(house, made, **EXPORT, **session(house, *amr))

    assert (answer["status"], answer["error"]) == ("pending", "more_required")


def test_a_code_beside_a_stated_password_is_two_factors(house):
    made = bound_totp(house)

    passed = answered(house, made, **EXPORT, **session(house, "pwd"))

    assert (passed["status"], passed["amr"], passed["acr"]) == ("passed", ["pwd", "otp", "mfa"], "aal2")


def test_what_was_not_stated_does_not_stand_in_the_proof(house):
    made = bound_totp(house)

    passed = answered(house, made, **EXPORT, **session(house, "pin", "rba", "mfa"))

    assert (passed["amr"], passed["acr"]) == (["pin", "otp", "mfa"], "aal2")


@pytest.mark.parametrize("age", [16 * 60, -120, -YEAR])
def test_a_password_that_is_too_old_or_of_the_future_is_no_first_factor(house, age):
    made = bound_totp(house)

    answer = answered(house, made, **EXPORT, **session(house, "pwd", age=age))

    assert (answer["status"], answer["error"]) == ("pending", "more_required")


def test_a_session_that_does_not_say_how_old_it_is_is_taken_at_its_word(house):
    made = bound_totp(house)

    passed = answered(house, made, **EXPORT, session={"id": "s-1", "amr": ["pwd"]})

    assert (passed["amr"], passed["acr"]) == (["pwd", "otp", "mfa"], "aal2")


def test_at_a_sign_in_the_credential_that_passed_is_the_password(house):
    made = bound_totp(house)
    admin = login() | {"subject": {"id": "u-1", "groups": ["admins"]}}

    passed = answered(house, made, **admin, **session(house, "otp", age=YEAR))

    assert (passed["amr"], passed["acr"]) == (["pwd", "otp", "mfa"], "aal2")
