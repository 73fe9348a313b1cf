"""How often the same person is challenged again: among the first n sign-ins, at thresholds that catch most attacks.

Comparable with the figures of Wiefling et al., "Pump Up Password Security!" (ACM TOPS 26(1), 2022).
"""

from collections import Counter
from math import isfinite
from typing import Any

from doorward.offline.evidence import counting
from doorward.offline.evidence.baselines import MODEL
from doorward.offline.evidence.families import attacks_of
from doorward.offline.evidence.successes import Part

Json = dict[str, Any]

CAUGHT = (0.99, 0.98)
MOST = 39


def repeats(frozen: Part, judged: Part) -> list[Json]:
    """Return for each family and share of it that is caught: challenges among the first n sign-ins, n from 1 to MOST.

    The threshold is set on the family's attacks of *frozen*; where there are none, on those of *judged*, as the
    authors do. Counted are subjects whose first sign-in is in *judged* and who have at least n.
    """
    lives = list(_lives(judged))
    before, found = attacks_of(frozen), []
    for family, places in attacks_of(judged).items():
        part, of_family = (frozen, before[family]) if family in before else (judged, places)
        column = part.all.scores[MODEL]
        ordered = sorted(column[place] for place in of_family)
        for share in CAUGHT:
            threshold = counting.threshold_catching(share, ordered)
            shown = threshold if isfinite(threshold) else None
            rows = _rows(lives, threshold)
            found.append(
                {"family": family, "caught": share, "threshold": shown, "frozen": part is frozen, "rows": rows}
            )
    return found


def _lives(judged: Part) -> list[list[float]]:
    """Return the scores of each such subject's first MOST genuine sign-ins, in their order."""
    rows, lives = judged.all, dict[int, list[float]]()
    for place in judged.genuine():
        subject, number = rows.subject[place], rows.number[place]
        if number == 1:
            lives[subject] = []
        if number <= MOST and subject in lives:
            lives[subject].append(rows.scores[MODEL][place])
    return list(lives.values())


def _rows(lives: list[list[float]], threshold: float) -> list[Json]:
    counted: list[Counter[int]] = [Counter() for _ in range(MOST)]
    for scores in lives:
        challenged = 0
        for place, score in enumerate(scores):
            challenged += score > threshold
            counted[place][challenged] += 1
    return [_row(number, each) for number, each in enumerate(counted, 1) if each]


def _row(number: int, counted: Counter[int]) -> Json:
    subjects = counted.total()
    mean = sum(challenges * times for challenges, times in counted.items()) / subjects
    return {"n": number, "subjects": subjects, "median": counting.median(counted), "mean": mean}
