"""Overload: a request that waited too long for a free thread is refused at once, instead of being answered too late.

Whoever sent it has a time-out, and tries again; deciding for nobody would only make the next ones wait longer too.
"""

import json
from collections.abc import Callable, Iterable
from threading import local
from typing import Any

from doorward.api.problems import document
from doorward.core.identifiers import new_id

App = Callable[..., Iterable[bytes]]

RETRY_SECONDS = 1
# What asks whether this process is well must hear it, above all when it is busy.
PROBES = frozenset({"/livez", "/readyz"})
_DETAIL = "the request waited too long for its turn; nothing was done, try again"


class Waited(local):
    """For how many seconds the request that this thread serves had waited for it."""

    seconds = 0.0


WAITED = Waited()


def shedding(app: App, most_seconds: float, tell: Callable[[str], object], waited: Waited = WAITED) -> App:
    """Return *app* such that it refuses what *waited* more than *most_seconds*, and tells its method."""
    body = json.dumps(document(503, "overloaded", "Too many requests are waiting", _DETAIL)).encode()

    def shed(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if waited.seconds <= most_seconds or environ.get("PATH_INFO") in PROBES:
            return app(environ, start_response)
        tell(environ.get("REQUEST_METHOD", ""))
        headers = [
            ("Content-Type", "application/problem+json"),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Request-Id", new_id("req")),
            ("Retry-After", str(RETRY_SECONDS)),
        ]
        start_response("503 Service Unavailable", headers)
        return [body]

    return shed
