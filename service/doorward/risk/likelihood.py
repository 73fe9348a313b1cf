"""How much an attempt's values speak against the subject: smoothed likelihood ratios of population and own history.

The form is Freeman et al., "Who Are You?" (NDSS 2016), as detection 4.1 has it: a Dirichlet prior shaped like the
population. A value that nobody has seen is then as telling as any other that the subject has not shown, and never
more familiar than the subject's own.
"""

from collections.abc import Mapping
from math import copysign, log, nan

from doorward.core.facts import LEVELS, Facts, HistoryFacts, PopulationFacts

# How many sign-ins of one's own the population weighs against; others found 1 to 5 best.
PRIOR_WEIGHT = 3.0
LIMIT = 8.0

# Of a value and the wider ones that it may be explained by: the intended back-off for addresses, and the like for
# browsers, whose versions change every few weeks.
_BACK_OFF = {
    "ip": (("ip", 0.6), ("asn", 0.3), ("country", 0.1)),
    "agent": (("agent", 0.6), ("browser", 0.4)),
}

_CERTAIN = dict.fromkeys(LEVELS, 1.0)
_UNKNOWN = dict.fromkeys(LEVELS, nan)
_EVEN = dict.fromkeys(LEVELS, 0.0)


def has_history(history: HistoryFacts) -> bool:
    """Answer whether there is any verified sign-in to compare with."""
    return history.reachable and (history.events > 0 or history.logins > 0)


def population_shares(population: PopulationFacts) -> dict[str, float]:
    """Return p_g of every level: how likely a sign-in of anyone has this value; 1 where nothing was counted yet."""
    shares = dict(_CERTAIN)
    counts, distinct = population.counts, population.distinct
    for level, total in population.totals.items():
        count = counts.get(level, 0.0)
        if 0.0 <= count <= total > 0.0:
            values = distinct.get(level, 0)
            shares[level] = (count + 0.5) / (total + 0.5 * (values + 1 if values > 0 else 1))
    return shares


def log_ratios(facts: Facts, shares: Mapping[str, float]) -> dict[str, float]:
    """Return ln p_g − ln p_u of the attempt's value at every level, from −8 to 8; above 0 it is unlike the subject.

    0 where there is no history (detection 4.2), NaN where history cannot be read or the attempt has no such value.
    """
    history = facts.history
    if not history.reachable:
        return dict(_UNKNOWN)
    if not has_history(history):
        return dict(_EVEN)
    ratios, own, counts = dict(_UNKNOWN), {}, history.counts
    for level, total in history.totals.items():
        if level in shares:
            share, count = shares[level], counts.get(level, 0.0)
            if count < 0.0:
                count = 0.0
            own[level] = (count + PRIOR_WEIGHT * share) / ((total if total > count else count) + PRIOR_WEIGHT)
            ratios[level] = log(share / own[level])
    for level in _BACK_OFF:
        if level in own:
            ratios[level] = log(shares[level] / _explained(level, own, shares))
    for level, ratio in ratios.items():
        if ratio < -LIMIT or ratio > LIMIT:
            ratios[level] = copysign(LIMIT, ratio)
    return ratios


def _explained(level: str, own: Mapping[str, float], shares: Mapping[str, float]) -> float:
    """Return the likelihood of the value as itself or, less surely, as one of many of a wider value."""
    weight = likelihood = 0.0
    share = shares[level]
    for wider, part in _BACK_OFF[level]:
        if wider in own:
            weight += part
            within = share / shares[wider]
            likelihood += part * own[wider] * (within if within < 1.0 else 1.0)
    return likelihood / weight
