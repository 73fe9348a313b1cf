"""What a browser's `navigator.credentials` gives, as JSON: read strictly, every mistake at once.

What has not the shape of an answer is bad input. What it says is judged elsewhere.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from doorward.core.errors import BadInput, Mistake

# WebAuthn, section 4: a credential id is at most 1023 bytes, a user handle at most 64.
MOST_ID_BYTES = 1023
MOST_HANDLE_BYTES = 64
MOST_CLIENT_DATA_BYTES = 8192
LEAST_AUTHENTICATOR_DATA_BYTES = 37
MOST_AUTHENTICATOR_DATA_BYTES = 4096
MOST_ATTESTATION_BYTES = 12_288
MOST_SIGNATURE_BYTES = 1024
MOST_TRANSPORTS = 8
TRANSPORTS = frozenset({"usb", "nfc", "ble", "smart-card", "hybrid", "internal"})

_HERE = "#/response/credential"
_INNER = f"{_HERE}/response"


@dataclass(frozen=True, slots=True)
class ClientData:
    """What the browser says of the ceremony; *raw* are the bytes that are signed."""

    raw: bytes
    type: str
    challenge: str
    origin: str
    cross_origin: bool = False
    top_origin: str = ""


@dataclass(frozen=True, slots=True)
class AssertionAnswer:
    """What `navigator.credentials.get` gave."""

    credential_id: bytes
    client: ClientData
    authenticator_data: bytes
    signature: bytes
    user_handle: bytes | None


@dataclass(frozen=True, slots=True)
class RegistrationAnswer:
    """What `navigator.credentials.create` gave."""

    credential_id: bytes
    client: ClientData
    attestation_object: bytes
    transports: tuple[str, ...]


def read_credential(response: Mapping[str, Any]) -> AssertionAnswer | RegistrationAnswer:
    """Return the answer that *response* holds as `credential`; BadInput with every mistake."""
    unknown = [Mistake("unknown field", f"#/response/{name}") for name in response if name != "credential"]
    reading = _Reading()
    credential = reading.object(response, "credential", "#/response")
    inner = reading.object(credential, "response", _HERE)
    answer = None if reading.mistakes else _answer(reading, credential, inner)
    if unknown or reading.mistakes or answer is None:
        raise BadInput(unknown + reading.mistakes)
    return answer


def _answer(
    reading: "_Reading", credential: Mapping[str, Any], inner: Mapping[str, Any]
) -> AssertionAnswer | RegistrationAnswer:
    credential_id = reading.bytes(credential, "id", _HERE, most=MOST_ID_BYTES)
    if credential.get("rawId", credential.get("id")) != credential.get("id"):
        reading.mistakes.append(Mistake("the same as 'id' was expected", f"{_HERE}/rawId"))
    if credential.get("type") != "public-key":
        reading.mistakes.append(Mistake("'public-key' was expected", f"{_HERE}/type"))
    client = reading.client_data(inner)
    if "attestationObject" in inner:
        attestation = reading.bytes(inner, "attestationObject", _INNER, most=MOST_ATTESTATION_BYTES)
        return RegistrationAnswer(credential_id, client, attestation, reading.transports(inner))
    data = reading.bytes(
        inner,
        "authenticatorData",
        _INNER,
        least=LEAST_AUTHENTICATOR_DATA_BYTES,
        most=MOST_AUTHENTICATOR_DATA_BYTES,
    )
    signature = reading.bytes(inner, "signature", _INNER, most=MOST_SIGNATURE_BYTES)
    handle = None
    if inner.get("userHandle") is not None:
        handle = reading.bytes(inner, "userHandle", _INNER, most=MOST_HANDLE_BYTES)
    return AssertionAnswer(credential_id, client, data, signature, handle)


@dataclass(slots=True)
class _Reading:
    """Reads member by member; every one that does not fit is noted, and none stops the reading."""

    mistakes: list[Mistake] = field(default_factory=list)

    def object(self, holder: Mapping[str, Any], name: str, pointer: str) -> Mapping[str, Any]:
        found = holder.get(name)
        if isinstance(found, dict):
            return found
        if not self.mistakes:  # what lies in an object that is missing is missing with it
            self.mistakes.append(Mistake("a JSON object was expected", f"{pointer}/{name}"))
        return {}

    def bytes(self, holder: Mapping[str, Any], name: str, pointer: str, *, most: int, least: int = 1) -> bytes:
        found = from_base64url(holder.get(name))
        if found is not None and least <= len(found) <= most:
            return found
        expected = f"{least} to {most} bytes in base64url without padding were expected"
        self.mistakes.append(Mistake(expected, f"{pointer}/{name}"))
        return b""

    def client_data(self, inner: Mapping[str, Any]) -> ClientData:
        raw = self.bytes(inner, "clientDataJSON", _INNER, most=MOST_CLIENT_DATA_BYTES)
        said = _client_data(raw) if raw else None
        if raw and said is None:
            expected = "JSON with the texts 'type', 'challenge' and 'origin' was expected"
            self.mistakes.append(Mistake(expected, f"{_INNER}/clientDataJSON"))
        return said or ClientData(raw, "", "", "")

    def transports(self, inner: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the transports that are known by name; they are a hint for the browser and nothing else."""
        found = inner.get("transports", [])
        if isinstance(found, list) and len(found) <= MOST_TRANSPORTS and all(isinstance(each, str) for each in found):
            return tuple(each for each in dict.fromkeys(found) if each in TRANSPORTS)
        self.mistakes.append(Mistake(f"at most {MOST_TRANSPORTS} texts were expected", f"{_INNER}/transports"))
        return ()


def from_base64url(text: Any) -> bytes | None:
    """Return the bytes of *text*, None unless it is the one way to write them in base64url without padding."""
    if not isinstance(text, str):
        return None
    try:
        found = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (UnicodeEncodeError, binascii.Error):
        return None
    return found if to_base64url(found) == text else None


def to_base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")


def _client_data(raw: bytes) -> ClientData | None:
    try:
        # Told to be UTF-8, for the decoder would guess at UTF-16 and read what the library does not.
        said = json.loads(raw.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict):
        return None
    texts = (said.get("type"), said.get("challenge"), said.get("origin"), said.get("topOrigin", ""))
    cross = said.get("crossOrigin", False)
    if not all(isinstance(each, str) for each in texts) or not isinstance(cross, bool):
        return None
    kind, challenge, origin, top = (str(each) for each in texts)
    return ClientData(raw, kind, challenge, origin, cross, top)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
