"""What a model is worth in worlds unlike those it was trained on: each differs from the specification's in one way.

One replay for each world. Thresholds are set on the world's own genuine sign-ins, as somebody would who gets a log and
its scores; what the score promises is told beside, by the model's own scale.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from doorward.facts.agents import UserAgents
from doorward.facts.networks import GeoProvider
from doorward.offline.apart import processes
from doorward.offline.event import read_event
from doorward.offline.evidence import calibration, campaigns
from doorward.offline.evidence.baselines import MODEL
from doorward.offline.evidence.counting import share_above
from doorward.offline.evidence.families import attacks_of, thresholds_of
from doorward.offline.evidence.floors import REFERENCE, REFERENCE_AT
from doorward.offline.evidence.gathering import gather
from doorward.offline.evidence.successes import Part, whole
from doorward.offline.past import Past
from doorward.offline.scored import Placed
from doorward.offline.shelf import Shelf
from doorward.offline.silence import Silence
from doorward.offline.worlds.profiles import RBA_LIKE, REALISTIC
from doorward.offline.worlds.unlike import UNLIKE
from doorward.offline.worlds.world import Asked as Wanted
from doorward.offline.worlds.world import World
from doorward.risk.model_file import load_scorecard

Json = dict[str, Any]

LIKE = "like"
DAYS = 240
# A second sign-in may cost so much at this price.
SECOND_AT, SECOND_AT_MOST = 0.05, 0.25


@dataclass(frozen=True, slots=True)
class Case:
    """One world: how it differs, in words too. *users* is how many times as many people as asked for."""

    name: str
    words: str
    profile: str = REALISTIC.name
    users: float = 1.0
    days: int = DAYS
    unlike: tuple[str, ...] = ()


CASES: tuple[Case, ...] = (
    Case(LIKE, "as the specification has it"),
    *(Case(name, each.words, unlike=(name,)) for name, each in UNLIKE.items()),
    Case("rba-like", "the countries and the sparse activity of the RBA data set", profile=RBA_LIKE.name, users=4.0),
    Case("few-people", "a fifth of the people", users=0.2),
    Case("many-people", "eight times the people, for 40 days", users=8.0, days=40),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """*users* and *seed* are those of every world; *names* are cases, all where there are none."""

    model: Path
    names: Sequence[str] = ()
    seed: int = 61
    users: int = 2_500
    workers: int = 1


def figures(asked: Asked) -> Iterator[Json]:
    """Yield the figures of each case, in the order of CASES, as they are found."""
    cases = [case for case in CASES if case.name in asked.names or not asked.names]
    # Not forked: what made the process may have threads.
    with processes(asked.workers) as pool:
        yield from pool.map(_figures_of, cases, [asked] * len(cases))


def _figures_of(case: Case, asked: Asked) -> Json:
    users = max(1, round(asked.users * case.users))
    world = World(Wanted(case.profile, asked.seed, users, case.days, unlike=case.unlike))
    with closing(Shelf()) as shelf:
        past = Past(locator=GeoProvider(()), agents=UserAgents(), shelf=shelf)
        part = whole(gather(_events(world), past, load_scorecard(asked.model)))
    return {"name": case.name, "words": case.words, "users": users, "days": case.days, **_told(part)}


def _events(world: World) -> Iterator[Placed]:
    silence = Silence()
    for _ in silence.looked(world.events()):
        if silence.is_sure:
            break
    for number, event in enumerate(world.events()):
        yield number, read_event(silence.told(event))


def _told(part: Part) -> Json:
    rows, column = part.all, part.all.scores[MODEL]
    at, second_at = thresholds_of(MODEL, part, (REFERENCE_AT, SECOND_AT))
    caught = {
        family: share_above(at, sorted(column[place] for place in places))
        for family, places in attacks_of(part).items()
    }
    second = sorted(column[place] for place in part.where(lambda place: rows.events[place] == 1))
    promised = calibration.promised(part, at, REFERENCE_AT)["scores"]
    return {
        "genuine": sum(1 for _ in part.genuine()),
        "caught": caught,
        "came": {f"{each['score']:g}": each["came"] for each in promised},
        "second": share_above(second_at, second) if second else None,
        "frogs": campaigns.noticed(campaigns.frog(part, at)),
        "below": [family for family, share in caught.items() if (share or 0.0) < REFERENCE.get(family, 0.0)],
    }


def table(found: Sequence[Json]) -> Iterator[str]:
    """Yield the lines of a Markdown table; what misses its floor, or costs more than it may, stands between stars."""
    families = sorted({family for each in found for family in each["caught"]})
    heads = ["world", *families, "99, 98, 95, 90 came to", f"second at {SECOND_AT:.0%}", "frogs"]
    yield f"| {' | '.join(heads)} |"
    yield "|---" * len(heads) + "|"
    for each in found:
        cells = [_cell(each["caught"].get(name), name in each["below"]) for name in families]
        came = ", ".join(f"{100 * share:.1f}" for share in each["came"].values())
        second = each["second"]
        dear = second is not None and second > SECOND_AT_MOST
        frogs = each["frogs"]
        cells += [came, _cell(second, dear), _cell(frogs, frogs is not None and frogs < 1)]
        yield f"| {each['name']} | {' | '.join(cells)} |"


def _cell(share: float | None, stressed: bool) -> str:
    if share is None:
        return "–"
    return f"**{100 * share:.0f}**" if stressed else f"{100 * share:.0f}"
