"""The verifier that applications copy: what it refuses, and what it takes."""

import base64
import hmac
import json
import urllib.error

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from hypothesis import given
from hypothesis import strategies as st

from doorward.core.canonical import binding_digest

from ..ops.conftest import ROOT
from .conftest import verify_proof

PAY = {"amount": "950.00", "to": "DE02120300000000202051"}
JWKS = "/.well-known/jwks.json?tenant=default"
TRANSFER = {"action": {"name": "payments.transfer", "binding": PAY}}


def refused(verifier, proof, subject="u-1", **wanted):
    """Return why *verifier* refuses *proof*."""
    with pytest.raises(verify_proof.ProofRefused) as refusal:
        verifier.check(proof, subject=subject, **wanted)
    return str(refusal.value)


def parts(proof):
    """Return header and claims of *proof*."""
    return [json.loads(base64.urlsafe_b64decode(each + "==")) for each in proof.split(".")[:2]]


def encoded(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_a_proof_without_a_signature_is_refused(served):
    header, claims = parts(served.proof())

    for name in ("none", "None", "HS256"):
        bare = f"{encoded(header | {'alg': name})}.{encoded(claims)}."
        assert refused(served.verifier(), bare) == "its algorithm is not its key's"


def test_a_public_key_is_no_shared_secret(served):
    header, claims = parts(served.proof())
    key = json.dumps(served.house.get(JWKS).get_json()["keys"][0]).encode()

    signed = f"{encoded(header | {'alg': 'HS256'})}.{encoded(claims)}"
    mac = base64.urlsafe_b64encode(hmac.digest(key, signed.encode(), "sha256")).rstrip(b"=").decode()

    assert refused(served.verifier(), f"{signed}.{mac}") == "its algorithm is not its key's"


def test_a_foreign_key_is_refused(served):
    header, claims = parts(served.proof())
    private = generate_private_key(SECP256R1())

    own = jwt.encode(claims, private, "ES256", headers=header)
    foreign = jwt.encode(claims, private, "ES256", headers=header | {"kid": "mine"})

    assert refused(served.verifier(), own) == "its signature does not verify"
    assert refused(served.verifier(), foreign) == "its key is not one of this tenant's"


def test_the_keys_are_not_fetched_for_every_kid_that_somebody_makes_up(served):
    verifier, proof = served.verifier(), served.proof()
    verifier.check(proof, subject="u-1")
    fetched_at = verifier._fetched_at
    header, claims = parts(proof)

    for number in range(5):
        refused(verifier, f"{encoded(header | {'kid': str(number)})}.{encoded(claims)}.{encoded('x')}")

    assert verifier._fetched_at == fetched_at


def test_another_token_of_the_same_issuer_is_refused(served):
    header, claims = parts(served.proof())

    token = f"{encoded(header | {'typ': 'at+jwt'})}.{encoded(claims)}.{encoded('x')}"

    assert refused(served.verifier(), token) == "it is no proof of Doorward"


@pytest.mark.parametrize("junk", ["", "x", "a.b.c", "….….…", "e30.e30.e30"])
def test_what_is_no_proof_at_all_is_refused(served, junk):
    assert refused(served.verifier(), junk)


def test_another_tenants_proof_is_refused(served):
    proof = served.proof()
    # Even where its keys could be mistaken for ours.
    theirs = served.verifier(tenant="other")
    theirs._keys = {each["kid"]: each for each in served.house.get(JWKS).get_json()["keys"]}
    theirs._fetched_at = float("inf")

    assert refused(theirs, proof) == "it was issued for another tenant"
    assert refused(served.verifier(tenant="other"), proof) == "its key is not one of this tenant's"


def test_another_applications_proof_is_refused(served):
    assert refused(served.verifier("shop"), served.proof()) == "it was issued for another application"


def test_another_persons_and_another_sessions_proofs_are_refused(served):
    proof = served.proof()

    assert refused(served.verifier(), proof, "u-2") == "it was issued for another person"
    assert refused(served.verifier(), proof, session="s-2") == "it was issued for another session"


def test_an_expired_proof_is_refused(served):
    proof = served.proof()
    served.house.wait(300)

    assert refused(served.verifier(), proof, max_age=3600) == "it has expired"


def test_a_proof_from_the_future_is_refused(served):
    proof = served.proof()

    early = served.verifier(clock=lambda: served.house.now[0] - 120)

    assert refused(early, proof) == "it was issued in the future"


def test_too_old_and_too_little_are_refused(served):
    proof = served.proof()

    assert refused(served.verifier(), proof, max_age=10) == "the person authenticated too long ago"
    assert refused(served.verifier(), proof, aal=3) == "it does not reach aal3"


def test_an_unbound_proof_confirms_no_payment(served):
    wanted = {"action": "payments.transfer", "binding": PAY}

    assert "not bound" in refused(served.verifier(), served.proof(), **wanted)


def test_a_bound_proof_is_good_for_nothing_else(served):
    proof = served.proof(**TRANSFER)

    assert "bound to one action" in refused(served.verifier(), proof)
    for other in (
        {"action": "payments.transfer", "binding": PAY | {"amount": "9500.00"}},
        {"action": "payments.transfer", "binding": PAY | {"amount": "950.0"}},
        {"action": "payments.transfer", "binding": {"amount": "950.00"}},
        {"action": "payments.add_payee", "binding": PAY},
        {"action": "payments.transfer", "binding": PAY | {"amount": 950}},
    ):
        assert refused(served.verifier(), proof, **other)


def test_a_spent_proof_is_refused_on_line(served):
    proof, verifier = served.proof(**TRANSFER), served.verifier()
    wanted = {"subject": "u-1", "action": "payments.transfer", "binding": dict(reversed(PAY.items()))}

    assert verifier.redeem(proof, **wanted)["acr"] == "aal2"
    with pytest.raises(verify_proof.ProofRefused, match="used before"):
        verifier.redeem(proof, **wanted)
    # Off line nobody can know it.
    assert verifier.check(proof, **wanted)


def test_a_service_that_does_not_answer_refuses_nothing_and_proves_nothing(served):
    proof, verifier = served.proof(), served.verifier()
    verifier.check(proof, subject="u-1")
    verifier._url = "http://127.0.0.1:9"

    with pytest.raises(urllib.error.URLError):
        verifier.redeem(proof, subject="u-1")


def test_the_keys_after_a_rotation_are_found(served):
    verifier, old = served.verifier(), served.proof()
    verifier.check(old, subject="u-1")
    served.house.wiring.services.assertions._keys.rotate("default", served.house.now[0])
    served.house.wait(301)
    new = served.proof(session={"id": "s-2", "amr": ["pwd"]})

    verifier._fetched_at -= 11  # as if ten seconds had gone by

    assert parts(new)[0]["kid"] != parts(old)[0]["kid"]
    assert verifier.check(new, subject="u-1")["sub"] == "u-1"


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=20), max_size=5), st.text(max_size=9), st.text(max_size=9))
def test_the_digest_is_the_services(binding, application, action):
    expected = binding_digest(application_id=application, action_name=action, binding=binding)

    assert verify_proof.binding_digest(application, action, binding) == expected


def test_it_needs_nothing_of_doorward():
    assert "doorward" not in {line.split()[1].split(".")[0] for line in imports()}


def imports():
    text = (ROOT / "examples" / "verify_proof.py").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.startswith(("import ", "from "))]
