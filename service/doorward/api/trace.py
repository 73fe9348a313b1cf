"""Which request this is, in our logs and in the caller's: `X-Request-Id` and the W3C `traceparent`."""

import re
import secrets

from doorward.core.identifiers import new_id

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


def request_id(sent: str | None) -> str:
    """Return the caller's own id where it is a sane one, else a new one."""
    return sent if sent and _REQUEST_ID.fullmatch(sent) else new_id("req")


def traceparent(sent: str | None) -> str:
    """Return the caller's trace unchanged where it is valid, else the start of a new one that is not sampled.

    We record no spans of our own, so what follows belongs to the caller's span.
    """
    if sent and _TRACEPARENT.fullmatch(sent):
        return sent
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-00"
