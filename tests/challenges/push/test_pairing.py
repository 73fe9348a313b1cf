"""A device is paired by a code that is shown once, with a key of its own."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from doorward.ceremony import Realm

from ...line.conftest import house_in
from ..devices import ED25519, P256, Device, bound_push
from .pushes import is_refused_like_a_stranger


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
