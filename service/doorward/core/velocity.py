"""How often, in the windows that end now: every integer `velocity.*` signal, counted over the rings.

A window holds what is younger than its length, this attempt included. Entries up to a minute ahead of `now` are
another machine's clock and count as now; those further ahead come from a clock that was set back, and count nowhere.
"""

from doorward.core.ring import ATTEMPT, CODE_SENT, FAILED, PROVED, PUSH_SENT, raw_entries

SKEW_SECONDS = 60
MINUTES_10 = 600
HOUR = 3600
DAY = 86_400

_Row = tuple[int, int, int, bytes, int]


def count(
    subject: bytes | None, address: bytes | None, prefix: bytes | None, device: bytes | None, now: float
) -> dict[str, int]:
    """Return each count under its name without `velocity.`; a ring that is None leaves its names out."""
    counts: dict[str, int] = {}
    if subject is not None:
        counts |= _of_subject(_within(subject, DAY, now), now)
    if address is not None:
        counts |= _of_address(_within(address, HOUR, now), now)
    if prefix is not None:
        counts["prefix_subjects_1h"] = _distinct_others(_within(prefix, HOUR, now))
    if device is not None:
        counts["device_subjects_24h"] = _distinct_others(_within(device, DAY, now))
    return counts


def _of_subject(day: list[_Row], now: float) -> dict[str, int]:
    hour = [row for row in day if row[0] > now - HOUR]
    minutes = [row for row in hour if row[0] > now - MINUTES_10]
    return {
        "subject_attempts_10m": _flagged(minutes, ATTEMPT),
        "subject_attempts_1h": _flagged(hour, ATTEMPT),
        "subject_attempts_24h": _flagged(day, ATTEMPT),
        "subject_failures_10m": _flagged(minutes, FAILED),
        "subject_failures_1h": _flagged(hour, FAILED),
        "subject_failures_24h": _flagged(day, FAILED),
        "subject_ips_1h": _distinct_others(hour),
        "subject_countries_24h": len({row[3] for row in day if row[4] & ATTEMPT and row[3] != b"\0\0"}),
        "codes_sent_1h": _flagged(hour, CODE_SENT),
        "pushes_since_success": len(_pushes_since_success(day)),
    }


def _of_address(hour: list[_Row], now: float) -> dict[str, int]:
    return {
        "ip_attempts_10m": _flagged([row for row in hour if row[0] > now - MINUTES_10], ATTEMPT),
        "ip_attempts_1h": _flagged(hour, ATTEMPT),
        "ip_failures_1h": _flagged(hour, FAILED),
        "ip_subjects_1h": _distinct_others(hour),
    }


def _within(ring: bytes, seconds: int, now: float) -> list[_Row]:
    since, until = now - seconds, now + SKEW_SECONDS
    return [row for row in raw_entries(ring) if since < row[0] <= until]


def _flagged(rows: list[_Row], flag: int) -> int:
    return sum([1 for row in rows if row[4] & flag])


def _distinct_others(rows: list[_Row]) -> int:
    return len({row[1] for row in rows if row[4] & ATTEMPT and row[1]})


def unanswered_pushes(ring: bytes, now: float) -> list[int]:
    """Return when the pushes were sent that no success came after, the oldest first."""
    return _pushes_since_success(_within(ring, DAY, now))


def _pushes_since_success(rows: list[_Row]) -> list[int]:
    sent: list[int] = []
    for row in reversed(rows):  # in the order they were told: a set-back clock must not reorder them
        if row[4] & PROVED:
            break
        if row[4] & PUSH_SENT:
            sent.insert(0, row[0])
    return sent
