"""What a back-test counts, side by side: bounded however long the log is, and the same whatever order it came in."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zlib import crc32

from doorward.core.outcome import ALLOW, CHALLENGE, DENY
from doorward.core.request import DecisionRequest
from doorward.core.times import rfc3339
from doorward.offline.replay import FRAUDULENT, GENUINE, Outcome, Said

Json = dict[str, Any]

OUTCOMES = (ALLOW, CHALLENGE, DENY)
DAY_SECONDS = 86_400
HOUR_SECONDS = 3600

# Examples of each kind of change, and of all together; a checksum draws them, so that they are of the whole time.
# The most touched subjects, of those that are counted at all.
EXAMPLES_OF_A_CHANGE = 50
EXAMPLES = 500
SUBJECTS_SHOWN = 100
SUBJECTS_COUNTED = 50_000
NO_RULE = "(no rule matched)"


@dataclass(frozen=True, slots=True)
class Side:
    """One column of the comparison: what it is called, and what made it. *rules* are its rules in their order.

    *thresholds* tell from which score on the policy calls the risk medium and high.
    """

    name: str
    policy: str = ""
    digest: str = ""
    model: str = ""
    rules: tuple[str, ...] = ()
    thresholds: Mapping[str, float] = field(default_factory=dict)

    def to_json(self) -> Json:
        made_by = {"name": self.name, "policy": self.policy, "digest": self.digest, "model": self.model}
        return made_by | {"thresholds": dict(self.thresholds)}


class Results:
    """Counts outcomes; *sides* name the columns, the last of which is the policy under test."""

    def __init__(self, sides: Sequence[Side], *, warm_up_until: float | None = None) -> None:
        self.sides = tuple(sides)
        self._warm_up_until = warm_up_until
        self.events = self.warm_up = 0
        self._first = self._last = 0.0
        self._counts = [_Counts() for _ in sides]
        self._changes: Counter[tuple[str, str, str, str, str]] = Counter()
        self._subjects: Counter[str] = Counter()
        self._subjects_left_out = False
        self._examples: dict[tuple[str, str, str, str], dict[int, Json]] = {}

    def add(self, outcome: Outcome) -> None:
        """Count one event; those of the warm-up are only counted as such."""
        self.events += 1
        self._first = min(self._first, outcome.at) if self.events > 1 else outcome.at
        self._last = max(self._last, outcome.at)
        if self._warm_up_until is not None and outcome.at < self._warm_up_until:
            self.warm_up += 1
            return
        for counts, said in zip(self._counts, outcome.sides, strict=True):
            counts.add(outcome, said)
        if len(outcome.sides) > 1:
            self._compare(outcome, outcome.sides[0], outcome.sides[-1])

    @property
    def judged(self) -> int:
        return self.events - self.warm_up

    def challenge_rate(self) -> float | None:
        """Return the share of genuine sign-ins that the policy under test challenges; None where there are none."""
        return self._counts[-1].rate(CHALLENGE)

    def to_json(self) -> Json:
        """Return everything that was counted; times are RFC 3339, hours and days are in UTC, rates 0 to 1."""
        return {
            "events": self.events,
            "warm_up": self.warm_up,
            "judged": self.judged,
            "from": rfc3339(self._first) if self.events else None,
            "to": rfc3339(self._last) if self.events else None,
            "sides": [
                side.to_json() | counts.to_json(side.rules)
                for side, counts in zip(self.sides, self._counts, strict=True)
            ],
            "changes": self._changes_json() if len(self.sides) > 1 else None,
        }

    def _compare(self, outcome: Outcome, before: Said, after: Said) -> None:
        if before.outcome == after.outcome and before.rule == after.rule:
            return
        change = (before.outcome, before.rule, after.outcome, after.rule)
        self._changes[(*change, outcome.kind)] += 1
        if before.outcome == after.outcome:
            return
        self._subjects[outcome.subject] += 1
        if len(self._subjects) > 2 * SUBJECTS_COUNTED:
            # Who was touched seldom gives way; the most touched stay exact but for what they had lost before.
            self._subjects = Counter(dict(self._subjects.most_common(SUBJECTS_COUNTED)))
            self._subjects_left_out = True
        if change in self._examples or len(self._examples) < EXAMPLES:
            self._show(self._examples.setdefault(change, {}), outcome, before, after)

    @staticmethod
    def _show(shown: dict[int, Json], outcome: Outcome, before: Said, after: Said) -> None:
        lot = crc32(f"{outcome.at} {outcome.subject}".encode(errors="replace"))
        if len(shown) < EXAMPLES_OF_A_CHANGE or lot < max(shown):
            shown[lot] = _example(outcome, before, after)
        if len(shown) > EXAMPLES_OF_A_CHANGE:
            del shown[max(shown)]

    def _changes_json(self) -> Json:
        names = ("before", "before_rule", "after", "after_rule", "kind")
        rows: list[Json] = [
            {**dict(zip(names, key, strict=True)), "events": number} for key, number in self._changes.most_common()
        ]
        moved = [row for row in rows if row["before"] != row["after"]]
        return {
            "events": sum(row["events"] for row in moved),
            "same_outcome_other_rule": sum(row["events"] for row in rows) - sum(row["events"] for row in moved),
            "rows": rows,
            "subjects": len(self._subjects),
            "subjects_are_all": not self._subjects_left_out,
            "most_touched": [
                {"subject": name, "events": number} for name, number in self._subjects.most_common(SUBJECTS_SHOWN)
            ],
            "examples": self._examples_json(),
        }

    def _examples_json(self) -> list[Json]:
        """Return the examples in the order of time; where there are too many, each change gives of its own in turn."""
        drawn = [
            (turn, lot, example)
            for shown in self._examples.values()
            for turn, (lot, example) in enumerate(sorted(shown.items(), key=lambda each: each[0]))
        ]
        kept = sorted(drawn, key=lambda each: each[:2])[:EXAMPLES]
        return sorted((example for _, _, example in kept), key=lambda example: (example["at"], example["subject"]))


class _Counts:
    """One side's sums. Each is keyed by few things only, so that none grows with the number of events."""

    def __init__(self) -> None:
        self._by_rule: Counter[tuple[str, str, str]] = Counter()
        self._by_day: Counter[tuple[int, str, str]] = Counter()
        self._stopped_by_day: Counter[tuple[int, str]] = Counter()
        self._by_hour: Counter[tuple[int, str, str]] = Counter()
        self._by_country: Counter[tuple[str, str, str]] = Counter()
        self._by_family: Counter[tuple[str, str]] = Counter()
        self._scores: Counter[tuple[int, str]] = Counter()
        self._levels: Counter[tuple[str, str]] = Counter()

    def add(self, event: Outcome, said: Said) -> None:
        outcome, kind, rule = said.outcome, event.kind, said.rule or NO_RULE
        day = int(event.at // DAY_SECONDS)
        self._by_rule[rule, outcome, kind] += 1
        self._by_day[day, outcome, kind] += 1
        if outcome != ALLOW and kind == GENUINE:
            self._stopped_by_day[day, rule] += 1
        self._by_hour[int(event.at // HOUR_SECONDS) % 24, outcome, kind] += 1
        self._by_country[event.country, outcome, kind] += 1
        if kind == FRAUDULENT:
            self._by_family[event.family, outcome] += 1
        self._levels[said.level, kind] += 1
        if said.score is not None:
            self._scores[int(said.score), kind] += 1

    def rate(self, outcome: str, kind: str = GENUINE) -> float | None:
        """Return the share of events of *kind* that come out so."""
        of_kind = [(its, number) for (_, its, which), number in self._by_rule.items() if which == kind]
        total = sum(number for _, number in of_kind)
        return sum(number for its, number in of_kind if its == outcome) / total if total else None

    def to_json(self, rules: Iterable[str]) -> Json:
        return {
            "challenge_rate": self.rate(CHALLENGE),
            "deny_rate": self.rate(DENY),
            "fraud_stopped": _stopped(self.rate(ALLOW, FRAUDULENT)),
            "outcomes": _rows(Counter(_folded(self._by_rule, 1, 2)), ("outcome", "kind")),
            "rules": self._rules(rules),
            "days": _rows(self._by_day, ("day", "outcome", "kind"), day=True),
            "stopped_by_day": _rows(self._stopped_by_day, ("day", "rule"), day=True),
            "hours": _rows(self._by_hour, ("hour", "outcome", "kind")),
            "countries": _rows(self._by_country, ("country", "outcome", "kind")),
            "families": _rows(self._by_family, ("family", "outcome")),
            "levels": _rows(self._levels, ("level", "kind")),
            "scores": _rows(self._scores, ("score", "kind")),
        }

    def _rules(self, rules: Iterable[str]) -> list[Json]:
        """Return one row for each rule in the policy's order, also for those that decided nothing."""
        decided: dict[str, Json] = {}
        for rule in (*rules, *(name for name, _, _ in self._by_rule)):
            decided.setdefault(rule, {"rule": rule, "decided": 0, "genuine": 0, "fraud": 0})
        for (rule, outcome, kind), number in self._by_rule.items():
            row = decided[rule]
            row["decided"] += number
            row[outcome] = row.get(outcome, 0) + number
            if kind in (GENUINE, FRAUDULENT):
                row[kind] += number
        return list(decided.values())


def _folded(counts: Counter[tuple[str, str, str]], *places: int) -> Counter[tuple[str, ...]]:
    folded: Counter[tuple[str, ...]] = Counter()
    for key, number in counts.items():
        folded[tuple(key[place] for place in places)] += number
    return folded


def _rows(counts: Counter[Any], names: tuple[str, ...], *, day: bool = False) -> list[Json]:
    rows: list[Json] = [{**dict(zip(names, key, strict=True)), "events": counts[key]} for key in sorted(counts)]
    for row in rows if day else ():
        row["day"] = datetime.fromtimestamp(row["day"] * DAY_SECONDS, UTC).date().isoformat()
    return rows


def _stopped(allowed: float | None) -> float | None:
    return None if allowed is None else 1.0 - allowed


def _example(outcome: Outcome, before: Said, after: Said) -> Json:
    """Return one changed event as an analyst wants to see it."""
    facts, request = outcome.case.facts, outcome.case.request
    return {
        "at": rfc3339(outcome.at),
        "subject": outcome.subject,
        "kind": outcome.kind,
        "application": request.application_id,
        "action": request.action.name,
        "address": facts.network.address,
        "country": outcome.country,
        "city": facts.network.city,
        "network": facts.network.as_org,
        "device": _device(request, facts.device.known),
        "browser": facts.agent.browser,
        "sign_ins_before": facts.history.events,
        "before": before.outcome,
        "before_rule": before.rule,
        "after": after.outcome,
        "after_rule": after.rule,
        "why": after.reason,
        "score": after.score,
    }


def _device(request: DecisionRequest, known: bool | None) -> str:
    if not request.client.device_token_collected:
        return "not collected"
    return {True: "known", False: "not known", None: "unknown"}[known]
