"""What callers tell afterwards, and what it changes for the next sign-in."""

from doorward.core.times import rfc3339

from .conftest import NEW_YORK, OSLO, enrolled, login

DAY = 86_400


def outcome(house, decision, **body):
    return house.post(f"/v1/decisions/{decision['id']}/outcome", body)


def feedback(house, decision, label):
    return house.post(f"/v1/decisions/{decision['id']}/feedback", {"label": label, "source": "analyst"})


def signals(house, decision):
    shown = house.get(f"/v1/decisions/{decision['id']}").get_json()
    return {name: each.get("value") for name, each in shown["signals"].items()}


def test_an_outcome_is_told_once(house):
    decision = house.decide(result="pending")
    outcome(house, decision, result="completed")

    again = outcome(house, decision, result="failed")

    assert again.status_code == 409


def test_a_deny_cannot_be_completed(house):
    house.call("PUT", f"/v1/lists/blocked_addresses/{OSLO}", {"reason": "attack"})
    decision = house.decide()

    assert decision["outcome"] == "deny"
    assert outcome(house, decision, result="completed").status_code == 409


def test_another_tenants_decision_has_no_outcome_here(house):
    decision = house.decide()
    _, key = house.wiring.services.api_keys.create(tenant="other", scopes=("admin",), now=house.now[0])

    answer = house.post(
        f"/v1/decisions/{decision['id']}/outcome", {"result": "completed"}, Authorization=f"Bearer {key}"
    )

    assert answer.status_code == 404


def test_an_outcome_cannot_lie_in_the_future(house):
    decision = house.decide(result="pending")

    answer = outcome(house, decision, result="completed", amr=["otp"], auth_time="2026-07-02T10:00:00Z")

    assert answer.status_code == 422


def test_an_outcome_of_1970_is_that_old(house):
    told = outcome(house, house.decide(), result="completed", amr=["otp"], auth_time="1970-01-01T00:00:00Z")

    claims = house.post("/v1/assertions/redeem", {"assertion": told.get_json()["assertion"]}).get_json()
    assert claims["auth_time"] == 0


def test_a_completed_second_factor_is_learned_at_once_and_proved(house):
    decision = house.decide(session={"id": "s-1"})

    told = outcome(house, decision, result="completed", amr=["otp"]).get_json()

    assert told["learning"] == "applied"
    claims = house.post("/v1/assertions/redeem", {"assertion": told["assertion"]}).get_json()
    assert claims["amr"] == ["pwd", "otp", "mfa"]
    assert claims["sub"] == "u-1"
    assert signals(house, house.decide(token=told["device"]["token"]))["device.known"] is True


def test_a_redeemed_proof_is_spent(house):
    told = outcome(house, house.decide(), result="completed", amr=["otp"]).get_json()
    house.post("/v1/assertions/redeem", {"assertion": told["assertion"]})

    assert house.post("/v1/assertions/redeem", {"assertion": told["assertion"]}).status_code == 422


def test_a_redeemed_proof_satisfies_no_rule_any_more(house):
    action = {"action": {"name": "account.export"}, "kind": "action", "session": {"amr": ["pwd"]}}
    subject = enrolled(house)
    told = outcome(house, house.decide(subject, **action), result="completed", amr=["otp"]).get_json()
    proved = action | {"session": {"amr": ["pwd"], "assertion": told["assertion"]}}
    before = house.decide(subject, **proved)
    house.post("/v1/assertions/redeem", {"assertion": told["assertion"]})

    after = house.decide(subject, **proved)

    assert (before["outcome"], after["outcome"]) == ("allow", "challenge")


def test_a_proof_of_the_session_satisfies_the_next_challenge_rule(house):
    action = {"action": {"name": "account.export"}, "kind": "action", "session": {"id": "s-1", "amr": ["pwd"]}}
    subject = enrolled(house)
    before = house.decide(subject, **action)
    outcome(house, before, result="completed", amr=["otp"])

    same_session = house.decide(subject, **action)
    another_session = house.decide(subject, **action | {"session": {"id": "s-2", "amr": ["pwd"]}})

    assert before["policy"]["rule"] == "sensitive-actions"
    assert (before["outcome"], same_session["outcome"]) == ("challenge", "allow")
    assert another_session["outcome"] == "challenge"


def test_a_bound_proof_is_good_for_its_own_action_once(house):
    def pay(amount, **session):
        action = {"name": "payments.transfer", "binding": {"amount": amount, "to": "X"}}
        return house.decide(
            enrolled(house), kind="action", action=action, session={"id": "s-1", "amr": ["pwd"], **session}
        )

    asked = pay("950.00")
    assertion = outcome(house, asked, result="completed", amr=["otp"]).get_json()["assertion"]

    another_amount = pay("951.00", assertion=assertion)
    first = pay("950.00", assertion=assertion)
    second = pay("950.00", assertion=assertion)

    assert [each["outcome"] for each in (another_amount, first, second)] == ["challenge", "allow", "challenge"]


def test_a_failed_outcome_counts_as_one_failure_of_the_same_attempt(house):
    decision = house.decide(result="pending")
    outcome(house, decision, result="failed")

    seen = signals(house, house.decide(result="pending"))

    assert seen["velocity.subject_failures_10m"] == 1
    assert seen["velocity.subject_attempts_10m"] == 2


def test_an_abandoned_attempt_teaches_nothing(house):
    outcome(house, house.decide(result="pending"), result="abandoned")

    assert house.decide()["risk"]["confidence"] == "none"


def test_confirmed_fraud_leaves_the_history_of_a_twin_who_never_saw_it(house):
    for _ in range(4):
        house.decide("ann")
        house.decide("twin")
        house.wait(DAY)
    fraud = house.decide("ann", ip=NEW_YORK)
    outcome(house, fraud, result="completed", amr=["otp"])
    feedback(house, fraud, "fraud")
    house.wait(2 * DAY)

    marked, twin = (
        house.post("/v1/policy/what-if", {"request": login(subject, ip=NEW_YORK)}).get_json()
        for subject in ("ann", "twin")
    )

    assert marked["risk"]["score"] == twin["risk"]["score"]
    assert marked["risk"]["reasons"] == twin["risk"]["reasons"]


def test_confirmed_fraud_ends_the_device_token_of_that_sign_in(house):
    token = house.decide()["device"]["token"]
    decision = house.decide(token=token)
    feedback(house, decision, "fraud")

    seen = signals(house, house.decide(token=decision["device"]["token"]))

    assert seen["device.token_state"] == "revoked"


def test_feedback_is_kept_with_its_decision(house):
    decision = house.decide()

    feedback(house, decision, "genuine")

    assert house.get(f"/v1/decisions/{decision['id']}").get_json()["feedback"][0]["label"] == "genuine"
    assert house.get("/v1/decisions").get_json()["items"][0]["labels"] == ["genuine"]


def test_fraud_is_undone_however_much_was_said_before(house):
    decision = house.decide()
    for _ in range(20):
        assert feedback(house, decision, "genuine").status_code == 200

    too_much = feedback(house, decision, "genuine")
    fraud = feedback(house, decision, "fraud")

    kept = house.get(f"/v1/decisions/{decision['id']}").get_json()["feedback"]
    assert (too_much.status_code, fraud.status_code) == (409, 200)
    assert fraud.get_json()["undone"] == ["device", "history"]
    assert (len(kept), kept[-1]["label"]) == (20, "fraud")


def test_a_failed_login_told_by_an_event_counts(house):
    event = {"type": "login_failed", "subject": {"id": "u-1"}, "client": {"ip": OSLO}}
    for _ in range(3):
        assert house.post("/v1/events", event).status_code == 202

    seen = signals(house, house.decide())

    assert seen["velocity.subject_failures_10m"] == 3
    assert seen["velocity.ip_failures_1h"] == 3


def test_an_event_of_the_same_attempt_counts_once(house):
    house.decide(result="pending", attempt_id="a-9")
    house.post(
        "/v1/events",
        {"type": "login_failed", "attempt_id": "a-9", "subject": {"id": "u-1"}, "client": {"ip": OSLO}},
    )

    seen = signals(house, house.decide(result="pending", attempt_id="a-9"))

    assert seen["velocity.subject_attempts_10m"] == 1
    assert seen["velocity.subject_failures_10m"] == 1


def test_an_attempt_counts_once_though_its_calls_tell_different_addresses(house):
    house.post("/v1/events", {"type": "login_failed", "attempt_id": "a-7", "subject": {"id": "u-1"}, "client": {}})
    house.decide(result="pending", attempt_id="a-7")

    seen = signals(house, house.decide(ip=NEW_YORK, attempt_id="a-7"))

    assert seen["velocity.subject_attempts_10m"] == 1
    assert seen["velocity.subject_ips_1h"] == 1


def test_a_failure_that_is_told_late_makes_no_other_forgotten(house):
    for _ in range(4):
        house.decide(result="failed")
    late = {"type": "login_failed", "subject": {"id": "u-1"}, "client": {}, "at": rfc3339(house.now[0] - 23.9 * 3600)}
    assert house.post("/v1/events", late).status_code == 202
    house.wait(2 * 3600)

    seen = signals(house, house.decide())

    assert seen["velocity.subject_failures_24h"] == 4


def test_an_event_of_last_week_is_refused(house):
    event = {"type": "login_failed", "subject": {"id": "u-1"}, "client": {}, "at": "2026-06-01T00:00:00Z"}

    assert house.post("/v1/events", event).status_code == 422


def test_a_changed_password_raises_a_flag(house):
    house.post("/v1/events", {"type": "password_changed", "subject": {"id": "u-1"}, "client": {}})

    seen = signals(house, house.decide())

    assert seen["subject.flags"] == ["credential_changed"]
    assert seen["subject.password_age_hours"] == 0
