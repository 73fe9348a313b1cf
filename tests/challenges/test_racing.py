"""Many answers at once: one passes."""

from concurrent.futures import ThreadPoolExecutor

from .conftest import bound_totp, challenged, code_of, verify


def test_of_fifty_right_answers_at_once_exactly_one_passes(house):
    made = bound_totp(house)
    challenge, code = challenged(house), code_of(house, made)

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: verify(house, challenge, made["id"], code), range(50)))

    told = [answer.get_json() for answer in answers]
    assert [each["status"] for each in told].count("passed") == 1
    assert {answer.status_code for answer in answers} <= {200, 409, 429}
    assert house.get(f"/v1/challenges/{challenge['id']}").get_json()["status"] == "passed"


def test_wrong_answers_at_once_get_no_more_than_the_challenge_takes(house):
    made = bound_totp(house)
    challenge = challenged(house)

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: verify(house, challenge, made["id"], "000000"), range(50)))

    told = [answer.get_json().get("error") for answer in answers]
    assert told.count("wrong_code") <= 5
    assert house.get(f"/v1/challenges/{challenge['id']}").get_json()["status"] == "failed"
