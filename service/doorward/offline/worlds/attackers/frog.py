"""The boiling frog: six sign-ins that go away from the victim by small steps, so that a history learns to like them."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from numpy.random import Generator

from doorward.offline.worlds.attackers.replacing import COOKIE, same_city, same_provider, victim_at
from doorward.offline.worlds.attackers.scene import Scene, Victim, instead_of
from doorward.offline.worlds.browsers import draw_model, user_agent
from doorward.offline.worlds.sessions import Session

VICTIMS = 20
STEPS = 6
# Two sign-ins at each distance.
_OTHER_NETWORK, _OTHER_DEVICE = 2, 4


@dataclass(frozen=True, slots=True)
class BoilingFrog:
    """Starts with the victim's city, provider, browser and cookie; then the network is another, then the device."""

    family: str = "boiling_frog"

    def choose(self, scene: Scene, rng: Generator) -> list[list[Victim]]:
        number = scene.volume(VICTIMS)
        found: list[list[Victim]] = []
        for row in rng.permutation(len(scene.successes) - scene.first_warm):
            if len(found) == number:
                break
            run = _run(scene, scene.successes[scene.first_warm + int(row)])
            first = victim_at(scene, rng, run[0], COOKIE) if run else None
            if first is not None:
                scene.taken.update(base.number for base in run)
                found.append([first, *(Victim(base) for base in run[1:])])
        return found

    def attack(self, scene: Scene, rng: Generator, plan: list[list[Victim]]) -> Iterator[Session]:
        for run in plan:
            yield from self._steps(scene, rng, run)

    def _steps(self, scene: Scene, rng: Generator, run: list[Victim]) -> Iterator[Session]:
        known = run[0].known
        near = same_provider(scene, rng, run[0].base)
        far = same_city(scene, rng, run[0].base)
        while far[0].asn == near[0].asn:
            far = same_city(scene, rng, run[0].base)
        own, lag = draw_model(rng), float(rng.exponential(scene.traits.lag_days))
        for step, victim in enumerate(run):
            base = victim.base
            where = near if step < _OTHER_NETWORK else far
            if step < _OTHER_DEVICE and known is not None and known.device is not None:
                agent = known.device.agent(base.day)
                yield instead_of(base, self.family, where, agent=agent, cookie=known.issued)
            else:
                yield instead_of(base, self.family, where, agent=user_agent(own, base.day, lag, scene.traits.pace))


def _run(scene: Scene, first: Session) -> list[Session]:
    """Return six free sign-ins of one user from *first* on, every other one where there are enough; else none."""
    own = scene.by_user[first.user]
    at = bisect_left(own, first.number, key=lambda each: each.number)
    for step in (2, 1):
        run = own[at : at + STEPS * step : step]
        if len(run) == STEPS and all(scene.is_free(each) for each in run):
            return run
    return []


BOILING_FROG = BoilingFrog()
