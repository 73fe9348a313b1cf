"""A challenge answered: what is refused, what is counted, what a right answer gives."""

import pytest

from .conftest import ADMIN, bound_totp, challenged, code_of, login, verify

WRONG = "000000"
POLICY = """
version: 1
id: two
requirements: {{two: {requirement}}}
rules: [{{id: all, when: "true", then: {{challenge: two}}}}]
"""
# At low risk, whoever has nothing bound may enrol here.
ADMINISTRATOR = login() | {"subject": {"id": "u-1", "groups": ["admins"]}}


def events(house, challenge):
    record = house.get(f"/v1/decisions/{challenge['decision']}").get_json()
    return [each["what"] for each in record["events"]]


def test_a_wrong_code_costs_an_attempt_and_is_recorded(house):
    made = bound_totp(house)
    challenge = challenged(house)

    answer = verify(house, challenge, made["id"], WRONG).get_json()

    assert answer == {"status": "pending", "error": "wrong_code", "attempts_left": 4}
    assert events(house, challenge) == ["wrong_code"]


def test_five_wrong_codes_fail_the_challenge_and_the_right_one_comes_too_late(house):
    made = bound_totp(house)
    challenge = challenged(house)
    answers = [verify(house, challenge, made["id"], WRONG).get_json() for _ in range(5)]

    late = verify(house, challenge, made["id"], code_of(house, made))

    assert answers[-1] == {"status": "failed", "error": "too_many_attempts"}
    assert late.status_code == 409
    assert house.get(f"/v1/challenges/{challenge['id']}").get_json()["status"] == "failed"


def test_a_code_is_accepted_once_across_challenges(house):
    """N-OTP-3."""
    made = bound_totp(house)
    first, second = challenged(house), challenged(house, "u-1", session={"id": "s-2", "amr": ["pwd"]})
    code = code_of(house, made)

    passed = verify(house, first, made["id"], code).get_json()
    replayed = verify(house, second, made["id"], code).get_json()

    assert passed["status"] == "passed"
    assert (replayed["status"], replayed["error"]) == ("pending", "replayed_code")


def test_a_passed_challenge_cannot_be_answered_again(house):
    made = bound_totp(house)
    challenge = challenged(house)
    verify(house, challenge, made["id"], code_of(house, made))

    assert verify(house, challenge, made["id"], code_of(house, made, steps=1)).status_code == 409


def test_an_expired_challenge_takes_no_answer(house):
    made = bound_totp(house)
    challenge = challenged(house)
    house.wait(601)

    assert verify(house, challenge, made["id"], code_of(house, made)).status_code == 410


def test_another_subjects_authenticator_is_not_the_challenges(house):
    bound_totp(house)
    theirs = bound_totp(house, "u-2")
    challenge = challenged(house)

    answer = verify(house, challenge, theirs["id"], code_of(house, theirs))

    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["pointer"] == "#/authenticator"


def test_another_tenants_challenge_is_not_found(house):
    """ASVS 8.4.1."""
    made = bound_totp(house)
    challenge = challenged(house)
    _, key = house.wiring.services.api_keys.create(tenant="other", scopes=("admin",), now=house.now[0])

    answer = house.post(
        f"/v1/challenges/{challenge['id']}/verify",
        {"authenticator": made["id"], "response": {"code": code_of(house, made)}},
        Authorization=f"Bearer {key}",
    )

    assert answer.status_code == 404


@pytest.mark.parametrize("code", [123456, "123 456", "１２３４５６", "12345", "", None, "12345678901"])
def test_what_is_no_code_is_pointed_at_and_costs_no_attempt(house, code):
    made = bound_totp(house)
    challenge = challenged(house)

    answer = verify(house, challenge, made["id"], code)

    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["pointer"].startswith("#/response/code")
    assert house.get(f"/v1/challenges/{challenge['id']}").get_json()["attempts_left"] == 5


def test_a_right_code_gives_a_proof_that_satisfies_the_rule(house):
    made = bound_totp(house)
    challenge = challenged(house)

    passed = verify(house, challenge, made["id"], code_of(house, made)).get_json()

    assert (passed["amr"], passed["acr"]) == (["pwd", "otp", "mfa"], "aal2")
    again = house.decide("u-1", kind="action", action={"name": "account.export"}, session={"id": "s-1", "amr": ["pwd"]})
    assert again["outcome"] == "allow"


def test_an_authenticator_that_was_revoked_meanwhile_is_refused(house):
    made = bound_totp(house)
    challenge = challenged(house)
    house.post(f"/v1/subjects/u-1/authenticators/{made['id']}/revoke", {"reason": "lost phone"})

    answer = verify(house, challenge, made["id"], code_of(house, made)).get_json()

    assert (answer["status"], answer["error"]) == ("pending", "refused")


def test_a_challenged_sign_in_hands_out_a_device_once_it_is_passed(house):
    made = bound_totp(house)
    body = login() | {"subject": {"id": "u-1", "groups": ["admins"]}}
    decision = house.post("/v1/decisions", body).get_json()
    assert (decision["outcome"], decision["device"]) == ("challenge", None)

    passed = verify(house, decision["challenge"], made["id"], code_of(house, made), remember_device=True).get_json()

    assert passed["device"]["token"].startswith("dvt_")
    assert passed["learning"] == "applied"


def test_another_browser_that_answers_is_given_no_device(house):
    made = bound_totp(house)
    body = login() | {"subject": {"id": "u-1", "groups": ["admins"]}}
    challenge = house.post("/v1/decisions", body).get_json()["challenge"]

    passed = verify(house, challenge, made["id"], code_of(house, made), client={"ip": "203.0.113.9"}).get_json()

    assert (passed["status"], passed["device"]) == ("passed", None)


def test_a_cancelled_challenge_takes_no_answer(house):
    made = bound_totp(house)
    challenge = challenged(house)

    cancelled = house.post(f"/v1/challenges/{challenge['id']}/cancel", {"reason": "not_me"})

    assert cancelled.get_json()["status"] == "cancelled"
    assert verify(house, challenge, made["id"], code_of(house, made)).status_code == 409
    assert house.decide()["policy"]["rule"] == "not-me"


def test_guesses_wait_ever_longer_across_challenges(house):
    """N-THR-2, ASVS 6.3.1."""
    made = bound_totp(house)
    challenge = challenged(house)
    for _ in range(5):
        verify(house, challenge, made["id"], WRONG)

    throttled = verify(house, challenged(house), made["id"], code_of(house, made))

    assert throttled.status_code == 429
    assert throttled.headers["Retry-After"] == "30"


def test_after_a_hundred_failures_the_right_code_is_refused_until_it_is_bound_anew(house):
    """N-THR-1."""
    made = bound_totp(house)
    refused = 0
    while refused < 100:
        house.wait(3601)
        refused += verify(house, challenged(house), made["id"], WRONG).status_code == 200
    house.wait(3601)

    shown = house.get("/v1/subjects/u-1/authenticators").get_json()

    assert [each["status"] for each in shown] == ["disabled"]
    assert house.post("/v1/decisions", ADMINISTRATOR).get_json()["outcome"] == "deny"


def test_a_right_code_forgives_the_failures_before_it(house):
    """N-THR-3."""
    made = bound_totp(house)
    for session in ("s-1", "s-2", "s-3"):
        challenge = challenged(house, session={"id": session, "amr": ["pwd"]})
        for _ in range(4):
            assert verify(house, challenge, made["id"], WRONG).status_code == 200
        assert verify(house, challenge, made["id"], code_of(house, made)).get_json()["status"] == "passed"
        house.wait(60)


def test_the_failures_of_one_authenticator_are_not_anothers(house):
    """N-THR-2, N-THR-3: other authenticators stay usable."""
    first, second = bound_totp(house), bound_totp(house)
    challenge = challenged(house)
    for _ in range(5):
        verify(house, challenge, first["id"], WRONG)

    passed = verify(house, challenged(house), second["id"], code_of(house, second)).get_json()

    assert passed["status"] == "passed"
    assert (
        verify(house, challenged(house, session={"id": "s-2", "amr": ["pwd"]}), first["id"], WRONG).status_code == 429
    )


def test_a_known_device_does_not_wait_for_what_strangers_guessed(house):
    """N-THR-2: whoever guesses elsewhere must not lock the owner out."""
    made = bound_totp(house)
    token = house.decide()["device"]["token"]
    house.wait(49 * 3600)
    token = house.decide(token=token)["device"]["token"]
    stranger = challenged(house)
    for _ in range(5):
        verify(house, stranger, made["id"], WRONG)
    assert verify(house, challenged(house), made["id"], code_of(house, made)).status_code == 429

    owner = challenged(house, token=token)

    assert verify(house, owner, made["id"], code_of(house, made)).get_json()["status"] == "passed"


def test_the_phones_clock_is_not_the_callers_to_say(house):
    """ASVS 6.5.8."""
    made = bound_totp(house)
    challenge = challenged(house)

    answer = house.post(
        f"/v1/challenges/{challenge['id']}/verify",
        {"authenticator": made["id"], "response": {"code": code_of(house, made), "at": "2026-07-01T10:00:00Z"}},
    )

    assert answer.status_code == 422


def test_two_of_different_types_are_needed_where_two_are_asked_for(house):
    policy = POLICY.format(requirement="{count: 2, any_of: [totp, recovery_code]}")
    assert house.wiring.policies.replace("default", policy, house.now[0]) == ()
    first, second = bound_totp(house), bound_totp(house)
    codes = house.post("/v1/subjects/u-1/authenticators", {"type": "recovery_code", **ADMIN}).get_json()
    challenge = challenged(house)

    one = verify(house, challenge, first["id"], code_of(house, first)).get_json()
    same_type = verify(house, challenge, second["id"], code_of(house, second)).get_json()
    both = verify(house, challenge, codes["id"], codes["codes"][0]).get_json()

    assert (one["status"], one["error"]) == ("pending", "more_required")
    assert (same_type["status"], same_type["error"]) == ("pending", "more_required")
    assert both["status"] == "passed"


def test_a_code_from_before_the_store_was_accepted_anew_is_refused(house):
    """It may have been used, and the store have lost the memory of it."""
    made = bound_totp(house)
    challenge, code = challenged(house), code_of(house, made)
    house.wait(5)
    house.wiring.store.accept(house.now[0])

    refused = verify(house, challenge, made["id"], code).get_json()
    house.wait(30)

    assert refused["error"] == "replayed_code"
    assert verify(house, challenge, made["id"], code_of(house, made)).get_json()["status"] == "passed"
