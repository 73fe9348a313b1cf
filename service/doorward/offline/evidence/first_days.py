"""The first days of a tenant of which everybody starts at nothing: what a score promised, and how many it challenged.

By two scales, day by day: the model's own quantiles, and the tenant's own scale as it would have blended in (ADR 17),
made of versions by the code that serves.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from doorward.core.history.scored import DAILY_SCORED
from doorward.core.odds import bin_of
from doorward.core.population import scale
from doorward.offline.evidence.calibration import SCORES
from doorward.offline.evidence.groups import DAY_SECONDS
from doorward.offline.replay import GENUINE, kind_of
from doorward.offline.scored import Scored
from doorward.policy.model import DEFAULT_LEVELS
from doorward.risk.floors import level_of
from doorward.risk.own_scale import OwnScale, own_scale, with_own_scale
from doorward.risk.scale_alarms import Sums
from doorward.risk.scorecard import Scorecard
from doorward.scale_state import ScaleState, next_state

MODEL, OWN = "model", "own"
LOW = "low"


@dataclass(slots=True)
class Day:
    """One day in UTC, counted from 1: genuine successes, those of them that were a subject's first, and by scale how
    many scored at least each of SCORES. *source* is what the tenant's scale was made of, *weight* its share in it.
    """

    number: int
    source: str
    weight: float = 0.0
    sign_ins: int = 0
    firsts: int = 0
    reached: dict[str, list[int]] = field(default_factory=lambda: {MODEL: [0] * len(SCORES), OWN: [0] * len(SCORES)})

    def add(self, scores: dict[str, float], *, is_first: bool) -> None:
        self.sign_ins += 1
        self.firsts += is_first
        for name, score in scores.items():
            for place, least in enumerate(SCORES):
                self.reached[name][place] += score >= least


def first_days(told: Iterable[Scored], card: Scorecard, *, days: int) -> Iterator[Day]:
    """Yield the first *days* with a sign-in of a replay by *card*; then it is not read any further."""
    following = _Following(card)
    day: Day | None = None
    begun = 0
    for each in told:
        number = int(each.event.at // DAY_SECONDS)
        begun = begun or number
        if day is None or number >= begun + day.number:
            if day is not None:
                yield day
            if number >= begun + days:
                return
            following.look(number * DAY_SECONDS)
            day = Day(number - begun + 1, following.source, following.weight)
        shown = following.take(each)
        event = each.event
        kind = kind_of(event.request, verified=event.verified, label=event.label)
        if each.is_success and kind == GENUINE:
            day.add(shown, is_first=each.facts.history.events == 0)
    if day is not None:
        yield day


class _Following:
    """The tenant's own scale as the service would have made it; whoever is genuine passes a second step."""

    def __init__(self, card: Scorecard) -> None:
        self._shipped = card
        self._card = card
        self._state = ScaleState()
        self._own: OwnScale | None = None
        self._genuine: defaultdict[int, float] = defaultdict(float)
        self._sums = dict.fromkeys(("tried", "failed", "asked", "passed"), 0.0)
        self._today: Counter[str] = Counter()

    @property
    def source(self) -> str:
        return self._card.calibration.source

    @property
    def weight(self) -> float:
        return 0.0 if self._own is None else self._own.weight

    def look(self, now: float) -> None:
        """Make the next version at *now*, the beginning of a day, where the service would."""
        self._today.clear()
        divisor = scale(now)
        sums = Sums(dict(self._genuine), **self._sums)
        made = next_state(self._state, self._own, sums, divisor=divisor, now=now)
        if made.current != self._state.current:
            self._own = own_scale(made.current, {place: count / divisor for place, count in self._genuine.items()})
            self._card = with_own_scale(self._shipped, self._own)
        self._state = made

    def take(self, each: Scored) -> dict[str, float]:
        """Count *each* and return its score by either scale."""
        assessment, event = each.assessment, each.event
        amount = scale(event.at)
        own = self._card.score(assessment.log_odds)
        self._sums["tried"] += amount
        if not each.is_success:
            self._sums["failed"] += amount
        else:
            is_asked = level_of(own, assessment.floors, DEFAULT_LEVELS) != LOW
            self._sums["asked"] += amount * is_asked
            self._sums["passed"] += amount * (is_asked and event.verified is True)
            self._learn(each, amount)
        return {MODEL: self._shipped.score(assessment.log_odds), OWN: own}

    def _learn(self, each: Scored, amount: float) -> None:
        subject = each.event.request.subject.id
        if each.event.verified is True and self._today[subject] < DAILY_SCORED:
            self._today[subject] += 1
            self._genuine[bin_of(each.assessment.log_odds)] += amount
