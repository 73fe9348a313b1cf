"""Our own records rebuilt as if they were any log: what comes out otherwise than it was decided, and why.

What differs is told by the facts that differ. Nothing else can: the same facts give the same ruling.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from typing import Any

from doorward.core.facts import Facts
from doorward.core.outcome import CHALLENGE
from doorward.core.record import DecisionRecord
from doorward.judge import Case
from doorward.offline.event import SignIn
from doorward.offline.judging import Judging
from doorward.offline.past import Past
from doorward.offline.replay import GENUINE, Outcome, ScaleOf, as_recorded, kind_of, label_of, said, scaled, verified_of
from doorward.own_scales import scale_name

Json = dict[str, Any]

CAUSES = {
    "policy": "another policy decided than the one under test",
    "model": "another model scored",
    "scale": "the tenant's own scale scored, and is not among the records",
    "proofs": "a proof that was given is not in a log",
    "lists": "a run-time list held the attempt",
    "degraded": "the store could not be read",
    "network": "the address was looked up in other databases",
    "agent": "the user agent is read otherwise by this version",
    "device": "the token was expired, revoked or foreign, or its device became known later",
    "enrolment": "authenticators were suspended, disabled or unreadable",
    "history": "sign-ins from before these records, what was told of them later, and flags that were raised",
    "velocity": "attempts from before these records, or told as events, or codes that were sent",
    "population": "sign-ins from before these records, and sums that workers read up to a second late",
    "nothing": "no fact differs",
}


class Differences:
    """Counts the records whose outcome or rule is another when rebuilt; each under every cause that it has."""

    def __init__(self) -> None:
        self.records = 0
        self.differing = 0
        self._causes: Counter[str] = Counter()

    def compare(
        self, record: DecisionRecord, facts: Facts, outcome: Outcome, *, digest: str, model: str, unscaled: bool
    ) -> None:
        """Note whether the last side of *outcome* says what *record* says, and by which facts it does not."""
        self.records += 1
        then, now = outcome.sides[0], outcome.sides[-1]
        if (then.outcome, then.rule) == (now.outcome, now.rule):
            return
        self.differing += 1
        self._causes.update(_causes(record, facts, digest, model, unscaled=unscaled) or ("nothing",))

    def to_json(self) -> Json:
        return {
            "records": self.records,
            "differing": self.differing,
            "causes": [
                {"cause": cause, "meaning": CAUSES[cause], "records": number}
                for cause, number in self._causes.most_common()
            ],
        }


def rebuilt_records(
    records: Iterable[DecisionRecord],
    past: Past,
    judging: Judging,
    differences: Differences,
    *,
    digest: str,
    model: str,
    scale_of: ScaleOf,
    assume_verified: bool = False,
) -> Iterator[Outcome]:
    """Yield *records*, which come in the order of time, as decided and as rebuilt; *differences* is told of each.

    *digest* and *model* are those of the last line of *judging*. With *assume_verified* a success is learned from where
    nothing was told of its end.
    """
    for record in records:
        event = event_of(record)
        seen = past.see(event)
        case = Case(event.request, seen.facts, event.at)
        judged = judging.judge(case, scaled=scaled(record, scale_of))
        outcome = Outcome(
            at=record.at,
            subject=record.request.subject.id,
            country=seen.facts.network.country or "",
            kind=kind_of(record.request, verified=verified_of(record), label=label_of(record)),
            family="",
            case=case,
            sides=(as_recorded(record), *(said(each) for each in judged)),
        )
        unscaled = scale_name(record) is not None and scale_of(record) is None
        differences.compare(record, seen.facts, outcome, digest=digest, model=model, unscaled=unscaled)
        yield outcome
        if record.learned or (assume_verified and outcome.kind == GENUINE and verified_of(record) is None):
            past.learn(seen, level=record.answer["risk"]["level"], second_factor=_second_factor(record))


def event_of(record: DecisionRecord) -> SignIn:
    """Return what a log would hold of the attempt; the device's id stands for the token, which is not kept."""
    device = record.facts.device
    name = device.device_id or None
    return SignIn(
        at=record.at,
        request=replace(record.request, client=replace(record.request.client, device_token=name)),
        verified=record.learned,
        network=record.facts.network,
        enrolled=record.facts.enrolment.types if record.facts.enrolment.readable else None,
        label=label_of(record),
    )


def _second_factor(record: DecisionRecord) -> bool:
    """Answer whether more than a password was shown: a challenge was passed, or a proof satisfied a rule."""
    return record.answer["outcome"] == CHALLENGE or bool(record.proofs)


def _causes(record: DecisionRecord, facts: Facts, digest: str, model: str, *, unscaled: bool) -> tuple[str, ...]:
    stated = {
        "policy": record.policy_digest != digest,
        "model": record.model != model,
        "scale": unscaled,
        "proofs": bool(record.proofs),
        "lists": bool(record.listed),
        "degraded": bool(record.degraded),
    }
    groups = (each.name for each in fields(Facts) if each.name in CAUSES)
    return (
        *(name for name, differs in stated.items() if differs),
        *(name for name in groups if _differ(getattr(record.facts, name), getattr(facts, name))),
    )


def _differ(one: Any, other: Any) -> bool:
    """Answer whether two groups of facts differ by more than the last digits of a sum."""
    for field in fields(one):
        if field.name != "version" and not _alike(getattr(one, field.name), getattr(other, field.name)):
            return True
    return False


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_alike(one[name], other[name]) for name in one)
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= 1e-9 * max(1.0, abs(one))
    return bool(one == other)
