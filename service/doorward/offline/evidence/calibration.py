"""Whether the model's odds are odds, and whether its score is the share of genuine sign-ins that it says it is."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from math import exp, log, log1p
from operator import itemgetter
from typing import Any

from doorward.offline.evidence.baselines import MODEL
from doorward.offline.evidence.families import attacks_of
from doorward.offline.evidence.groups import DAY_SECONDS, HISTORIES, history_name, history_of
from doorward.offline.evidence.successes import FROG, Part

Json = dict[str, Any]
# Log-odds, and whether it was an attack.
Told = tuple[float, bool]
Line = tuple[float, float]

BINS = 20
SCORES = (99.0, 98.0, 95.0, 90.0)
# Of a day with fewer sign-ins a rate says nothing.
LEAST_OF_A_DAY = 20
# Sums over millions of sign-ins are taken over log-odds that differ by less than this.
_STEP = 1 / 64
_FARTHEST = 40.0
_ROUNDS = 60
_NEAR, _FLAT = 1e-8, 1e-9


def calibration(frozen: Part, judged: Part) -> Json | None:
    """Return how far probabilities are from what came; None where either part has no attack or nobody genuine.

    The odds of a scorecard are those of a tenant with its own share of fraud. They are first shifted so that they
    expect as many attacks in *frozen* as there are: what is judged is their shape.
    """
    before, after = _told(frozen), _told(judged)
    if not _is_mixed(before) or not _is_mixed(after):
        return None
    shift = _shift(before)
    shifted = [(odds + shift, is_attack) for odds, is_attack in after]
    cohorts = _cohorts(judged, shift)
    return {
        "shift": shift,
        "attacks": sum(is_attack for _, is_attack in after) / len(after),
        **_errors(shifted),
        "slope": _slope(shifted),
        "bins": _bins(shifted),
        "histories": [
            {"name": name, "sign_ins": len(told), **_errors(told), "slope": _slope(told)} for name, told in cohorts
        ],
    }


def promised(judged: Part, threshold: float, rate: float) -> Json:
    """Return the challenge rates that were promised beside those that came, over all and by the day.

    `scores` are those of the score's own promise: 98 says that 2 % of genuine sign-ins are as high. The days are told
    for a threshold that was set for *rate*, and for the score that promises it.
    """
    rows, places = judged.all, list(judged.genuine())
    if not places:
        return {"scores": [], "by_threshold": None, "by_score": None}
    scores = sorted(rows.score[place] for place in places)
    came = [(100 - score) / 100 for score in SCORES]
    return {
        "scores": [
            {"score": score, "expected": share, "came": (len(scores) - bisect_left(scores, score)) / len(scores)}
            for score, share in zip(SCORES, came, strict=True)
        ],
        "by_threshold": _days(judged, rate, [rows.scores[MODEL][place] > threshold for place in places]),
        "by_score": _days(judged, rate, [rows.score[place] >= 100 * (1 - rate) for place in places]),
    }


def _days(judged: Part, rate: float, challenged: Sequence[bool]) -> Json:
    hits: Counter[int] = Counter()
    number: Counter[int] = Counter()
    for place, is_challenged in zip(judged.genuine(), challenged, strict=True):
        day = int(judged.all.at[place] // DAY_SECONDS)
        number[day] += 1
        hits[day] += is_challenged
    whole = sum(challenged) / len(challenged)
    off = [abs(hits[day] / number[day] - rate) for day in number if number[day] >= LEAST_OF_A_DAY]
    return {
        "expected": rate,
        "came": whole,
        "off": abs(whole - rate),
        "days": len(off),
        "mean_off_by_day": sum(off) / len(off) if off else None,
        "most_off_by_day": max(off) if off else None,
    }


def _told(part: Part) -> list[Told]:
    column = part.all.scores[MODEL]
    return [(column[place], is_attack) for place, is_attack in _places(part)]


def _places(part: Part) -> Iterator[tuple[int, bool]]:
    """Yield genuine sign-ins and attacks in the order of time, in which those of equal odds are mixed as they came."""
    attacks = {place for places in attacks_of(part).values() for place in places}
    frogs = set(part.attacks().get(FROG, ()))
    return ((place, place in attacks) for place in range(part.since, part.until) if place not in frogs)


def _cohorts(judged: Part, shift: float) -> list[tuple[str, list[Told]]]:
    rows, found = judged.all, {history_name(each): list[Told]() for each in HISTORIES}
    for place, is_attack in _places(judged):
        found[history_name(history_of(rows.events[place]))].append((rows.scores[MODEL][place] + shift, is_attack))
    return [(name, told) for name, told in found.items() if told]


def _is_mixed(told: Iterable[Told]) -> bool:
    return len({is_attack for _, is_attack in told}) > 1


def _errors(told: list[Told]) -> Json:
    """Return ECE over BINS bins of equal mass, and Brier."""
    bins = _bins(told)
    ece = sum(each["sign_ins"] * abs(each["expected"] - each["came"]) for each in bins) / len(told)
    return {"ece": ece, "brier": sum((probability(odds) - is_attack) ** 2 for odds, is_attack in told) / len(told)}


def _bins(told: list[Told]) -> list[Json]:
    ordered = sorted(told, key=itemgetter(0))
    cuts = [round(number * len(ordered) / BINS) for number in range(BINS + 1)]
    parts = [ordered[cut:end] for cut, end in pairwise(cuts) if end > cut]
    return [
        {
            "sign_ins": len(part),
            "expected": sum(probability(odds) for odds, _ in part) / len(part),
            "came": sum(is_attack for _, is_attack in part) / len(part),
        }
        for part in parts
    ]


def _shift(told: Iterable[Told]) -> float:
    """Return what makes the mean probability the share of attacks."""
    counted = _counted(told)
    attacks = sum(hits for _, _, hits in counted)
    low, high = -_FARTHEST, _FARTHEST
    for _ in range(_ROUNDS):
        middle = (low + high) / 2
        if sum(number * probability(odds + middle) for odds, number, _ in counted) < attacks:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _slope(told: Iterable[Told]) -> float | None:
    """Return the slope of a logistic line through the log-odds (Cox 1958), 1 where they are right; less: too sure.

    None where no line is the best one: nothing to tell apart, or attacks and others that do not overlap.
    """
    counted = _counted(told)
    number, attacks = sum(each[1] for each in counted), sum(each[2] for each in counted)
    if not 0 < attacks < number:
        return None
    line = (log(attacks / (number - attacks)), 0.0)
    loss = _loss(counted, line)
    for _ in range(_ROUNDS):
        step = _newton(counted, line)
        if step is None:
            return None
        better = _loss(counted, _moved(line, step))
        while better > loss:  # too far: of a convex loss some shorter step is better, or it is the end
            step = (step[0] / 2, step[1] / 2)
            better = _loss(counted, _moved(line, step))
            if abs(step[0]) + abs(step[1]) < _NEAR:
                return line[1]
        line, loss = _moved(line, step), better
        if abs(step[0]) + abs(step[1]) < _NEAR:
            return line[1]
    return None


def _moved(line: Line, step: Line) -> Line:
    return line[0] + step[0], line[1] + step[1]


def _loss(counted: list[tuple[float, int, int]], line: Line) -> float:
    return sum(
        hits * _softplus(-line[0] - line[1] * odds) + (number - hits) * _softplus(line[0] + line[1] * odds)
        for odds, number, hits in counted
    )


def _softplus(x: float) -> float:
    return max(x, 0.0) + log1p(exp(-abs(x)))


def _newton(counted: list[tuple[float, int, int]], line: Line) -> Line | None:
    """Return Newton's step from *line* (offset and slope); None where the loss is flat."""
    g0 = g1 = h00 = h01 = h11 = 0.0
    for odds, number, hits in counted:
        p = probability(line[0] + line[1] * odds)
        gap, weight = hits - number * p, number * p * (1 - p)
        g0 += gap
        g1 += gap * odds
        h00 += weight
        h01 += weight * odds
        h11 += weight * odds * odds
    whole = h00 * h11 - h01 * h01
    if whole < _FLAT:
        return None
    return (h11 * g0 - h01 * g1) / whole, (h00 * g1 - h01 * g0) / whole


def _counted(told: Iterable[Told]) -> list[tuple[float, int, int]]:
    """Return log-odds, how many there are about there, and how many of them are attacks."""
    number: Counter[int] = Counter()
    hits: Counter[int] = Counter()
    for odds, is_attack in told:
        place = round(odds / _STEP)
        number[place] += 1
        hits[place] += is_attack
    return [(place * _STEP, number[place], hits[place]) for place in sorted(number)]


def probability(odds: float) -> float:
    """Return the probability that log-odds mean."""
    if odds < -700:
        return 0.0
    return 1 / (1 + exp(-odds)) if odds >= 0 else exp(odds) / (1 + exp(odds))
