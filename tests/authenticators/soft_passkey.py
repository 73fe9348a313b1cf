"""A software authenticator and its browser in one: makes keys, and answers with whatever flags a test asks for."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

UP, UV, BE, BS, AT = 0x01, 0x04, 0x08, 0x10, 0x40
AAGUID = bytes(range(16))


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Es256:
    alg = -7

    def __init__(self, curve: ec.EllipticCurve | None = None) -> None:
        self.key = ec.generate_private_key(curve or ec.SECP256R1())

    def cose(self) -> dict[int, Any]:
        numbers = self.key.public_key().public_numbers()
        size = (self.key.key_size + 7) // 8
        curve = {256: 1, 384: 2, 521: 3}[self.key.key_size]
        return {1: 2, 3: self.alg, -1: curve, -2: numbers.x.to_bytes(size, "big"), -3: numbers.y.to_bytes(size, "big")}

    def sign(self, data: bytes) -> bytes:
        return self.key.sign(data, ec.ECDSA(hashes.SHA256()))


class Ed25519:
    alg = -8

    def __init__(self) -> None:
        self.key = ed25519.Ed25519PrivateKey.generate()

    def cose(self) -> dict[int, Any]:
        return {1: 1, 3: self.alg, -1: 6, -2: self.key.public_key().public_bytes_raw()}

    def sign(self, data: bytes) -> bytes:
        return self.key.sign(data)


class Rs256:
    alg = -257

    def __init__(self, bits: int = 2048) -> None:
        self.key = rsa.generate_private_key(65537, bits)

    def cose(self) -> dict[int, Any]:
        numbers = self.key.public_key().public_numbers()
        return {1: 3, 3: self.alg, -1: numbers.n.to_bytes(self.key.key_size // 8, "big"), -2: b"\x01\x00\x01"}

    def sign(self, data: bytes) -> bytes:
        return self.key.sign(data, padding.PKCS1v15(), hashes.SHA256())


@dataclass
class SoftPasskey:
    """One credential. *flags* are those of every answer, unless the answer is asked for with others."""

    origin: str = "https://example.org"
    rp_id: str = "example.org"
    key: Any = field(default_factory=Es256)
    flags: int = UP | UV
    count: int = 0
    counts: bool = True
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    user_handle: str | None = None

    def create(self, options: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """Return what `navigator.credentials.create` would give, as JSON."""
        self.user_handle = options["user"]["id"]
        said = {"type": "webauthn.create", "challenge": options["challenge"], **changes.pop("client", {})}
        cose = cbor2.dumps(changes.pop("cose", None) or self.key.cose())
        attested = changes.pop("aaguid", AAGUID) + len(self.id).to_bytes(2, "big") + self.id + cose
        data = self._header(changes, extra=AT) + attested
        whole = {"fmt": "none", "attStmt": {}, "authData": data} | changes.pop("attestation", {})
        response = {
            "clientDataJSON": b64(self._client(said)),
            "attestationObject": b64(cbor2.dumps(whole)),
            "transports": ["internal", "hybrid"],
        }
        return self._credential(response, changes)

    def get(self, options: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """Return what `navigator.credentials.get` would give, as JSON."""
        self.count += self.counts
        said = {"type": "webauthn.get", "challenge": options["challenge"], **changes.pop("client", {})}
        client, data = self._client(said), self._header(changes)
        signature = self.key.sign(data + hashlib.sha256(client).digest())
        response = {
            "clientDataJSON": b64(client),
            "authenticatorData": b64(data),
            "signature": b64(signature),
            "userHandle": self.user_handle,
        }
        return self._credential(response, changes)

    def _header(self, changes: dict[str, Any], extra: int = 0) -> bytes:
        rp_id = changes.pop("rp_id", self.rp_id)
        flags = changes.pop("flags", self.flags) | extra
        count = changes.pop("count", self.count)
        return hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + count.to_bytes(4, "big")

    def _client(self, said: dict[str, Any]) -> bytes:
        return json.dumps({"origin": self.origin, "crossOrigin": False} | said).encode()

    def _credential(self, response: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
        response |= changes.pop("response", {})
        whole = {"id": b64(self.id), "rawId": b64(self.id), "type": "public-key", "response": response}
        whole |= {"clientExtensionResults": {}, "authenticatorAttachment": "platform"}
        return whole | changes
