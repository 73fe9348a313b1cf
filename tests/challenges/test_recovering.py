"""A recovery code and a bypass code answered over HTTP, and what follows."""

from dataclasses import replace

import pytest

from doorward.core.times import rfc3339

from ..line.conftest import house_in
from .conftest import ADMIN, EXPORT, bound_totp, challenged, code_of, login, verify

ADMINISTRATOR = login() | {"subject": {"id": "u-1", "groups": ["admins"]}}

TWO = """
version: 1
id: two
requirements: {two: {count: 2, any_of: [totp, recovery_code]}}
rules: [{id: all, when: "true", then: {challenge: two}}]
"""
RESISTANT = """
version: 1
id: resistant
requirements: {resistant: {any_of: [passkey], phishing_resistant: true}}
rules: [{id: any, when: "true", then: {challenge: resistant}}]
"""


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


QUESTIONS = [{"question": f"question {number}", "answer": f"answer {number}"} for number in range(3)]
ASKED = """
version: 1
id: asked
requirements: {any: {any_of: [totp, knowledge], aal: 1}}
rules: [{id: all, when: "true", then: {challenge: any}}]
"""


def turned_off(house, folder):
    """Return a house with the same store and key, in which questions are not wanted any more."""
    return house_in(folder, key=house.key, store=house.wiring.store)


@pytest.fixture
def asking(tmp_path):
    """A house that asks questions, and a challenge that offers them and an app."""
    house = house_in(tmp_path, change=lambda settings: replace(settings, knowledge="on"))
    bound_totp(house)
    made = house.post(
        "/v1/subjects/u-1/authenticators", {"type": "knowledge", "questions": QUESTIONS, **ADMIN}
    ).get_json()
    house.wiring.policies.replace("default", ASKED, house.now[0])
    yield house, made, challenged(house)
    house.wiring.stop()


def test_questions_that_were_turned_off_are_refused_where_they_were_offered(asking, tmp_path):
    before, made, challenge = asking
    house = turned_off(before, tmp_path / "off")

    begun = house.post(f"/v1/challenges/{challenge['id']}/begin", {"authenticator": made["id"]})
    answers = {"answers": [each["answer"] for each in QUESTIONS]}
    answered = house.post(
        f"/v1/challenges/{challenge['id']}/verify", {"authenticator": made["id"], "response": answers}
    )

    assert (begun.status_code, answered.status_code) == (409, 409)


def test_questions_that_were_turned_off_are_not_offered(asking, tmp_path):
    before, _, challenge = asking
    house = turned_off(before, tmp_path / "off")
    house.wiring.policies.replace("default", ASKED, house.now[0])

    offered = [each["type"] for each in challenged(house)["authenticators"]]

    assert {each["type"] for each in challenge["authenticators"]} == {"totp", "knowledge"}
    assert offered == ["totp"]


def test_a_wrong_recovery_code_counts_like_any_other(house):
    made, totp = recovery_codes(house), bound_totp(house)
    challenge = challenged(house)

    wrong = verify(house, challenge, made["id"], "0000-0000-0000-0000").get_json()

    assert (wrong["error"], wrong["attempts_left"]) == ("wrong_code", 4)
    assert totp["id"] in {each["id"] for each in challenge["authenticators"]}


def two_of(house):
    """Return an app, a set of recovery codes, and a challenge that asks for two of different types."""
    made, codes = bound_totp(house), recovery_codes(house)
    assert house.wiring.policies.replace("default", TWO, house.now[0]) == ()
    return made, codes, challenged(house)


def test_a_recovery_code_that_is_not_enough_is_replaced_and_told_all_the_same(house, told):
    """N-REC-1, N-REC-5: it is used up, whatever becomes of the challenge."""
    made, codes, challenge = two_of(house)

    first = verify(house, challenge, codes["id"], codes["codes"][0]).get_json()

    assert (first["status"], first["error"]) == ("pending", "more_required")
    assert first["recovery_code"] not in codes["codes"]
    assert "recovery_code.used" in told.events()
    assert verify(house, challenge, made["id"], code_of(house, made)).get_json()["status"] == "passed"


def test_after_a_recovery_that_was_not_enough_no_device_is_familiar(house):
    codes = recovery_codes(house)
    token = house.decide()["device"]["token"]
    old = rfc3339(house.now[0] - 3600)
    stale = EXPORT | {"session": {"id": "s-1", "amr": ["pwd"], "auth_time": old}, "credential": {}}

    answer = verify(house, challenged(house, **stale), codes["id"], codes["codes"][0]).get_json()
    shown = house.get(f"/v1/decisions/{house.decide(token=token)['id']}").get_json()["signals"]

    assert answer["error"] == "more_required"
    assert shown["device.known"]["value"] is False
    assert "recovery_used" in shown["subject.flags"]["value"]


def test_a_recovery_code_that_gives_a_grant_is_replaced_and_told(house, told):
    codes = recovery_codes(house)
    house.wiring.policies.replace("default", RESISTANT, house.now[0])
    challenge = house.post("/v1/decisions", ADMINISTRATOR).get_json()["challenge"]

    answer = verify(house, challenge, codes["id"], codes["codes"][0]).get_json()

    assert answer["enrolment_grant"].startswith("grt_")
    assert answer["recovery_code"] not in codes["codes"]
    assert "recovery_code.used" in told.events()


def test_a_second_code_of_one_set_is_refused_before_it_is_used_up(house):
    _, codes, challenge = two_of(house)
    verify(house, challenge, codes["id"], codes["codes"][0])

    refused = verify(house, challenge, codes["id"], codes["codes"][1]).get_json()
    later = verify(house, challenged(house), codes["id"], codes["codes"][1]).get_json()

    assert (refused["error"], later["error"]) == ("replayed_code", "more_required")


def test_a_bypass_code_that_is_not_enough_is_told(house, told):
    bound_totp(house)
    assert house.wiring.policies.replace("default", TWO, house.now[0]) == ()
    code = house.post("/v1/subjects/u-1/bypass-codes", ADMIN).get_json()
    challenge = challenged(house)

    first = verify(house, challenge, code["id"], code["code"]).get_json()

    assert first["error"] == "more_required"
    assert "bypass_code.used" in told.events()
