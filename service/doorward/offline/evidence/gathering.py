"""One replay of a log, for the model and for what one would have without it."""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from doorward.core.facts import Facts
from doorward.offline.event import FRAUD, SignIn
from doorward.offline.evidence import baselines
from doorward.offline.evidence.floors import REFERENCE
from doorward.offline.evidence.successes import (
    FROG,
    MOST_FAMILIES,
    NO,
    NOT_KNOWN,
    OTHERS,
    UNNAMED,
    YES,
    Successes,
)
from doorward.offline.past import Past
from doorward.offline.replay import FRAUDULENT, GENUINE, kind_of
from doorward.offline.scored import PASSED, Placed, Scored, Tick, scored
from doorward.policy.model import Policy
from doorward.risk.scorecard import Scorecard

# Families that come in waves, and of which one wave is against one subject alone.
CAMPAIGNS = ("stuffing", "spray", "slowlow", "rare_asn", "brute")
AGAINST_ONE = ("brute",)
# An attack that has been quiet for longer is another one.
QUIET_SECONDS = 6 * 3600.0

_MOBILE = ("mobile", "tablet")
_VPN = ("vpn", "tor")


def gather(
    events: Iterable[Placed],
    past: Past,
    card: Scorecard,
    *,
    policy: Policy | None = None,
    assume_verified: bool = False,
    tick: Tick = lambda: None,
) -> Successes:
    """Return the successes of *events*, which come in the order of time, each as it was before it was learned from.

    Left out is what is neither genuine nor fraud: failures, and successes that did not end as verified. A boiling
    frog is learned from, as if nobody had noticed: what is asked is whether it is challenged before that helps it.
    """
    alone = None if policy is None else baselines.RulesAlone(policy)
    gathering = _Gathering(alone)
    for each in scored(_unnoticed(events), past, card, assume_verified=assume_verified):
        tick()
        gathering.add(each)
    return gathering.found


class _Gathering:
    def __init__(self, alone: baselines.RulesAlone | None) -> None:
        self._alone = alone
        names = [name for name in baselines.DOCS if name != baselines.POLICY or alone is not None]
        self.found = Successes(scores={name: _column() for name in names})
        self._campaigns = _Campaigns()
        self._numbers: Counter[int] = Counter()

    def add(self, each: Scored) -> None:
        event = each.event
        family = _family(each)
        campaign = self._campaigns.of(event) if event.label == FRAUD else 0
        if not each.is_success or family is None:
            return
        found, facts = self.found, each.facts
        subject = found.subjects.number(event.request.subject.id)
        if not family:
            self._numbers[subject] += 1
        found.at.append(event.at)
        found.score.append(each.assessment.score or 0.0)
        found.subject.append(subject)
        found.family.append(found.families.number(self._bounded(family)))
        found.events.append(facts.history.events)
        found.number.append(0 if family else self._numbers[subject])
        found.campaign.append(campaign)
        found.country.append(found.countries.number(facts.network.country or ""))
        found.kind.append(found.kinds.number(facts.network.kind or ""))
        found.token.append(_token(facts))
        found.anonymous.append(_anonymous(facts))
        found.mobile.append(_mobile(facts))
        found.network_used.append(_network_used(facts))
        for name, score in self._scores(each):
            found.scores[name].append(score)

    def _bounded(self, family: str) -> str:
        families = self.found.families
        return family if family in families or len(families) < MOST_FAMILIES else OTHERS

    def _scores(self, each: Scored) -> Iterator[tuple[str, float]]:
        yield baselines.MODEL, each.assessment.log_odds
        yield baselines.RANDOM, baselines.random(each)
        yield baselines.RULES, baselines.rules(each.values)
        if self._alone is not None:
            yield baselines.POLICY, self._alone.strictness(each)
        facts = each.facts
        yield baselines.FREEMAN, baselines.freeman(facts.history, facts.population, len(self.found.subjects))
        yield baselines.RATIOS, baselines.ratios(each.values)


class _Campaigns:
    """Numbers campaigns from 1: attempts of one family, failures too, without a long quiet between them."""

    def __init__(self) -> None:
        self._number = 0
        self._last: dict[tuple[str, str], tuple[float, int]] = {}

    def of(self, event: SignIn) -> int:
        """Return the campaign that an attack belongs to, whether it got in or not; 0 for none."""
        family, at = event.family, event.at
        if family not in CAMPAIGNS:
            return 0
        key = (family, event.request.subject.id if family in AGAINST_ONE else "")
        last, number = self._last.get(key, (float("-inf"), 0))
        if at - last > QUIET_SECONDS:
            self._number += 1
            number = self._number
        self._last[key] = (at, number)
        return number


def _unnoticed(events: Iterable[Placed]) -> Iterator[Placed]:
    for index, event in events:
        passed = event.request.credential.result == PASSED
        yield index, replace(event, label="", verified=True) if passed and event.family == FROG else event


# What a log of others calls a family may as well be one of genuine sign-ins, or of addresses.
_ATTACKS = frozenset({*REFERENCE, "cookie_theft", FROG})


def _family(each: Scored) -> str | None:
    """Return the family of an attack, empty for a genuine success, None for what is neither."""
    event = each.event
    if event.family in _ATTACKS and not event.label and event.verified:
        return event.family  # nobody has noticed, and history learns from it
    kind = kind_of(event.request, verified=event.verified, label=event.label)
    if kind == FRAUDULENT:
        return event.family or UNNAMED
    return "" if kind == GENUINE else None


def _flag(value: bool | None) -> int:
    return NOT_KNOWN if value is None else YES if value else NO


def _token(facts: Facts) -> int:
    state = facts.device.token_state
    return _flag(None if state is None else state == "valid")


def _anonymous(facts: Facts) -> int:
    network = facts.network
    return _flag(network.kind in _VPN if network.kind is not None else network.anonymous)


def _mobile(facts: Facts) -> int:
    kind = facts.agent.type
    return _flag(None if kind is None else kind in _MOBILE)


def _network_used(facts: Facts) -> int:
    before = facts.history.before_network
    return _flag(None if before is None else before < 1.0)


def _column() -> "array[float]":
    return array("d")
