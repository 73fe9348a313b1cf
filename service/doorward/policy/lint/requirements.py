"""Checks of requirements: what can be met, and what counts."""

from doorward.core.assurance import AUTHENTICATOR_TYPES, NAMED_TYPES, can_meet
from doorward.core.outcome import Requirement
from doorward.policy.findings import Report, one_of
from doorward.policy.lint.check import place_of
from doorward.policy.model import Policy

AAL_2 = 2


class UnmeetableRequirement:
    """No authenticator that there is can meet the requirement, so whoever is asked for it is refused for good."""

    code = "unmeetable-requirement"
    bad = "requirements: {strong: {any_of: [totp], phishing_resistant: true}}"
    good = "requirements: {strong: {any_of: [passkey], phishing_resistant: true}}"

    def look(self, policy: Policy, report: Report) -> None:
        for name, requirement in policy.requirements.items():
            if not can_meet(requirement, NAMED_TYPES, first_factor=True):
                message = f"no authenticator can meet the requirement '{name}'"
                report.warning(place_of(policy, "requirements", name), self.code, message)


class KnowledgeNamed:
    """Questions of knowledge are no authenticator (SP 800-63B-4; ASVS 6.4.2 wants none at all)."""

    code = "knowledge-named"
    bad = "requirements: {some: {any_of: [totp, knowledge]}}"
    good = "requirements: {some: {any_of: [totp, email]}}"

    def look(self, policy: Policy, report: Report) -> None:
        for name, requirement in policy.requirements.items():
            if "knowledge" in requirement.any_of:
                message = f"the requirement '{name}' takes questions of knowledge, which are no authenticator"
                report.warning(place_of(policy, "requirements", name), self.code, message)


class EmailCountedAsAal2:
    """E-mail and questions of knowledge prove no possession (SP 800-63B-4, 3.1.3.1), so they cannot reach AAL 2."""

    code = "email-counted-as-aal2"
    bad = "requirements: {mfa: {any_of: [totp, email], aal: 2}}"
    good = "requirements: {mfa: {any_of: [totp, passkey], aal: 2}}"

    def look(self, policy: Policy, report: Report) -> None:
        for name, requirement in policy.requirements.items():
            weak = [each for each in requirement.any_of if AUTHENTICATOR_TYPES[each].aal == 0]
            if weak and requirement.aal >= AAL_2:
                message = f"the requirement '{name}' asks for aal {requirement.aal}, which {one_of(weak)} cannot add to"
                report.warning(place_of(policy, "requirements", name), self.code, message)


class OnlyRestricted:
    """Whoever offers a restricted authenticator must offer one that is not (SP 800-63B-4, 3.2.9).

    What a telephone company can hand over to somebody else is restricted: SMS and voice.
    """

    code = "only-restricted"
    bad = "requirements: {mfa: {any_of: [sms, voice], aal: 2}}"
    good = "requirements: {mfa: {any_of: [sms, totp], aal: 2}}"

    def look(self, policy: Policy, report: Report) -> None:
        for name, requirement in policy.requirements.items():
            kinds = [AUTHENTICATOR_TYPES[each] for each in requirement.any_of]
            real = [kind for kind in kinds if kind.aal > 0]
            if real and all(kind.restricted for kind in real):
                message = f"the requirement '{name}' offers only what is restricted, expected another way such as totp"
                report.warning(place_of(policy, "requirements", name), self.code, message)


class NoPhishingResistantOption:
    """At AAL 2 one option that resists phishing must be offered (SP 800-63B-4, 2.2)."""

    code = "no-phishing-resistant-option"
    bad = "requirements: {mfa: {any_of: [push, totp], aal: 2}}"
    good = "requirements: {mfa: {any_of: [passkey, push, totp], aal: 2}}"

    def look(self, policy: Policy, report: Report) -> None:
        for name, requirement in policy.requirements.items():
            if requirement.aal >= AAL_2 and not _resists_phishing(requirement):
                message = f"the requirement '{name}' asks for aal {requirement.aal} and does not offer a passkey"
                report.warning(place_of(policy, "requirements", name), self.code, message)


def _resists_phishing(requirement: Requirement) -> bool:
    offered = requirement.any_of or tuple(NAMED_TYPES)
    return any(AUTHENTICATOR_TYPES[each].phishing_resistant for each in offered)
