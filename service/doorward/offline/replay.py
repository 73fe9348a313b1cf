"""Sign-ins judged again: from our own records, whose facts are kept, or from any log, with the facts rebuilt."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from doorward.core.record import DecisionRecord
from doorward.core.request import LOGIN, DecisionRequest
from doorward.judge import Case
from doorward.offline.ended import results_of, stands
from doorward.offline.event import FRAUD, SignIn
from doorward.offline.judging import Judged, Judging, Scaled
from doorward.offline.past import Past
from doorward.policy.lists import RuntimeEntries, RuntimeList
from doorward.policy.model import DEFAULT_LEVELS, Policy
from doorward.risk.floors import level_of
from doorward.risk.own_scale import OwnScale
from doorward.runtime_lists import lists_again

ScaleOf = Callable[[DecisionRecord], OwnScale | None]

# How an event counts: genuine sign-ins are what the challenge rate is a share of.
GENUINE, FRAUDULENT, ACTION, OTHER = "genuine", "fraud", "action", "other"


class Said(NamedTuple):
    """What one side says of an event; *score* None where there is none."""

    outcome: str
    rule: str
    score: float | None
    level: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One event as all sides see it. *kind* is genuine, fraud, action or other (failed, pending, unfinished).

    *family* names the attack where the log does. *case* is what was judged.
    """

    at: float
    subject: str
    country: str
    kind: str
    family: str
    case: Case
    sides: tuple[Said, ...]


def rebuilt(
    events: Iterable[SignIn], past: Past, judging: Judging, *, assume_verified: bool = False
) -> Iterator[Outcome]:
    """Yield every event of a log, which comes in the order of time, judged with the past that it had by then.

    What is learned follows the log's `verified`, at fixed levels, never what a policy says. With *assume_verified* a
    success counts as verified where the log cannot tell.
    """
    for event in events:
        seen = past.see(event)
        case = Case(event.request, seen.facts, event.at)
        judged = judging.judge(case)
        yield Outcome(
            at=event.at,
            subject=event.request.subject.id,
            country=seen.facts.network.country or "",
            kind=kind_of(event.request, verified=event.verified, label=event.label),
            family=event.family,
            case=case,
            sides=tuple(said(each) for each in judged),
        )
        if was_verified(event, assume_verified=assume_verified):
            assessment = judged[0].assessment
            past.learn(seen, level=level_of(assessment.score, assessment.floors, DEFAULT_LEVELS))


def recorded(
    records: Iterable[DecisionRecord],
    policies: tuple[Policy, ...],
    judging: Judging,
    *,
    declared: Callable[[str], frozenset[str] | None],
    scale_of: ScaleOf,
) -> Iterator[Outcome]:
    """Yield every record as it was decided, and as each of *policies* decides the same facts, in the records' order.

    *declared* tells the run-time lists of a policy by its digest, None where its text is not there. A list that the
    deciding policy did not have is unknown: whether the attempt was on it was not kept. *scale_of* finds the tenant's
    own scale that scored a record.
    """
    for record in records:
        lists = [lists_of(policy, record, declared(record.policy_digest)) for policy in policies]
        case = Case(record.request, record.facts, record.at, record.proofs, degraded=bool(record.degraded))
        yield Outcome(
            at=record.at,
            subject=record.request.subject.id,
            country=record.facts.network.country or "",
            kind=kind_of(record.request, verified=verified_of(record), label=label_of(record)),
            family="",
            case=case,
            sides=(as_recorded(record), *(said(each) for each in judging.judge(case, lists, scaled(record, scale_of)))),
        )


def without_scale(record: DecisionRecord) -> None:
    """Find no scale: all are scored by the model's own quantiles."""


def scaled(record: DecisionRecord, scale_of: ScaleOf) -> Scaled | None:
    """Return the own scale that scored *record* with its model, as `Judging.judge` takes it."""
    own = scale_of(record)
    return None if own is None else (record.model, own)


def lists_of(
    policy: Policy, record: DecisionRecord, declared: frozenset[str] | None
) -> Mapping[str, RuntimeEntries | None]:
    """Return the run-time lists of *policy* as the record knows them; None for one that it cannot know."""
    known: dict[str, RuntimeEntries | None] = dict(lists_again(policy, record))
    for name in unread_lists(policy, record.policy_digest, declared) - known.keys():
        known[name] = None
    return known


def unread_lists(policy: Policy, digest: str, declared: frozenset[str] | None) -> frozenset[str]:
    """Return the run-time lists of *policy* that the policy with *digest* did not have."""
    if policy.digest == digest:
        return frozenset()
    names = frozenset(name for name, named in policy.lists.items() if isinstance(named, RuntimeList))
    return names - (declared or frozenset())


def kind_of(request: DecisionRequest, *, verified: bool | None, label: str) -> str:
    """Return how an event counts; a sign-in is genuine whose credential passed and that nothing speaks against.

    Fraud is only what would have come in: an attempt whose credential failed needs no rule to stop it.
    """
    if request.kind != LOGIN:
        return ACTION
    if label == FRAUD:
        return OTHER if request.credential.result == "failed" else FRAUDULENT
    if request.credential.result == "passed" and verified is not False:
        return GENUINE
    return OTHER


def as_recorded(record: DecisionRecord) -> Said:
    """Return what was decided."""
    answer = record.answer
    return Said(answer["outcome"], answer["policy"]["rule"], answer["risk"]["score"], answer["risk"]["level"])


def said(judged: Judged) -> Said:
    """Return what a line says, without what only serving needs."""
    ruling = judged.ruling
    return Said(ruling.outcome, ruling.rule, judged.assessment.score, judged.level, ruling.reason)


def was_verified(event: SignIn, *, assume_verified: bool) -> bool:
    """Answer whether a log says that a sign-in ended as verified-good, which is what history learns from."""
    if event.request.kind != LOGIN or event.label == FRAUD:
        return False
    if event.verified is None:
        return assume_verified and event.request.credential.result == "passed"
    return event.verified


def label_of(record: DecisionRecord) -> str:
    """Return what was said of the attempt last: genuine, fraud or nothing."""
    return str(record.feedback[-1]["label"]) if record.feedback else ""


def verified_of(record: DecisionRecord) -> bool | None:
    """Return how a sign-in counts among our own: False where something but our own answer speaks against it."""
    return stands(learned=record.learned, reported=results_of(record.reports), outcome=str(record.answer["outcome"]))
