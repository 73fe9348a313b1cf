"""The sign-ins of a log with their features and their scores, as they stood before each was learned from.

One replay for all who look at a model: those who train it, those who judge it, and `doorward model score`.

    log = Log([Path("events.jsonl")])
    past = Past(locator=GeoProvider(()), agents=UserAgents(), shelf=shelf)
    for each in scored(log.events(), past, card):
        each.index, each.event.label, each.values["llr_ip"], each.assessment.score, each.level
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from doorward.core.facts import Facts
from doorward.core.outcome import Assessment
from doorward.core.request import LOGIN
from doorward.core.signals import Attempt
from doorward.core.times import moment
from doorward.offline import importers
from doorward.offline.backtest import Unread
from doorward.offline.event import BadEvent, SignIn, read_event
from doorward.offline.ordering import in_order
from doorward.offline.past import Past
from doorward.offline.reading import Source
from doorward.offline.replay import was_verified
from doorward.offline.silence import Silence
from doorward.policy.model import DEFAULT_LEVELS
from doorward.risk.features import features
from doorward.risk.floors import level_of
from doorward.risk.scorecard import Scorecard, assess

Json = dict[str, Any]
# An event and its place in the log, counted from 0.
Placed = tuple[int, SignIn]
Tick = Callable[[], None]

PASSED = "passed"


@dataclass(frozen=True, slots=True)
class Scored:
    """One event, the facts of its moment, its features by name, and what a model makes of them.

    *index* is its place in the log, counted from 0. *level* follows the levels that the replay was given.
    """

    index: int
    event: SignIn
    facts: Facts
    values: Mapping[str, float]
    assessment: Assessment
    level: str

    @property
    def is_success(self) -> bool:
        """Answer whether it is a sign-in whose credential passed: the challenge rate is a share of such."""
        return self.event.request.kind == LOGIN and self.event.request.credential.result == PASSED


class Log:
    """The events of some logs in the order of time, each with its place in the order in which they are written.

    What cannot be read has a place too. *entries* is the number of places, known once the first event has come;
    *report* and *unread* tell what was no event and why, *passed_over* which fields of events were not understood.
    *untold* counts successes of which the log does not tell whether they ended well.
    """

    def __init__(
        self, paths: Sequence[Source], *, form: str = importers.AUTO, note: importers.Note | None = None
    ) -> None:
        self._paths = paths
        self._form = form
        self._note = note
        self.report = importers.Report()
        self.unread = Unread()
        self.passed_over: Counter[str] = Counter()
        self.untold = 0
        self.entries = 0

    def events(self) -> Iterator[Placed]:
        silence = Silence()
        for placed in in_order(self._placed(silence), _at_of):
            try:
                event = read_event(silence.told(placed["event"]), passed_over=self.passed_over)
            except BadEvent as wrong:
                self.unread.add(str(wrong))
                continue
            self.untold += event.verified is None and event.request.credential.result == PASSED
            yield placed["index"], event

    def _placed(self, silence: Silence) -> Iterator[Json]:
        """Yield the events with their places; what could not be read before an event moves its place on."""
        report = self.report
        events = importers.read(self._paths, form=self._form, report=report, note=self._note)
        for number, event in enumerate(silence.looked(events)):
            yield {"index": number + report.unreadable, "event": event}
        self.entries = report.events + report.unreadable


def scored(
    events: Iterable[Placed],
    past: Past,
    card: Scorecard,
    *,
    levels: Mapping[str, float] = DEFAULT_LEVELS,
    assume_verified: bool = False,
    with_reasons: bool = False,
) -> Iterator[Scored]:
    """Yield each of *events*, which come in the order of time, scored by *card* before *past* learns from it.

    What is learned follows the log's `verified`, at the level that *card* gives; with *assume_verified* a success
    counts as verified where the log cannot tell.
    """
    for index, event in events:
        seen = past.see(event)
        attempt = Attempt(event.request, seen.facts, event.at)
        values = features(attempt)
        assessment = assess(card, attempt, with_reasons=with_reasons, values=values)
        level = level_of(assessment.score, assessment.floors, levels)
        yield Scored(index, event, seen.facts, values, assessment, level)
        if was_verified(event, assume_verified=assume_verified):
            past.learn(seen, level=level)


def _at_of(placed: Json) -> float:
    return moment(placed["event"]["at"])
