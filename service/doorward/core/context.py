"""The values of one attempt that history compares: in clear for the score, as keyed marks for what is kept."""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from doorward.core.facts import AgentFacts, NetworkFacts
from doorward.core.request import DecisionRequest

_LANGUAGE = re.compile(r"\s*([A-Za-z]{2,8})(?![A-Za-z0-9])")


class Sight(NamedTuple):
    """What history compares and keeps of one attempt; no value in clear but the country, a place and a time zone.

    *marks* maps each known level of `facts.LEVELS` to a 32-bit keyed mark. *zone* is the address's, never the client's
    word. *fingerprint_mark* 0 and *device_id* "" stand for «none».
    """

    marks: Mapping[str, int]
    country: str = ""
    lat: float | None = None
    lon: float | None = None
    accuracy_km: float | None = None
    kind: str = ""
    anonymous: bool | None = None
    zone: str = ""
    fingerprint_mark: int = 0
    device_id: str = ""


def context_values(request: DecisionRequest, network: NetworkFacts, agent: AgentFacts) -> dict[str, str]:
    """Return the value of each level that is known; a private address has no network and no place."""
    values = {"ip": network.address, "prefix": network.prefix} | _agent_values(agent)
    if not network.private:
        values |= _network_values(network)
    values["language"] = primary_language(request.client.accept_language or "")
    return {level: value for level, value in values.items() if value}


def sight_of(
    request: DecisionRequest,
    network: NetworkFacts,
    agent: AgentFacts,
    device_id: str,
    hash_value: Callable[[str, str], int],
) -> Sight:
    """Return what history may keep of the attempt; *hash_value* makes the keyed mark of a kind and its value."""
    values = context_values(request, network, agent)
    fingerprint = request.client.fingerprint
    return Sight(
        marks={level: hash_value(level, value) for level, value in values.items()},
        country=network.country or "",
        lat=network.lat,
        lon=network.lon,
        accuracy_km=network.accuracy_km,
        kind=network.kind or "",
        anonymous=network.anonymous,
        zone=network.timezone or "",
        fingerprint_mark=hash_value("fingerprint", fingerprint) if fingerprint else 0,
        device_id=device_id,
    )


def primary_language(accept_language: str) -> str:
    """Return the primary tag of the first language, in lower case: `de-DE,en;q=0.8` is `de`; empty where none."""
    match = _LANGUAGE.match(accept_language)
    return match[1].lower() if match else ""


def _network_values(network: NetworkFacts) -> dict[str, str]:
    place = f"{network.country or ''}/{network.region or ''}/{network.city}" if network.city else ""
    return {
        "asn": str(network.asn) if network.asn is not None else "",
        "country": network.country or "",
        "city": place,
    }


def _agent_values(agent: AgentFacts) -> dict[str, str]:
    major = agent.browser_major if agent.browser_major is not None else ""
    return {
        "agent": f"{agent.browser}/{major}/{agent.os}" if agent.browser and agent.os else "",
        "browser": agent.browser or "",
        "os": agent.os or "",
        "device_type": agent.type or "",
    }
