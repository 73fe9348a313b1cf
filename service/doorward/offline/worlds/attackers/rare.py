"""Take-overs in bursts from tiny networks that nobody genuine uses, often of accounts that were never used before."""

from collections.abc import Iterator
from dataclasses import dataclass

from numpy.random import Generator

from doorward.offline.worlds.attackers.replacing import FEWEST_VICTIMS, VICTIMS
from doorward.offline.worlds.attackers.scene import Scene, attempt, instead_of
from doorward.offline.worlds.browsers import CATALOGUE, CHROME, DESKTOP, popular_agent, user_agent
from doorward.offline.worlds.sessions import DAY_MS, Session
from doorward.offline.worlds.streams import Weighted, chance, one_of
from doorward.offline.worlds.traits import Traits

BURST_MS = 30 * 60 * 1000
SMALLEST, LARGEST = 2, 6

_COLD = 0.4
_DESKTOP_CHROME = 0.85
_CHROMES = [model for model in CATALOGUE if model.kind == DESKTOP and model.browser is CHROME]
_CHROME = Weighted(_CHROMES, [model.share for model in _CHROMES])


@dataclass(frozen=True, slots=True)
class Member:
    """One victim of a burst: the sign-in that is replaced, or a user and a time where there is none to replace."""

    user: int
    at_ms: int
    base: Session | None = None


@dataclass(frozen=True, slots=True)
class RareAsn:
    """Bursts of two to six victims within half an hour."""

    family: str = "rare_asn"

    def choose(self, scene: Scene, rng: Generator) -> list[list[Member]]:
        left = scene.volume(VICTIMS, least=FEWEST_VICTIMS)
        bursts = []
        while left > 0:
            size = min(left, int(rng.integers(SMALLEST, LARGEST + 1)))
            left -= size
            bursts.append(_burst(scene, rng, size))
        return bursts

    def attack(self, scene: Scene, rng: Generator, plan: list[list[Member]]) -> Iterator[Session]:
        for burst in plan:
            spot = one_of(rng, scene.geography.rare)
            for member in burst:
                day = member.at_ms / DAY_MS
                where = (spot, scene.fresh(rng, spot, member.at_ms))
                if member.base is not None:
                    yield instead_of(member.base, self.family, where, agent=_agent(rng, day, scene.traits))
                else:
                    yield attempt(member.user, day, self.family, where, agent=_agent(rng, day, scene.traits), hit=True)


def _burst(scene: Scene, rng: Generator, size: int) -> list[Member]:
    """Choose the victims of one burst; it begins when somebody signs in, so that it follows the hours of people."""
    anchor = scene.random_row(rng)
    begun = anchor.at_ms if anchor is not None else int(scene.start(rng, 1.0) * DAY_MS)
    begun = min(begun, scene.days * DAY_MS - BURST_MS - 1)
    warm, cold = _accounts(scene, begun)
    members = []
    for _ in range(size):
        is_cold = chance(rng, _COLD)
        base = None if is_cold else _base(scene, rng, begun)
        if base is not None:
            scene.taken.add(base.number)
            members.append(Member(base.user, base.at_ms, base))
        elif cold or warm:
            pool = (cold or warm) if is_cold else (warm or cold)
            user = pool.pop(int(rng.integers(len(pool))))
            members.append(Member(user, begun + int(rng.integers(BURST_MS))))
    return members


def _base(scene: Scene, rng: Generator, begun: int) -> Session | None:
    """Return a sign-in of the half hour whose user has signed in before, None where there is none."""
    since = max(scene.first_warm, scene.at_or_after(begun))
    rows = scene.successes[since : scene.at_or_after(begun + BURST_MS)]
    fitting = [row for row in rows if scene.is_free(row) and scene.earlier(row)]
    if not fitting:
        return None
    base = one_of(rng, fitting)
    # Its owner's first sign-in is what makes the account a used one.
    scene.kept.add(scene.earlier(base)[0].number)
    return base


def _accounts(scene: Scene, begun: int) -> tuple[list[int], list[int]]:
    """Return the accounts that have signed in before, and those that have not."""
    warm: list[int] = []
    cold: list[int] = []
    for user in scene.joined(begun / DAY_MS):
        own = scene.by_user.get(user)
        if not own or own[0].at_ms > begun + BURST_MS:
            cold.append(user)
        elif own[0].at_ms < begun and own[0].number not in scene.taken:
            warm.append(user)
    return warm, cold


def _agent(rng: Generator, day: float, traits: Traits) -> str:
    if chance(rng, _DESKTOP_CHROME):
        return user_agent(_CHROME.draw(rng), day, float(rng.exponential(traits.lag_days)), traits.pace)
    return popular_agent(rng, day, traits)


RARE_ASN = RareAsn()
