"""A push answered: signed by the device that was paired, with the number that the login side shows, once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from ..conftest import challenged
from ..devices import ED25519, P256, Device, bound_push, other, said
from .pushes import asked, attempts_left, begun, events


class TestAnswering:
    def test_whoever_asks_too_early_waits_and_pays_nothing(self, house, device):
        made = bound_push(house, device)
        challenge = challenged(house)
        begun(house, challenge, made)

        answers = [asked(house, challenge, made).get_json() for _ in range(20)]

        assert answers[-1] == {"status": "pending", "error": "awaiting_approval", "attempts_left": 5}
        assert events(house, challenge) == []

    @pytest.mark.parametrize("curve", [P256, ED25519])
    def test_the_right_number_passes_the_challenge(self, house, curve):
        device = Device(curve)
        made = bound_push(house, device)
        challenge = challenged(house)
        number = begun(house, challenge, made)["number"]

        answered = device.answer(house, device.waiting(house), number=number)
        passed = asked(house, challenge, made).get_json()

        assert answered.get_json() == {"challenge": challenge["id"], "status": "approved"}
        assert (passed["status"], passed["amr"], passed["acr"]) == ("passed", ["pwd", "swk", "mca", "mfa"], "aal2")
        assert passed["assertion"]

    def test_of_fifty_who_ask_at_once_exactly_one_passes(self, house, device):
        """N-OOB-3."""
        made = bound_push(house, device)
        challenge = challenged(house)
        number = begun(house, challenge, made)["number"]
        device.answer(house, device.waiting(house), number=number)

        with ThreadPoolExecutor(20) as pool:
            answers = list(pool.map(lambda _: asked(house, challenge, made), range(50)))

        assert [each.get_json()["status"] for each in answers].count("passed") == 1
        assert {each.status_code for each in answers} <= {200, 409}

    def test_of_wrong_and_right_numbers_at_once_one_is_taken(self, house, device):
        made = bound_push(house, device)
        challenge = challenged(house)
        number = begun(house, challenge, made)["number"]
        push = device.waiting(house)
        numbers = [number if place == 7 else other(number) for place in range(20)]

        with ThreadPoolExecutor(10) as pool:
            answers = list(pool.map(lambda each: device.answer(house, push, number=each), numbers))

        assert [each.status_code for each in answers].count(200) == 1
        assert attempts_left(house, challenge) >= 4

    def test_the_device_is_shown_what_is_approved_and_who_asks_but_no_number(self, house, device):
        """N-OOB-6."""
        made = bound_push(house, device)
        action = {"name": "account.export", "display": "Export everything to DE02…"}
        challenge = challenged(house, action=action, application={"id": "web"})
        number = begun(house, challenge, made)["number"]

        push = device.waiting(house)

        assert push.pop("nonce").startswith(challenge["id"] + ".")
        assert push == {
            "challenge": challenge["id"],
            "application": "web",
            "kind": "action",
            "action": "Export everything to DE02…",
            "client": "Chrome on Windows, near Oslo (NO)",
            "expires_at": "2026-07-01T10:05:00Z",
        }
        assert number not in device.look(house).get_data(as_text=True).replace(challenge["id"], "")

    def test_who_asks_is_null_where_nothing_is_known(self, house, device):
        made = bound_push(house, device)
        begun(house, challenged(house, ip=None, agent=None), made)

        assert device.waiting(house)["client"] is None

    def test_a_declined_push_is_refused_at_the_login_side(self, house, device):
        made = bound_push(house, device)
        challenge = challenged(house)
        begun(house, challenge, made)

        answer = device.answer(house, device.waiting(house), "decline")

        assert answer.get_json()["status"] == "declined"
        told = asked(house, challenge, made).get_json()
        assert (told["error"], told["detail"]) == ("refused", "the person has declined")
        assert attempts_left(house, challenge) == 5
        assert events(house, challenge) == ["refused"]
        assert device.look(house).get_json() == []

    def test_not_me_ends_the_challenge_and_marks_the_subject(self, house, device):
        made = bound_push(house, device)
        challenge = challenged(house)
        begun(house, challenge, made)

        answer = device.answer(house, device.waiting(house), "not_me")

        assert answer.get_json()["status"] == "not_me"
        assert house.get(f"/v1/challenges/{challenge['id']}").get_json()["status"] == "cancelled"
        assert house.decide()["policy"]["rule"] == "not-me"

    def test_a_push_that_is_told_again_keeps_its_number_and_its_end(self, house, device):
        made = bound_push(house, device)
        challenge = challenged(house)
        first = begun(house, challenge, made)
        early = house.post(f"/v1/challenges/{challenge['id']}/begin", {"authenticator": made["id"]})
        house.wait(30)

        again = begun(house, challenge, made)

        assert (early.status_code, early.headers["Retry-After"]) == (429, "30")
        assert (again["number"], again["expires_at"]) == (first["number"], first["expires_at"])

    def test_who_looks_again_within_the_minute_reads_the_same(self, house, device):
        made = bound_push(house, device)
        begun(house, challenged(house), made)
        body = device.signed({"authenticator": made["id"], "at": "2026-07-01T10:00:00Z"})

        assert said(house, "pending", body).get_json() == said(house, "pending", body).get_json()


class TestKeeping:
    def test_where_a_device_belongs_is_sealed_and_goes_when_it_is_revoked(self, house, device):
        made = bound_push(house, device)
        owner = house.wiring.services.decisions._sources.hasher.key("", "push-device", made["id"])
        kept = house.wiring.store.note("", owner, "place", house.now[0])
        house.post(f"/v1/subjects/u-1/authenticators/{made['id']}/revoke", {"reason": "lost phone"})

        assert kept is not None
        assert b"u-1" not in kept
        assert b"default" not in kept
        assert house.wiring.store.note("", owner, "place", house.now[0]) is None

    def test_a_device_that_looks_now_and_then_stays_paired_for_years(self, house, device):
        bound_push(house, device)
        for _ in range(4):
            house.wait(300 * 86_400)
            assert device.look(house).get_json() == []
