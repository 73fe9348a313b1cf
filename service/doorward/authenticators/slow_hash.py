"""Salted hashes of what a person keeps or remembers (scrypt, RFC 7914), so that a dump does not give it away."""

import hmac
import secrets

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

SALT_BYTES = 16  # SP 800-63B-4, section 3.1.2.2, asks for 4 at least
HASH_BYTES = 32

# 80 random bits need no more; answers that a person chose need as much as a request can wait for.
RANDOM_COST = 2**13
CHOSEN_COST = 2**15


def new_salt() -> str:
    return secrets.token_hex(SALT_BYTES)


def slow_hash(secret: str, salt: str, *, cost: int) -> str:
    """Return the hash of *secret* as hexadecimal digits; takes some tens of milliseconds."""
    kdf = Scrypt(salt=bytes.fromhex(salt), length=HASH_BYTES, n=cost, r=8, p=1)
    return kdf.derive(secret.encode("utf-8", "surrogatepass")).hex()


def is_among(digest: str, digests: list[str]) -> bool:
    """Answer whether *digest* is one of *digests*, in a time that does not tell which."""
    found = False
    for each in digests:
        found |= hmac.compare_digest(digest, each)
    return found
