"""A person's device, as an app is written for it: it makes a key, pairs itself, looks and answers."""

import base64
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from doorward.core.canonical import canonical_json

from ..line.conftest import House

P256, ED25519 = "P-256", "Ed25519"


def text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Device:
    """One device with one key of its own."""

    def __init__(self, curve: str = P256) -> None:
        self.key: Any = ec.generate_private_key(ec.SECP256R1()) if curve == P256 else Ed25519PrivateKey.generate()
        self.authenticator = ""

    @property
    def jwk(self) -> dict[str, Any]:
        public = self.key.public_key()
        if isinstance(self.key, Ed25519PrivateKey):
            return {"kty": "OKP", "crv": ED25519, "x": text(public.public_bytes_raw())}
        numbers = public.public_numbers()
        return {"kty": "EC", "crv": P256, "x": text(numbers.x.to_bytes(32)), "y": text(numbers.y.to_bytes(32))}

    def sign(self, signed: bytes) -> bytes:
        if isinstance(self.key, Ed25519PrivateKey):
            return bytes(self.key.sign(signed))
        r, s = decode_dss_signature(self.key.sign(signed, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32) + s.to_bytes(32)

    def signed(self, body: dict[str, Any]) -> dict[str, Any]:
        return body | {"signature": text(self.sign(canonical_json(body)))}

    def pair(self, house: House, uri: str, **changes: Any) -> Any:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(uri).query).items()}
        self.authenticator = asked["authenticator"]
        body = {"authenticator": self.authenticator, "code": asked["code"], "public_key": self.jwk, **changes}
        return said(house, "pair", self.signed(body))

    def look(self, house: House, *, late: float = 0.0, **changes: Any) -> Any:
        at = datetime.fromtimestamp(house.now[0] - late, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return said(house, "pending", self.signed({"authenticator": self.authenticator, "at": at, **changes}))

    def waiting(self, house: House) -> dict[str, Any]:
        """Return the one push that waits."""
        (one,) = self.look(house).get_json()
        return dict(one)

    def answer(self, house: House, push: dict[str, Any], decision: str = "approve", number: Any = None) -> Any:
        body = {"authenticator": self.authenticator, "nonce": push["nonce"], "decision": decision}
        body |= {} if number is None else {"number": number}
        return said(house, push["challenge"], self.signed(body))


def said(house: House, path: str, body: Any) -> Any:
    """Send what a device says, without an API key."""
    return house.client.post(f"/v1/push/{path}", json=body)


def bound_push(house: House, device: Device, subject: str = "u-1") -> dict[str, Any]:
    """Bind *device* to *subject*, and return what was shown when the authenticator was made."""
    asked = {"type": "push", "label": "phone", "reason": "asked for in person"}
    answer = house.post(f"/v1/subjects/{subject}/authenticators", asked)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    made = dict(answer.get_json())
    paired = device.pair(house, made["pairing_uri"])
    assert paired.status_code == 200, paired.get_data(as_text=True)
    return made


def other(number: str) -> str:
    """Return a number of six digits that is another."""
    return f"{(int(number) + 1) % 10**6:06d}"
