"""Passkeys bound: every way in which a registration can be for somebody or something else, refused by its own name."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from doorward.authenticators.passkey import Passkey
from doorward.ceremony import Realm
from doorward.core.enrolment import ACTIVE, Authenticator
from doorward.core.errors import BadInput, ExpiredCode, Refused

from .contract import CEREMONY, NOW, at
from .passkeys import bound
from .soft_passkey import BS, UP, UV, Es256, Rs256, unb64

REFUSED_REGISTRATIONS = {
    "another origin": ({"client": {"origin": "https://evil.example"}}, "origin"),
    "another RP": ({"rp_id": "evil.example"}, "RP id"),
    "another challenge": ({"client": {"challenge": "A" * 43}}, "another challenge"),
    "an assertion's client data": ({"client": {"type": "webauthn.get"}}, "of another kind"),
    "a frame": ({"client": {"crossOrigin": True}}, "crossOrigin"),
    "nobody present": ({"flags": UV}, "present"),
    "backed up but not eligible": ({"flags": UP | BS}, "BS without BE"),
    "another credential id": ({"id": "AAAA", "rawId": "AAAA"}, "another passkey"),
    "no attestation object": ({"response": {"attestationObject": "AAAA"}}, "cannot be read"),
    "no data": ({"attestation": {"authData": 7}}, "cannot be read"),
    "short data": ({"attestation": {"authData": b"x" * 37}}, "RP id"),
    "no key": ({"cose": {1: 2}}, "key"),
    "an unknown algorithm": ({"cose": {1: 2, 3: -47}}, "key"),
    "an algorithm of another kind of key": ({"cose": Es256().cose() | {3: -257}}, "key"),
    "another curve": ({"cose": Es256(ec.SECP384R1()).cose()}, "key"),
    "a point that is not on the curve": ({"cose": Es256().cose() | {-2: b"\x01" * 32}}, "key"),
    "a short RSA key": ({"cose": Rs256(1024).cose()}, "key"),
    "a key of texts": ({"cose": {1: "2", 3: "-7", -1: "1", -2: "x", -3: "y"}}, "key"),
}


@pytest.mark.parametrize("name", REFUSED_REGISTRATIONS)
def test_a_registration_that_does_not_fit_is_refused_by_name(soft, name):
    changes, reason = REFUSED_REGISTRATIONS[name]

    with pytest.raises(Refused, match=reason):
        bound(soft, **changes)


def test_a_registration_comes_too_late_after_ten_minutes(soft):
    verifier = Passkey()
    enrolment = verifier.enrol({}, (), CEREMONY)
    answer = verifier.read({"credential": soft.create(enrolment.shown["public_key"])})

    with pytest.raises(ExpiredCode):
        verifier.confirm(enrolment.state, enrolment.live, answer, at(NOW + 600))


def test_an_assertion_binds_nothing(soft, state):
    verifier = Passkey()
    enrolment = verifier.enrol({}, (), CEREMONY)
    answer = verifier.read({"credential": soft.get(enrolment.shown["public_key"])})

    with pytest.raises(Refused, match="of another kind"):
        verifier.confirm(enrolment.state, enrolment.live, verifier.prepare(enrolment.state, answer), CEREMONY)


def test_a_passkey_is_bound_once(soft, state):
    held = (Authenticator("fac_1", "passkey", state, status=ACTIVE),)

    with pytest.raises(Refused, match="bound already"):
        bound(soft, held=held)


def test_a_tenant_without_an_rp_id_has_no_passkeys():
    with pytest.raises(BadInput, match="not set up"):
        Passkey().enrol({}, (), replace(CEREMONY, realm=Realm("acme")))


def test_what_is_made_is_what_the_browser_is_asked_for(soft, state):
    held = (Authenticator("fac_1", "passkey", state, status=ACTIVE), Authenticator("fac_2", "totp", {}, status=ACTIVE))

    enrolment = Passkey().enrol({"account_name": "Ada"}, held, CEREMONY)

    options = enrolment.shown["public_key"]
    assert options["rp"] == {"id": "example.org", "name": "Acme"}
    assert (options["user"]["name"], options["user"]["id"]) == ("Ada", state["user_handle"])
    assert [each["alg"] for each in options["pubKeyCredParams"]] == [-7, -8, -257]
    assert [unb64(each["id"]) for each in options["excludeCredentials"]] == [soft.id]
    assert options["authenticatorSelection"]["residentKey"] == "preferred"
    assert options["authenticatorSelection"]["userVerification"] == "preferred"
    assert options["attestation"] == "none"


def test_the_user_handle_is_random_and_says_nothing_of_the_subject():
    first, second = (Passkey().enrol({}, (), CEREMONY).shown["public_key"]["user"] for _ in range(2))

    assert first["id"] != second["id"]
    assert len(unb64(first["id"])) == 32


def test_what_a_maker_attests_keeps_nobody_out(soft):
    state = bound(soft, attestation={"fmt": "tpm", "attStmt": {"ver": 7, "x5c": [b"?"]}})

    assert state["aaguid"] == "00010203-0405-0607-0809-0a0b0c0d0e0f"
