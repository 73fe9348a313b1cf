"""Checks of what reads well and does something else: a bound challenge at a login, a score that nobody foresaw."""

from doorward.core.outcome import ALLOW
from doorward.core.request import ACTION, LOGIN
from doorward.policy import tree
from doorward.policy.findings import Report
from doorward.policy.lint.cases import Case, cases_of
from doorward.policy.lint.check import REST
from doorward.policy.lint.domains import Domain
from doorward.policy.model import BOTH, Effect, Policy, Rule

_MFA = "requirements: {mfa: {any_of: [passkey]}}\n"


class BindAtLogin:
    """A bound challenge is for one action; a login has none, so there no proof ever meets it and it is asked again.

    Passed over where the condition speaks of the action in a way that is not looked into.
    """

    code = "bind-at-login"
    bad = f"{_MFA}rules: [{{id: a, when: event.weekend, then: {{challenge: mfa, bind: true}}}}, {REST}]"
    good = f"{_MFA}rules: [{{id: a, on: action, when: event.weekend, then: {{challenge: mfa, bind: true}}}}, {REST}]"

    def look(self, policy: Policy, report: Report) -> None:
        for rule in policy.rules:
            effects = [each for each in (rule.then, rule.on_unknown) if isinstance(each, Effect)]
            if rule.on == BOTH and any(each.bind for each in effects) and _can_be_at_login(rule, policy):
                message = "at a login nothing meets a challenge that binds, expected 'on: action'"
                report.warning(rule.place, self.code, message, rule=rule.id, suggestion="on: action")


_AT_LOGIN = {"event.kind": LOGIN, "action.name": ""}
_OF_ACTIONS = frozenset(("event.kind", "action.name", "action.binding"))


def _can_be_at_login(rule: Rule, policy: Policy) -> bool:
    return any(_holds_at_login(case) for case in cases_of(rule.condition.tree, policy.lists))


def _holds_at_login(case: Case) -> bool:
    if any(value not in case.signals[name] for name, value in _AT_LOGIN.items() if name in case.signals):
        return False
    named = {branch.name for piece, _ in case.pieces for branch in piece.walk() if branch.kind == tree.NAME}
    return named.isdisjoint(_OF_ACTIONS)


class UnscoredAllowed:
    """Rules ask for the level of the risk and none for `unknown`: what could not be scored passes as calm."""

    code = "unscored-allowed"
    bad = f'{_MFA}rules: [{{id: a, when: risk.level == "high", then: {{challenge: mfa}}}}, {REST}]'
    good = f'{_MFA}rules: [{{id: a, when: \'risk.level in ["high", "unknown"]\', then: {{challenge: mfa}}}}, {REST}]'

    def look(self, policy: Policy, report: Report) -> None:
        for kind in (LOGIN, ACTION):
            rules = [rule for rule in policy.rules if rule.applies_to(kind) and not rule.shadow]
            last = next((rule for rule in rules if rule.condition.always_true), None)
            if last is None or last.then.outcome != ALLOW:
                continue
            strict = [rule for rule in rules if rule.then.outcome != ALLOW]
            asking = [rule for rule in strict if not _SCORED.isdisjoint(rule.condition.signals)]
            levels = [domain for rule in asking for domain in _levels(rule, policy)]
            if asking and len(levels) == len(asking) and not any(UNSCORED in domain for domain in levels):
                rule = asking[0]
                message = "no rule speaks of the level 'unknown', which is that of an attempt without a score"
                report.warning(rule.place_of(0), self.code, message, rule=rule.id)
                return


UNSCORED = "unknown"
_SCORED = frozenset(("risk.level", "risk.score"))


def _levels(rule: Rule, policy: Policy) -> list[Domain]:
    """Return the levels that a plain rule against the risk is for; nothing where that is not plain."""
    cases = cases_of(rule.condition.tree, policy.lists)
    if len(cases) != 1 or "risk.score" in rule.condition.signals:
        return []
    domain = cases[0].signals.get("risk.level")
    return [domain] if domain is not None else []
