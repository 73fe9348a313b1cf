"""A recovery code and a bypass code answered over HTTP, and what follows."""

from .conftest import ADMIN, bound_totp, challenged, login, verify

ADMINISTRATOR = login() | {"subject": {"id": "u-1", "groups": ["admins"]}}


def recovery_codes(house):
    answer = house.post("/v1/subjects/u-1/authenticators", {"type": "recovery_code", **ADMIN})
    assert answer.status_code == 201
    return answer.get_json()


def test_a_recovery_code_passes_and_the_answer_holds_a_new_one(house):
    made = recovery_codes(house)
    challenge = challenged(house)

    passed = verify(house, challenge, made["id"], made["codes"][0]).get_json()

    assert (passed["status"], passed["acr"]) == ("passed", "aal2")
    assert passed["recovery_code"] not in made["codes"]


def test_after_a_recovery_no_device_is_familiar_and_the_rules_know(house):
    made = recovery_codes(house)
    token = house.decide()["device"]["token"]
    verify(house, challenged(house), made["id"], made["codes"][0])

    shown = house.get(f"/v1/decisions/{house.decide(token=token)['id']}").get_json()["signals"]

    assert shown["device.known"]["value"] is False
    assert "recovery_used" in shown["subject.flags"]["value"]


def test_codes_are_never_shown_again(house):
    made = recovery_codes(house)

    listed = house.get("/v1/subjects/u-1/authenticators").get_data(as_text=True)

    assert all(code not in listed for code in made["codes"])


def test_questions_cannot_be_bound_unless_they_are_turned_on(house):
    answer = house.post("/v1/subjects/u-1/authenticators", {"type": "knowledge", **ADMIN})

    assert answer.status_code == 422


def test_a_wrong_recovery_code_counts_like_any_other(house):
    made, totp = recovery_codes(house), bound_totp(house)
    challenge = challenged(house)

    wrong = verify(house, challenge, made["id"], "0000-0000-0000-0000").get_json()

    assert (wrong["error"], wrong["attempts_left"]) == ("wrong_code", 4)
    assert totp["id"] in {each["id"] for each in challenge["authenticators"]}
