"""A sealer that is real encryption, for use-cases that are tried without the wiring."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from doorward.core.errors import Unreadable


class Seal:
    """AES-GCM with the purpose as associated data."""

    def __init__(self) -> None:
        self._cipher = AESGCM(b"k" * 32)

    def seal(self, plain: bytes, purpose: str) -> bytes:
        nonce = os.urandom(12)
        return nonce + self._cipher.encrypt(nonce, plain, purpose.encode())

    def open(self, sealed: bytes, purpose: str) -> bytes:
        try:
            return self._cipher.decrypt(sealed[:12], sealed[12:], purpose.encode())
        except InvalidTag:
            raise Unreadable("sealed for another purpose") from None
