"""Passkeys that another system has bound: what it knows of one is checked, and made into the state of ours.

What it may not know is kept as None, never as «no»: whether the key can be backed up (BE), and the user handle.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from doorward.authenticators import passkey_library
from doorward.authenticators.passkey_answers import (
    MOST_HANDLE_BYTES,
    MOST_ID_BYTES,
    MOST_TRANSPORTS,
    TRANSPORTS,
    to_base64url,
)
from doorward.ceremony import Json, Realm
from doorward.core.errors import BadInput, Mistake, Refused

MOST_KEY_BYTES = 2048
MOST_SIGN_COUNT = 2**32 - 1


def adopted(asked: Mapping[str, Any], realm: Realm) -> Json:
    """Return the state of the passkey that *asked* tells of; BadInput with every mistake."""
    reading = _Reading(asked)
    reading.rp_id(realm)
    state = {
        "user_handle": reading.optional_bytes("user_handle", MOST_HANDLE_BYTES),
        "credential_id": reading.bytes("credential_id", MOST_ID_BYTES),
        "public_key": reading.key(),
        "aaguid": reading.aaguid(),
        "transports": reading.transports(),
        "user_verified": None,
        "backup_eligible": asked.get("backup_eligible"),
        "backed_up": asked.get("backed_up"),
        "sign_count": reading.sign_count(),
        "rp_id": realm.rp_id,
        "answered": "",
    }
    if state["backed_up"] and state["backup_eligible"] is False:
        reading.wrong("backed_up", "a passkey that cannot be backed up is not backed up")
    if reading.mistakes:
        raise BadInput(reading.mistakes)
    return state


class _Reading:
    """Reads field by field; every one that does not fit is noted."""

    def __init__(self, asked: Mapping[str, Any]) -> None:
        self._asked = asked
        self.mistakes: list[Mistake] = []

    def wrong(self, name: str, expected: str) -> None:
        self.mistakes.append(Mistake(expected, f"#/{name}"))

    def rp_id(self, realm: Realm) -> None:
        said = self._asked.get("rp_id")
        if not realm.rp_id:
            self.wrong("type", "passkeys are not set up for this tenant")
        elif said is None:
            self.wrong("rp_id", "the RP id that the passkey was made for is missing")
        elif said != realm.rp_id:
            self.wrong("rp_id", f"the passkey belongs to another RP id than the tenant's, which is '{realm.rp_id}'")

    def bytes(self, name: str, most: int) -> str:
        raw = _from_base64(self._asked.get(name))
        if raw is None or not 1 <= len(raw) <= most:
            self.wrong(name, f"1 to {most} bytes in base64 or base64url were expected")
            return ""
        return to_base64url(raw)

    def optional_bytes(self, name: str, most: int) -> str | None:
        return None if self._asked.get(name) is None else self.bytes(name, most)

    def key(self) -> str:
        text = self.bytes("public_key", MOST_KEY_BYTES)
        if text:
            try:
                passkey_library.check_brought_key(_from_base64(text) or b"")
            except Refused as refusal:
                self.wrong("public_key", str(refusal))
        return text

    def aaguid(self) -> str:
        said = self._asked.get("aaguid")
        try:
            return "" if said is None else str(UUID(said))
        except ValueError:
            self.wrong("aaguid", "a UUID was expected")
            return ""

    def transports(self) -> list[str]:
        """Return the transports that are known by name, as from a browser."""
        said = self._asked.get("transports", [])
        if len(said) > MOST_TRANSPORTS:
            self.wrong("transports", f"at most {MOST_TRANSPORTS} were expected")
        return [each for each in dict.fromkeys(said) if each in TRANSPORTS]

    def sign_count(self) -> int:
        """Return the count after the last answer; 0 is right for one that does not count, and never the first guess."""
        count = self._asked.get("sign_count")
        if count is None or not 0 <= count <= MOST_SIGN_COUNT:
            self.wrong("sign_count", f"a whole number from 0 to {MOST_SIGN_COUNT} was expected")
            return 0
        return int(count)


def _from_base64(text: Any) -> bytes | None:
    """Return the bytes of *text* in either alphabet, with padding or without."""
    if not isinstance(text, str):
        return None
    plain = text.rstrip("=").replace("+", "-").replace("/", "_")
    try:
        raw = base64.urlsafe_b64decode(plain.encode("ascii") + b"=" * (-len(plain) % 4))
    except (UnicodeEncodeError, binascii.Error):
        return None
    # The decoder drops what is no letter of its alphabet, and bits beyond the last byte.
    return raw if to_base64url(raw) == plain else None
