"""A challenge that a decision opens: stored, shown, bound to its tenant, over in ten minutes."""

from .conftest import NEW_YORK, enrolled, login
from .test_sign_ins import settle

SENSITIVE = {"kind": "action", "action": {"name": "account.export"}, "session": {"id": "s-1", "amr": ["pwd"]}}


def show(house, challenge_id, **headers):
    return house.call("GET", f"/v1/challenges/{challenge_id}", **headers)


def test_a_challenge_lists_the_authenticators_that_could_meet_it(house):
    enrolled(house, kind="totp")
    enrolled(house, kind="email")

    challenge = house.decide(**SENSITIVE)["challenge"]

    assert [each["type"] for each in challenge["authenticators"]] == ["totp"]
    assert show(house, challenge["id"]).get_json()["status"] == "pending"


def test_a_challenge_is_expired_after_ten_minutes(house):
    enrolled(house)
    challenge = house.decide(**SENSITIVE)["challenge"]
    house.wait(601)

    assert show(house, challenge["id"]).get_json()["status"] == "expired"


def test_another_tenants_challenge_is_not_found(house):
    enrolled(house)
    challenge = house.decide(**SENSITIVE)["challenge"]
    _, key = house.wiring.services.api_keys.create(tenant="other", scopes=("admin",), now=house.now[0])

    assert show(house, challenge["id"], Authorization=f"Bearer {key}").status_code == 404


def test_an_outcome_comes_too_late_once_the_challenge_has_ended(house):
    enrolled(house)
    decision = house.decide(**SENSITIVE)
    house.wait(601)

    answer = house.post(f"/v1/decisions/{decision['id']}/outcome", {"result": "completed", "amr": ["otp"]})

    assert answer.status_code == 409


def test_an_outcome_is_too_late_also_when_the_ended_challenge_is_not_kept_any_more(house):
    enrolled(house)
    decision = house.decide(**SENSITIVE)
    house.post(f"/v1/challenges/{decision['challenge']['id']}/cancel", {"reason": "not_me"})
    house.wait(2 * 86_400)
    assert show(house, decision["challenge"]["id"]).status_code == 404

    answer = house.post(f"/v1/decisions/{decision['id']}/outcome", {"result": "completed", "amr": ["otp"]})

    assert answer.status_code == 409


def test_nobody_enrolled_and_high_risk_is_a_deny(house):
    house.decide(token=settle(house))
    house.wait(600)

    decision = house.decide(ip=NEW_YORK)

    assert decision["outcome"] == "deny"
    assert decision["challenge"] is None


def test_with_an_authenticator_the_same_is_a_challenge(house):
    enrolled(house)
    house.decide()
    house.wait(600)

    decision = house.decide(ip=NEW_YORK)

    assert decision["outcome"] == "challenge"
    assert decision["challenge"]["authenticators"][0]["type"] == "totp"


def test_whoever_must_show_more_and_has_nothing_is_challenged_while_the_risk_is_low(house):
    body = login("root") | {"subject": {"id": "root", "groups": ["admins"]}}

    decision = house.post("/v1/decisions", body).get_json()

    assert decision["policy"]["rule"] == "admins"
    assert (decision["challenge"]["authenticators"], decision["challenge"]["enrol"]) == ([], [])
