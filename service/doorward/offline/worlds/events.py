"""Attempts as canonical sign-in events, the same bytes every time."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from doorward.core.times import rfc3339
from doorward.offline.event import FRAUD, GENUINE
from doorward.offline.worlds.geography import VPN, Spot
from doorward.offline.worlds.sessions import Session


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt of *session* at *at_ms*, milliseconds since 1970 UTC."""

    at_ms: int
    passed: bool
    session: Session


def event_of(attempt: Attempt) -> dict[str, Any]:
    """Return the event; only what a genuine person has ended well is verified, which is what its owner would say."""
    session = attempt.session
    seconds, rest = divmod(attempt.at_ms, 1000)
    return {
        "at": f"{rfc3339(seconds)[:-1]}.{rest:03d}Z",
        "request": {
            "kind": "login",
            "subject": {"id": f"u-{session.user}"},
            "client": {"ip": session.address, "user_agent": session.agent, "device_token": session.cookie},
            "credential": {"result": "passed" if attempt.passed else "failed"},
        },
        "verified": attempt.passed and session.family is None,
        "facts": {"network": _network(session.spot)},
        "label": GENUINE if session.family is None else FRAUD,
        "family": session.family,
    }


@lru_cache(maxsize=65_536)
def _network(spot: Spot) -> dict[str, Any]:
    """Return what a log would say of the network; shared by its events, so nobody may change it."""
    return {
        "country": spot.city.country,
        "region": None,
        "city": spot.city.name,
        "lat": spot.city.lat,
        "lon": spot.city.lon,
        "timezone": spot.city.zone,
        "asn": spot.asn.number,
        "as_org": spot.asn.org,
        "kind": spot.asn.kind,
        "anonymous": spot.asn.kind == VPN,
    }
