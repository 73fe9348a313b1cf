"""A back-test: one policy, or two, over last month's sign-ins, and what that would have meant for whom.

Two modes. `recorded` judges the facts that were kept with our own records, so it says exactly what was decided then;
`rebuilt` works on any log, with history and velocity rebuilt event by event.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from doorward.core.record import DecisionRecord
from doorward.core.times import moment
from doorward.offline.differences import Differences, rebuilt_records
from doorward.offline.event import BadEvent, SignIn, read_event
from doorward.offline.judging import Judging
from doorward.offline.ordering import in_order
from doorward.offline.past import Past
from doorward.offline.replay import Outcome, ScaleOf, rebuilt, recorded, unread_lists, without_scale
from doorward.offline.results import Results, Side
from doorward.offline.silence import Silence
from doorward.policy.lists import RuntimeList
from doorward.policy.model import Policy
from doorward.risk.scorecard import Scorecard

Json = dict[str, Any]
Tick = Callable[[], None]

AS_RECORDED = "as recorded"
REASONS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Line:
    """One policy with one model, under the name that a report calls it by."""

    name: str
    policy: Policy
    card: Scorecard

    @property
    def side(self) -> Side:
        rules = tuple(rule.id for rule in self.policy.rules if not rule.shadow)
        return Side(self.name, self.policy.id, self.policy.digest, self.card.id, rules, self.policy.levels)


@dataclass(slots=True)
class Unread:
    """What of a log was no event: how many, and why, the commonest reason first."""

    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, reason: str) -> None:
        self.reasons[reason if len(self.reasons) < 1000 else "other"] += 1

    @property
    def events(self) -> int:
        return self.reasons.total()

    def to_json(self) -> Json:
        shown = [{"reason": reason, "events": number} for reason, number in self.reasons.most_common(REASONS_SHOWN)]
        return {"events": self.events, "reasons": shown}


def back_test_log(
    events: Iterable[Json],
    lines: tuple[Line, ...],
    past: Past,
    *,
    warm_up_seconds: float = 0.0,
    assume_verified: bool = False,
    tick: Tick = lambda: None,
) -> tuple[Results, Unread]:
    """Judge the canonical *events* of a log, whatever their order, by *lines*; the last line is the one under test.

    *tick* is called once for each event that was judged.
    """
    unread = Unread()
    silence = Silence()
    ordered = in_order(silence.looked(events), _at_of)
    read = _read(map(silence.told, ordered), unread)
    judging = Judging([(line.policy, line.card) for line in lines])
    outcomes = rebuilt(read, past, judging, assume_verified=assume_verified)
    return _counted(outcomes, [line.side for line in lines], warm_up_seconds, tick), unread


def back_test_records(
    records: Iterable[DecisionRecord],
    lines: tuple[Line, ...],
    *,
    policy_by: Callable[[str], Policy | None],
    scale_of: ScaleOf = without_scale,
    tick: Tick = lambda: None,
) -> tuple[Results, "Replayability"]:
    """Judge our own *records* by *lines*, beside what was decided.

    *policy_by* finds a policy by its digest, *scale_of* the tenant's own scale that scored a record.
    """
    replayable = Replayability(lines, policy_by)
    judging = Judging([(line.policy, line.card) for line in lines])
    policies = tuple(line.policy for line in lines)
    watched = replayable.watched(records)
    outcomes = recorded(watched, policies, judging, declared=replayable.declared, scale_of=scale_of)
    return _counted(outcomes, [Side(AS_RECORDED), *(line.side for line in lines)], 0.0, tick), replayable


def rebuild_records(
    records: Iterable[DecisionRecord],
    lines: tuple[Line, ...],
    past: Past,
    *,
    scale_of: ScaleOf = without_scale,
    warm_up_seconds: float = 0.0,
    assume_verified: bool = False,
    tick: Tick = lambda: None,
) -> tuple[Results, Differences]:
    """Judge our own *records*, in the order of time, as if they were any log, beside what was decided."""
    differences = Differences()
    judging = Judging([(line.policy, line.card) for line in lines])
    tested = lines[-1]
    named = {"digest": tested.policy.digest, "model": tested.card.id}
    outcomes = rebuilt_records(
        records, past, judging, differences, **named, scale_of=scale_of, assume_verified=assume_verified
    )
    sides = [Side(AS_RECORDED), *(line.side for line in lines)]
    return _counted(outcomes, sides, warm_up_seconds, tick), differences


class Replayability:
    """What a replay of records cannot know: run-time lists that the deciding policy did not have, another model."""

    def __init__(self, lines: tuple[Line, ...], policy_by: Callable[[str], Policy | None]) -> None:
        self._lines = lines
        self._policy_by = policy_by
        self._declared: dict[str, frozenset[str] | None] = {}
        self._rules: Counter[tuple[str, str]] = Counter()
        self._models: Counter[str] = Counter()
        self.records = 0

    def watched(self, records: Iterable[DecisionRecord]) -> Iterator[DecisionRecord]:
        """Yield *records*, and note of each what it cannot tell."""
        for record in records:
            self.records += 1
            self._models[record.model] += 1
            declared = self.declared(record.policy_digest)
            for line in self._lines:
                unread = unread_lists(line.policy, record.policy_digest, declared)
                for rule in line.policy.rules if unread else ():
                    if rule.condition.lists & unread:
                        self._rules[line.name, rule.id] += 1
            yield record

    def declared(self, digest: str) -> frozenset[str] | None:
        """Return the run-time lists of the policy with *digest*; None where its text is not there."""
        if digest not in self._declared:
            policy = self._policy_by(digest)
            names = None if policy is None else frozenset(_runtime_lists(policy))
            self._declared[digest] = names
        return self._declared[digest]

    def to_json(self) -> Json:
        return {
            "records": self.records,
            "rules_not_replayable": [
                {"line": line, "rule": rule, "records": number} for (line, rule), number in sorted(self._rules.items())
            ],
            "models": [{"model": model, "records": number} for model, number in self._models.most_common()],
            "policies_without_text": sorted(digest for digest, names in self._declared.items() if names is None),
        }


def _runtime_lists(policy: Policy) -> Iterator[str]:
    return (name for name, named in policy.lists.items() if isinstance(named, RuntimeList))


def _counted(outcomes: Iterable[Outcome], sides: list[Side], warm_up_seconds: float, tick: Tick) -> Results:
    results: Results | None = None
    for outcome in outcomes:
        if results is None:
            until = outcome.at + warm_up_seconds if warm_up_seconds > 0 else None
            results = Results(sides, warm_up_until=until)
        results.add(outcome)
        tick()
    return results or Results(sides)


def _read(events: Iterable[Json], unread: Unread) -> Iterator[SignIn]:
    for event in events:
        try:
            read = read_event(event)
        except BadEvent as wrong:
            unread.add(str(wrong))
            continue
        yield read


def _at_of(event: Json) -> float | None:
    """Return the time of an event; None where it has none, which reading it will tell."""
    try:
        return moment(event["at"])
    except (KeyError, AttributeError, ValueError):
        return None
