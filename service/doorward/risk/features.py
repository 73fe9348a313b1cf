"""What the score looks at: one pure function for each feature, the same for the server and for training.

NaN stands for «not known»; a scorecard has a value of its own for it. FEATURES is the table.
"""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from math import log, log1p, nan

from doorward.core.signals.base import Attempt
from doorward.risk import travel
from doorward.risk.likelihood import has_history, log_ratios, population_shares

UP, EITHER = 1, 0


class Evidence:
    """What every feature sees: the attempt and the facts at hand, p_g of each level in *shares*, and in *ratios* how
    unlike the subject its value there is. *known* says whether there is a history to compare with.
    """

    __slots__ = ("attempt", "counts", "device", "facts", "history", "known", "ratios", "shares")

    def __init__(self, attempt: Attempt) -> None:
        facts = attempt.facts
        self.attempt = attempt
        self.facts = facts
        self.history = facts.history
        self.device = facts.device
        self.counts = facts.velocity.counts
        self.known = has_history(facts.history)
        self.shares = population_shares(facts.population)
        self.ratios = log_ratios(facts, self.shares)


@dataclass(frozen=True, slots=True)
class Feature:
    """One row of FEATURES. *direction* is 1 where more may never lower the score, −1 where it may never raise it.

    *compares* marks what rests on the subject's own history, and so says nothing where there is none.
    """

    name: str
    doc: str
    unit: str
    direction: int
    function: Callable[[Evidence], float]
    compares: bool = False


# How well a device is known here, from the best to the worst.
_DEVICE_RANKS = {"none": 3.0, "expired": 4.0, "foreign": 4.0, "revoked": 5.0}
KINDS = ("residential", "corporate", "mobile", "hosting", "vpn", "tor")

# How often a genuine sign-in comes from a new address, by the gap since the one before (detection 1.5, table 3;
# the rows between the published ones are filled in), and how often an attack does, which is a guess.
_NEW_ADDRESS_BY_GAP = ((60, 0.023), (600, 0.05), (3600, 0.106), (86_400, 0.25), (7 * 86_400, 0.4), (30 * 86_400, 0.6))
_NEW_ADDRESS_AFTER = 0.74
_NEW_ADDRESS_OF_ATTACKS = 0.9
_GAPS = tuple(limit for limit, _ in _NEW_ADDRESS_BY_GAP)
_RATES = (*(rate for _, rate in _NEW_ADDRESS_BY_GAP), _NEW_ADDRESS_AFTER)
_IF_NEW = tuple(log(_NEW_ADDRESS_OF_ATTACKS / rate) for rate in _RATES)
_IF_SEEN = tuple(log((1 - _NEW_ADDRESS_OF_ATTACKS) / (1 - rate)) for rate in _RATES)
_HALF_FAMILIAR = 0.5  # the weight of sign-ins from an address that makes it half as familiar as can be


# How often anyone comes without a device of its own, on a new one or from a browser that keeps no token: a guess,
# which weighs as much as one sign-in.
_GOOD = "valid"
_WITHOUT = 0.15
_LEAST_WITHOUT = log(_WITHOUT)
_LATE_WORDS = "how late in the history the network came, for who has no device of its own"
_FIRST_COUNTRY_WORDS = "how rare the country is in the tenant, at a first sign-in; 0 at others"
_WITHOUT_WORDS = "how unlike the subject it is to come without a device of its own"

# Rings hold at most 256, so that every count's logarithm is at hand.
_KEPT = 257
_LOG1P = tuple(log1p(number) for number in range(_KEPT))


def features(attempt: Attempt) -> dict[str, float]:
    """Return every feature of the attempt by its name."""
    seen = Evidence(attempt)
    return {name: function(seen) for name, function in FUNCTIONS.items()}


def _ratio_of(level: str) -> Callable[[Evidence], float]:
    return lambda seen: seen.ratios[level]


def _agent_ratio(seen: Evidence) -> float:
    """A known device that updates its browser is judged by the browser: its version has gone forward."""
    ratio = seen.ratios["agent"]
    return min(ratio, seen.ratios["browser"]) if seen.device.known else ratio


def _rarity_of(level: str) -> Callable[[Evidence], float]:
    def rarity(seen: Evidence) -> float:
        return -log(seen.shares[level]) if level in seen.facts.population.totals else nan

    return rarity


_COUNTRY_RARITY = _rarity_of("country")


def _first_country(seen: Evidence) -> float:
    """Return how rare the country is in the tenant at a subject's first sign-in; 0 at every other.

    There is nothing else that a first one could be unlike. Later the subject's own history says it better, and whoever
    travels is not to be judged by where strangers live.
    """
    if not seen.history.reachable:
        return nan
    return 0.0 if seen.known else _COUNTRY_RARITY(seen)


def _device(seen: Evidence) -> float:
    device = seen.device
    state = device.token_state
    if state is None:
        return nan
    if state != _GOOD:
        return _DEVICE_RANKS.get(state, nan)
    if device.known:
        return 0.0
    return 1.0 if device.seen else 2.0


def _without_device(seen: Evidence) -> float:
    """Return how unlike the subject it is to come without a device that it has used; the least where it comes with one.

    Who clears the browser every evening is not odd without a token; whose devices always return is.
    """
    device, history = seen.device, seen.history
    if device.token_state is None or not history.reachable:
        return nan
    if not seen.known:
        return 0.0
    if history.on_returning is None:
        return nan
    if device.seen:
        return _LEAST_WITHOUT
    without = max(0.0, history.logins - history.on_returning)
    return log(_WITHOUT * (history.logins + 1.0) / (without + _WITHOUT))


def _late_network(seen: Evidence) -> float:
    """Return how late in the history the network came, where the subject comes without a device of its own; else 0.

    A network that joined only lately is little better than a new one for a device that nobody knows: whoever had the
    subject's own device for a while may have brought it along. It tells little while there are few sign-ins, or where
    browsers keep no token.
    """
    device, history = seen.device, seen.history
    if device.token_state is None or not history.reachable:
        return nan
    if device.seen or not seen.known:
        return 0.0
    if history.before_network is None or history.on_returning is None:
        return nan
    returning = history.on_returning / history.logins if history.logins > 0.0 else 0.0
    return history.before_network * returning * history.events / (history.events + 1.0)


def _travel_speed(seen: Evidence) -> float:
    return _or_nan(travel.speed_kmh(seen.attempt))


def _usual_distance(seen: Evidence) -> float:
    km = travel.km_from_usual(seen.attempt)
    return nan if km is None else log1p(km)


def _gap(seen: Evidence) -> float:
    hours = travel.hours_since_last(seen.attempt)
    return nan if hours is None else log1p(hours)


def _new_ip_gap(seen: Evidence) -> float:
    """How much more likely the newness of the address is in an attack, given the gap; decays into the familiar."""
    history = seen.history
    if not seen.known or history.last_at is None or "ip" not in history.totals:
        return nan
    place = bisect_right(_GAPS, seen.attempt.now - history.last_at)
    count = max(0.0, history.counts.get("ip", 0.0))
    familiar = count / (count + _HALF_FAMILIAR)
    return _IF_NEW[place] + familiar * (_IF_SEEN[place] - _IF_NEW[place])


def _history(seen: Evidence) -> float:
    history = seen.history
    return log1p(max(0.0, history.logins)) if history.reachable else nan


def _account_age(seen: Evidence) -> float:
    created_at = seen.attempt.request.subject.created_at
    return nan if created_at is None else log1p(max(0.0, (seen.attempt.now - created_at) / 86_400))


def _disowned(seen: Evidence) -> float:
    history = seen.history
    return float("not_me" in history.flags) if history.reachable else nan


def _count_of(name: str) -> Callable[[Evidence], float]:
    def count(seen: Evidence) -> float:
        number = seen.counts.get(name)
        return nan if number is None else _LOG1P[number] if 0 <= number < _KEPT else log1p(max(0, number))

    return count


def _asn_failures(seen: Evidence) -> float:
    return _or_nan(seen.facts.velocity.asn_failure_ratio_1h)


def _tenant_failures(seen: Evidence) -> float:
    return _or_nan(seen.facts.velocity.tenant_failure_ratio_10m)


def _network_kind(seen: Evidence) -> float:
    kind = seen.facts.network.kind
    return float(KINDS.index(kind)) if kind in KINDS else nan


def _anonymous(seen: Evidence) -> float:
    return _or_nan(seen.facts.network.anonymous)


def _bot(seen: Evidence) -> float:
    return _or_nan(seen.facts.agent.bot)


def _breached(seen: Evidence) -> float:
    return _or_nan(seen.attempt.request.credential.breached)


def _hour_oddness(seen: Evidence) -> float:
    share = seen.history.hour_share
    return nan if share is None else 1.0 - share


def _or_nan(value: float | bool | None) -> float:
    return nan if value is None else float(value)


def _ratio(level: str, words: str) -> Feature:
    function = _agent_ratio if level == "agent" else _ratio_of(level)
    return Feature(f"llr_{level}", f"how unlike the subject {words}", "log-likelihood ratio", UP, function, True)


def _count(name: str, words: str) -> Feature:
    return Feature(name, words, "ln(1 + n)", UP, _count_of(name))


FEATURES: tuple[Feature, ...] = (
    _ratio("ip", "the address is, or else its network or country"),
    _ratio("prefix", "the address's /24 or /48 is"),
    _ratio("asn", "the network is"),
    _ratio("country", "the country is"),
    _ratio("city", "the city is"),
    _ratio("agent", "the browser's version is, or else the browser"),
    _ratio("browser", "the browser is"),
    _ratio("os", "the operating system is"),
    _ratio("device_type", "the type of device is"),
    _ratio("language", "the language is"),
    Feature("rarity_asn", "how rare the network is in the tenant", "−ln p", UP, _rarity_of("asn")),
    Feature("rarity_country", "how rare the country is in the tenant", "−ln p", UP, _rarity_of("country")),
    Feature("first_country", _FIRST_COUNTRY_WORDS, "−ln p", UP, _first_country),
    Feature("device", "known 0, seen 1, another's 2, none 3, expired or foreign 4, revoked 5", "rank", UP, _device),
    Feature("without_device", _WITHOUT_WORDS, "log-likelihood ratio", UP, _without_device, True),
    Feature("late_network", _LATE_WORDS, "0 to 1", UP, _late_network, True),
    Feature("travel_speed", "speed since the last verified sign-in", "km/h", UP, _travel_speed, True),
    Feature("usual_distance", "distance to the nearest usual place", "ln(1 + km)", UP, _usual_distance, True),
    Feature("gap", "time since the last verified sign-in", "ln(1 + h)", EITHER, _gap, True),
    Feature("new_ip_gap", "a new address, given the gap", "log-likelihood ratio", UP, _new_ip_gap, True),
    Feature("hour_oddness", "how unusual the hour of the week is", "0 to 1", UP, _hour_oddness, True),
    Feature("history", "weight of the verified sign-ins", "ln(1 + n)", EITHER, _history),
    Feature("account_age", "age of the account", "ln(1 + days)", EITHER, _account_age),
    Feature("disowned", "the subject has said «not me» of an attempt", "0 or 1", UP, _disowned),
    _count("subject_failures_1h", "failures of the subject in an hour"),
    _count("subject_failures_24h", "failures of the subject in a day"),
    _count("ip_subjects_1h", "subjects that the address tried in an hour"),
    _count("ip_failures_1h", "failures from the address in an hour"),
    _count("prefix_subjects_1h", "subjects that the /24 or /48 tried in an hour"),
    _count("device_subjects_24h", "subjects that the device tried in a day"),
    Feature("asn_failure_ratio", "share of failures from the network in an hour", "0 to 1", UP, _asn_failures),
    Feature("tenant_failure_ratio", "share of failures in ten minutes", "0 to 1", UP, _tenant_failures),
    Feature("network_kind", ", ".join(f"{kind} {rank}" for rank, kind in enumerate(KINDS)), "rank", UP, _network_kind),
    Feature("anonymous", "the network hides where its user is", "0 or 1", UP, _anonymous),
    Feature("bot", "the user agent is a program", "0 or 1", UP, _bot),
    Feature("breached", "the password is in a breach", "0 or 1", UP, _breached),
)

FUNCTIONS = {feature.name: feature.function for feature in FEATURES}
