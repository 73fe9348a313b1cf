"""Checks of what is declared and never used."""

from doorward.policy.findings import Report
from doorward.policy.lint.check import place_of
from doorward.policy.lists import NetworkTable, WordList
from doorward.policy.model import Effect, Policy


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


class UnusedRequirement:
    """A requirement that nothing asks for, as is left behind by a renamed one."""

    code = "unused-requirement"
    bad = 'requirements: {mfa: {any_of: [passkey]}}\nrules: [{id: rest, when: "true", then: allow}]'
    good = 'requirements: {mfa: {any_of: [passkey]}}\nrules: [{id: rest, when: "true", then: {challenge: mfa}}]'

    def look(self, policy: Policy, report: Report) -> None:
        effects = [policy.degraded]
        for rule in policy.rules:
            effects += [each for each in (rule.then, rule.on_unknown) if isinstance(each, Effect)]
        used = {effect.requirement.name for effect in effects if effect.requirement is not None}
        for name in policy.requirements:
            if name not in used:
                message = f"nothing asks for the requirement '{name}'"
                report.warning(place_of(policy, "requirements", name), self.code, message)


class EmptyList:
    """A list that rules read and that holds nothing: a file that came out empty blocks nobody.

    Lists that are filled at run time begin empty, and are not meant.
    """

    code = "empty-list"
    bad = UnusedList.good.replace("[KP]", "[]")
    good = UnusedList.good

    def look(self, policy: Policy, report: Report) -> None:
        used = frozenset[str]().union(*(rule.condition.lists for rule in policy.rules))
        for name, named in policy.lists.items():
            is_empty = isinstance(named, NetworkTable | WordList) and len(named) == 0
            if is_empty and name in used:
                report.warning(place_of(policy, "lists", name), self.code, f"the list '{name}' is empty")
