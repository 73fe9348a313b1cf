"""How far attackers get before anybody notices: the successes of a campaign, the steps of a boiling frog."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from doorward.offline.evidence import counting
from doorward.offline.evidence.baselines import MODEL
from doorward.offline.evidence.families import attacks_of
from doorward.offline.evidence.successes import FROG, YES, Part

Json = dict[str, Any]

# How many sign-ins go away from one victim; which is the first from another network, and with another device too.
STEPS = 6
_NETWORK_STEP = 3
_CROSS_STEP = 5


def campaigns(judged: Part, threshold: float) -> list[Json]:
    """Return of each family how many successes its campaigns have before the first that is challenged.

    A campaign that is never challenged counts with all its successes; those without any success are not there.
    """
    rows, found = judged.all, list[Json]()
    for family, places in attacks_of(judged).items():
        waves: dict[int, list[bool]] = defaultdict(list)
        for place in places:
            if rows.campaign[place]:
                waves[rows.campaign[place]].append(rows.scores[MODEL][place] > threshold)
        if not waves:
            continue
        before = Counter(_before(each) for each in waves.values())
        found.append(
            {
                "family": family,
                "campaigns": len(waves),
                "successes": sum(len(each) for each in waves.values()),
                "never": sum(not any(each) for each in waves.values()),
                "median_before": counting.median(before),
                "most_before": max(before),
            }
        )
    return found


def frog(judged: Part, threshold: float) -> Json | None:
    """Return at which step boiling frogs are first challenged, counted from 1; None where there are none.

    Only those whose first step is in *judged* are counted. Under `no_cross` those are told once more whose other
    network is one that the victim uses anyway: nothing but the device is ever new in them.
    """
    used = judged.all.network_used
    every, no_cross = list[int | None](), list[int | None]()
    for run in _runs(judged):
        number = _before([judged.all.scores[MODEL][place] > threshold for place in run])
        step = number + 1 if number < len(run) else None
        every.append(step)
        if len(run) >= _NETWORK_STEP and used[run[_NETWORK_STEP - 1]] == YES:
            no_cross.append(step)
    return {**_steps(every), "no_cross": _steps(no_cross)} if every else None


def noticed(told: Json | None) -> float | None:
    """Return the share of the frogs of `frog` that are challenged before or at their cross; None where none crosses."""
    if told is None or told["runs"] == told["no_cross"]["runs"]:
        return None
    aside = told["no_cross"]
    crossing: int = told["runs"] - aside["runs"]
    return (_by_their_cross(told) - _by_their_cross(aside)) / crossing


def _by_their_cross(told: Json) -> int:
    return sum(number for step, number in told["first_at"].items() if int(step) <= _CROSS_STEP)


def _runs(judged: Part) -> Iterator[list[int]]:
    """Yield the places of each frog's steps, in order."""
    rows, taken = judged.all, defaultdict[int, list[int]](list)
    for place in rows.attacks().get(FROG, []):
        taken[rows.subject[place]].append(place)
    for places in taken.values():
        for start in range(0, len(places), STEPS):
            if judged.since <= places[start] < judged.until:
                yield places[start : start + STEPS]


def _steps(first: Sequence[int | None]) -> Json:
    """Return of runs, each told by its first step that is challenged, how many there are and where that was."""
    counted = Counter(step for step in first if step is not None)
    steps = {str(step): counted[step] for step in sorted(counted)}
    return {"runs": len(first), "never": len(first) - counted.total(), "first_at": steps}


def _before(challenged: list[bool]) -> int:
    return challenged.index(True) if True in challenged else len(challenged)
