"""How many attacks each scorer challenges at a price that is fixed beforehand: the challenge rate.

The price is a share of genuine successful sign-ins. Thresholds are set on one part and applied, unchanged, to another.
"""

from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from math import isfinite
from typing import Any

from doorward.offline.evidence import counting
from doorward.offline.evidence.baselines import DOCS, MODEL, POLICY, RULES
from doorward.offline.evidence.successes import FROG, Part

Json = dict[str, Any]

RATES = (0.01, 0.02, 0.05, 0.10)
NEEDED_FOR = (0.90, 0.99)
# Genuine sign-ins for each attack, for the precision of a challenge.
GENUINE_PER_ATTACK = (100, 1_000, 10_000)
# The ROC's places: challenge rates from 0 to 10 %.
PLACES = tuple(round(0.002 * number, 3) for number in range(51))
# What decides by itself, without a threshold.
_DECIDING = (RULES, POLICY)


def thresholds_of(scorer: str, frozen: Part, rates: Sequence[float]) -> list[float]:
    ordered = frozen.ordered(scorer)
    return [counting.threshold_at(rate, ordered) for rate in rates]


def attacks_of(judged: Part) -> dict[str, list[int]]:
    """Return the attacks by family, without the boiling frog, whose steps are told one by one."""
    return {family: places for family, places in judged.attacks().items() if family != FROG}


def scorer_json(scorer: str, frozen: Part, judged: Part, rates: Sequence[float], unseen: Collection[str]) -> Json:
    """Return what *scorer* is worth: one entry of `scorers` of the document."""
    thresholds = thresholds_of(scorer, frozen, rates)
    ordered, column = judged.ordered(scorer), judged.all.scores[scorer]
    attacks = attacks_of(judged)
    with_subjects = scorer == MODEL
    families = {}
    for family, places in attacks.items():
        scores = _sorted(column, places)
        families[family] = {
            "attacks": len(places),
            "unseen": family in unseen,
            "caught": [_share(judged, scorer, places, scores, each, with_subjects) for each in thresholds],
            "needed": [_needed(ordered, scores, share) for share in NEEDED_FOR],
            "auc": counting.auc(ordered, scores),
        }
    genuine = list(judged.genuine())
    challenged = [_share(judged, scorer, genuine, ordered, each, with_subjects) for each in thresholds]
    return {
        "about": DOCS[scorer],
        "thresholds": [each if isfinite(each) else None for each in thresholds],
        "challenged": challenged,
        "families": families,
        "mean_seen": _means(families.values(), unseen=False),
        "mean_unseen": _means(families.values(), unseen=True),
        "precision": _precision(families, challenged, rates),
        "auc": counting.auc(ordered, [column[place] for places in attacks.values() for place in places]),
        "as_it_is": _as_it_is(scorer, judged) if scorer in _DECIDING else None,
    }


def roc(judged: Part) -> dict[str, list[float | None]]:
    """Return of each family what the model challenges at PLACES, by thresholds of the judged part itself."""
    ordered, column = judged.ordered(MODEL), judged.all.scores[MODEL]
    thresholds = [counting.threshold_at(rate, ordered) for rate in PLACES]
    return {
        family: [counting.share_above(each, scores) for each in thresholds]
        for family, places in attacks_of(judged).items()
        for scores in [_sorted(column, places)]
    }


def interval(found: counting.Interval | None) -> list[float] | None:
    return None if found is None else list(found)


def by_subject(judged: Part, scorer: str, places: Iterable[int], threshold: float) -> list[tuple[int, int]]:
    """Return how many of each subject's sign-ins are challenged, and how many there are."""
    column, subject = judged.all.scores[scorer], judged.all.subject
    hits: Counter[int] = Counter()
    number: Counter[int] = Counter()
    for place in places:
        number[subject[place]] += 1
        hits[subject[place]] += column[place] > threshold
    return [(hits[each], number[each]) for each in number]


def _share(
    judged: Part, scorer: str, places: list[int], ordered: Sequence[float], threshold: float, with_subjects: bool
) -> Json:
    hits = counting.number_above(threshold, ordered)
    shown: Json = {
        "number": hits,
        "share": counting.share_above(threshold, ordered),
        "wilson": interval(counting.wilson(hits, len(places))),
    }
    if with_subjects:
        shown["by_subject"] = interval(counting.clustered(by_subject(judged, scorer, places, threshold)))
    return shown


def _needed(ordered: Sequence[float], scores: Sequence[float], share: float) -> float | None:
    return counting.share_above(counting.threshold_catching(share, scores), ordered)


def _means(families: Iterable[Json], *, unseen: bool) -> list[float] | None:
    """Return the mean over families, each counting once, of those that the model was fitted to or of the others."""
    shares = [[each["share"] for each in family["caught"]] for family in families if family["unseen"] == unseen]
    return [sum(column) / len(column) for column in zip(*shares, strict=True)] if shares else None


def _precision(families: Json, challenged: list[Json], rates: Sequence[float]) -> list[Json]:
    """Return the share of challenges that meet an attack, if attacks are of all families alike, for each rate."""
    if not families:
        return []
    rows = []
    for place, rate in enumerate(rates):
        caught = sum(family["caught"][place]["share"] for family in families.values()) / len(families)
        found = [counting.precision(caught, challenged[place]["share"], each) for each in GENUINE_PER_ATTACK]
        rows.append({"rate": rate, "precision": found})
    return rows


def _as_it_is(scorer: str, judged: Part) -> Json:
    """Return what a scorer does that decides by itself: it challenges what has any score at all."""
    column = judged.all.scores[scorer]
    attacks = attacks_of(judged).items()
    return {
        "challenged": counting.share_above(0.0, judged.ordered(scorer)),
        "families": {family: counting.share_above(0.0, _sorted(column, places)) for family, places in attacks},
    }


def _sorted(column: "array[float]", places: Iterable[int]) -> "array[float]":
    return array("d", sorted(column[place] for place in places))
