"""Everything that a history holds, for the subject to read: without the marks, which mean nothing outside."""

from typing import Any

from doorward.core.history.answers import accuracy_km_of, country_of, degrees_of
from doorward.core.history.codec import (
    AT,
    COUNTED,
    FLAGS,
    KIND,
    KINDS,
    LAT,
    LON,
    QUARANTINED,
    STATE,
    WEIGHT,
    ZONE,
    Row,
    Scan,
    rows_of,
    scan,
)
from doorward.core.history.devices import used_devices
from doorward.core.history.scored import log_odds_of


def export(profile: bytes | None, now: float) -> dict[str, Any]:
    """Return the history as JSON; times in seconds since 1970 UTC."""
    found = scan(profile)
    rows = rows_of(found)
    return {
        "first_seen_at": found.first_seen_at or (rows[0][AT] if rows else None),
        "credential_changed_at": found.credential_changed_at or None,
        "flags": {flag: until for flag, until in zip(FLAGS, found.flag_ends, strict=True) if until > now},
        "devices": [
            {"id": used.id, "known": used.known, "first_used_at": used.first_used_at, "last_used_at": used.last_used_at}
            for used in used_devices(profile, now)
        ],
        "sign_ins": [_sign_in(row, found) for row in rows],
    }


def _sign_in(row: Row, found: Scan) -> dict[str, Any]:
    return {
        "at": row[AT],
        "weight": row[WEIGHT] / 1000,
        "quarantined": bool(row[STATE] & QUARANTINED),
        "log_odds": log_odds_of(row[COUNTED]),
        "network_kind": KINDS[row[KIND]] or None,
        "timezone": found.zones[row[ZONE] - 1] if row[ZONE] else None,
        "country": country_of(row),
        "lat": degrees_of(row[LAT]),
        "lon": degrees_of(row[LON]),
        "accuracy_km": accuracy_km_of(row),
    }
