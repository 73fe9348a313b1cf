"""Every kind of row that a store keeps, as it is handed from one store to another. `KINDS` is the table.

A new kind is one row here and one in `stores/redis/moving.py`; SQLite has a table of the same name and columns.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

# How long a store remembers what is over: ended devices and challenges.
ENDED_DEVICE_SECONDS = 30 * 86_400
ENDED_CHALLENGE_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Kind:
    """One row of the table: *key* tells one row from the next, in the order of SQLite's index; *rest* is what it says.

    *end* is the column of its end, past which it is kept for *kept_seconds*. What is *essential* cannot be had again
    by serving on: it is what a backup holds at least. A change raises the tenant's version of *raises*.
    """

    name: str
    key: tuple[str, ...]
    rest: tuple[str, ...]
    essential: bool = False
    end: str = ""
    kept_seconds: float = 0.0
    raises: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        return self.key + self.rest


KINDS = (
    Kind("secrets", ("tenant", "name"), ("value",), essential=True),
    Kind(
        "api_keys",
        ("id",),
        ("tenant", "digest", "scopes", "label", "created_at", "expires_at", "revoked_at", "mac"),
        essential=True,
    ),
    Kind("authenticators", ("subject", "tenant"), ("body",), essential=True),
    Kind(
        "list_entries",
        ("tenant", "name", "key"),
        ("entry", "until", "created_at"),
        essential=True,
        end="until",
        raises="lists",
    ),
    Kind("versions", ("tenant",), ("lists", "tallies"), essential=True),
    Kind("profiles", ("subject", "tenant"), ("expires_at", "body"), end="expires_at"),
    Kind(
        "devices",
        ("id", "tenant"),
        ("token_hash", "created_at", "expires_at", "previous_hash", "previous_until", "current_seen", "revoked"),
        end="expires_at",
        kept_seconds=ENDED_DEVICE_SECONDS,
    ),
    Kind("proofs", ("session", "tenant"), ("expires_at", "body"), end="expires_at"),
    Kind("spent", ("jti", "tenant"), ("expires_at",), end="expires_at"),
    Kind(
        "records",
        ("id", "tenant"),
        ("subject", "at", "outcome", "rule", "expires_at", "body"),
        end="expires_at",
    ),
    Kind(
        "challenges",
        ("id", "tenant"),
        ("subject", "decision_id", "status", "created_at", "expires_at", "body"),
        end="expires_at",
        kept_seconds=ENDED_CHALLENGE_SECONDS,
    ),
    Kind("notes", ("owner", "name", "tenant"), ("expires_at", "body"), end="expires_at"),
    Kind("rings", ("key", "kind", "tenant"), ("expires_at", "ring"), end="expires_at"),
    Kind("tallies", ("tenant", "level", "value", "bucket"), ("a", "b"), raises="tallies"),
    Kind("idempotency", ("key",), ("fingerprint", "claimed_at", "expires_at", "answer"), end="expires_at"),
)
KIND_OF = {kind.name: kind for kind in KINDS}
ESSENTIAL = tuple(kind.name for kind in KINDS if kind.essential)
ALL = tuple(kind.name for kind in KINDS)


class Row(NamedTuple):
    """One row of a store: *values* in the order of its kind's columns; texts, numbers, bytes and None."""

    kind: str
    values: tuple[Any, ...]

    def of(self, column: str) -> Any:
        return self.values[KIND_OF[self.kind].columns.index(column)]

    @property
    def key(self) -> tuple[Any, ...]:
        return self.values[: len(KIND_OF[self.kind].key)]

    def lives(self, now: float) -> bool:
        """Answer whether it is still to be kept at *now*."""
        kind = KIND_OF[self.kind]
        ends = self.of(kind.end) if kind.end else None
        return ends is None or bool(ends + kind.kept_seconds > now)


def by_kind(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Return *rows* in groups of one kind."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.kind, []).append(row)
    return found
