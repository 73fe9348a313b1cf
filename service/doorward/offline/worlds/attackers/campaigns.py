"""Attackers who try many passwords: their tries come besides the genuine sign-ins, and few of them hit."""

from collections.abc import Iterator
from dataclasses import dataclass

from numpy.random import Generator

from doorward.offline.worlds.attackers.scene import Scene, attempt
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
            length = STUFFING_DAYS / scene.traits.hurry
            start = scene.start(rng, length)
            pool = [anywhere(scene, rng, start) for _ in range(max(1, int(tries / TRIES_PER_ADDRESS)))]
            agents = [popular_agent(rng, start, scene.traits) for _ in range(STUFFING_AGENTS)]
            existing = scene.joined(start)
            for number in range(tries):
                exists = bool(existing) and chance(rng, STUFFING_EXISTING)
                user = one_of(rng, existing) if exists else len(scene.people) + int(rng.integers(10**9))
                hit = exists and chance(rng, STUFFING_HITS * scene.traits.hits)
                day = start + float(rng.random()) * length
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
            start = scene.start(rng, _length(scene, tries, SPRAY_SECONDS))
            pool = [server(scene, rng, start) for _ in range(SPRAY_ADDRESSES)]
            agent = popular_agent(rng, start, scene.traits)
            existing = scene.joined(start)
            tried = rng.permutation(len(existing))[:tries]
            for day, at in zip(_days(scene, rng, start, len(tried), SPRAY_SECONDS), tried, strict=True):
                hit = chance(rng, SPRAY_HITS * scene.traits.hits)
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
            length = _length(scene, tries, BRUTE_SECONDS)
            row = scene.random_row(rng)
            if row is None:
                return
            start = row.day + float(rng.random()) * max(0.0, scene.days - length - row.day)
            where, agent = server(scene, rng, start), popular_agent(rng, start, scene.traits)
            for number, day in enumerate(_days(scene, rng, start, tries, BRUTE_SECONDS)):
                yield attempt(row.user, day, self.family, where, agent=agent, hit=number == tries - 1)


@dataclass(frozen=True, slots=True)
class SlowLow:
    """One try in three quarters of an hour, each from another home in the victim's country."""

    family: str = "slowlow"

    def choose(self, scene: Scene, _: Generator) -> list[int]:
        return sizes(scene, 3, 900)

    def attack(self, scene: Scene, rng: Generator, plan: list[int]) -> Iterator[Session]:
        for tries in plan:
            tries = min(tries, int((scene.days - scene.warm) * 24 * 60 / (SLOW_MINUTES / scene.traits.hurry)))
            start = scene.start(rng, _length(scene, tries, SLOW_MINUTES * 60))
            existing = scene.joined(start)
            for day in _days(scene, rng, start, tries if existing else 0, SLOW_MINUTES * 60):
                user = one_of(rng, existing)
                where = home_line(scene, rng, user, day)
                hit = chance(rng, SLOW_HITS * scene.traits.hits)
                yield attempt(user, day, self.family, where, agent=popular_agent(rng, day, scene.traits), hit=hit)


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
    found = scene.borrow(rng, ("homes", country.code), user, at_ms) if chance(rng, scene.traits.borrowed) else None
    if found is not None:
        return found
    spot = Spot(country.cities.draw(rng), country.system(rng, RESIDENTIAL))
    return spot, scene.fresh(rng, spot, at_ms)


def _length(scene: Scene, tries: int, seconds: float) -> float:
    """Return the days that *tries* take with *seconds* between them, in a world as hurried as this one."""
    return tries * (seconds / scene.traits.hurry) / SECONDS


def _days(scene: Scene, rng: Generator, start: float, tries: int, seconds: float) -> list[float]:
    """Return the day of each try from *start* on: like a clock, or at random within the same time."""
    if scene.traits.jitter:
        return sorted(start + float(each) * _length(scene, tries, seconds) for each in rng.random(tries))
    return [start + _length(scene, number, seconds) for number in range(tries)]


def _hosting(rng: Generator, geography: Geography) -> Spot:
    country = one_of(rng, geography.hosting)
    return Spot(country.cities.draw(rng), country.system(rng, HOSTING))


STUFFING = Stuffing()
SPRAY = Spray()
BRUTE = Brute()
SLOWLOW = SlowLow()
