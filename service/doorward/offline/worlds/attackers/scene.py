"""What attackers find: people, their genuine sign-ins, and the addresses that are in circulation."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from numpy.random import Generator

from doorward.offline.worlds.addresses import fresh
from doorward.offline.worlds.geography import ACCESS, RESIDENTIAL, Geography, Spot
from doorward.offline.worlds.people import Person
from doorward.offline.worlds.sessions import DAY_MS, Session
from doorward.offline.worlds.streams import chance, one_of

_BORROWED_WITHIN_MS = 60 * DAY_MS
_AT_LEAST_AGO_MS = DAY_MS // 24
_NOT_SINCE_MS = 10 * 60 * 1000
_TRIES = 16


class Attacker(Protocol):
    """One family: it chooses its victims, and attacks them once all families have chosen theirs."""

    @property
    def family(self) -> str: ...

    def choose(self, scene: "Scene", rng: Generator, /) -> Any: ...

    def attack(self, scene: "Scene", rng: Generator, plan: Any, /) -> Iterable[Session]: ...


@dataclass(frozen=True, slots=True)
class Victim:
    """The genuine sign-in that is replaced, and one of its person's last five before it where that is known."""

    base: Session
    known: Session | None = None


class Scene:
    """The genuine world as attackers find it.

    *successes* are all genuine ones in the order of time, *by_user* those of each user. *taken* are the numbers of
    those that an attacker replaces; what an attacker knows of a victim is *kept* from being taken. Before day *warm*
    nobody is attacked: there is little history yet (a shorter world: its first half).
    """

    def __init__(
        self, geography: Geography, people: Sequence[Person], successes: Sequence[Session], days: int, scale: float
    ) -> None:
        self.geography = geography
        self.people = people
        self.successes = successes
        self.days = days
        self.scale = scale
        self.traits = geography.traits
        self.warm = min(self.traits.warm_days, days / 2)
        self.by_user: dict[int, list[Session]] = defaultdict(list)
        for session in successes:
            self.by_user[session.user].append(session)
        self.taken: set[int] = set()
        self.kept: set[int] = set()
        self.first_warm = self.at_or_after(int(self.warm * DAY_MS))
        self._circulation: dict[Any, list[Session]] = {}
        self._uses: dict[str, list[int]] = {}

    def volume(self, written: int, *, least: int = 1) -> int:
        """Return how many of *written* there are in a world of this size."""
        return max(least, round(written * self.scale))

    def is_free(self, session: Session) -> bool:
        return session.number not in self.taken and session.number not in self.kept

    def earlier(self, session: Session) -> list[Session]:
        """Return the genuine sign-ins of the same user before *session* that stay in the world."""
        own = self.by_user[session.user]
        before = own[: bisect_left(own, session.number, key=lambda each: each.number)]
        return [each for each in before if each.number not in self.taken]

    def at_or_after(self, at_ms: int) -> int:
        """Return the number of the first genuine success that is not before *at_ms*."""
        return bisect_left(self.successes, at_ms, key=_at_ms)

    def settle(self) -> None:
        """Take stock of the addresses that genuine people use, once it is known who is replaced."""
        circulation: dict[Any, list[Session]] = defaultdict(list)
        uses: dict[str, list[int]] = defaultdict(list)
        outside = set(self.geography.outside)
        for session in self.successes:
            if session.number not in self.taken:
                uses[session.address].append(session.at_ms)
                for key in _keys(session.spot, outside):
                    circulation[key].append(session)
        self._circulation, self._uses = circulation, uses

    def borrow(
        self, rng: Generator, key: Any, user: int, at_ms: int, fits: Callable[[Session], bool] = lambda _: True
    ) -> tuple[Spot, str] | None:
        """Return somebody else's spot and address among those of *key*, used in the last 60 days but not just now."""
        lenders = self._circulation.get(key, [])
        until = bisect_left(lenders, at_ms - _AT_LEAST_AGO_MS, key=_at_ms)
        since = bisect_left(lenders, at_ms - _BORROWED_WITHIN_MS, key=_at_ms)
        if since == until:
            return None
        for _ in range(_TRIES):
            lender = lenders[since + int(rng.integers(until - since))]
            if lender.user != user and fits(lender) and self._is_quiet(lender.address, at_ms):
                return lender.spot, lender.address
        return None

    def fresh(self, rng: Generator, spot: Spot, at_ms: int) -> str:
        """Return an address of *spot* that nobody has used in the last minutes, if there is one."""
        v6 = spot.asn.kind == RESIDENTIAL and chance(rng, self.traits.v6_homes)
        address = fresh(rng, spot, self.traits, v6=v6)
        for _ in range(_TRIES):
            if self._is_quiet(address, at_ms):
                break
            address = fresh(rng, spot, self.traits, v6=v6)
        return address

    def _is_quiet(self, address: str, at_ms: int) -> bool:
        uses = self._uses.get(address, [])
        last = bisect_left(uses, at_ms) - 1
        return last < 0 or uses[last] < at_ms - _NOT_SINCE_MS

    def joined(self, day: float) -> list[int]:
        """Return the users who have an account on *day*."""
        return [person.index for person in self.people if person.joined <= day]

    def start(self, rng: Generator, length_days: float) -> float:
        """Draw the day on which something begins that takes *length_days*, so that it ends within the world."""
        latest = max(self.warm, self.days - length_days)
        return self.warm + float(rng.random()) * (latest - self.warm)

    def random_row(self, rng: Generator) -> Session | None:
        """Draw a genuine success of the days on which there are attacks."""
        rows = len(self.successes) - self.first_warm
        return self.successes[self.first_warm + int(rng.integers(rows))] if rows > 0 else None

    def exit_in(self, rng: Generator, country: str) -> Spot:
        """Draw a VPN exit in *country*, or anywhere where no provider has one there."""
        exits = one_of(rng, self.geography.exits)
        return one_of(rng, [spot for spot in exits if spot.city.country == country] or exits)


def instead_of(
    base: Session, family: str, where: tuple[Spot, str], *, agent: str, cookie: str | None = None
) -> Session:
    """Return the attacker's session in the place of *base*: at its times, its failures included."""
    spot, address = where
    return Session(base.user, base.at_ms, base.failed_ms, spot, address, agent, cookie, family=family)


def attempt(user: int, day: float, family: str, where: tuple[Spot, str], *, agent: str, hit: bool) -> Session:
    """Return one try besides the genuine ones: a success where it is a *hit*, else a failure."""
    at_ms = int(day * DAY_MS)
    spot, address = where
    return Session(user, at_ms, () if hit else (at_ms,), spot, address, agent, succeeds=hit, family=family)


def _at_ms(session: Session) -> int:
    return session.at_ms


def _keys(spot: Spot, outside: set[str]) -> Iterable[Any]:
    city = (spot.city.country, spot.city.index)
    if spot.city.country in outside:
        yield "outside"
    if spot.asn.kind == RESIDENTIAL:
        yield ("homes", spot.city.country)
    if spot.asn.kind in ACCESS:
        yield ("country", spot.city.country)
        yield ("city", city)
        yield ("system", spot.asn.index, city)
