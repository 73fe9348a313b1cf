"""What an operation answers, before it is a response."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from doorward.api.trace import Trace

JSON = "application/json"
PROBLEM = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Reply:
    """Status and body; a *body* that is text goes out as it is, None goes out as nothing."""

    body: dict[str, Any] | list[Any] | str | None
    status: int = 200
    media_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The body as it goes out; JSON never holds NaN."""
        if isinstance(self.body, str):
            return self.body
        return "" if self.body is None else _JSON.encode(self.body)


def headers_of_all(trace: Trace) -> tuple[tuple[str, str], ...]:
    """Return the headers that every response has."""
    return (
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Request-Id", trace.request_id),
        ("traceparent", trace.traceparent),
    )


_JSON = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
