"""Addresses in their one canonical form, with the prefix that stands for a household or an office."""

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from doorward.core.addresses import canonical_address

MAX_LENGTH = 64  # the longest IPv6 address, with a zone index, is shorter
PREFIX_BITS = {4: 24, 6: 48}

_MAPPED = IPv6Network("::ffff:0:0/96")


@dataclass(frozen=True, slots=True)
class Address:
    """One address: *text* is compressed, in lower case; *private* says that it is nobody's on the Internet."""

    text: str
    prefix: str
    version: int
    private: bool
    number: int


# Callers write one address in many ways, so the look-ups are cached by the canonical text and this by the given one.
@lru_cache(maxsize=4096)
def read_address(text: str) -> Address | None:
    """Return the address that *text* names, an IPv4-mapped one as IPv4, or None where it names none."""
    if len(text) > MAX_LENGTH:
        return None
    ip = canonical_address(text)
    if ip is None:
        return None
    return Address(str(ip), _prefix(ip), ip.version, _is_private(ip), int(ip))


def canonical_network(network: IPv4Network | IPv6Network) -> IPv4Network | IPv6Network:
    """Return *network*, or the IPv4 network that it maps."""
    if isinstance(network, IPv6Network) and network.subnet_of(_MAPPED):
        return IPv4Network((int(network.network_address) & 0xFFFFFFFF, network.prefixlen - 96))
    return network


def _prefix(ip: IPv4Address | IPv6Address) -> str:
    bits = PREFIX_BITS[ip.version]
    network = IPv4Network((int(ip), bits), False) if ip.version == 4 else IPv6Network((int(ip), bits), False)
    return str(network)


def _is_private(ip: IPv4Address | IPv6Address) -> bool:
    """Answer whether *ip* cannot be anyone's address on the Internet: `is_global` alone lets multicast pass."""
    is_site_local = isinstance(ip, IPv6Address) and ip.is_site_local
    return not ip.is_global or ip.is_multicast or ip.is_reserved or is_site_local
