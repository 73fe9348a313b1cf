"""Keyed hashes: what the store searches and compares by, so that a dump holds no address or name in clear."""

import hashlib

KEY_BYTES = 16


class KeyedHash:
    """BLAKE2b under one secret key (RFC 7693, section 2.9), with the tenant and the kind of value mixed in."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < 16:
            raise ValueError("the hashing secret must hold at least 16 bytes")
        self._secret = secret[:64]

    def key(self, tenant: str, kind: str, value: str) -> bytes:
        """Return the 16 bytes under which the store keeps *value*; equal values of two tenants differ."""
        return self._digest(tenant, kind, value, KEY_BYTES)

    def value(self, tenant: str, kind: str, value: str) -> int:
        """Return a non-zero 32-bit mark to compare values by; 0 stands for «not known»."""
        return int.from_bytes(self._digest(tenant, kind, value, 4), "big") or 1

    def _digest(self, tenant: str, kind: str, value: str, size: int) -> bytes:
        text = f"{tenant}\x1f{kind}\x1f{value}".encode("utf-8", "surrogatepass")
        return hashlib.blake2b(text, digest_size=size, key=self._secret).digest()
