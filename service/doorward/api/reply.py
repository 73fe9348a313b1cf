"""What an operation answers, before it is a response."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

JSON = "application/json"
PROBLEM = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Reply:
    """Status and body; a *body* that is text goes out as it is, None goes out as nothing."""

    body: dict[str, Any] | list[Any] | str | None
    status: int = 200
    media_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
