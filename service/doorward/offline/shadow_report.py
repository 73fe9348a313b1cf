"""What a candidate would have changed, counted from the records of a period.

The recorded answers are counted, live and candidate as they were computed when the decision was made: nothing is
computed again, so that a list that was changed since, or another model, changes nothing.
"""

from dataclasses import dataclass, field
from typing import Any

from doorward.core.outcome import ALLOW, CHALLENGE, DENY
from doorward.core.record import DecisionRecord
from doorward.core.request import LOGIN
from doorward.core.signals import Attempt
from doorward.core.signals.event import hour
from doorward.offline.counts import BoundedCounter
from doorward.offline.shadow_rules import ShadowRules

Json = dict[str, Any]

OUTCOMES = (ALLOW, CHALLENGE, DENY)
FRAUD = "fraud"
MOST_RULE_PAIRS = 5_000
MOST_PLACES = 500
MOST_DIGESTS = 1_000
MOST_SUBJECTS = 100_000
SHOWN_SUBJECTS = 10


@dataclass(slots=True)
class _Side:
    """How one of the two fared: genuine sign-ins that it bothered, fraud that it let through."""

    challenged: int = 0
    denied: int = 0
    missed: int = 0

    def take(self, outcome: str, *, genuine: bool, fraud: bool) -> None:
        self.challenged += genuine and outcome == CHALLENGE
        self.denied += genuine and outcome == DENY
        self.missed += fraud and outcome == ALLOW

    def rates(self, sign_ins: int) -> Json:
        return {
            "challenged": self.challenged,
            "denied": self.denied,
            "challenge_rate": share(self.challenged, sign_ins),
            "deny_rate": share(self.denied, sign_ins),
        }


@dataclass(slots=True)
class _Changes:
    """Decisions by some property of theirs, and how many of them come out otherwise."""

    all: BoundedCounter[str] = field(default_factory=lambda: BoundedCounter(MOST_PLACES))
    changed: BoundedCounter[str] = field(default_factory=lambda: BoundedCounter(MOST_PLACES))

    def take(self, key: str, *, changed: bool) -> None:
        self.all.add(key)
        if changed:
            self.changed.add(key)

    def to_json(self, name: str) -> list[Json]:
        return [{name: key, "decisions": number, "changed": self.changed[key]} for key, number in self.all.most()]


class ShadowReport:
    """Adds records up, one after the other; memory does not grow with their number.

    *candidate* is the digest that is asked for, empty for the first that is met (records come newest first).
    """

    def __init__(self, candidate: str = "", *, subjects: bool = False) -> None:
        self._candidate = candidate
        self._subjects: BoundedCounter[str] | None = BoundedCounter(MOST_SUBJECTS) if subjects else None
        self._read = 0
        self._digests: BoundedCounter[str] = BoundedCounter(MOST_DIGESTS)
        self._policies: BoundedCounter[str] = BoundedCounter(MOST_DIGESTS)
        self._outcomes: BoundedCounter[tuple[str, str]] = BoundedCounter(len(OUTCOMES) ** 2)
        self._rules: BoundedCounter[tuple[str, str, str, str]] = BoundedCounter(MOST_RULE_PAIRS)
        self._countries, self._hours, self._kinds = _Changes(), _Changes(), _Changes()
        self._sign_ins = self._fraud = self._newly_caught = self._newly_missed = 0
        self._live, self._other = _Side(), _Side()
        self._shadow_rules = ShadowRules()

    def take(self, record: DecisionRecord) -> None:
        """Count *record*."""
        self._read += 1
        genuine, fraud = is_genuine_sign_in(record), is_fraud(record)
        self._shadow_rules.take(record, genuine=genuine, fraud=fraud)
        self._digests.add(record.candidate_digest)
        if not record.candidate_digest:
            return
        self._candidate = self._candidate or record.candidate_digest
        if record.candidate_digest == self._candidate:
            self._compare(record, genuine=genuine, fraud=fraud)

    def _compare(self, record: DecisionRecord, *, genuine: bool, fraud: bool) -> None:
        said = record.answer["shadow"][-1]
        live, other = record.answer["outcome"], said["outcome"]
        changed = live != other
        self._policies.add(record.policy_digest)
        self._outcomes.add((live, other))
        self._rules.add((record.answer["policy"]["rule"], live, said["rule"], other))
        self._countries.take(record.facts.network.country or "", changed=changed)
        self._hours.take(f"{hour(Attempt(record.request, record.facts, record.at)):02}", changed=changed)
        self._kinds.take(record.request.kind, changed=changed)
        self._sign_ins += genuine
        self._fraud += fraud
        self._newly_caught += fraud and live == ALLOW and changed
        self._newly_missed += fraud and other == ALLOW and changed
        self._live.take(live, genuine=genuine, fraud=fraud)
        self._other.take(other, genuine=genuine, fraud=fraud)
        if changed and self._subjects is not None:
            self._subjects.add(record.request.subject.id)

    def to_json(self) -> Json:
        """Return everything that was counted; *share*s are None where there is nothing to divide by."""
        compared = self._outcomes.total()
        agreed = sum(self._outcomes[each, each] for each in OUTCOMES)
        others = [(digest, number) for digest, number in self._digests.most() if digest not in ("", self._candidate)]
        shown = {
            "source": "recorded answers",
            "candidate": self._candidate or None,
            "decisions": self._read,
            "without_candidate": self._digests[""],
            "other_candidates": [{"digest": digest, "decisions": number} for digest, number in others],
            "live_policies": [{"digest": digest, "decisions": number} for digest, number in self._policies.most()],
            "compared": compared,
            "agreed": agreed,
            "agreement": share(agreed, compared),
            "outcomes": self._outcome_rows(),
            "rules": self._rule_rows(),
            "rules_left_out": self._rules.others,
            "countries": self._countries.to_json("country"),
            "hours": sorted(self._hours.to_json("hour"), key=lambda row: str(row["hour"])),
            "kinds": self._kinds.to_json("kind"),
            "genuine_sign_ins": self._genuine(),
            "labelled_fraud": self._caught(),
            "shadow_rules": self._shadow_rules.to_json(),
        }
        return shown if self._subjects is None else shown | self._subject_rows(self._subjects)

    def _genuine(self) -> Json:
        sides = {"live": self._live.rates(self._sign_ins), "candidate": self._other.rates(self._sign_ins)}
        return {"number": self._sign_ins} | sides

    def _caught(self) -> Json:
        return {
            "number": self._fraud,
            "live_caught": self._fraud - self._live.missed,
            "candidate_caught": self._fraud - self._other.missed,
            "newly_caught": self._newly_caught,
            "newly_missed": self._newly_missed,
        }

    def _outcome_rows(self) -> list[Json]:
        pairs = ((live, other) for live in OUTCOMES for other in OUTCOMES)
        return [{"live": live, "candidate": other, "decisions": self._outcomes[live, other]} for live, other in pairs]

    def _rule_rows(self) -> list[Json]:
        names = ("live_rule", "live", "candidate_rule", "candidate")
        return [
            dict(zip(names, key, strict=True)) | {"decisions": number, "changed": key[1] != key[3]}
            for key, number in self._rules.most()
        ]

    def _subject_rows(self, subjects: BoundedCounter[str]) -> Json:
        rows = [{"subject": name, "changed": number} for name, number in subjects.most(SHOWN_SUBJECTS)]
        return {"subjects": rows, "subjects_left_out": subjects.others}


def is_genuine_sign_in(record: DecisionRecord) -> bool:
    """Answer whether a record is a sign-in whose credential passed, and that nobody called fraud."""
    request = record.request
    return request.kind == LOGIN and request.credential.result == "passed" and not is_fraud(record)


def is_fraud(record: DecisionRecord) -> bool:
    """Answer whether the last that was said of a decision is that it was fraud."""
    return bool(record.feedback) and record.feedback[-1]["label"] == FRAUD


def share(part: int, whole: int) -> float | None:
    """Return *part* of *whole* as a share, None where there is no whole."""
    return round(part / whole, 6) if whole else None
