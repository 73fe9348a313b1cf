"""Keys that a person's device made for itself, as JWK (RFC 7517): how one is read, and how its signature is checked.

P-256 signs by ECDSA with SHA-256, r and s beside each other as WebCrypto and RFC 7518 have it; Ed25519 by RFC 8032.
"""

import base64
import re
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePublicNumbers,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from doorward.ceremony import Json
from doorward.core.errors import BadInput, BadSignature, Mistake

COORDINATE_BYTES = 32
_COORDINATE = re.compile(r"[A-Za-z0-9_-]{43}\Z")
_SIGNATURE = re.compile(r"[A-Za-z0-9_-]{86}\Z")

# Which members each type of key has beside its type; all else that a JWK may hold says nothing here.
_MEMBERS = {("EC", "P-256"): ("x", "y"), ("OKP", "Ed25519"): ("x",)}
_PRIVATE = "d"


class DeviceKeys:
    """Implements `ceremony.DeviceKeys`."""

    def __init__(self) -> None:
        # Nobody holds its private half: it stands in for the keys of devices that are not known.
        numbers = generate_private_key(SECP256R1()).public_key().public_numbers()
        self._nobody = {"kty": "EC", "crv": "P-256", "x": _text(numbers.x), "y": _text(numbers.y)}

    def read(self, jwk: Mapping[str, Any]) -> Json:
        """Return the members that make *jwk* a public key; BadInput with every mistake for what is none."""
        members = _MEMBERS.get((str(jwk.get("kty")), str(jwk.get("crv"))))
        mistakes = [] if members else [Mistake("a P-256 or an Ed25519 key was expected", "#/public_key/crv")]
        if _PRIVATE in jwk:
            mistakes.append(Mistake("the private key stays on the device; make a new one", "#/public_key/d"))
        for name in members or ():
            if not _is_coordinate(jwk.get(name)):
                mistakes.append(Mistake("32 bytes in base64url without padding were expected", f"#/public_key/{name}"))
        if mistakes or members is None:
            raise BadInput(mistakes)
        key = {"kty": jwk["kty"], "crv": jwk["crv"]} | {name: jwk[name] for name in members}
        _check_on_curve(key)
        return key

    def check(self, key: Mapping[str, Any] | None, signed: bytes, signature: str) -> None:
        """Return where *signature* over *signed* is by *key*; BadSignature where not, and always where *key* is None.

        It takes as long for a key that is not known as for one that is.
        """
        is_right = bool(_SIGNATURE.match(signature)) and _is_signed(key or self._nobody, signed, signature)
        if not is_right or key is None:
            raise BadSignature("the signature is not that of a paired device")


def _is_signed(key: Mapping[str, Any], signed: bytes, signature: str) -> bool:
    raw = base64.urlsafe_b64decode(signature + "==")
    try:
        if key["kty"] == "EC":
            r, s = int.from_bytes(raw[:COORDINATE_BYTES]), int.from_bytes(raw[COORDINATE_BYTES:])
            _p256(key).public_key().verify(encode_dss_signature(r, s), signed, ECDSA(hashes.SHA256()))
        else:
            Ed25519PublicKey.from_public_bytes(_bytes(key["x"])).verify(raw, signed)
    except InvalidSignature:
        return False
    return True


def _check_on_curve(key: Mapping[str, Any]) -> None:
    if key["kty"] != "EC":
        return
    try:
        _p256(key).public_key()
    except ValueError:
        raise BadInput([Mistake("a point on the curve P-256 was expected", "#/public_key")]) from None


def _p256(key: Mapping[str, Any]) -> EllipticCurvePublicNumbers:
    x, y = (int.from_bytes(_bytes(key[name])) for name in ("x", "y"))
    return EllipticCurvePublicNumbers(x, y, SECP256R1())


def _is_coordinate(text: Any) -> bool:
    # One key, one spelling: bits beyond the last byte would be another.
    return isinstance(text, str) and bool(_COORDINATE.match(text)) and _text(int.from_bytes(_bytes(text))) == text


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=")


def _text(number: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes(COORDINATE_BYTES)).rstrip(b"=").decode("ascii")
