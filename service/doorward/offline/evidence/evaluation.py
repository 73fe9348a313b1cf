"""All figures of a model as one document: docs/evidence.md says what each key means."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from doorward.core.errors import BadInput, Mistake
from doorward.core.times import rfc3339
from doorward.offline.evidence import calibration, campaigns, families, groups, repeats
from doorward.offline.evidence.baselines import MODEL
from doorward.offline.evidence.floors import REFERENCE_AT, below
from doorward.offline.evidence.successes import Part

Json = dict[str, Any]

FORMAT = "doorward-evaluation/1"
# Of fewer, thresholds and shares are nothing but noise.
LEAST_GENUINE = 100


def evaluate(
    frozen: Part,
    judged: Part,
    *,
    at: float = REFERENCE_AT,
    unseen: Collection[str] = (),
    floors: Mapping[str, float] | None = None,
) -> Json:
    """Return the document: thresholds are set on *frozen* and applied to *judged*, which it is about.

    *at* is the challenge rate that floors, groups, campaigns and days are told for; *unseen* are families that the
    model was not fitted to. `below` tells the *floors* that are not reached. BadInput where there is too little to say
    anything.
    """
    _refuse_too_little(frozen, judged)
    rates = sorted({*families.RATES, at})
    thresholds = families.thresholds_of(MODEL, frozen, rates)
    threshold = thresholds[rates.index(at)]
    document = {
        "format": FORMAT,
        "at": at,
        "rates": rates,
        "frozen_on": _described(frozen),
        "judged": _described(judged),
        "unseen": sorted(unseen),
        "scorers": {name: families.scorer_json(name, frozen, judged, rates, unseen) for name in judged.all.scores},
        "roc": {"rates": list(families.PLACES), "families": families.roc(judged)},
        "groups": groups.groups(judged, thresholds),
        "repeats": repeats.repeats(frozen, judged),
        "calibration": calibration.calibration(frozen, judged),
        "promised": calibration.promised(judged, threshold, at),
        "campaigns": campaigns.campaigns(judged, threshold),
        "boiling_frog": campaigns.frog(judged, threshold),
        "floors": dict(floors or {}),
    }
    return document | {"below": list(below(document, floors or {}))}


def _described(part: Part) -> Json:
    rows = part.all
    genuine = list(part.genuine())
    attacks = {family: len(places) for family, places in part.attacks().items()}
    return {
        "from": rfc3339(rows.at[part.since]),
        "to": rfc3339(rows.at[part.until - 1]),
        "genuine": len(genuine),
        "subjects": len({rows.subject[place] for place in genuine}),
        "attacks": attacks,
    }


def _refuse_too_little(frozen: Part, judged: Part) -> None:
    parts: Sequence[tuple[str, Part]] = (("to set thresholds on", frozen), ("to judge", judged))
    wrong = []
    for what, part in parts:
        number = sum(1 for _ in part.genuine())
        if number < LEAST_GENUINE:
            wrong.append(Mistake(f"{number} genuine successes {what} are too few; at least {LEAST_GENUINE} are needed"))
    if wrong:
        raise BadInput(wrong)
