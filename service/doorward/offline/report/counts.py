"""The results of a back-test, asked for numbers and shares."""

from collections import Counter, defaultdict
from typing import Any

from doorward.core.outcome import ALLOW
from doorward.offline.replay import FRAUDULENT, GENUINE
from doorward.offline.results import NO_RULE, OUTCOMES

Json = dict[str, Any]

NOT_KNOWN = "not known"


class Numbers:
    """Events by their outcome and kind."""

    def __init__(self) -> None:
        self._events: Counter[tuple[str, str]] = Counter()

    def add(self, row: Json) -> None:
        # Attack families are counted of fraud alone, and do not say so.
        self._events[row["outcome"], row.get("kind", FRAUDULENT)] += row["events"]

    def merge(self, other: "Numbers") -> None:
        self._events += other._events

    def number(self, outcome: str | None = None, kind: str | None = None) -> int:
        """Return how many there are, of all outcomes or kinds where none is named."""
        return sum(
            events for (its, which), events in self._events.items() if outcome in (None, its) and kind in (None, which)
        )

    def stopped(self, kind: str) -> int:
        return self.number(kind=kind) - self.number(ALLOW, kind)

    def share(self, outcome: str, kind: str = GENUINE) -> float | None:
        """Return the share of *kind* that comes out so; None where there is nothing to share."""
        of_kind = self.number(kind=kind)
        return self.number(outcome, kind) / of_kind if of_kind else None

    def stopped_share(self, kind: str) -> float | None:
        of_kind = self.number(kind=kind)
        return self.stopped(kind) / of_kind if of_kind else None


class Column:
    """One side of the comparison."""

    def __init__(self, side: Json) -> None:
        self.side = side
        self.name: str = side["name"]
        self.all = Numbers()
        for row in side["outcomes"]:
            self.all.add(row)

    def by(self, group: str, key: str) -> dict[Any, Numbers]:
        """Return the numbers of each day, hour, country or family; what is empty is not known."""
        parts: dict[Any, Numbers] = defaultdict(Numbers)
        for row in self.side[group]:
            parts[NOT_KNOWN if row[key] == "" else row[key]].add(row)
        return parts

    def levels(self) -> Counter[tuple[str, str]]:
        """Return the numbers by level and kind."""
        return Counter({(row["level"] or NOT_KNOWN, row["kind"]): row["events"] for row in self.side["levels"]})


class Reading:
    """The document of a report. *before* is None where one policy alone was judged; *after* is the one under test."""

    def __init__(self, document: Json) -> None:
        self.document = document
        self.results: Json = document["results"]
        self.columns = [Column(side) for side in self.results["sides"]]
        self.after = self.columns[-1]
        self.before = self.columns[0] if len(self.columns) > 1 else None
        self.changes: Json | None = self.results["changes"]
        self.budget: float | None = (document.get("budget") or {}).get("max_challenge_rate")

    @property
    def compared(self) -> list[Column]:
        """Return the columns that tables put side by side."""
        return [self.after] if self.before is None else [self.before, self.after]

    def moved(self, kind: str | None) -> dict[tuple[str, str], int]:
        """Return the events of each outcome before and after, those that stayed among them; of *kind*, None for all."""
        if self.before is None or self.changes is None:
            return {}
        moved: Counter[tuple[str, str]] = Counter()
        for row in self.changes["rows"]:
            if row["before"] != row["after"] and kind in (None, row["kind"]):
                moved[row["before"], row["after"]] += row["events"]
        cells = {(before, after): moved[before, after] for before in OUTCOMES for after in OUTCOMES}
        for outcome in OUTCOMES:
            left = sum(number for (its, _), number in moved.items() if its == outcome)
            cells[outcome, outcome] = self.before.all.number(outcome, kind) - left
        return cells

    def rules(self) -> list[tuple[str, list[Json | None]]]:
        """Return each rule with its numbers on the compared sides, in the order of the policy under test.

        A rule that only the other policy has stands where it stood there: after the rule before it.
        """
        sides = [{row["rule"]: row for row in column.side["rules"]} for column in self.compared]
        order = list(sides[-1])
        previous = None
        for rule in sides[0]:
            if rule not in sides[-1]:
                order.insert(order.index(previous) + 1 if previous is not None else 0, rule)
            previous = rule
        order.sort(key=lambda rule: rule == NO_RULE)
        return [(rule, [side.get(rule) for side in sides]) for rule in order]
