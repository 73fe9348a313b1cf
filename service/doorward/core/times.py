"""Instants: seconds since 1970 UTC inside, RFC 3339 with `Z` outside."""

from datetime import UTC, datetime


def rfc3339(at: float) -> str:
    """Return *at* as RFC 3339 in UTC, whole seconds where it has no fraction, else milliseconds."""
    instant = datetime.fromtimestamp(at, UTC)
    if instant.microsecond < 500:
        return instant.strftime("%Y-%m-%dT%H:%M:%SZ")
    return instant.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
