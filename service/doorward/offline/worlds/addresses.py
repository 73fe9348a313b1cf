"""Addresses that nobody has: IPv4 from 240.0.0.0/4 (reserved), IPv6 from 3fff::/20 (documentation, RFC 9637).

A system has 4096 prefixes /24 of its own. Homes of one city share 32 of them, and as many /48, unless a world has
other traits.
"""

from ipaddress import IPv6Address

from numpy.random import Generator

from doorward.offline.worlds.geography import CORPORATE, HOSTING, MOBILE, VPN, Asn, Spot
from doorward.offline.worlds.traits import Traits

VPN_POOL = 40
# So many addresses does a provider have for homes that share them.
SHARED_POOL = 500

_V4 = 0xF0000000
_V6 = 0x3FFF << 112
_HOSTS = 254
# Which of a system's prefixes serve what; below, from 0 on, are those of the cities.
_HOMES, _MOBILE, _SHARED, _COMPANY, _VPN, _HOSTING = 1000, 1000, 1090, 1100, 1200, 1300
_HOSTING_PREFIXES = 256


def fresh(rng: Generator, spot: Spot, traits: Traits, *, v6: bool = False) -> str:
    """Draw an address of *spot* as its kind gives them out: a lease of a home, or one of a shared pool."""
    kind = spot.asn.kind
    if kind == MOBILE:
        return _v4(spot.asn, _MOBILE, int(rng.integers(traits.mobile_pool)))
    if kind == VPN:
        return _v4(spot.asn, _VPN, int(rng.integers(VPN_POOL)))
    if kind == HOSTING:
        return _v4(spot.asn, _HOSTING + int(rng.integers(_HOSTING_PREFIXES)), int(rng.integers(_HOSTS)))
    prefix = _home_prefix(rng, spot, traits.city_prefixes)
    if v6:
        return _v6(spot.asn, prefix, int(rng.integers(1, 2**62)))
    return _v4(spot.asn, prefix, int(rng.integers(_HOSTS)))


def shared(rng: Generator, spot: Spot) -> str:
    """Draw one of the addresses behind which a provider puts many homes."""
    return _v4(spot.asn, _SHARED, int(rng.integers(SHARED_POOL)))


def company_address(spot: Spot) -> str:
    """Return the one address that a company shows; each has a prefix of its own."""
    if spot.asn.kind != CORPORATE:
        raise ValueError("only a company has one address")
    return _v4(spot.asn, _COMPANY + spot.part, 9)


def _home_prefix(rng: Generator, spot: Spot, of_city: int) -> int:
    if of_city == 0:
        return int(rng.integers(_HOMES))
    return spot.city.index * of_city + int(rng.integers(of_city))


def _v4(asn: Asn, prefix: int, host: int) -> str:
    """Return host number *host* from prefix number *prefix* on; the ends of a /24 are left out."""
    prefix += host // _HOSTS
    number = _V4 + (asn.index << 20) + (prefix << 8) + host % _HOSTS + 1
    return f"{number >> 24}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def _v6(asn: Asn, prefix: int, host: int) -> str:
    return str(IPv6Address(_V6 + (asn.index << 92) + (prefix << 80) + host))
