"""Instants: seconds since 1970 UTC inside, RFC 3339 with `Z` outside."""

import re
from datetime import UTC, datetime

_MONTH_OR_DAY = re.compile(r"(\d{4}-\d{2})(-\d{2})?(?![\d-])", re.ASCII)


def rfc3339(at: float) -> str:
    """Return *at* as RFC 3339 in UTC, whole seconds where it has no fraction, else milliseconds."""
    instant = datetime.fromtimestamp(at, UTC)
    if instant.microsecond < 500:
        return instant.isoformat(timespec="seconds").removesuffix("+00:00") + "Z"
    return instant.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def written(text: str) -> datetime:
    """Return the date and time that *text* says, with a zone where it names one; ValueError where it says none."""
    return datetime.fromisoformat(text.upper())  # RFC 3339 has `z` too, which Python 3.11 refuses


def moment(text: str) -> float:
    """Return a written time in seconds since 1970, one without a zone in UTC; ValueError where it is none."""
    found = written(text)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def beginning_of(text: str) -> float | None:
    """Return when the month or the day began with which *text* begins (`2026-11`, `2026-11-27.2`); None without one."""
    found = _MONTH_OR_DAY.match(text)
    try:
        day = f"{found[1]}{found[2] or '-01'}" if found else ""
        return datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None
