"""Addresses in their one canonical form: callers write one in many ways."""

from ipaddress import IPv4Address, IPv6Address, ip_address


def canonical_address(text: str) -> IPv4Address | IPv6Address | None:
    """Return the address that *text* names, an IPv4-mapped one as IPv4, or None where it names none."""
    try:
        given = ip_address(text.strip())
    except ValueError:
        return None
    if isinstance(given, IPv4Address):
        return given
    return given.ipv4_mapped or IPv6Address(int(given))  # the number leaves a zone index (`%eth0`) out


def is_same_address(one: str, other: str) -> bool:
    """Answer whether both name the same address; what names none is compared as it is written."""
    return one == other or (canonical_address(one) or one) == (canonical_address(other) or other)
