"""Where the address is said to be."""

from doorward.core.facts import NetworkFacts
from doorward.core.signals.base import Attempt, Unknown
from doorward.core.signals.reasons import NO_LOCATION, about_address
from doorward.core.zones import offset_seconds, zone

_NO_REGION = Unknown("the location has no region")
_NO_CITY = Unknown("the location has no city")
_NO_TIMEZONE = Unknown("the location has no time zone")
_NO_COORDINATES = Unknown("the location has no coordinates")
_NO_ACCURACY = Unknown("the location has no accuracy radius")
_NO_CLIENT_TIMEZONE = Unknown("the client told no time zone that exists")


def country(attempt: Attempt) -> str | Unknown:
    network = attempt.facts.network
    return network.country if network.country is not None else _missing(network, NO_LOCATION)


def region(attempt: Attempt) -> str | Unknown:
    network = attempt.facts.network
    return network.region if network.region is not None else _missing(network, _NO_REGION)


def city(attempt: Attempt) -> str | Unknown:
    network = attempt.facts.network
    return network.city if network.city is not None else _missing(network, _NO_CITY)


def timezone(attempt: Attempt) -> str | Unknown:
    network = attempt.facts.network
    return network.timezone if network.timezone is not None else _missing(network, _NO_TIMEZONE)


def lat(attempt: Attempt) -> float | Unknown:
    network = attempt.facts.network
    return float(network.lat) if network.lat is not None else _missing(network, _NO_COORDINATES)


def lon(attempt: Attempt) -> float | Unknown:
    network = attempt.facts.network
    return float(network.lon) if network.lon is not None else _missing(network, _NO_COORDINATES)


def accuracy_km(attempt: Attempt) -> float | Unknown:
    network = attempt.facts.network
    return float(network.accuracy_km) if network.accuracy_km is not None else _missing(network, _NO_ACCURACY)


def client_timezone_matches(attempt: Attempt) -> bool | Unknown:
    """Compare the clocks, not the names: `Europe/Oslo` and `Europe/Berlin` match, whatever a browser calls it."""
    network = attempt.facts.network
    here = zone(network.timezone or "")
    if here is None:
        return _missing(network, _NO_TIMEZONE)
    theirs = zone(attempt.request.client.timezone or "")
    if theirs is None:
        return _NO_CLIENT_TIMEZONE
    return offset_seconds(here, attempt.now) == offset_seconds(theirs, attempt.now)


def _missing(network: NetworkFacts, part: Unknown) -> Unknown:
    """Return why the whole location is missing, or that only this *part* of it is."""
    if network.country is not None:
        return part
    return about_address(network, network.location_reason, part)
