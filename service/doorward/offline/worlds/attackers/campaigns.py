"""Attackers who try many passwords: their tries come besides the genuine sign-ins, and few of them hit."""

from collections.abc import Iterator
from dataclasses import dataclass

from numpy.random import Generator

from doorward.offline.worlds.attackers.scene import BORROWED, Scene, attempt
from doorward.offline.worlds.browsers import popular_agent
from doorward.offline.worlds.geography import HOSTING, RESIDENTIAL, Geography, Spot
from doorward.offline.worlds.profiles import CODES
from doorward.offline.worlds.sessions import DAY_MS, Session
from doorward.offline.worlds.streams import chance, one_of

SECONDS = 86_400

STUFFING_DAYS, STUFFING_EXISTING, STUFFING_HITS, TRIES_PER_ADDRESS, STUFFING_AGENTS = 0.6, 0.4, 0.02, 1.2, 6
SPRAY_SECONDS, SPRAY_ADDRESSES, SPRAY_HITS = 35.0, 8, 0.01
BRUTE_SECONDS, BRUTE_FEWEST, BRUTE_MOST = 9.0, 15, 60
SLOW_MINUTES, SLOW_HITS = 43.0, 0.12
_FEWEST_TRIES = 20


def sizes(scene: Scene, campaigns: int, tries: int) -> list[int]:
    """Return the tries of each campaign: a small world has fewer campaigns, a very small one a small one."""
    number = scene.volume(campaigns)
    return [max(_FEWEST_TRIES, min(tries, round(campaigns * tries * scene.scale / number)))] * number


@dataclass(frozen=True, slots=True)
class Stuffing:
    """Pairs of names and passwords from elsewhere, from thousands of addresses within half a day."""

    family: str = "stuffing"

    def choose(self, scene: Scene, _: Generator) -> list[int]:
        return sizes(scene, 8, 3000)

    def attack(self, scene: Scene, rng: Generator, plan: list[int]) -> Iterator[Session]:
        for tries in plan:
            start = scene.start(rng, STUFFING_DAYS)
            pool = [anywhere(scene, rng, start) for _ in range(max(1, int(tries / TRIES_PER_ADDRESS)))]
            agents = [popular_agent(rng, start) for _ in range(STUFFING_AGENTS)]
            existing = scene.joined(start)
            for number in range(tries):
                exists = bool(existing) and chance(rng, STUFFING_EXISTING)
                user = one_of(rng, existing) if exists else len(scene.people) + int(rng.integers(10**9))
                hit = exists and chance(rng, STUFFING_HITS)
                day = start + float(rng.random()) * STUFFING_DAYS
                where = pool[number % len(pool)]
                yield attempt(user, day, self.family, where, agent=one_of(rng, agents), hit=hit)


@dataclass(frozen=True, slots=True)
class Spray:
    """One password for many users, from eight servers with one browser."""

    family: str = "spray"

    def choose(self, scene: Scene, _: Generator) -> list[int]:
        return sizes(scene, 6, 900)

    def attack(self, scene: Scene, rng: Generator, plan: list[int]) -> Iterator[Session]:
        for tries in plan:
            start = scene.start(rng, tries * SPRAY_SECONDS / SECONDS)
            pool = [server(scene, rng, start) for _ in range(SPRAY_ADDRESSES)]
            agent = popular_agent(rng, start)
            existing = scene.joined(start)
            for number, at in enumerate(rng.permutation(len(existing))[:tries]):
                day = start + number * SPRAY_SECONDS / SECONDS
                hit = chance(rng, SPRAY_HITS)
                yield attempt(existing[int(at)], day, self.family, one_of(rng, pool), agent=agent, hit=hit)


@dataclass(frozen=True, slots=True)
class Brute:
    """Many passwords for one user from one server, until one is right."""

    family: str = "brute"

    def choose(self, scene: Scene, _: Generator) -> int:
        return scene.volume(60)

    def attack(self, scene: Scene, rng: Generator, plan: int) -> Iterator[Session]:
        for _ in range(plan):
            tries = int(rng.integers(BRUTE_FEWEST, BRUTE_MOST + 1))
            length = tries * BRUTE_SECONDS / SECONDS
            row = scene.random_row(rng)
            if row is None:
                return
            start = row.day + float(rng.random()) * max(0.0, scene.days - length - row.day)
            where, agent = server(scene, rng, start), popular_agent(rng, start)
            for number in range(tries):
                day = start + number * BRUTE_SECONDS / SECONDS
                yield attempt(row.user, day, self.family, where, agent=agent, hit=number == tries - 1)


@dataclass(frozen=True, slots=True)
class SlowLow:
    """One try in three quarters of an hour, each from another home in the victim's country."""

    family: str = "slowlow"

    def choose(self, scene: Scene, _: Generator) -> list[int]:
        return sizes(scene, 3, 900)

    def attack(self, scene: Scene, rng: Generator, plan: list[int]) -> Iterator[Session]:
        for tries in plan:
            tries = min(tries, int((scene.days - scene.warm) * 24 * 60 / SLOW_MINUTES))
            start = scene.start(rng, tries * SLOW_MINUTES * 60 / SECONDS)
            existing = scene.joined(start)
            for number in range(tries if existing else 0):
                day = start + number * SLOW_MINUTES * 60 / SECONDS
                user = one_of(rng, existing)
                where = home_line(scene, rng, user, day)
                hit = chance(rng, SLOW_HITS)
                yield attempt(user, day, self.family, where, agent=popular_agent(rng, day), hit=hit)


def anywhere(scene: Scene, rng: Generator, day: float) -> tuple[Spot, str]:
    """Return an address of any network of any country."""
    country = scene.geography.countries[one_of(rng, CODES)]
    spot = Spot(country.cities.draw(rng), country.system(rng))
    return spot, scene.fresh(rng, spot, int(day * DAY_MS))


def server(scene: Scene, rng: Generator, day: float) -> tuple[Spot, str]:
    """Return an address of a hosting network in any country that has one."""
    spot = _hosting(rng, scene.geography)
    return spot, scene.fresh(rng, spot, int(day * DAY_MS))


def home_line(scene: Scene, rng: Generator, user: int, day: float) -> tuple[Spot, str]:
    """Return a home's line in the country of *user*, more often one that somebody uses than one that nobody does."""
    country = scene.geography.countries[scene.people[user].home.country]
    at_ms = int(day * DAY_MS)
    found = scene.borrow(rng, ("homes", country.code), user, at_ms) if chance(rng, BORROWED) else None
    if found is not None:
        return found
    spot = Spot(country.cities.draw(rng), country.system(rng, RESIDENTIAL))
    return spot, scene.fresh(rng, spot, at_ms)


def _hosting(rng: Generator, geography: Geography) -> Spot:
    country = one_of(rng, geography.hosting)
    return Spot(country.cities.draw(rng), country.system(rng, HOSTING))


STUFFING = Stuffing()
SPRAY = Spray()
BRUTE = Brute()
SLOWLOW = SlowLow()
