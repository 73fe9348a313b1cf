"""What one would have without the model: each a small function of what was known at the moment of a sign-in.

Higher means challenged sooner. All are computed in the replay in which the model is, from the same facts.
"""

from collections.abc import Mapping
from math import isnan, log
from zlib import crc32

from doorward.core.facts import HistoryFacts, PopulationFacts
from doorward.core.outcome import STRICTNESS
from doorward.core.signals import Attempt, evaluation_of, with_risk
from doorward.core.signals.travel import FASTEST_KMH
from doorward.judge import Case, rule
from doorward.offline.scored import Scored
from doorward.policy.model import Policy
from doorward.risk.floors import level_of

MODEL, RANDOM, RULES, POLICY, FREEMAN, RATIOS = "model", "random", "rules", "policy", "freeman", "ratios"

# How each is told to whoever reads the figures.
DOCS: Mapping[str, str] = {
    MODEL: "the model",
    RANDOM: "a lot that is drawn for each sign-in",
    RULES: "impossible travel, then a new device",
    POLICY: "the policy's rules without the score: deny, then challenge",
    FREEMAN: "Freeman et al. (NDSS 2016), reference form",
    RATIOS: "the sum of the likelihood ratios",
}

_KNOWN_DEVICE = 0.0

# What a value and the wider ones that it belongs to weigh, for addresses and for browsers; and what those are worth of
# which the subject has shown nothing at all: of such, the form says only that they are this much likelier an attack.
_FREEMAN_LEVELS = (
    (("ip", 0.6), ("asn", 0.3), ("country", 0.1)),
    (("agent", 0.54), ("browser", 0.27), ("os", 0.19)),
)
_WHOLLY_NEW = 4.0


def random(each: Scored) -> float:
    """Return a number from 0 to 1 that depends on the sign-in alone, so that a second run draws the same."""
    lot = f"{each.index} {each.event.at!r} {each.event.request.subject.id}"
    return crc32(lot.encode(errors="replace")) / 2**32


def rules(values: Mapping[str, float]) -> float:
    """Return 2 for travel that nobody can make, and 1 for a device that is not known: 0 to 3."""
    impossible = values["travel_speed"] > FASTEST_KMH
    return 2.0 * impossible + 1.0 * (values["device"] > _KNOWN_DEVICE)


def ratios(values: Mapping[str, float]) -> float:
    """Return Σ LLR: what a model without training says."""
    return sum(value for name, value in values.items() if name.startswith("llr_") and not isnan(value))


def freeman(history: HistoryFacts, population: PopulationFacts, subjects: int) -> float:
    """Return ln of Π p(x) / p(x|u), times p(u|attack) / p(u|genuine), which is N / (|U|·N_u).

    Likelihoods are shares, those of narrow and wide values mixed by fixed weights; only the narrowest of all subjects
    is smoothed. *subjects* is |U|, how many there are so far. A subject without history has N_u = 1, and so the
    largest factor.
    """
    total = max(population.totals.values(), default=0.0)
    score = log(max(1.0, total) / (max(1, subjects) * max(1.0, history.logins)))
    for levels in _FREEMAN_LEVELS:
        own = sum(weight * _share(level, history.counts, history.totals) for level, weight in levels)
        if own <= 0.0:
            score += log(_WHOLLY_NEW)
            continue
        of_all = sum(weight * _share(level, population.counts, population.totals) for level, weight in levels)
        unseen = levels[0][1] / (total + 1.0) if not population.counts.get(levels[0][0]) else 0.0
        score += log((of_all + unseen) / own)
    return score


def _share(level: str, counts: Mapping[str, float], totals: Mapping[str, float]) -> float:
    total = totals.get(level, 0.0)
    return max(0.0, counts.get(level, 0.0)) / total if total > 0.0 else 0.0


class RulesAlone:
    """A policy at work without a score: what a score would decide, it allows. Counted floors still raise the level."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._evaluate = evaluation_of(frozenset[str]().union(*(each.condition.signals for each in policy.rules)))

    def strictness(self, each: Scored) -> float:
        """Return 0 where it allows, more where it challenges, most where it denies."""
        attempt = Attempt(each.event.request, each.facts, each.event.at)
        assessment = each.assessment
        signals = with_risk(
            self._evaluate(attempt),
            score=0.0,
            level=level_of(0.0, assessment.floors, self._policy.levels),
            confidence=assessment.confidence,
            reasons=(),
            floors=[name for name, _ in assessment.floors],
        )
        case = Case(each.event.request, each.facts, each.event.at)
        return float(STRICTNESS[rule(case, self._policy, signals).outcome])
