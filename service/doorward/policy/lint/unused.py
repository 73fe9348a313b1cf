"""Checks of what is declared and never used."""

from doorward.policy.findings import Report
from doorward.policy.lint.check import place_of
from doorward.policy.model import Policy


class UnusedList:
    """A list that no rule reads: a block list that blocks nothing."""

    code = "unused-list"
    bad = 'lists: {embargoed: [KP]}\nrules: [{id: rest, when: "true", then: allow}]'
    good = (
        "lists: {embargoed: [KP]}\n"
        "rules: [{id: a, when: geo.country in lists.embargoed, on_unknown: skip, then: deny},"
        ' {id: rest, when: "true", then: allow}]'
    )

    def look(self, policy: Policy, report: Report) -> None:
        used = frozenset[str]().union(*(rule.condition.lists for rule in policy.rules))
        for name in policy.lists:
            if name not in used:
                report.warning(place_of(policy, "lists", name), self.code, f"no rule reads the list '{name}'")
