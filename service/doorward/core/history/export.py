"""Everything that a history holds, for the subject to read: without the marks, which mean nothing outside."""

from typing import Any

from doorward.core.history.answers import accuracy_km_of, country_of, degrees_of
from doorward.core.history.codec import FLAGS, scan
from doorward.core.history.devices import used_devices
from doorward.core.history.entries import KINDS, QUARANTINED, Entry
from doorward.core.history.scored import log_odds_of


def export(profile: bytes | None, now: float) -> dict[str, Any]:
    """Return the history as JSON, times in seconds since 1970 UTC; Unreadable where the bytes are none of ours."""
    found = scan(profile)
    sign_ins = [_sign_in(entry) for entry in found.entries]
    return {
        "first_seen_at": found.first_seen_at or (sign_ins[0]["at"] if sign_ins else None),
        "credential_changed_at": found.credential_changed_at or None,
        "flags": {flag: until for flag, until in zip(FLAGS, found.flag_ends, strict=False) if until > now},
        "devices": [
            {"id": used.id, "known": used.known, "first_used_at": used.first_used_at, "last_used_at": used.last_used_at}
            for used in used_devices(profile, now)
        ],
        "sign_ins": sign_ins,
    }


def _sign_in(entry: Entry) -> dict[str, Any]:
    return {
        "at": entry.at,
        "weight": entry.weight / 1000,
        "quarantined": bool(entry.state & QUARANTINED),
        "log_odds": log_odds_of(entry.counted),
        "network_kind": KINDS[entry.kind] or None,
        "timezone": entry.zone or None,
        "country": country_of(entry.country),
        "lat": degrees_of(entry.lat),
        "lon": degrees_of(entry.lon),
        "accuracy_km": accuracy_km_of(entry.accuracy),
    }
