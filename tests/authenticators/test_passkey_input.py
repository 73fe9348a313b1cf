"""What a browser could send instead of an answer: bad input or a refusal, never an accident."""

import base64
import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.authenticators.passkey import Passkey
from doorward.authenticators.passkey_answers import read_credential
from doorward.ceremony import Verified
from doorward.core.errors import BadInput, Refusal

from .contract import CEREMONY
from .passkeys import asked, bound
from .soft_passkey import SoftPasskey, b64, unb64

SOFT = SoftPasskey()
VERIFIER = Passkey()
STATE = bound(SOFT)
OPTIONS, LIVE = asked(STATE)
RIGHT = SOFT.get(OPTIONS)
ENROLMENT = VERIFIER.enrol({}, (), CEREMONY)
REGISTRATION = SoftPasskey().create(ENROLMENT.shown["public_key"])

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just("A" * 20_000),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
PATHS = [("id",), ("rawId",), ("type",), ("response",)]
ASSERTED = [("response", name) for name in ("clientDataJSON", "authenticatorData", "signature", "userHandle")]
REGISTERED = [("response", name) for name in ("clientDataJSON", "attestationObject", "transports")]


def changed(credential, path, value):
    """Return a copy with the member at *path* replaced."""
    copy = json.loads(json.dumps(credential))
    holder = copy
    for name in path[:-1]:
        holder = holder[name]
    holder[path[-1]] = value
    return copy


def verify(credential):
    answer = VERIFIER.read({"credential": credential})
    return VERIFIER.verify(dict(STATE), LIVE, VERIFIER.prepare(STATE, answer), CEREMONY)


def confirm(credential):
    answer = VERIFIER.prepare(ENROLMENT.state, VERIFIER.read({"credential": credential}))
    return VERIFIER.confirm(ENROLMENT.state, ENROLMENT.live, answer, CEREMONY)


def client(raw):
    return changed(RIGHT, ("response", "clientDataJSON"), b64(raw))


def pointers(response):
    with pytest.raises(BadInput) as refused:
        read_credential(response)
    return [each.pointer for each in refused.value.mistakes]


def test_every_mistake_is_told_at_once():
    credential = {"id": "+", "rawId": "x", "type": 7, "response": {"clientDataJSON": "AA", "signature": ""}}

    assert pointers({"credential": credential, "code": "123456"}) == [
        "#/response/code",
        "#/response/credential/id",
        "#/response/credential/rawId",
        "#/response/credential/type",
        "#/response/credential/response/clientDataJSON",
        "#/response/credential/response/authenticatorData",
        "#/response/credential/response/signature",
    ]


@pytest.mark.parametrize("credential", [None, [], "", 7, {}, {"response": []}])
def test_what_is_no_credential_is_pointed_at_once(credential):
    assert len(pointers({"credential": credential})) == 1


@pytest.mark.parametrize(
    "raw",
    [
        b"\xff\xfe{\x00}\x00",
        b"\xef\xbb\xbf{}",
        b"[" * 8000,
        b'{"type": "webauthn.get", "challenge": "", "origin": NaN}',
        b'{"type": "webauthn.get", "challenge": "", "origin": "", "crossOrigin": NaN}',
        b'{"type": "webauthn.get", "challenge": "", "origin": "", "crossOrigin": "false"}',
        b'{"type": "webauthn.get", "challenge": "", "origin": "", "crossOrigin": 0}',
        b'{"type": "webauthn.get", "challenge": "", "origin": "", "topOrigin": null}',
        b'{"type": "webauthn.get", "challenge": ["a"], "origin": ""}',
        b'{"type": "webauthn.get", "origin": "https://example.org"}',
        b"7",
        b"{" + b" " * 8192,
    ],
)
def test_client_data_that_cannot_be_read_is_pointed_at(raw):
    assert pointers({"credential": client(raw)}) == ["#/response/credential/response/clientDataJSON"]


@pytest.mark.parametrize("text", ["AAA=", "AAAA\n", "AA AA", "A", "AB", "ab+/", "ä", "A" * 1400])
def test_a_credential_id_is_written_in_one_way(text):
    found = pointers({"credential": changed(changed(RIGHT, ("id",), text), ("rawId",), text)})

    assert found == ["#/response/credential/id"]


@given(st.sampled_from(PATHS + ASSERTED), ANYTHING)
def test_any_other_value_in_an_answer_is_refused_by_name(path, value):
    with contextlib.suppress(BadInput, Refusal):
        verify(changed(RIGHT, path, value))
        # Without a user handle the passkey is still named by its id.
        assert (path, value) == (("response", "userHandle"), None)


@given(st.sampled_from(PATHS + REGISTERED), ANYTHING)
def test_any_other_value_in_a_registration_is_taken_or_refused_by_name(path, value):
    with contextlib.suppress(BadInput, Refusal):
        assert isinstance(confirm(changed(REGISTRATION, path, value)), Verified)


@given(st.data())
def test_no_changed_bit_of_what_is_signed_passes(data):
    name = data.draw(st.sampled_from(["clientDataJSON", "authenticatorData", "signature"]))
    raw = bytearray(unb64(RIGHT["response"][name]))
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= data.draw(st.integers(1, 255))

    with pytest.raises((BadInput, Refusal)):
        verify(changed(RIGHT, ("response", name), b64(bytes(raw))))


@given(st.data())
def test_no_other_spelling_of_an_answer_passes(data):
    name = data.draw(st.sampled_from(["clientDataJSON", "authenticatorData", "signature", "userHandle"]))
    text = RIGHT["response"][name]
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from("ABab01-_=+/ \n").filter(lambda char: char != text[place]))

    with pytest.raises((BadInput, Refusal)):
        verify(changed(RIGHT, ("response", name), text[:place] + other + text[place + 1 :]))


@given(st.data())
@settings(max_examples=200)
def test_a_changed_attestation_object_is_taken_or_refused_by_name(data):
    raw = bytearray(unb64(REGISTRATION["response"]["attestationObject"]))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(raw) - 1))
        raw[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))

    with contextlib.suppress(BadInput, Refusal):
        confirm(changed(REGISTRATION, ("response", "attestationObject"), b64(bytes(raw))))


@given(st.binary(max_size=400))
def test_any_bytes_for_an_attestation_object_are_refused_by_name(raw):
    with pytest.raises((BadInput, Refusal)):
        confirm(changed(REGISTRATION, ("response", "attestationObject"), b64(raw)))


def test_standard_base64_is_refused():
    raw = b"\xfb\xff\xfe"
    standard = base64.b64encode(raw).decode()

    assert pointers({"credential": changed(changed(RIGHT, ("id",), standard), ("rawId",), standard)})
