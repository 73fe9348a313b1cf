"""A push answered: signed by the device that was paired, with the number that the login side shows, once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from doorward.ceremony import Realm

from ..line.conftest import house_in
from .conftest import bound_totp, challenged, code_of, verify
from .devices import ED25519, P256, Device, bound_push, other, said

SIGNED_BY_NOBODY = {"status": 401, "type": "urn:doorward:problem:bad-signature"}


@pytest.fixture
def house(tmp_path):
    realm = {"realm_of": lambda tenant: Realm(tenant, base_url="https://auth.example.org")}
    made = house_in(tmp_path, outside=realm)
    yield made
    made.wiring.stop()


@pytest.fixture
def device():
    return Device()


def begun(house, challenge, made):
    answer = house.post(f"/v1/challenges/{challenge['id']}/begin", {"authenticator": made["id"]})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return dict(answer.get_json())


def asked(house, challenge, made, response=None):
    """Ask how the push stands."""
    body = {"authenticator": made["id"], "response": response or {}}
    return house.post(f"/v1/challenges/{challenge['id']}/verify", body)


def attempts_left(house, challenge):
    return house.get(f"/v1/challenges/{challenge['id']}").get_json()["attempts_left"]


def events(house, challenge):
    record = house.get(f"/v1/decisions/{challenge['decision']}").get_json()
    return [each["what"] for each in record["events"]]


def is_refused_like_a_stranger(answer):
    problem = answer.get_json()
    return {name: problem[name] for name in SIGNED_BY_NOBODY} == SIGNED_BY_NOBODY


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


class TestSignatures:
    """N-OOB-10."""

    def test_a_foreign_key_and_an_unknown_authenticator_are_refused_alike(self, house, device):
        bound_push(house, device)
        foreign, unknown = Device(), Device()
        foreign.authenticator, unknown.authenticator = device.authenticator, "fac_" + "A" * 22

        refused = [each.look(house) for each in (foreign, unknown)]

        assert all(is_refused_like_a_stranger(each) for each in refused)
        assert refused[0].get_json() == refused[1].get_json()
        assert refused[0].headers["WWW-Authenticate"] == refused[1].headers["WWW-Authenticate"]

    @pytest.mark.parametrize("curve", [P256, ED25519])
    @pytest.mark.parametrize("signature", ["AA", "A" * 86, "A" * 128, "-" * 86])
    def test_what_is_no_signature_of_the_device_is_refused(self, house, curve, signature):
        device = Device(curve)
        bound_push(house, device)
        body = {"authenticator": device.authenticator, "at": "2026-07-01T10:00:00Z", "signature": signature}

        assert is_refused_like_a_stranger(said(house, "pending", body))

    def test_a_signature_of_the_other_type_of_key_is_refused(self, house, device):
        bound_push(house, device)
        foreign = Device(ED25519)
        foreign.authenticator = device.authenticator

        assert is_refused_like_a_stranger(foreign.look(house))

    def test_a_foreign_signature_of_an_answer_is_refused_and_costs_nothing(self, house, device):
        made = bound_push(house, device)
        challenge = challenged(house)
        number = begun(house, challenge, made)["number"]
        push = device.waiting(house)
        foreign = Device()
        foreign.authenticator = device.authenticator

        assert is_refused_like_a_stranger(foreign.answer(house, push, number=number))
        assert attempts_left(house, challenge) == 5
        assert device.waiting(house) == push

    def test_every_part_of_an_answer_is_signed(self, house, device):
        made = bound_push(house, device)
        challenge = challenged(house)
        number = begun(house, challenge, made)["number"]
        push = device.waiting(house)
        wrong = {"authenticator": made["id"], "nonce": push["nonce"], "number": other(number), "decision": "decline"}
        signed = device.signed(wrong)

        changed = [
            signed | {"number": number},
            signed | {"decision": "approve"},
            signed | {"nonce": push["nonce"] + "x"},
        ]

        assert all(is_refused_like_a_stranger(said(house, push["challenge"], each)) for each in changed)
        assert device.waiting(house) == push

    @pytest.mark.parametrize("late", [-120, -61, 61, 600])
    def test_a_clock_that_is_off_is_told_to_the_device_alone(self, house, device, late):
        bound_push(house, device)
        foreign = Device()
        foreign.authenticator = device.authenticator

        assert device.look(house, late=late).get_json()["errors"][0]["pointer"] == "#/at"
        assert is_refused_like_a_stranger(foreign.look(house, late=late))

    def test_a_field_that_is_not_known_is_no_part_of_a_request(self, house, device):
        bound_push(house, device)

        assert device.look(house, more="x").status_code == 422


class TestPairing:
    """N-BND-2."""

    @pytest.fixture
    def made(self, house):
        answer = house.post("/v1/subjects/u-1/authenticators", {"type": "push", "label": "phone"})
        return answer.get_json()

    @pytest.fixture
    def uri(self, made):
        return made["pairing_uri"]

    def test_a_wrong_code_is_refused_like_an_unknown_authenticator(self, house, device, uri):
        wrong = device.pair(house, uri, code="A" * 22)
        unknown = device.pair(house, uri, authenticator="fac_" + "A" * 22)

        assert is_refused_like_a_stranger(wrong)
        assert wrong.get_json() == unknown.get_json()

    def test_a_code_is_good_once(self, house, device, uri):
        device.pair(house, uri)

        assert is_refused_like_a_stranger(Device().pair(house, uri))
        assert device.look(house).get_json() == []

    def test_of_twenty_devices_that_pair_at_once_one_does(self, house, uri):
        devices = [Device() for _ in range(20)]

        with ThreadPoolExecutor(10) as pool:
            answers = list(pool.map(lambda each: each.pair(house, uri).status_code, devices))

        assert sorted(answers) == [200] + [401] * 19

    def test_a_code_is_good_for_ten_minutes(self, house, device, uri):
        house.wait(600)

        assert is_refused_like_a_stranger(device.pair(house, uri))

    def test_a_key_that_does_not_sign_is_not_bound(self, house, device, uri):
        assert is_refused_like_a_stranger(device.pair(house, uri, public_key=Device().jwk))
        assert is_refused_like_a_stranger(device.look(house))

    @pytest.mark.parametrize(
        ("changes", "pointer"),
        [
            ({"crv": "P-384"}, "#/public_key/crv"),
            ({"kty": "RSA"}, "#/public_key/crv"),
            ({"kty": ["EC"]}, "#/public_key/crv"),
            ({"crv": {"a": 1}}, "#/public_key/crv"),
            ({"x": "A" * 43}, "#/public_key"),
            ({"x": "A" * 42 + "B"}, "#/public_key/x"),
            ({"x": "A" * 44}, "#/public_key/x"),
            ({"x": 7}, "#/public_key/x"),
            ({"y": None}, "#/public_key/y"),
            ({"y": "é" * 43}, "#/public_key/y"),
            ({"x": "A" * 1000}, "#/public_key/x"),
            ({"d": "A" * 43}, "#/public_key/d"),
        ],
    )
    def test_what_is_no_key_is_pointed_at(self, house, device, uri, changes, pointer):
        answer = device.pair(house, uri, public_key=device.jwk | changes)

        assert answer.status_code == 422
        assert pointer in [each["pointer"] for each in answer.get_json()["errors"]]

    def test_what_a_browser_adds_to_a_key_says_nothing(self, house, device, uri):
        answer = device.pair(house, uri, public_key=device.jwk | {"ext": True, "key_ops": ["verify"]})

        assert answer.get_json()["status"] == "active"

    def test_the_caller_cannot_confirm_in_the_devices_place(self, house, made, uri):
        code = uri.split("code=")[1].split("&")[0]
        path = f"/v1/subjects/u-1/authenticators/{made['id']}/confirm"

        answers = [house.post(path, {"code": code}), house.post(path, {})]

        assert [each.status_code for each in answers] == [422, 422]
        assert house.get("/v1/subjects/u-1/authenticators").get_json()[0]["status"] == "pending"

    def test_a_pending_device_has_no_key_to_look_with(self, house, device, made):
        device.authenticator = made["id"]

        assert is_refused_like_a_stranger(device.look(house))

    def test_the_uri_says_where_to_and_holds_a_code_of_128_random_bits(self, made, uri):
        assert uri.startswith("doorward://pair?v=1&url=https%3A%2F%2Fauth.example.org&authenticator=fac_")
        assert len(uri.split("code=")[1].split("&")[0]) == 22
        assert made["qr_svg"].startswith("<svg")

    def test_without_an_address_of_its_own_a_service_pairs_no_device(self, tmp_path):
        house = house_in(tmp_path)

        answer = house.post("/v1/subjects/u-1/authenticators", {"type": "push"})
        house.wiring.stop()

        assert answer.get_json()["errors"][0]["pointer"] == "#/type"

    @pytest.mark.parametrize("curve", [P256, ED25519])
    def test_a_paired_device_is_active_and_its_owner_told(self, tmp_path, curve):
        told = []
        realm = {"realm_of": lambda tenant: Realm(tenant, base_url="https://auth.example.org")}
        house = house_in(
            tmp_path, outside=realm | {"notifier": type("Told", (), {"tell": staticmethod(told.append)})()}
        )

        bound_push(house, Device(curve))
        shown = house.get("/v1/subjects/u-1/authenticators").get_json()
        house.wiring.stop()

        assert [each["status"] for each in shown] == ["active"]
        assert [(each.event, each.subject_id) for each in told] == [("authenticator.bound", "u-1")]


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
