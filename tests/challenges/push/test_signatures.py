"""Who has not signed with the paired key is a stranger."""

import pytest

from ..conftest import challenged
from ..devices import ED25519, P256, Device, bound_push, other, said
from .pushes import attempts_left, begun, is_refused_like_a_stranger


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
