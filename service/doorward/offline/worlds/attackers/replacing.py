"""Attackers who know the password and come at the very moment of a genuine sign-in, which is dropped for theirs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from numpy.random import Generator

from doorward.offline.worlds.attackers.scene import Scene, Victim, instead_of
from doorward.offline.worlds.browsers import popular_agent
from doorward.offline.worlds.geography import MOBILE, RESIDENTIAL, Spot
from doorward.offline.worlds.sessions import Session
from doorward.offline.worlds.streams import chance, one_of

VICTIMS = 400
FEWEST_VICTIMS = 5

ANY, HISTORY, COOKIE = "any", "history", "cookie"

Where = Callable[[Scene, Generator, Session], tuple[Spot, str]]


@dataclass(frozen=True, slots=True)
class Replacing:
    """A family that replaces; *knows* is what it has of a victim: nothing, a device's habits, or its cookie as well."""

    family: str
    knows: str
    where: Where

    def choose(self, scene: Scene, rng: Generator) -> list[Victim]:
        return victims(scene, rng, scene.volume(VICTIMS, least=FEWEST_VICTIMS), self.knows)

    def attack(self, scene: Scene, rng: Generator, plan: list[Victim]) -> Iterator[Session]:
        for victim in plan:
            base, known = victim.base, victim.known
            where = self.where(scene, rng, base)
            if known is None or known.device is None:
                yield instead_of(base, self.family, where, agent=popular_agent(rng, base.day, scene.traits))
            else:
                cookie = known.issued if self.knows == COOKIE else None
                yield instead_of(base, self.family, where, agent=known.device.agent(base.day), cookie=cookie)


def victims(scene: Scene, rng: Generator, number: int, knows: str) -> list[Victim]:
    """Take *number* victims uniformly from the genuine successes, each row at most once."""
    found: list[Victim] = []
    rows = len(scene.successes) - scene.first_warm
    for row in rng.permutation(rows):
        if len(found) == number:
            break
        victim = victim_at(scene, rng, scene.successes[scene.first_warm + int(row)], knows)
        if victim is not None:
            found.append(victim)
    return found


def victim_at(scene: Scene, rng: Generator, base: Session, knows: str) -> Victim | None:
    """Take *base* if it is free, and keep what the attacker knows from being taken; None where it cannot be."""
    if not scene.is_free(base):
        return None
    if knows == ANY:
        scene.taken.add(base.number)
        return Victim(base)
    known = [
        each
        for each in scene.earlier(base)[-scene.traits.last_logins :]
        if each.device is not None and each.device.until > base.day and (knows != COOKIE or each.issued)
    ]
    if not known:
        return None
    donor = one_of(rng, known)
    scene.taken.add(base.number)
    scene.kept.add(donor.number)
    return Victim(base, donor)


def abroad(scene: Scene, rng: Generator, base: Session) -> tuple[Spot, str]:
    """Return any network of a country that few users live in."""
    found = scene.borrow(rng, "outside", base.user, base.at_ms) if chance(rng, scene.traits.borrowed) else None
    if found is not None:
        return found
    country = scene.geography.countries[one_of(rng, scene.geography.outside)]
    spot = Spot(country.cities.draw(rng), country.system(rng))
    return spot, scene.fresh(rng, spot, base.at_ms)


def exit_at_home(scene: Scene, rng: Generator, base: Session) -> tuple[Spot, str]:
    """Return a VPN exit in the country where the victim lives."""
    spot = scene.exit_in(rng, scene.people[base.user].home.country)
    return spot, scene.fresh(rng, spot, base.at_ms)


def other_city(scene: Scene, rng: Generator, base: Session) -> tuple[Spot, str]:
    """Return a home's or a mobile network in the victim's country, not in the victim's city."""
    home = scene.people[base.user].home
    key = ("country", home.country)
    found = None
    if chance(rng, scene.traits.borrowed):
        found = scene.borrow(rng, key, base.user, base.at_ms, lambda lender: lender.spot.city != home)
    if found is not None:
        return found
    country = scene.geography.countries[home.country]
    city = country.cities.draw(rng)
    while city == home:
        city = country.cities.draw(rng)
    spot = Spot(city, country.system(rng, RESIDENTIAL, MOBILE))
    return spot, scene.fresh(rng, spot, base.at_ms)


def same_city(scene: Scene, rng: Generator, base: Session) -> tuple[Spot, str]:
    """Return a home's or a mobile network in the victim's city."""
    home = scene.people[base.user].home
    key = ("city", (home.country, home.index))
    found = scene.borrow(rng, key, base.user, base.at_ms) if chance(rng, scene.traits.borrowed) else None
    if found is not None:
        return found
    spot = Spot(home, scene.geography.countries[home.country].system(rng, RESIDENTIAL, MOBILE))
    return spot, scene.fresh(rng, spot, base.at_ms)


def same_provider(scene: Scene, rng: Generator, base: Session) -> tuple[Spot, str]:
    """Return the line of another customer of the victim's own provider, in the victim's city."""
    person = scene.people[base.user]
    key = ("system", person.provider.index, (person.home.country, person.home.index))
    found = scene.borrow(rng, key, base.user, base.at_ms) if chance(rng, scene.traits.borrowed) else None
    return found or (person.house.spot, scene.fresh(rng, person.house.spot, base.at_ms))


NAIVE = Replacing("naive", ANY, abroad)
VPN = Replacing("vpn", ANY, exit_at_home)
RESPROXY = Replacing("resproxy", HISTORY, other_city)
TARGETED = Replacing("targeted", HISTORY, same_city)
VERY_TARGETED = Replacing("very_targeted", HISTORY, same_provider)
COOKIE_THEFT = Replacing("cookie_theft", COOKIE, same_provider)
