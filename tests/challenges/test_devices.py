"""The browsers that a subject is known by: remembered when asked, forgotten in time, copied tokens noticed."""

import pytest

from .conftest import OSLO, bound_totp, code_of, login, verify

DAY = 86_400
DEVICES = "/v1/subjects/u-1/devices"


def signals(house, token, **changes):
    decision = house.decide(token=token, **changes)
    shown = house.get(f"/v1/decisions/{decision['id']}").get_json()["signals"]
    return {name: each.get("value") for name, each in shown.items() if name.startswith("device.")}


def remembered(house):
    """Pass a challenged sign-in with the wish to be remembered, and return the device."""
    made = bound_totp(house)
    body = login() | {"subject": {"id": "u-1", "groups": ["admins"]}}
    challenge = house.post("/v1/decisions", body).get_json()["challenge"]
    return verify(house, challenge, made["id"], code_of(house, made), remember_device=True).get_json()["device"]


def test_a_device_is_remembered_for_thirty_days_of_use(house):
    token = remembered(house)["token"]

    for day in range(0, 28, 4):
        decision = house.decide(token=token)
        token = decision["device"]["token"]
        assert signals(house, token, result="failed")["device.remembered"] is True, day
        house.wait(4 * DAY)
    house.wait(3 * DAY)

    assert signals(house, token, result="failed")["device.remembered"] is False


def test_a_week_without_use_ends_it(house):
    token = remembered(house)["token"]
    house.wait(7 * DAY)

    assert signals(house, token, result="failed")["device.remembered"] is False


def test_a_remembered_device_adds_nothing_to_what_was_proved(house):
    token = remembered(house)["token"]
    house.wait(13 * 3600)
    body = login(token=token) | {"subject": {"id": "u-1", "groups": ["admins"]}}

    assert house.post("/v1/decisions", body).get_json()["outcome"] == "challenge"


def answered_by(house, client, ip=OSLO, token=None):
    """Pass a challenged sign-in, answered by what *client* says of itself, and return what was handed over."""
    made = bound_totp(house)
    body = login(ip=ip, token=token) | {"subject": {"id": "u-1", "groups": ["admins"]}}
    challenge = house.post("/v1/decisions", body).get_json()["challenge"]
    passed = verify(house, challenge, made["id"], code_of(house, made), client=client).get_json()
    assert passed["status"] == "passed"
    return passed


@pytest.mark.parametrize(
    ("asked", "spelled"),
    [(OSLO, f"::ffff:{OSLO}"), (f"::ffff:{OSLO}", OSLO), ("2001:db8::1", "2001:0DB8:0:0:0:0:0:1")],
)
def test_two_spellings_of_one_address_are_one_browser(house, asked, spelled):
    assert answered_by(house, {"ip": spelled}, ip=asked)["device"] is not None


def test_another_address_is_another_browser(house):
    assert answered_by(house, {"ip": "2001:db8::2"}, ip="2001:db8::1")["device"] is None


def test_a_browser_with_the_token_of_another_device_is_handed_none(house):
    theirs, own = (house.decide(subject)["device"]["token"] for subject in ("u-2", "u-1"))

    assert answered_by(house, {"device_token": theirs}, token=own)["device"] is None


def test_a_browser_that_has_no_token_is_not_the_one_that_had(house):
    own = house.decide()["device"]["token"]

    assert answered_by(house, {"device_token": None}, token=own)["device"] is None


def test_the_same_browser_is_handed_the_next_token_also_after_another_tab_was(house):
    first = house.decide()["device"]
    own = house.decide(token=first["token"])["device"]["token"]

    assert answered_by(house, {"device_token": own}, token=first["token"])["device"]["id"] == first["id"]


def test_two_tabs_that_pass_a_challenge_leave_the_token_that_the_browser_has_good(house):
    made = bound_totp(house)
    token = house.decide()["device"]["token"]
    body = login(token=token) | {"subject": {"id": "u-1", "groups": ["admins"]}}
    tabs = [house.post("/v1/decisions", body).get_json()["challenge"] for _ in range(2)]
    given = []
    for challenge in tabs:
        given.append(verify(house, challenge, made["id"], code_of(house, made)).get_json()["device"]["token"])
        house.wait(30)

    assert given[0] == given[1]
    assert signals(house, token)["device.token_state"] == "valid"


def test_answers_that_are_lost_again_and_again_leave_the_browsers_token_good(house):
    token = house.decide()["device"]["token"]
    for _ in range(3):
        decision = house.decide(token=token, result="pending")
        told = {"result": "completed", "amr": ["otp"]}
        house.post(f"/v1/decisions/{decision['id']}/outcome", told)

    assert signals(house, token)["device.token_state"] == "valid"


def test_an_outcome_beside_a_second_tab_ends_no_device(house):
    token = house.decide()["device"]["token"]
    first = house.decide(token=token)
    house.post(f"/v1/decisions/{first['id']}/outcome", {"result": "completed", "amr": ["otp"]})

    second = house.decide(token=token)

    assert second["policy"]["rule"] != "stolen-device-token"
    assert second["device"]["token"] == first["device"]["token"]


def test_a_token_from_before_the_last_but_one_still_ends_its_device(house):
    """A copy is found as before: only a successor that nobody has used is handed out twice."""
    token = house.decide()["device"]["token"]
    present = token
    for _ in range(3):
        present = house.decide(token=present)["device"]["token"]
    house.wait(61)

    assert signals(house, token)["device.token_state"] == "revoked"


def test_devices_are_listed_without_their_tokens(house):
    device = remembered(house)

    listed = house.get(DEVICES)

    assert [each["id"] for each in listed.get_json()] == [device["id"]]
    assert listed.get_json()[0]["remembered_until"] is not None
    assert "dvt_" not in listed.get_data(as_text=True)


def test_a_forgotten_device_is_a_strangers_again(house):
    device = remembered(house)

    assert house.call("DELETE", f"{DEVICES}/{device['id']}").status_code == 204

    assert house.get(DEVICES).get_json() == []
    assert signals(house, device["token"], result="failed")["device.known"] is False
    assert house.call("DELETE", f"{DEVICES}/{device['id']}").status_code == 404


def test_all_devices_are_forgotten_at_once(house):
    remembered(house)
    house.decide()

    assert len(house.get(DEVICES).get_json()) == 2
    assert house.call("DELETE", DEVICES).status_code == 204
    assert house.get(DEVICES).get_json() == []


def test_a_copy_of_an_old_token_ends_the_device_for_whoever_has_the_new_one(house):
    stolen = house.decide()["device"]["token"]
    token = stolen
    for _ in range(3):
        house.wait(120)
        token = house.decide(token=token)["device"]["token"]

    assert signals(house, stolen)["device.token_state"] == "revoked"
    assert signals(house, token)["device.token_state"] == "revoked"


def test_a_lost_answer_and_two_tabs_are_not_taken_for_a_copy(house):
    first = house.decide()["device"]["token"]
    answers = {house.decide(token=first)["device"]["token"] for _ in range(3)}
    house.wait(DAY)
    assert signals(house, first, result="failed")["device.token_state"] == "valid"

    (second,) = answers

    assert signals(house, second, result="failed")["device.token_state"] == "valid"
    assert signals(house, first, result="failed")["device.token_state"] == "valid"
    house.wait(61)
    assert signals(house, first, result="failed")["device.token_state"] == "revoked"


def test_what_if_ends_no_device(house):
    stolen = house.decide()["device"]["token"]
    token = stolen
    for _ in range(3):
        house.wait(120)
        token = house.decide(token=token)["device"]["token"]

    house.post("/v1/policy/what-if", {"request": login(token=stolen)})

    assert signals(house, token, result="failed")["device.token_state"] == "valid"


@pytest.mark.parametrize(("method", "one"), [("GET", ""), ("DELETE", ""), ("DELETE", "/dev_" + "A" * 22)])
@pytest.mark.parametrize("subject", ["a%00b", "%E2%80%AEu", "x" * 257])
def test_a_subject_that_cannot_be_one_is_422(house, subject, method, one):
    answer = house.call(method, f"/v1/subjects/{subject}/devices{one}")

    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["in"] == "path"
