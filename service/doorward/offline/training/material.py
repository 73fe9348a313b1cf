"""Where rows come from: worlds that nobody lives in, or logs of one's own, and which part serves for what.

What a model is fitted to, what gives it its scale and what it is judged by are never the same sign-ins.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from itertools import cycle
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from doorward.core.errors import BadInput, Mistake
from doorward.facts.agents import UserAgents
from doorward.facts.networks import GeoProvider
from doorward.offline.apart import processes
from doorward.offline.event import read_event
from doorward.offline.past import Past
from doorward.offline.scored import Log, Placed, scored
from doorward.offline.shelf import Shelf
from doorward.offline.training.rows import Rows, joined, rows_of
from doorward.offline.training.variants import Variants
from doorward.offline.worlds.profiles import RBA_LIKE, REALISTIC
from doorward.offline.worlds.world import Asked as World
from doorward.offline.worlds.world import World as Made
from doorward.risk.model_file import parse_scorecard, write_scorecard
from doorward.risk.scorecard import Scorecard

Note = Callable[[str, int, int | None], None]

# Profile, users and days of the worlds to train on, one after the other: a tenant may be small, young or scattered.
SIZES = (
    (REALISTIC.name, 2_500, 240),
    (REALISTIC.name, 2_000, 240),
    (REALISTIC.name, 1_500, 240),
    (REALISTIC.name, 600, 240),
    (RBA_LIKE.name, 5_000, 240),
    (REALISTIC.name, 200, 180),
)
# Of the worlds that give the scale and that judge.
WHOLE = (REALISTIC.name, 4_000, 240)

# The shares of a log, in the order of time, that serve to fit, to give the scale and to judge.
FITTED, SCALED = 0.6, 0.8


@dataclass(frozen=True, slots=True)
class Used:
    """One source as the model card names it; *digest* is the SHA-256 of its events, one a line, empty for a log."""

    use: str
    name: str
    digest: str = ""


class Material(Protocol):
    """Rows for each use, replayed with the levels that *card* gives."""

    used: list[Used]

    def to_fit(self, card: Scorecard) -> Rows: ...

    def to_scale_and_judge(self, card: Scorecard) -> tuple[Rows, Rows]: ...


class Worlds:
    """Worlds of *seeds* to fit to, some to *scale* and one to *judge* by; each is made and replayed in a process.

    Several give the scale, because of a world of 4000 people chance alone moves the share beyond a threshold of 10 % by
    0.3 points: a twentieth of them makes two fifths of the sign-ins.
    """

    def __init__(
        self, seeds: Sequence[int], *, scale: Sequence[int], judge: int, seed: int, workers: int, note: Note
    ) -> None:
        if len({*seeds, *scale, judge}) < len(seeds) + len(scale) + 1:
            raise BadInput([Mistake("a world serves once: to fit to, to give the scale or to judge")])
        self._fitted = [World(*_world(each, size)) for each, size in zip(seeds, cycle(SIZES), strict=False)]
        self._others = [World(*_world(each, WHOLE)) for each in (*scale, judge)]
        self._seed = seed
        self._workers = workers
        self._note = note
        self.used: list[Used] = []

    def to_fit(self, card: Scorecard) -> Rows:
        return joined(self._replayed("fitted to", self._fitted, card, seed=self._seed))

    def to_scale_and_judge(self, card: Scorecard) -> tuple[Rows, Rows]:
        *scale, judge = self._replayed("scaled and judged by", self._others, card, seed=None)
        return joined(scale), judge

    def _replayed(self, use: str, worlds: Sequence[World], card: Scorecard, *, seed: int | None) -> list[Rows]:
        found = []
        self._note(f"replaying worlds to be {use}", 0, len(worlds))
        # Not forked: by then the trees may have started threads.
        with processes(self._workers) as pool:
            tasks = [pool.submit(replay_world, each, write_scorecard(card), seed) for each in worlds]
            for number, (each, task) in enumerate(zip(worlds, tasks, strict=True), 1):
                rows, digest = task.result()
                found.append(rows)
                self.used.append(Used(use, _told(each), digest))
                self._note(f"replaying worlds to be {use}", number, len(worlds))
        return found


def replay_world(world: World, content: bytes, seed: int | None) -> tuple[Rows, str]:
    """Return the rows of *world* and the digest of its events; with *seed* some rows know less than others.

    *content* is a scorecard as it is written: one that is at work cannot be sent to another process.
    """
    digest = sha256()
    card = parse_scorecard(content, path="a model that is being trained")
    rng = None if seed is None else np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, world.seed])))
    with closing(Shelf()) as shelf:
        told = scored(_events(world, digest), _past(shelf, ()), card)
        rows = rows_of(told, None if rng is None else Variants(rng))
    return rows, digest.hexdigest()


class Logs:
    """Logs of one's own: the first part of their time to fit to, a later one for the scale, the last to judge."""

    def __init__(self, paths: Sequence[Any], *, form: str, geo: tuple[Path, ...], assumed: bool, note: Note) -> None:
        self._paths = paths
        self._form = form
        self._geo = geo
        self._assumed = assumed
        self._note = note
        self.used = [Used("fitted to, scaled and judged by", ", ".join(Path(each).name for each in paths))]

    def to_fit(self, card: Scorecard) -> Rows:
        return self._rows(card).between(0, FITTED)

    def to_scale_and_judge(self, card: Scorecard) -> tuple[Rows, Rows]:
        rows = self._rows(card)
        return rows.between(FITTED, SCALED), rows.between(SCALED, 1)

    def _rows(self, card: Scorecard) -> Rows:
        log = Log(self._paths, form=self._form)
        number = 0

        def tick() -> None:
            nonlocal number
            number += 1
            if number % 500 == 0:
                self._note("replaying", number, log.report.events)

        with closing(Shelf()) as shelf:
            told = scored(log.events(), _past(shelf, self._geo), card, assume_verified=self._assumed)
            return rows_of(told, tick=tick)


def _world(seed: int, size: tuple[str, int, int]) -> tuple[str, int, int, int]:
    profile, users, days = size
    return profile, seed, users, days


def _told(world: World) -> str:
    return f"world {world.seed} ({world.profile}, {world.users} users, {world.days} days)"


def _events(world: World, digest: Any) -> Iterator[Placed]:
    for number, event in enumerate(Made(world).events()):
        digest.update((json.dumps(event, separators=(",", ":")) + "\n").encode())
        yield number, read_event(event)


def _past(shelf: Shelf, geo: tuple[Path, ...]) -> Past:
    return Past(locator=GeoProvider(geo), agents=UserAgents(), shelf=shelf)
