"""Why a value is unknown: one wording for each reason, so that rules, records and people can compare them."""

from doorward.core.facts import NetworkFacts
from doorward.core.signals.base import Attempt, Unknown

NO_HISTORY = Unknown("no_history")
UNREACHABLE = Unknown("the history cannot be read")
NO_ADDRESS = Unknown("no address was sent")
PRIVATE_ADDRESS = Unknown("the address is private")
NO_LOCATION = Unknown("no location for this address")
NO_ASN = Unknown("no autonomous system for this address")
NO_NETWORK_KIND = Unknown("no network kind for this address")
NO_USER_AGENT = Unknown("no user agent was sent")
NOT_IN_USER_AGENT = Unknown("the user agent does not say")
NO_TOKEN_COLLECTED = Unknown("no device token was collected")


def without_history(attempt: Attempt) -> Unknown | None:
    """Return why the history says nothing, or None where it holds a verified sign-in."""
    history = attempt.facts.history
    if not history.reachable:
        return UNREACHABLE
    return None if history.events else NO_HISTORY


def about_address(network: NetworkFacts, told: str, otherwise: Unknown) -> Unknown:
    """Return why an address says nothing: what the look-up *told*, else what can be seen, else *otherwise*."""
    if told:
        return Unknown(told)
    if not network.address:
        return NO_ADDRESS
    return PRIVATE_ADDRESS if network.private else otherwise
