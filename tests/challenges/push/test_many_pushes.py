"""Pushes that nobody answers are capped."""

from concurrent.futures import ThreadPoolExecutor

from ..conftest import bound_totp, challenged, code_of, verify
from ..devices import bound_push
from .pushes import asked, begun


class TestManyPushes:
    """N-OOB-7, ASVS 6.6.4."""

    def pushed(self, house, made, times):
        challenges = [challenged(house) for _ in range(times)]
        for each in challenges:
            begun(house, each, made)
        return challenges

    def test_the_seventh_push_without_a_success_is_refused_and_not_delivered(self, house, device):
        made = bound_push(house, device)
        challenges = [challenged(house) for _ in range(7)]
        for each in challenges[:6]:
            begun(house, each, made)

        seventh = house.post(f"/v1/challenges/{challenges[6]['id']}/begin", {"authenticator": made["id"]})

        assert seventh.status_code == 429
        assert int(seventh.headers["Retry-After"]) > 80_000
        assert challenges[6]["id"] not in [each["challenge"] for each in device.look(house).get_json()]
        assert asked(house, challenges[6], made).get_json()["error"] == "expired_code"

    def test_whoever_fails_at_the_password_does_not_begin_the_count_anew(self, house, device):
        made = bound_push(house, device)
        waiting = challenged(house)
        self.pushed(house, made, 6)
        for _ in range(80):
            house.decide(result="failed")

        seventh = house.post(f"/v1/challenges/{waiting['id']}/begin", {"authenticator": made["id"]})
        record = house.get(f"/v1/decisions/{house.decide()['id']}").get_json()

        assert seventh.status_code == 429
        assert record["signals"]["velocity.pushes_since_success"]["value"] == 6

    def test_of_twenty_pushes_at_once_no_more_than_six_go_out(self, house, device):
        made = bound_push(house, device)
        challenges = [challenged(house) for _ in range(20)]

        with ThreadPoolExecutor(10) as pool:
            paths = [f"/v1/challenges/{each['id']}/begin" for each in challenges]
            answers = list(pool.map(lambda path: house.post(path, {"authenticator": made["id"]}).status_code, paths))

        assert set(answers) == {200, 429}
        assert 1 <= answers.count(200) <= 6

    def test_a_right_password_is_no_success_that_would_begin_the_count_anew(self, house, device):
        made = bound_push(house, device)
        self.pushed(house, made, 6)
        house.decide()

        assert house.decide()["policy"]["rule"] == "push-bombing-no-other-way"

    def test_the_rule_offers_what_cannot_be_bombed(self, house, device):
        totp = bound_totp(house)
        made = bound_push(house, device)
        self.pushed(house, made, 6)

        decision = house.decide()

        assert decision["policy"]["rule"] == "push-bombing"
        assert [each["id"] for each in decision["challenge"]["authenticators"]] == [totp["id"]]

    def test_a_success_begins_the_count_anew(self, house, device):
        made = bound_push(house, device)
        self.pushed(house, made, 5)
        challenge = challenged(house)
        number = begun(house, challenge, made)["number"]
        device.answer(house, device.look(house).get_json()[-1], number=number)

        assert asked(house, challenge, made).get_json()["status"] == "passed"
        assert house.decide()["outcome"] == "allow"

    def test_a_success_by_another_authenticator_begins_it_anew_too(self, house, device):
        totp = bound_totp(house)
        made = bound_push(house, device)
        self.pushed(house, made, 6)
        challenge = house.decide()["challenge"]

        passed = verify(house, challenge, totp["id"], code_of(house, totp)).get_json()

        assert passed["status"] == "passed"
        begun(house, challenged(house, session={"id": "s-2", "amr": ["pwd"]}), made)
