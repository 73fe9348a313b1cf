"""What an administrator does to a subject: each with a reason, recorded and told."""

import pytest

from doorward.core.times import rfc3339

from .conftest import ADMIN, bound_totp, challenged, code_of, login, proof_of, put, verify

SUBJECT = "/v1/subjects/u-1"
ADMINISTRATOR = login() | {"subject": {"id": "u-1", "groups": ["admins"]}}
OPERATIONS = [("exemptions", {"until": "2026-07-01T12:00:00Z"}), ("bypass-codes", {}), ("unlock", {}), ("reset", {})]


def act(house, what, **body):
    return house.post(f"{SUBJECT}/{what}", body)


def bypass_code(house, **more):
    answer = act(house, "bypass-codes", **ADMIN, **more)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return answer.get_json()


@pytest.mark.parametrize(("what", "body"), OPERATIONS)
def test_an_enrolment_key_may_not(house, what, body):
    _, key = house.wiring.services.api_keys.create(tenant="default", scopes=("enrol",), now=house.now[0])

    answer = house.post(f"{SUBJECT}/{what}", ADMIN | body, Authorization=f"Bearer {key}")

    assert answer.status_code == 403


@pytest.mark.parametrize("hours", [-1, 0, 24.001, 48])
def test_an_exemption_ends_within_a_day(house, hours):
    answer = act(house, "exemptions", until=rfc3339(house.now[0] + hours * 3600), **ADMIN)

    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["pointer"] == "#/until"


def test_an_exemption_needs_a_reason(house):
    assert act(house, "exemptions", until="2026-07-01T12:00:00Z").status_code == 422


def test_an_exempted_subject_is_let_in_until_the_end(house, told):
    act(house, "exemptions", until=rfc3339(house.now[0] + 3600), **ADMIN)

    decision = house.post("/v1/decisions", ADMINISTRATOR).get_json()
    house.wait(3600)
    later = house.post("/v1/decisions", ADMINISTRATOR).get_json()

    assert (decision["outcome"], decision["policy"]["rule"]) == ("allow", "exempt")
    assert later["policy"]["rule"] == "admins"
    assert (told.events()[0], told.notices[0].details["reason"]) == ("subject.exempted", ADMIN["reason"])


@pytest.mark.parametrize("body", [{"uses": 0}, {"uses": 6}, {"ttl_s": 59}, {"ttl_s": 86_401}, {"reason": ""}])
def test_a_bypass_code_has_few_uses_a_short_time_and_a_reason(house, body):
    assert act(house, "bypass-codes", **(ADMIN | body)).status_code == 422


def test_a_bypass_code_passes_once_and_is_over(house):
    made = bypass_code(house)
    challenge = challenged(house)
    assert challenge["authenticators"] == [{"type": "bypass_code", "id": made["id"], "label": "help desk"}]

    assert verify(house, challenge, made["id"], made["code"]).get_json()["acr"] == "aal2"
    assert house.get(f"{SUBJECT}/authenticators").get_json() == []
    ended = house.get(f"{SUBJECT}/authenticators/history").get_json()["authenticators"]
    assert (ended[0]["status"], ended[0]["why"]) == ("ended", "used up")


def test_a_bypass_code_is_over_in_its_time(house):
    made = bypass_code(house, ttl_s=60)
    challenge = challenged(house)
    house.wait(60)

    assert verify(house, challenge, made["id"], made["code"]).get_json()["status"] != "passed"
    assert house.get(f"{SUBJECT}/authenticators").get_json() == []


def test_whoever_was_helped_binds_anew_with_what_the_code_proved(house):
    made = bypass_code(house)
    passed = verify(house, challenged(house), made["id"], made["code"]).get_json()

    answer = house.post(f"{SUBJECT}/authenticators", {"type": "totp", "assertion": passed["assertion"]})

    assert answer.status_code == 201


def test_a_repeated_request_for_a_bypass_code_gives_the_same(house):
    first = house.post(f"{SUBJECT}/bypass-codes", ADMIN, Idempotency_Key="k-1").get_json()

    assert house.post(f"{SUBJECT}/bypass-codes", ADMIN, Idempotency_Key="k-1").get_json() == first


def test_an_unlock_lifts_delays(house, told):
    made = bound_totp(house)
    challenge = challenged(house)
    for _ in range(5):
        verify(house, challenge, made["id"], "000000")
    assert verify(house, challenged(house), made["id"], code_of(house, made)).status_code == 429

    unlocked = act(house, "unlock", **ADMIN).get_json()

    assert unlocked == {"unlocked": [made["id"]], "disabled": []}
    assert verify(house, challenged(house), made["id"], code_of(house, made)).get_json()["status"] == "passed"
    assert "subject.unlocked" in told.events()


def test_an_unlock_leaves_disabled_what_is(house):
    """N-THR-1."""
    made = bound_totp(house)
    put(house, made["id"], "disabled")

    assert act(house, "unlock").get_json() == {"unlocked": [], "disabled": [made["id"]]}
    assert [each["status"] for each in house.get(f"{SUBJECT}/authenticators").get_json()] == ["disabled"]


def test_a_reset_ends_all_authenticators_and_devices(house, told):
    made = bound_totp(house)
    token = house.decide()["device"]["token"]

    reset = act(house, "reset", reason="lost everything").get_json()

    assert reset == {"authenticators": [made["id"]], "devices": 1}
    assert house.get(f"{SUBJECT}/authenticators").get_json() == []
    shown = house.get(f"/v1/decisions/{house.decide(token=token)['id']}").get_json()["signals"]
    assert shown["device.known"]["value"] is False
    assert told.notices[-1].details == {"reason": "lost everything", "authenticators": 1, "devices": 1}


def test_after_a_reset_nothing_that_was_passed_before_counts(house):
    made = bound_totp(house)
    verify(house, challenged(house), made["id"], code_of(house, made))
    house.wait(30)
    stolen = proof_of(house, made)
    act(house, "reset", **ADMIN)
    bound_totp(house)

    assert challenged(house)["required"]["aal"] == 2
    bind = house.post(f"{SUBJECT}/authenticators", {"type": "totp", "assertion": stolen})
    assert bind.status_code == 422


def test_a_reset_of_nobody_is_fine(house):
    assert act(house, "reset").get_json() == {"authenticators": [], "devices": 0}


def test_all_of_it_is_recorded(house):
    act(house, "exemptions", until=rfc3339(house.now[0] + 60), reason="on the phone")
    act(house, "unlock", reason="typed wrong")
    act(house, "reset", reason="lost phone")

    events = house.get(f"{SUBJECT}/authenticators/history").get_json()["events"]

    assert [(each["what"], each["by"], each["reason"]) for each in events] == [
        ("exempted", "administrator", "on the phone"),
        ("unlocked", "administrator", "typed wrong"),
        ("reset", "administrator", "lost phone"),
    ]


def test_what_a_fraud_has_bound_ends_with_its_decision(house, told):
    made = bound_totp(house)
    challenge = challenged(house)
    assertion = verify(house, challenge, made["id"], code_of(house, made)).get_json()["assertion"]
    house.wait(30)
    path = f"{SUBJECT}/authenticators"
    planted = house.post(path, {"type": "totp", "assertion": assertion}).get_json()
    house.post(f"{path}/{planted['id']}/confirm", {"code": code_of(house, planted)})

    said = house.post(f"/v1/decisions/{challenge['decision']}/feedback", {"label": "fraud", "source": "user"})

    assert "authenticator" in said.get_json()["undone"]
    assert [each["id"] for each in house.get(path).get_json()] == [made["id"]]
    assert told.notices[-1].details["reason"] == "bound by a fraud"
