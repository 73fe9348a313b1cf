"""What an assertion says, to us and to whoever holds the public keys."""

from dataclasses import replace

import jwt
import pytest

from doorward.assertions import MAX_CHARACTERS
from doorward.core.canonical import binding_digest
from doorward.core.outcome import Proof


def test_a_proof_comes_back_as_it_was_signed(desk, mint, proof, now):
    assertion = mint()

    _, read = desk.read("acme", assertion, now=now, application_id="web", subject_id="alice", session_id="s-9")

    assert read == replace(proof, application_id="web", session_id="s-9")


def test_reading_does_not_spend(desk, mint, now):
    assertion = mint()
    desk.read("acme", assertion, now=now)

    claims = desk.redeem("acme", assertion, now)

    assert claims["sub"] == "alice"


def test_the_claims_are_those_of_the_contract(desk, mint, proof, now):
    digest = binding_digest(application_id="web", action_name="payments.transfer", binding={"amount": "950.00"})

    claims = desk.redeem("acme", mint(proof=replace(proof, binding=digest)), now)

    assert claims == {
        "iss": "https://doorward.example.org/acme",
        "aud": "web",
        "sub": "alice",
        "iat": int(now),
        "exp": int(now) + 300,
        "jti": "prf_one",
        "auth_time": int(now) - 10,
        "amr": ["pwd", "otp", "mfa"],
        "acr": "aal2",
        "dec": "dec_1",
        "sid": "s-9",
        "action": "payments.transfer",
        "binding": digest,
        "types": ["totp"],
        "phishing_resistant": False,
    }


def test_a_bound_proof_carries_its_binding(desk, mint, proof, now):
    _, read = desk.read("acme", mint(proof=replace(proof, binding="digest")), now=now)

    assert read.binding == "digest"


def test_an_unbound_proof_has_no_binding_claim(desk, mint, now):
    claims, read = desk.read("acme", mint(), now=now)

    assert "binding" not in claims
    assert read.binding == ""


def test_what_does_not_apply_is_left_out(desk, mint, now):
    bare = Proof(auth_time=now, aal=0, amr=("otp",))
    assertion = mint(proof=bare, application_id="", session_id="", action_name="")

    claims, read = desk.read("acme", assertion, now=now, application_id="", session_id="")

    assert {"aud", "sid", "action", "binding", "acr"}.isdisjoint(claims)
    assert read.aal == 0


def test_a_proof_may_look_older_but_never_younger(desk, mint, proof, now):
    _, read = desk.read("acme", mint(proof=replace(proof, auth_time=now - 0.2)), now=now)

    assert read.auth_time == now - 1


def test_the_longest_names_still_fit(desk, mint, proof, now):
    longest = "😀" * 256
    assertion = mint(application_id=longest, subject_id=longest, session_id=longest, action_name=longest)

    desk.read("acme", assertion, now=now, subject_id=longest)

    assert len(assertion) <= MAX_CHARACTERS


@pytest.mark.parametrize("algorithm", ["ES256", "Ed25519"])
def test_anybody_can_verify_with_the_published_key(new_desk, sign, algorithm, now):
    desk = new_desk(algorithm)
    assertion = sign(desk)
    header = jwt.get_unverified_header(assertion)
    (jwk,) = desk.jwks("acme", now)["keys"]
    verifier = jwt.PyJWS(algorithms=[])
    implementation = jwt.algorithms.get_default_algorithms()["ES256" if algorithm == "ES256" else "EdDSA"]
    verifier.register_algorithm(algorithm, implementation)

    payload = verifier.decode(assertion, implementation.from_jwk(jwk), algorithms=[algorithm])

    assert header == {"alg": algorithm, "kid": jwk["kid"], "typ": "doorward-proof+jwt"}
    assert b'"sub":"alice"' in payload


def test_two_tenants_have_two_issuers(desk, mint, now):
    claims, _ = desk.read("a/b", mint(tenant="a/b"), now=now)

    assert claims["iss"] == "https://doorward.example.org/a%2Fb"
