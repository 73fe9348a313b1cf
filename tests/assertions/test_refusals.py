"""What is no proof: forged, foreign, old, changed, or too long."""

import base64
import json

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from doorward.assertions import MAX_CHARACTERS
from doorward.core.errors import InvalidAssertion


def encoded(value):
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def parts(assertion):
    header, payload, signature = assertion.split(".")
    return json.loads(decoded(header)), json.loads(decoded(payload)), signature


def decoded(segment):
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))


def forged(assertion, *, key, algorithm="ES256", header=None, claims=None):
    """Sign the claims of a genuine assertion anew, with changes and with another key."""
    its_header, its_claims, _ = parts(assertion)
    headers = {"kid": its_header["kid"], "typ": its_header["typ"]} | (header or {})
    payload = json.dumps(its_claims | (claims or {})).encode()
    return jwt.PyJWS().encode(payload, key, algorithm, headers=headers)


@pytest.fixture
def attacker_key():
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def genuine_key(sealer, shelf, mint):
    mint()
    (sealed,) = shelf.kept.values()
    (jwk,) = json.loads(sealer.open(sealed, "signing-keys/ES256/acme"))
    return jwt.PyJWK(jwk, "ES256").key


@pytest.fixture
def public_pem(desk, mint, now):
    mint()
    jwk = desk.jwks("acme", now)["keys"][0]
    key = jwt.PyJWK(jwk).key
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def refused(desk, assertion, now, **expected):
    with pytest.raises(InvalidAssertion) as refusal:
        desk.read("acme", assertion, now=now, **expected)
    return str(refusal.value)


def test_an_unsigned_assertion_is_refused(desk, mint, now):
    header, claims, _ = parts(mint())

    assertion = f"{encoded(header | {'alg': 'none'})}.{encoded(claims)}."

    assert refused(desk, assertion, now)


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "", None, 1, ["ES256"], "HS256", "ES256K", "EdDSA", "RS256"])
def test_another_algorithm_is_refused_even_with_a_genuine_signature(desk, mint, now, alg):
    header, claims, signature = parts(mint())

    assertion = f"{encoded(header | {'alg': alg})}.{encoded(claims)}.{signature}"

    assert refused(desk, assertion, now)


def test_an_hmac_under_the_public_key_is_refused(desk, mint, public_pem, now):
    header, claims, _ = parts(mint())
    signed = f"{encoded(header | {'alg': 'HS256'})}.{encoded(claims)}"
    hmac = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)

    assertion = f"{signed}.{encoded(hmac.sign(signed.encode(), public_pem))}"

    assert refused(desk, assertion, now)


def test_a_key_of_the_attacker_under_the_genuine_name_is_refused(desk, mint, attacker_key, now):
    assertion = forged(mint(), key=attacker_key)

    assert "signature" in refused(desk, assertion, now)


def test_a_foreign_key_name_is_refused(desk, mint, attacker_key, now):
    assertion = forged(mint(), key=attacker_key, header={"kid": "mine"})

    assert "key" in refused(desk, assertion, now)


@pytest.mark.parametrize(
    "extra",
    [
        {"jku": "https://attacker.example.org/jwks.json"},
        {"x5u": "https://attacker.example.org/key.pem"},
        {"jwk": {"kty": "EC"}},
        {"x5c": ["…"]},
        {"crit": ["exp"], "exp": 1},
        {"b64": True, "crit": ["b64"]},
        {"cty": "json"},
    ],
)
def test_a_header_that_brings_its_own_key_or_rules_is_refused(desk, mint, genuine_key, now, extra):
    assertion = forged(mint(), key=genuine_key, header=extra)

    assert refused(desk, assertion, now)


@pytest.mark.parametrize("typ", ["JWT", "at+jwt", "secevent+jwt", ""])
def test_another_type_of_token_is_refused_whoever_signed_it(desk, mint, genuine_key, now, typ):
    assertion = forged(mint(), key=genuine_key, header={"typ": typ})

    assert refused(desk, assertion, now)


@pytest.mark.parametrize("name", ["iss", "sub", "jti", "iat", "exp", "auth_time", "amr", "types"])
def test_a_missing_claim_is_refused_whoever_signed_it(desk, mint, genuine_key, now, name):
    assertion = forged(mint(), key=genuine_key, claims={name: None})

    assert refused(desk, assertion, now)


def test_a_forgery_with_the_genuine_key_would_be_accepted(desk, mint, genuine_key, now):
    """Shows that the tests around it refuse for what they change, and for nothing else."""
    claims, _ = desk.read("acme", forged(mint(), key=genuine_key), now=now)

    assert claims["sub"] == "alice"


def test_the_assertion_of_another_tenant_is_refused(desk, mint, now):
    mint()

    theirs = mint(tenant="globex")

    assert "key" in refused(desk, theirs, now)


def test_another_issuer_is_refused_even_under_the_same_key(new_desk, mint, now):
    elsewhere = new_desk(issuer="https://another.example.org")

    assert "tenant" in refused(elsewhere, mint(), now)


@pytest.mark.parametrize(
    ("expected", "named"),
    [
        ({"application_id": "admin"}, "application"),
        ({"application_id": ""}, "application"),
        ({"subject_id": "mallory"}, "subject"),
        ({"subject_id": ""}, "subject"),
        ({"session_id": "s-10"}, "session"),
        ({"session_id": ""}, "session"),
    ],
)
def test_an_assertion_made_for_someone_or_something_else_is_refused(desk, mint, now, expected, named):
    assertion = mint()

    assert named in refused(desk, assertion, now, **expected)


def test_an_assertion_expires_after_five_minutes(desk, mint, now):
    assertion = mint()

    desk.read("acme", assertion, now=now + 299)

    assert "expired" in refused(desk, assertion, now + 300)


def test_an_assertion_of_before_the_store_may_have_forgotten_is_refused(new_desk, mint, now):
    forgetful = new_desk(codes_from=now + 1)

    assert "remembers" in refused(forgetful, mint(), now + 2)
    with pytest.raises(InvalidAssertion):
        forgetful.redeem("acme", mint(), now + 2)


def test_an_assertion_of_after_that_is_good(new_desk, mint, now):
    assert new_desk(codes_from=now).redeem("acme", mint(), now + 2)


def test_an_assertion_from_the_future_is_refused(desk, mint, now):
    assertion = mint(now=now + 60)

    assert "future" in refused(desk, assertion, now)


def test_the_clocks_of_two_machines_may_differ_a_little(desk, mint, now):
    assertion = mint(now=now + 3)

    claims, _ = desk.read("acme", assertion, now=now)

    assert claims["iat"] == now + 3


@pytest.mark.parametrize("change", [{"sub": "mallory"}, {"acr": "aal3"}, {"exp": 9_999_999_999}, {"binding": ""}])
def test_a_changed_claim_is_refused(desk, mint, now, change):
    header, claims, signature = parts(mint())

    assertion = f"{encoded(header)}.{encoded(claims | change)}.{signature}"

    assert "signature" in refused(desk, assertion, now)


def test_a_changed_signature_is_refused(desk, mint, now):
    header, payload, signature = mint().split(".")
    flipped = bytearray(decoded(signature))
    flipped[7] ^= 1

    assert "signature" in refused(desk, f"{header}.{payload}.{encoded(bytes(flipped))}", now)


@pytest.mark.parametrize(
    "assertion",
    [
        "",
        ".",
        "..",
        "a.b",
        "a.b.c.d",
        "not one",
        "é.é.é",
        "\ud800.a.b",
        "a.b.c=",
        "W10.W10.W10",
        "e30.e30.e30",
        "a.b.c\n",
    ],
)
def test_what_is_no_assertion_at_all_is_refused(desk, mint, now, assertion):
    mint()

    assert refused(desk, assertion, now)


def test_a_trailing_line_end_is_refused(desk, mint, now):
    assert refused(desk, mint() + "\n", now)


def test_an_oversize_assertion_is_refused(desk, mint, now):
    assertion = mint()

    assert "long" in refused(desk, assertion + "A" * MAX_CHARACTERS, now)


def test_a_refusal_names_no_one(desk, mint, now):
    assertion = mint(subject_id="alice@example.org")

    reason = refused(desk, assertion, now, subject_id="mallory@example.org")

    assert "@" not in reason
