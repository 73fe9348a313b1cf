"""Checks of rules: that something always decides, and that nothing is said in vain."""

from doorward.core.request import ACTION, LOGIN
from doorward.policy.findings import Report
from doorward.policy.model import Policy


class NoFinalRule:
    """Where no rule matches the answer is deny; a last rule that always matches says what is meant."""

    code = "no-final-rule"
    bad = "rules: [{id: a, when: event.weekend, then: deny}]"
    good = 'rules: [{id: a, when: event.weekend, then: deny}, {id: rest, when: "true", then: allow}]'

    def look(self, policy: Policy, report: Report) -> None:
        for kind in (LOGIN, ACTION):
            final = (rule for rule in policy.rules if rule.condition.always_true and not rule.shadow)
            if not any(rule.applies_to(kind) for rule in final):
                message = f'no rule decides every {kind}, expected a last one with when: "true"'
                if policy.rules[-1].condition.always_true and policy.rules[-1].shadow:
                    message += " that is not in shadow"
                report.warning(policy.rules[-1].place, self.code, message, rule=policy.rules[-1].id)


class NeedlessOnUnknown:
    """The condition rests on nothing that can be unknown, so `on_unknown` never applies and misleads its reader."""

    code = "needless-on-unknown"
    bad = 'rules: [{id: a, when: event.weekend, on_unknown: skip, then: deny}, {id: rest, when: "true", then: allow}]'
    good = 'rules: [{id: a, when: new.ip, on_unknown: skip, then: deny}, {id: rest, when: "true", then: allow}]'

    def look(self, policy: Policy, report: Report) -> None:
        for rule in policy.rules:
            if rule.on_unknown is not None and not rule.condition.can_be_unknown:
                message = "'on_unknown' is never used: nothing in the condition can be unknown"
                report.warning(rule.place, self.code, message, rule=rule.id)
