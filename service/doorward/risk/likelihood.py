"""How much an attempt's values speak against the subject: smoothed likelihood ratios of population and own history.

The form is Freeman et al., "Who Are You?" (NDSS 2016), as detection 4.1 has it: a Dirichlet prior shaped like the
population. A value that nobody has seen is then as telling as any other that the subject has not shown, and never
more familiar than the subject's own.
"""

from math import log, nan

from doorward.core.facts import Facts, HistoryFacts

# How many sign-ins of one's own the population weighs against; others found 1 to 5 best.
PRIOR_WEIGHT = 3.0
LIMIT = 8.0

# Of a value and the wider ones that it may be explained by: the intended back-off for addresses, and the like for
# browsers, whose versions change every few weeks.
_BACK_OFF = {
    "ip": (("ip", 0.6), ("asn", 0.3), ("country", 0.1)),
    "agent": (("agent", 0.6), ("browser", 0.4)),
}


def has_history(history: HistoryFacts) -> bool:
    """Answer whether there is any verified sign-in to compare with."""
    return history.reachable and (history.events > 0 or history.logins > 0)


def population_share(facts: Facts, level: str) -> float:
    """Return p_g: how likely a sign-in of anyone has this value; 1 where nothing was counted yet."""
    population = facts.population
    count = max(0.0, population.counts.get(level, 0.0))
    total = max(count, population.totals.get(level, 0.0))
    return (count + 0.5) / (total + 0.5 * (max(0, population.distinct.get(level, 0)) + 1))


def rarity(facts: Facts, level: str) -> float:
    """Return −ln p_g, at least 0; it needs no history, so it also judges first sign-ins."""
    return max(0.0, -log(population_share(facts, level)))


def log_ratio(facts: Facts, level: str) -> float:
    """Return ln p_g − ln p_u of the attempt's value at *level*, from −8 to 8; above 0 it is unlike the subject.

    0 where there is no history (detection 4.2), NaN where history cannot be read or the attempt has no such value.
    """
    history = facts.history
    if not history.reachable:
        return nan
    if not has_history(history):
        return 0.0
    if level not in history.totals:
        return nan
    return _clipped(log(population_share(facts, level)) - log(_own_share(facts, level)))


def _own_share(facts: Facts, level: str) -> float:
    explanations = _BACK_OFF.get(level)
    if explanations is None:
        return _smoothed(facts, level)
    share = population_share(facts, level)
    weight = likelihood = 0.0
    for wider, part in explanations:
        if wider in facts.history.totals:
            weight += part
            likelihood += part * _smoothed(facts, wider) * min(1.0, share / population_share(facts, wider))
    return likelihood / weight


def _smoothed(facts: Facts, level: str) -> float:
    history = facts.history
    count = max(0.0, history.counts.get(level, 0.0))
    total = max(count, history.totals[level])
    return (count + PRIOR_WEIGHT * population_share(facts, level)) / (total + PRIOR_WEIGHT)


def _clipped(ratio: float) -> float:
    return max(-LIMIT, min(ratio, LIMIT))
