"""Identifiers and secrets: a prefix that says what it is, and at least 128 random bits (ASVS 7.2.3)."""

import re
import secrets

ID_BYTES = 16
SECRET_BYTES = 32

_ID = re.compile(r"[a-z]{3}_[A-Za-z0-9_-]{22}\Z")


def new_id(prefix: str) -> str:
    """Return `prefix_` and 128 random bits in base64url, for example `dec_…`."""
    return f"{prefix}_{secrets.token_urlsafe(ID_BYTES)}"


def new_secret(prefix: str) -> str:
    """Return `prefix_` and 256 random bits in base64url, for example `dwk_…`."""
    return f"{prefix}_{secrets.token_urlsafe(SECRET_BYTES)}"


def is_id(text: str, prefix: str) -> bool:
    """Answer whether *text* has the shape of an identifier with *prefix*; says nothing of its existence."""
    return text.startswith(prefix + "_") and _ID.match(text) is not None
