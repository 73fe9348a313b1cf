"""Keyed hashes: what the store searches and compares by, so that a dump holds no address or name in clear."""

import hashlib

KEY_BYTES = 16
VALUE_BYTES = 4


class KeyedHash:
    """BLAKE2b under one secret key (RFC 7693, section 2.9), with the tenant and the kind of value mixed in."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < 16:
            raise ValueError("the hashing secret must hold at least 16 bytes")
        # The key fills a block of its own; what it makes of the state is the same for every text.
        self._begun = {size: hashlib.blake2b(digest_size=size, key=secret[:64]) for size in (KEY_BYTES, VALUE_BYTES)}

    def key(self, tenant: str, kind: str, value: str) -> bytes:
        """Return the 16 bytes under which the store keeps *value*; equal values of two tenants differ."""
        return self._digest(tenant, kind, value, KEY_BYTES)

    def value(self, tenant: str, kind: str, value: str) -> int:
        """Return a non-zero 32-bit mark to compare values by; 0 stands for «not known»."""
        return int.from_bytes(self._digest(tenant, kind, value, VALUE_BYTES), "big") or 1

    def _digest(self, tenant: str, kind: str, value: str, size: int) -> bytes:
        state = self._begun[size].copy()
        state.update(f"{tenant}\x1f{kind}\x1f{value}".encode("utf-8", "surrogatepass"))
        return state.digest()
