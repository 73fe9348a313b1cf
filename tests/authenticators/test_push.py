"""Push as a verifier, and the keys of devices."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from doorward.authenticators.device_keys import DeviceKeys
from doorward.authenticators.push import PushVerifier
from doorward.ceremony import DevicePairing
from doorward.core.canonical import canonical_json
from doorward.core.errors import BadInput, BadSignature, Refusal, WrongCode
from doorward.core.push import APPROVED

from ..challenges.devices import ED25519, P256, Device, text
from .contract import CEREMONY, VerifierContract

KEYS = DeviceKeys()
ROOT = Path(__file__).resolve().parents[2]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=50),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=4,
)


class TestPush(VerifierContract):
    @pytest.fixture
    def verifier(self):
        return PushVerifier()

    @pytest.fixture
    def asked(self):
        return {}

    def right(self, enrolment, begun):
        begun.live["answer"] = APPROVED
        return {}

    def wrong(self, enrolment, begun):
        return {}


def test_a_code_of_another_pairing_binds_no_key():
    first, second = (PushVerifier().enrol({}, (), CEREMONY) for _ in range(2))
    code = second.shown["pairing_uri"].split("code=")[1].split("&")[0]

    with pytest.raises(WrongCode):
        PushVerifier().confirm(first.state, None, DevicePairing(code, Device().jwk), CEREMONY)


def test_a_paired_authenticator_takes_no_other_key():
    with pytest.raises(Refusal):
        PushVerifier().confirm({"key": Device().jwk}, None, DevicePairing("", Device().jwk), CEREMONY)


def test_what_is_kept_of_a_pairing_is_no_code_and_of_a_device_its_public_key():
    """N-OOB-10."""
    device, enrolment = Device(), PushVerifier().enrol({}, (), CEREMONY)
    code = enrolment.shown["pairing_uri"].split("code=")[1].split("&")[0]

    confirmed = PushVerifier().confirm(enrolment.state, None, DevicePairing(code, device.jwk), CEREMONY)

    assert code not in str(enrolment.state)
    assert confirmed.state == {"key": device.jwk}


@given(st.dictionaries(st.sampled_from(["kty", "crv", "x", "y", "d", "k"]), JSON))
def test_whatever_is_no_key_is_bad_input_and_nothing_else(jwk):
    with pytest.raises(BadInput) as refused:
        KEYS.read(jwk)

    assert all(each.pointer.startswith("#/public_key") for each in refused.value.mistakes)


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_a_point_beside_the_curve_is_bad_input(x, y):
    with pytest.raises(BadInput):
        KEYS.read({"kty": "EC", "crv": "P-256", "x": text(x), "y": text(y)})


def test_a_key_of_another_curve_is_refused():
    numbers = ec.generate_private_key(ec.SECP256K1()).public_key().public_numbers()

    with pytest.raises(BadInput):
        KEYS.read({"kty": "EC", "crv": P256, "x": text(numbers.x.to_bytes(32)), "y": text(numbers.y.to_bytes(32))})


@pytest.mark.parametrize("curve", [P256, ED25519])
@given(raw=st.binary(max_size=80))
def test_no_other_bytes_are_a_signature(curve, raw):
    with pytest.raises(BadSignature):
        KEYS.check(Device(curve).jwk, b"{}", text(raw))


@pytest.mark.parametrize("curve", [P256, ED25519])
def test_a_signature_is_over_one_text_and_by_one_key(curve):
    device, other = Device(curve), Device(curve)
    signature = text(device.sign(b'{"a":"b"}'))

    KEYS.check(device.jwk, b'{"a":"b"}', signature)

    for key, signed in ((device.jwk, b'{"a":"c"}'), (other.jwk, b'{"a":"b"}'), (None, b'{"a":"b"}')):
        with pytest.raises(BadSignature):
            KEYS.check(key, signed, signature)


@pytest.mark.parametrize("curve", [P256, ED25519])
def test_a_key_reads_as_itself_without_what_a_browser_adds(curve):
    jwk = Device(curve).jwk

    assert KEYS.read(jwk | {"ext": True, "key_ops": ["verify"], "alg": "x", "kid": "y"}) == jwk


def test_the_worked_example_is_signed_as_it_says():
    page = (ROOT / "docs" / "push.md").read_text(encoding="utf-8")
    lines = page[page.index("## A worked example") :].splitlines()
    signed = [(line, lines[place + 1]) for place, line in enumerate(lines) if line.startswith('{"a')]
    key = {"kty": "OKP", "crv": ED25519, "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}

    for line, signature in signed:
        KEYS.check(key, canonical_json(json.loads(line)), signature)
        assert canonical_json(json.loads(line)).decode() == line
    assert len(signed) == 3
