"""What py_webauthn checks for us. It is imported when it is first needed: that takes a third of a second.

Its own errors are told as one refusal: whatever can be named was checked before it is asked.
"""

from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from doorward.authenticators.passkey_answers import (
    LEAST_AUTHENTICATOR_DATA_BYTES,
    AssertionAnswer,
    RegistrationAnswer,
    from_base64url,
    to_base64url,
)
from doorward.ceremony import Realm
from doorward.core.errors import Refused

# COSE: ES256, Ed25519, RS256, in the order in which they are asked for.
ES256 = -7
EDDSA = -8
RS256 = -257
ALGORITHMS = (ES256, EDDSA, RS256)
LEAST_RSA_BITS = 2048


@dataclass(frozen=True, slots=True)
class Registered:
    """A key that can be verified with, and the model that the authenticator says it is: unproven."""

    credential_id: bytes
    public_key: bytes
    aaguid: str


def load() -> None:
    """Import the library, so that what follows is quick."""
    import webauthn  # noqa: F401


def check_assertion(answer: AssertionAnswer, *, rp_id: str, public_key: bytes) -> None:
    """Return where the answer is one for *rp_id*, signed with *public_key*; for which challenge is not looked at.

    The library is told of no earlier count: it would complain of it before it has looked at the signature, and
    whoever has no key must not be able to have an authenticator suspended.
    """
    from webauthn import verify_authentication_response
    from webauthn.helpers.exceptions import WebAuthnException
    from webauthn.helpers.structs import AuthenticationCredential, AuthenticatorAssertionResponse

    response = AuthenticatorAssertionResponse(answer.client.raw, answer.authenticator_data, answer.signature)
    try:
        verify_authentication_response(
            credential=AuthenticationCredential(to_base64url(answer.credential_id), answer.credential_id, response),
            expected_challenge=from_base64url(answer.client.challenge) or b"",
            expected_rp_id=rp_id,
            expected_origin=answer.client.origin,
            credential_public_key=public_key,
            credential_current_sign_count=0,
        )
    except WebAuthnException:
        raise Refused("the answer's signature is not that of the passkey") from None


def register(answer: RegistrationAnswer, data: bytes, *, challenge: bytes, realm: Realm) -> Registered:
    """Return the key in the authenticator data of *answer*; what a maker attests is not looked at.

    It would keep people out, and prove nothing without a list of makers to trust.
    """
    from webauthn import verify_registration_response
    from webauthn.helpers import encode_cbor
    from webauthn.helpers.cose import COSEAlgorithmIdentifier
    from webauthn.helpers.exceptions import WebAuthnException
    from webauthn.helpers.structs import AuthenticatorAttestationResponse, RegistrationCredential

    unattested = encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})
    response = AuthenticatorAttestationResponse(answer.client.raw, unattested)
    try:
        found = verify_registration_response(
            credential=RegistrationCredential(to_base64url(answer.credential_id), answer.credential_id, response),
            expected_challenge=challenge,
            expected_rp_id=realm.rp_id,
            expected_origin=answer.client.origin,
            supported_pub_key_algs=[COSEAlgorithmIdentifier(each) for each in ALGORITHMS],
        )
        _check_key(found.credential_public_key)
    except (WebAuthnException, ArithmeticError, LookupError, TypeError, ValueError):
        # The key is a stranger's CBOR, whose every part may be of any kind.
        raise Refused("the new passkey's key cannot be used: ES256, Ed25519 or RS256 was expected") from None
    return Registered(found.credential_id, found.credential_public_key, found.aaguid)


def check_brought_key(public_key: bytes) -> None:
    """Return where *public_key*, in COSE, can be verified with; Refused if not."""
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        _check_key(public_key)
    except (WebAuthnException, ArithmeticError, LookupError, TypeError, ValueError):
        raise Refused("the key cannot be used: ES256, Ed25519 or RS256 in COSE was expected") from None


def authenticator_data(attestation_object: bytes) -> bytes:
    """Return what a registration says of the authenticator and its new key."""
    from webauthn.helpers import parse_cbor
    from webauthn.helpers.exceptions import InvalidCBORData

    try:
        whole: Any = parse_cbor(attestation_object)
    except InvalidCBORData:
        whole = None
    data = whole.get("authData") if isinstance(whole, dict) else None
    if not isinstance(data, bytes) or len(data) < LEAST_AUTHENTICATOR_DATA_BYTES:
        raise Refused("the attestation object cannot be read")
    return data


def _check_key(public_key: bytes) -> None:
    """Return where the key can be loaded and is of the kind that its algorithm asks for (WebAuthn, section 5.8.5)."""
    from webauthn.helpers import decode_credential_public_key, decoded_public_key_to_cryptography

    decoded = decode_credential_public_key(public_key)
    key = decoded_public_key_to_cryptography(decoded)
    fits = {
        ES256: isinstance(key, EllipticCurvePublicKey) and key.curve.name == "secp256r1",
        EDDSA: isinstance(key, Ed25519PublicKey),
        RS256: isinstance(key, RSAPublicKey) and key.key_size >= LEAST_RSA_BITS,
    }
    if not fits[decoded.alg]:
        raise ValueError("the key is of another kind than its algorithm")
