"""What the address says of the network behind it."""

from doorward.core.facts import NetworkFacts
from doorward.core.signals.base import Attempt, Unknown
from doorward.core.signals.reasons import NO_ADDRESS, NO_ASN, NO_NETWORK_KIND, about_address

_NO_OPERATOR = Unknown("the autonomous system has no name")
_NOT_MEASURED = Unknown("no round-trip time was measured")


def address(attempt: Attempt) -> str | Unknown:
    return attempt.facts.network.address or NO_ADDRESS


def prefix(attempt: Attempt) -> str | Unknown:
    return attempt.facts.network.prefix or NO_ADDRESS


def version(attempt: Attempt) -> int | Unknown:
    return attempt.facts.network.version or NO_ADDRESS


def private(attempt: Attempt) -> bool | Unknown:
    network = attempt.facts.network
    return network.private if network.address else NO_ADDRESS


def asn(attempt: Attempt) -> int | Unknown:
    network = attempt.facts.network
    return network.asn if network.asn is not None else about_address(network, network.asn_reason, NO_ASN)


def as_org(attempt: Attempt) -> str | Unknown:
    network = attempt.facts.network
    if network.as_org is not None:
        return network.as_org
    return about_address(network, network.asn_reason, _NO_OPERATOR if network.asn is not None else NO_ASN)


def kind(attempt: Attempt) -> str | Unknown:
    network = attempt.facts.network
    return network.kind if network.kind is not None else _no_kind(network)


def anonymous(attempt: Attempt) -> bool | Unknown:
    network = attempt.facts.network
    return network.anonymous if network.anonymous is not None else _no_kind(network)


def hosting(attempt: Attempt) -> bool | Unknown:
    network = attempt.facts.network
    return network.hosting if network.hosting is not None else _no_kind(network)


def rtt_ms(attempt: Attempt) -> float | Unknown:
    measured = attempt.request.client.rtt_ms
    return float(measured) if measured is not None else _NOT_MEASURED


def _no_kind(network: NetworkFacts) -> Unknown:
    return about_address(network, network.kind_reason, NO_NETWORK_KIND)
