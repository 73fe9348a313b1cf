"""Encryption at rest: AES-256-GCM under named keys, so that keys can be changed while the service runs."""

import base64
import binascii
import re
import secrets
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from doorward.core.errors import Unreadable

KEY_BYTES = 32
NONCE_BYTES = 12  # NIST SP 800-38D, section 8.2.2: random, 96 bits, for at most 2^32 seals under one key
TAG_BYTES = 16
VERSION = 1
MAX_KEYS = 16

_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")


class AesGcmSealer:
    """Seals under the first of *keys* and opens what any of them sealed; implements `ports.Sealer`.

    Sealed: version byte, length of the key id, key id, nonce, ciphertext with its tag. What stands before the nonce
    and the purpose are authenticated too.
    """

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        if not keys:
            raise ValueError("at least one sealing key is needed")
        for key_id, key in keys.items():
            _check(key_id, key)
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._current = next(iter(keys))
        self._header = _header(self._current)

    @property
    def current(self) -> str:
        """The name of the key that seals."""
        return self._current

    def key_of(self, sealed: bytes) -> str | None:
        """Return the name of the key that *sealed* was sealed under; None for bytes that are not sealed."""
        try:
            header, _, _ = _parts(sealed)
        except Unreadable:
            return None
        name = header[2:].decode("ascii", "replace")
        return name if _KEY_ID.fullmatch(name) else None

    def seal(self, plain: bytes, purpose: str) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = self._ciphers[self._current].encrypt(nonce, plain, self._header + purpose.encode())
        return self._header + nonce + sealed

    def open(self, sealed: bytes, purpose: str) -> bytes:
        """Return what was sealed for *purpose*; Unreadable for anything else."""
        header, nonce, encrypted = _parts(sealed)
        cipher = self._ciphers.get(header[2:].decode("ascii", "replace"))
        if cipher is None:
            raise Unreadable("sealed under a key that is not configured")
        try:
            return cipher.decrypt(nonce, encrypted, header + purpose.encode())
        except InvalidTag as error:
            raise Unreadable("sealed bytes were changed, or sealed for another purpose") from error


def load_keys(text: str) -> dict[str, bytes]:
    """Return the keys that `id:base64,id2:base64` names, in that order; ValueError for anything else.

    Messages never quote the text: it is a secret.
    """
    keys: dict[str, bytes] = {}
    for number, entry in enumerate(text.split(","), start=1):
        key_id, colon, encoded = entry.partition(":")
        if not colon or key_id in keys:
            raise ValueError(f"sealing key {number} must be written id:base64, and its id must be the only such one")
        keys[key_id] = _decoded(encoded, number)
        _check(key_id, keys[key_id])
    if len(keys) > MAX_KEYS:
        raise ValueError(f"at most {MAX_KEYS} sealing keys can be in use at once")
    return keys


def derive(secret: bytes, label: str) -> bytes:
    """Return 32 bytes that belong to *label* alone (HKDF-SHA256, RFC 5869); they say nothing of *secret*."""
    if len(secret) < 16:
        raise ValueError("the secret to derive from must hold at least 16 bytes")
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=label.encode()).derive(secret)


def _header(key_id: str) -> bytes:
    return bytes((VERSION, len(key_id))) + key_id.encode("ascii")


def _parts(sealed: bytes) -> tuple[bytes, bytes, bytes]:
    if len(sealed) < 2 or sealed[0] != VERSION:
        raise Unreadable("not sealed bytes of a known version")
    start = 2 + sealed[1]
    if len(sealed) < start + NONCE_BYTES + TAG_BYTES:
        raise Unreadable("sealed bytes end too early")
    return sealed[:start], sealed[start : start + NONCE_BYTES], sealed[start + NONCE_BYTES :]


def _check(key_id: str, key: bytes) -> None:
    if not _KEY_ID.fullmatch(key_id):
        raise ValueError("a sealing key's id must be 1 to 32 characters of A-Z a-z 0-9 _ -")
    if len(key) != KEY_BYTES:
        raise ValueError(f"a sealing key must hold {KEY_BYTES} bytes, and one holds {len(key)}")


def _decoded(encoded: str, number: int) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        # The cause would quote the secret.
        raise ValueError(f"sealing key {number} is not base64") from None
