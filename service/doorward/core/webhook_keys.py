"""The secrets that web-hooks are signed with, as Standard Webhooks writes them; no message quotes one."""

import base64
import binascii

PREFIX = "whsec_"


def webhook_keys(text: str) -> tuple[bytes, ...]:
    """Read secrets, separated by commas; all of them sign."""
    return tuple(_key(part.strip()) for part in text.split(","))


def _key(text: str) -> bytes:
    try:
        key = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not text.startswith(PREFIX) or not 24 <= len(key) <= 64:
        raise ValueError(f"expected {PREFIX} and 24 to 64 bytes in base64, several separated by commas")
    return key
