"""What a world is like beyond its countries: the numbers that another world may have otherwise.

The defaults are the specification's, or what docs/world.md lists where that is silent.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Traits:
    """Shares and probabilities are from 0 to 1.

    *system_tail* is how steeply the systems of a country fall in size, *city_prefixes* how many /24 and /48 the homes
    of a city have with one provider (0: anywhere among all of that provider), *mobile_pool* a carrier's addresses,
    *shared_homes* the share of homes behind one of their provider's shared addresses, another at each sign-in.
    *trips* is the probability that a sign-in of somebody who comes daily begins one. *pace* is how many times as fast
    as usual browsers come out, *lag_days* how late people take them up. *any_hour* is the share of sign-ins that come
    at no usual hour. Of attackers: *borrowed* is how often an address is one that somebody uses, *last_logins* how many
    of a victim's last sign-ins they may know, *by_share* whether their browsers are drawn by what people have,
    *hurry* how many times as fast as usual their campaigns go, *jitter* whether tries come at random moments, *hits*
    how many times as often a try is right, *warm_days* before which nobody is attacked.
    """

    frequencies: tuple[float, ...] = (0.05, 0.10, 0.18, 0.27, 0.40)
    home: float = 0.55
    work: float = 0.25
    mobile: float = 0.20
    has_work: float = 0.55
    desktop: float = 0.75
    phone: float = 0.75
    third: float = 0.12
    device_life_days: float = 450.0
    private: float = 0.05
    cookie_cleared: float = 0.015
    vpn: float = 0.06
    trips: float = 0.004
    pace: float = 1.0
    lag_days: float = 6.0
    any_hour: float = 0.04
    system_tail: float = 1.1
    city_prefixes: int = 32
    mobile_pool: int = 300
    home_lease_days: float = 45.0
    v6_homes: float = 0.25
    shared_homes: float = 0.0
    borrowed: float = 0.7
    last_logins: int = 5
    by_share: bool = True
    hurry: float = 1.0
    jitter: bool = False
    hits: float = 1.0
    warm_days: float = 35.0
