"""Checks of who gets in all the same: those who must when a rule goes wrong, and those who were blocked by hand."""

from doorward.core.outcome import ALLOW, CHALLENGE, DENY
from doorward.core.request import LOGIN
from doorward.policy.findings import Report
from doorward.policy.lint.check import REST
from doorward.policy.lists import RuntimeList
from doorward.policy.model import FIRST_MATCH, Effect, Policy, Rule

_NAMING_PEOPLE = frozenset(("subject.id", "subject.groups", "subject.flags", "subject.attributes"))
_NEW_COUNTRY = "{id: abroad, when: new.country, on_unknown: skip, then: deny}"


def _names_people(rule: Rule) -> bool:
    return not _NAMING_PEOPLE.isdisjoint(rule.condition.signals)


def _is_kept_by_hand(rule: Rule, policy: Policy) -> bool:
    """An entry of a run-time list ends by itself, and can be taken out without a new policy."""
    return any(isinstance(policy.lists[name], RuntimeList) for name in rule.condition.lists)


def _shuts_out(effect: Effect | str | None) -> bool:
    """A code that an administrator gives gets past every challenge but one that must resist phishing."""
    if not isinstance(effect, Effect):
        return False
    strong = effect.requirement is not None and effect.requirement.phishing_resistant
    return effect.outcome == DENY or (effect.outcome == CHALLENGE and strong)


class NoBreakGlass:
    """A rule can shut out everybody at once, and nothing above it lets anyone through by name.

    A feed gone wrong or a signal gone missing then shuts out those who could put it right. The way through is an
    `allow` by `subject.groups`, `subject.flags` (an exemption that an administrator gave) or `subject.id` above the
    rule, or the rule's own exception for them.
    """

    code = "no-break-glass"
    bad = f"rules: [{_NEW_COUNTRY}, {REST}]"
    good = (
        "rules: [{id: exempt, when: '\"exempt\" in subject.flags', on_unknown: skip, then: {allow: {}, notify: true}},"
        f" {_NEW_COUNTRY}, {REST}]"
    )

    def look(self, policy: Policy, report: Report) -> None:
        for rule in policy.rules:
            if rule.shadow or not rule.applies_to(LOGIN):
                continue
            if _names_people(rule):
                # Where the strictest decides, an allow gets nobody past a denial.
                if rule.then.outcome == ALLOW and policy.combine == FIRST_MATCH:
                    return
            elif not _is_kept_by_hand(rule, policy) and (_shuts_out(rule.then) or _shuts_out(rule.on_unknown)):
                message = "can shut out everybody, and no rule above it allows a named group or the exempt"
                report.warning(rule.place, self.code, message, rule=rule.id)
                return


class AllowBeforeBlock:
    """An `allow` stands above a rule that denies what an operator blocked by hand: the block does not hold.

    An `allow` by a run-time list, or for people by name, was meant so and is passed over.
    """

    code = "allow-before-block"
    _home = "{id: home, when: device.known, on_unknown: skip, then: allow}"
    _block = "{id: block, when: subject.id in lists.blocked, on_unknown: skip, then: deny}"
    bad = f"lists: {{blocked: {{runtime: subject}}}}\nrules: [{_home}, {_block}, {REST}]"
    good = f"lists: {{blocked: {{runtime: subject}}}}\nrules: [{_block}, {_home}, {REST}]"

    def look(self, policy: Policy, report: Report) -> None:
        if policy.combine != FIRST_MATCH:
            return
        above: list[Rule] = []
        for rule in policy.rules:
            if rule.shadow:
                continue
            by_hand = _is_kept_by_hand(rule, policy)
            if rule.then.outcome == ALLOW and not by_hand and not _names_people(rule):
                above.append(rule)
            elif rule.then.outcome == DENY and by_hand:
                passing = next((each for each in above if _meet(each, rule)), None)
                if passing is not None:
                    message = f"what is blocked by hand is allowed by '{passing.id}' above it"
                    report.warning(rule.place, self.code, message, rule=rule.id)


def _meet(one: Rule, other: Rule) -> bool:
    return any(one.applies_to(kind) and other.applies_to(kind) for kind in ("login", "action"))
