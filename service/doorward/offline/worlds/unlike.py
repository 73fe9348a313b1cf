"""Worlds that differ from the specification's in a named way: a model that leans on a quirk of one fails in another.

Each row changes the people, the networks or the attackers (`traits`), where people live (`homes`), or what the log
tells of the same sign-ins (`told`).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from doorward.offline.worlds import telling
from doorward.offline.worlds.profiles import ABROAD, Profile
from doorward.offline.worlds.telling import Tell


@dataclass(frozen=True, slots=True)
class Unlike:
    """One way to differ; *words* say what is otherwise."""

    words: str
    traits: Mapping[str, Any] = field(default_factory=dict)
    homes: Mapping[str, float] | None = None
    told: Tell | None = None


def profile_unlike(profile: Profile, names: Iterable[str]) -> Profile:
    """Return *profile* changed as the rows of *names* say, one after the other."""
    for each in map(UNLIKE.__getitem__, names):
        profile = replace(
            profile,
            homes=profile.homes if each.homes is None else each.homes,
            traits=replace(profile.traits, **each.traits),
        )
    return profile


def told_unlike(names: Iterable[str]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Return what makes of an event the one that such a log would have."""
    tells = [each.told for each in map(UNLIKE.__getitem__, names) if each.told is not None]

    def told(event: dict[str, Any]) -> dict[str, Any]:
        for tell in tells:
            event = tell(event)
        return event

    return told


UNLIKE: Mapping[str, Unlike] = {
    "scattered-addresses": Unlike(
        "a home's address lies anywhere in its provider's 1000 /24, whatever the city", {"city_prefixes": 0}
    ),
    "narrow-addresses": Unlike("all homes of a city and a provider share two /24", {"city_prefixes": 2}),
    "short-leases": Unlike("a home gets another address every four days", {"home_lease_days": 4.0}),
    "long-leases": Unlike("a home keeps its address for years", {"home_lease_days": 1000.0}),
    "ipv6": Unlike("four homes in five have IPv6", {"v6_homes": 0.8}),
    "ipv4": Unlike("nobody has IPv6", {"v6_homes": 0.0}),
    "shared-homes": Unlike(
        "six homes in ten sit behind their provider's shared addresses, another at each sign-in", {"shared_homes": 0.6}
    ),
    "few-providers": Unlike("the largest provider of a country has nearly all of it", {"system_tail": 3.0}),
    "many-providers": Unlike("all providers of a country are of one size", {"system_tail": 0.0}),
    "abroad": Unlike("most people live in the United States, the others all over the world", homes=ABROAD),
    "mobile": Unlike(
        "two sign-ins in three come from a phone's network, of 4000 addresses",
        {"home": 0.25, "work": 0.10, "mobile": 0.65, "desktop": 0.45, "phone": 0.95, "mobile_pool": 4000},
    ),
    "offices": Unlike(
        "nine in ten sign in at work, and half of their sign-ins come from there",
        {"has_work": 0.9, "home": 0.35, "work": 0.50, "mobile": 0.15},
    ),
    "travel": Unlike("four times as many trips", {"trips": 0.016}),
    "vpn-users": Unlike("a quarter of the people use a VPN", {"vpn": 0.25}),
    "fast-browsers": Unlike("browsers come out three times as often", {"pace": 3.0, "lag_days": 3.0}),
    "slow-browsers": Unlike(
        "browsers come out half as often, and are taken up a month late", {"pace": 0.5, "lag_days": 30.0}
    ),
    "many-devices": Unlike(
        "nearly everybody has a desktop and a phone, half of them a third device, replaced every eight months",
        {"desktop": 0.95, "phone": 0.95, "third": 0.5, "device_life_days": 240.0},
    ),
    "forgetful-browsers": Unlike(
        "a quarter of the people keep no token, and the others lose theirs four times as often",
        {"private": 0.25, "cookie_cleared": 0.06},
    ),
    "daily": Unlike("two in five come daily, nobody less than monthly", {"frequencies": (0.4, 0.3, 0.2, 0.1, 0.0)}),
    "seldom": Unlike(
        "nobody comes daily, three in five less than monthly", {"frequencies": (0.0, 0.05, 0.1, 0.25, 0.6)}
    ),
    "any-hour": Unlike("half of the sign-ins come at no usual hour", {"any_hour": 0.5}),
    "late-attackers": Unlike("nobody is attacked before day 120", {"warm_days": 120.0}),
    "fast-attackers": Unlike(
        "campaigns go five times as fast at random moments, and three times as many tries are right",
        {"hurry": 5.0, "jitter": True, "hits": 3.0},
    ),
    "slow-attackers": Unlike(
        "campaigns go at a third of the speed, at random moments", {"hurry": 1 / 3, "jitter": True}
    ),
    "odd-browsers": Unlike(
        "attackers who know no browser of the victim take any that there is, as likely as every other",
        {"by_share": False},
    ),
    "knowing-attackers": Unlike("attackers know the victim's last sign-in", {"last_logins": 1}),
    "fresh-addresses": Unlike("no attacker's address is one that somebody uses", {"borrowed": 0.0}),
    "borrowed-addresses": Unlike("every attacker's address is one that somebody uses", {"borrowed": 1.0}),
    "no-tokens": Unlike("no device token is collected", told=telling.no_tokens),
    "some-tokens": Unlike("no device token is collected of two people in five", told=telling.some_tokens),
    "silent-tokens": Unlike("where the browser has no token, the field is left out", told=telling.silent_tokens),
    "no-places": Unlike("cities and coordinates are not known", told=telling.no_places),
    "no-kinds": Unlike("what kind of network it is is not known", told=telling.no_kinds),
    "no-systems": Unlike("systems are not known, nor their kinds", told=telling.no_systems),
    "no-facts": Unlike("nothing is known of an address but itself", told=telling.no_facts),
    "unnoticed": Unlike(
        "nobody notices an attack: all successes are verified, and history learns from them", told=telling.unnoticed
    ),
}
