"""How far attackers get before anybody notices: the successes of a campaign, the steps of a boiling frog."""

from collections import Counter, defaultdict
from typing import Any

from doorward.offline.evidence import counting
from doorward.offline.evidence.baselines import MODEL
from doorward.offline.evidence.families import attacks_of
from doorward.offline.evidence.successes import FROG, YES, Part

Json = dict[str, Any]

# How many sign-ins go away from one victim, and which of them, counted from 0, is the first from another network.
STEPS = 6
_OTHER_NETWORK = 2


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
    rows = judged.all
    column, runs = rows.scores[MODEL], defaultdict[int, list[tuple[int, bool]]](list)
    for place in rows.attacks().get(FROG, []):
        runs[rows.subject[place]].append((place, column[place] > threshold))
    first: Counter[int] = Counter()
    whole = never = uncrossed = uncrossed_never = 0
    for taken in runs.values():
        for start in range(0, len(taken), STEPS):
            run = taken[start : start + STEPS]
            if not judged.since <= run[0][0] < judged.until:
                continue
            whole += 1
            before = _before([challenged for _, challenged in run])
            missed = before == len(run)
            if missed:
                never += 1
            else:
                first[before + 1] += 1
            if len(run) > _OTHER_NETWORK and rows.network_used[run[_OTHER_NETWORK][0]] == YES:
                uncrossed += 1
                uncrossed_never += missed
    if not whole:
        return None
    steps = {str(step): first[step] for step in sorted(first)}
    no_cross = {"runs": uncrossed, "never": uncrossed_never}
    return {"runs": whole, "never": never, "first_at": steps, "no_cross": no_cross}


def _before(challenged: list[bool]) -> int:
    return challenged.index(True) if True in challenged else len(challenged)
