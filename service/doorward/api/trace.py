"""Which request this is, in our logs and in the caller's: `X-Request-Id` and the W3C `traceparent`."""

import re
import secrets
from contextvars import ContextVar
from dataclasses import dataclass

from doorward.core.identifiers import new_id

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


@dataclass(slots=True)
class Trace:
    """What every line about a request names; *tenant* is known once its caller is."""

    request_id: str
    traceparent: str
    tenant: str | None = None


# The request that is being answered here; None beside requests.
answering: ContextVar[Trace | None] = ContextVar("doorward.answering", default=None)


def trace_of(sent_id: str | None, sent_parent: str | None) -> Trace:
    """Return the trace of a request that came with these headers."""
    return Trace(request_id(sent_id), traceparent(sent_parent))


def request_id(sent: str | None) -> str:
    """Return the caller's own id where it is a sane one, else a new one."""
    return sent if sent and _REQUEST_ID.fullmatch(sent) else new_id("req")


def traceparent(sent: str | None) -> str:
    """Return the caller's trace unchanged where it is valid, else the start of a new one that is not sampled.

    Where spans are made, `tracing` has put its own in the place of what was sent, and the answer names that.
    """
    if sent and _TRACEPARENT.fullmatch(sent):
        return sent
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-00"
