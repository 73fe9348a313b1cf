"""What answers no push: a wrong number, another's device, a second time, too late."""

from ..conftest import challenged
from ..devices import Device, bound_push, other
from .pushes import asked, attempts_left, begun, events, is_refused_like_a_stranger


class TestRefusals:
    def test_a_wrong_number_ends_the_push_and_costs_an_attempt(self, house, device):
        """N-OOB-6."""
        made = bound_push(house, device)
        challenge = challenged(house)
        number = begun(house, challenge, made)["number"]
        push = device.waiting(house)

        answer = device.answer(house, push, number=other(number))

        assert answer.get_json() == {"challenge": challenge["id"], "status": "refused", "error": "wrong_code"}
        assert asked(house, challenge, made).get_json() == {
            "status": "pending",
            "error": "wrong_code",
            "attempts_left": 4,
        }
        assert device.look(house).get_json() == []
        assert device.answer(house, push, number=number).status_code == 409
        assert events(house, challenge) == ["wrong_code"]

    def test_after_a_wrong_number_another_push_has_another_number_and_fewer_attempts(self, house, device):
        """N-OOB-4."""
        made = bound_push(house, device)
        challenge = challenged(house)
        first = begun(house, challenge, made)["number"]
        nonce = device.waiting(house)["nonce"]
        device.answer(house, device.waiting(house), number=other(first))

        begun(house, challenge, made)

        assert device.waiting(house)["nonce"] != nonce
        assert attempts_left(house, challenge) == 4

    def test_five_wrong_numbers_fail_the_challenge(self, house, device):
        made = bound_push(house, device)
        challenge = challenged(house)
        answers = []
        for _ in range(5):
            number = begun(house, challenge, made)["number"]
            answers.append(device.answer(house, device.waiting(house), number=other(number)).get_json()["error"])

        assert answers == ["wrong_code"] * 4 + ["too_many_attempts"]
        assert house.get(f"/v1/challenges/{challenge['id']}").get_json()["status"] == "failed"

    def test_guesses_by_push_wait_like_all_others_across_challenges(self, house, device):
        made = bound_push(house, device)
        first = challenged(house)
        second = challenged(house)
        for _ in range(5):
            number = begun(house, first, made)["number"]
            device.answer(house, device.waiting(house), number=other(number))
        number = begun(house, second, made)["number"]

        answer = device.answer(house, device.waiting(house), number=number)

        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "30")

    def test_to_approve_without_a_number_is_bad_input(self, house, device):
        """N-OOB-6."""
        made = bound_push(house, device)
        begun(house, challenged(house), made)
        push = device.waiting(house)

        answers = [device.answer(house, push), device.answer(house, push, number="12345")]

        assert [each.status_code for each in answers] == [422, 422]
        assert answers[0].get_json()["errors"][0]["pointer"] == "#/number"
        assert device.waiting(house) == push

    def test_an_answer_is_taken_once(self, house, device):
        """N-OOB-3."""
        made = bound_push(house, device)
        challenge = challenged(house)
        number = begun(house, challenge, made)["number"]
        push = device.waiting(house)
        device.answer(house, push, number=number)

        assert device.answer(house, push, number=number).status_code == 409
        assert device.answer(house, push, "decline").status_code == 409

    def test_an_answer_to_one_challenge_is_none_to_another(self, house, device):
        """ASVS 6.6.2."""
        made = bound_push(house, device)
        first, second = challenged(house), challenged(house)
        number = begun(house, first, made)["number"]
        begun(house, second, made)
        one, two = device.look(house).get_json()

        swapped = device.answer(house, {"challenge": two["challenge"], "nonce": one["nonce"]}, number=number)

        assert swapped.status_code == 409
        assert asked(house, second, made).get_json()["error"] == "awaiting_approval"
        assert attempts_left(house, second) == 5

    def test_another_subjects_challenge_is_not_found(self, house, device):
        bound_push(house, device)
        theirs = Device()
        made = bound_push(house, theirs, "u-2")
        challenge = challenged(house, "u-2")
        number = begun(house, challenge, made)["number"]
        push = theirs.waiting(house)

        assert device.answer(house, push, number=number).status_code == 404
        assert theirs.waiting(house) == push

    def test_another_device_of_the_subject_does_not_see_the_push(self, house, device):
        made = bound_push(house, device)
        second = Device()
        bound_push(house, second)
        challenge = challenged(house)
        number = begun(house, challenge, made)["number"]

        assert second.look(house).get_json() == []
        assert second.answer(house, device.waiting(house), number=number).status_code == 409

    def test_another_tenants_challenge_is_not_found(self, house, device):
        made = bound_push(house, device)
        challenge = challenged(house)
        number = begun(house, challenge, made)["number"]
        push = device.waiting(house)
        _, key = house.wiring.services.api_keys.create(tenant="other", scopes=("admin",), now=house.now[0])
        ours, house.key = house.key, key
        stranger = Device()
        bound_push(house, stranger)
        house.key = ours

        assert stranger.answer(house, push, number=number).status_code == 404

    def test_an_expired_push_takes_no_answer(self, house, device):
        made = bound_push(house, device)
        challenge = challenged(house)
        number = begun(house, challenge, made)["number"]
        push = device.waiting(house)
        house.wait(301)

        assert device.answer(house, push, number=number).status_code == 410
        assert device.look(house).get_json() == []
        assert asked(house, challenge, made).get_json()["error"] == "expired_code"

    def test_a_push_never_outlives_its_challenge(self, house, device):
        """N-OOB-2."""
        made = bound_push(house, device)
        challenge = challenged(house)
        house.wait(500)

        assert begun(house, challenge, made)["expires_at"] == challenge["expires_at"]

    def test_an_approval_that_nobody_asks_for_in_time_is_over(self, house, device):
        made = bound_push(house, device)
        challenge = challenged(house)
        number = begun(house, challenge, made)["number"]
        device.answer(house, device.waiting(house), number=number)
        house.wait(301)

        assert asked(house, challenge, made).get_json()["error"] == "expired_code"

    def test_a_cancelled_challenge_takes_no_answer(self, house, device):
        made = bound_push(house, device)
        challenge = challenged(house)
        number = begun(house, challenge, made)["number"]
        push = device.waiting(house)
        house.post(f"/v1/challenges/{challenge['id']}/cancel", {"reason": "user"})

        assert device.look(house).get_json() == []
        assert device.answer(house, push, number=number).status_code == 409

    def test_the_login_side_cannot_answer_by_itself(self, house, device):
        made = bound_push(house, device)
        challenge = challenged(house)
        number = begun(house, challenge, made)["number"]

        answer = asked(house, challenge, made, {"code": number})

        assert answer.status_code == 422
        assert answer.get_json()["errors"][0]["pointer"] == "#/response/code"

    def test_a_device_that_was_revoked_is_a_stranger(self, house, device):
        made = bound_push(house, device)
        house.post(f"/v1/subjects/u-1/authenticators/{made['id']}/revoke", {"reason": "lost phone"})

        assert is_refused_like_a_stranger(device.look(house))
