"""What a reported outcome is worth: by the factors that it names, after those that the request stated."""

import pytest

from doorward.core.times import rfc3339

from .conftest import enrolled, login
from .test_reports import outcome


def test_what_is_reported_is_worth_what_a_verify_would_be(house):
    acting = {"kind": "action", "action": {"name": "account.export"}, "subject": {"id": enrolled(house)}, "client": {}}
    session = {"id": "s-1", "amr": ["pwd"], "auth_time": rfc3339(house.now[0] - 60)}
    body = acting | {"session": session}
    decision = house.post("/v1/decisions", body).get_json()

    outcome(house, decision, result="completed", amr=["otp"])

    after = house.post("/v1/decisions", body).get_json()
    assert (decision["outcome"], after["outcome"]) == ("challenge", "allow")


def test_a_reported_code_after_an_old_session_is_one_factor(house):
    acting = {"kind": "action", "action": {"name": "account.export"}, "subject": {"id": enrolled(house)}, "client": {}}
    session = {"id": "s-1", "amr": ["pwd"], "auth_time": rfc3339(house.now[0] - 901)}
    body = acting | {"session": session}
    decision = house.post("/v1/decisions", body).get_json()

    outcome(house, decision, result="completed", amr=["otp"])

    assert house.post("/v1/decisions", body).get_json()["outcome"] == "challenge"


@pytest.mark.parametrize("amr", [[], ["pwd"], ["kba"], ["otp", "email"]])
def test_a_challenge_that_was_completed_without_a_second_factor_is_quarantined(house, amr):
    subject = {"id": enrolled(house), "groups": ["admins"]}
    decision = house.post("/v1/decisions", login() | {"subject": subject}).get_json()

    told = outcome(house, decision, result="completed", amr=amr).get_json()

    assert (decision["outcome"], told["learning"]) == ("challenge", "quarantined")


LIGHT = """
version: 1
id: light
requirements: {light: {any_of: [totp, email]}}
rules:
  - {id: ask, when: "true", then: {challenge: light}}
"""


@pytest.mark.parametrize(("amr", "learning"), [(["otp", "email"], "quarantined"), (["otp"], "applied")])
def test_a_sign_in_that_a_weaker_proof_lets_in_is_quarantined(house, amr, learning):
    assert house.wiring.policies.replace("default", LIGHT, house.now[0]) == ()
    first = house.decide(enrolled(house), session={"id": "s-1"})
    outcome(house, first, result="completed", amr=amr)

    again = house.decide(session={"id": "s-1"})

    assert (again["outcome"], again["learning"]) == ("allow", learning)
