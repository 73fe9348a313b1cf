"""The other mode, what a subject without authenticators meets, and what is left where nothing can be read."""

import pytest

from doorward.core.facts import EnrolmentFacts

NOBODY = EnrolmentFacts()
PASSKEY = EnrolmentFacts(types=("passkey",))


def asking(*thens, after=""):
    rules = [f'  - {{id: r{index}, when: "true", then: {then}}}' for index, then in enumerate(thens)]
    return "\n".join(rules) + "\ncombine: strictest\n" + after


def test_deny_wins_over_challenge_and_challenge_over_allow(rule):
    denied = rule(asking("allow", "{challenge: mfa}", "deny"))
    challenged = rule(asking("allow", "{challenge: mfa}"))

    assert (denied.outcome, denied.rule) == ("deny", "r2")
    assert (challenged.outcome, challenged.rule) == ("challenge", "r1")


def test_challenges_merge_to_all_that_each_of_them_asks(rule):
    first, second = "{challenge: mfa, max_age: 1h, notify: true}", "{challenge: strong, max_age: 5m}"

    ruling = rule(asking(first, second), enrolment=PASSKEY)

    required = ruling.requirement
    assert (required.any_of, required.aal, required.phishing_resistant) == (("passkey",), 2, True)
    assert (ruling.max_age, ruling.notify) == (300, True)


@pytest.mark.parametrize(
    ("ages", "shortest"),
    [(("24h", None), None), ((None, "24h"), None), (("1h", None), 3600), ((None, "1h"), 3600), ((None, None), None)],
)
def test_a_challenge_that_says_no_age_asks_for_the_usual_one(rule, ages, shortest):
    thens = [f"{{challenge: mfa{f', max_age: {age}' if age else ''}}}" for age in ages]

    assert rule(asking(*thens)).max_age == shortest


def test_the_highest_count_holds(rule):
    ruling = rule(asking("{challenge: mfa}", "{challenge: two}"), enrolment=EnrolmentFacts(types=("passkey", "totp")))

    assert (ruling.requirement.count, ruling.requirement.any_of) == (2, ("passkey", "totp"))


@pytest.mark.parametrize("other", ["mail", "two"])
def test_challenges_that_nothing_can_meet_together_are_a_deny(rule, other):
    first = "strong" if other == "mail" else "mail"

    ruling = rule(asking(f"{{challenge: {first}}}", f"{{challenge: {other}}}"), enrolment=PASSKEY)

    assert ruling.outcome == "deny"
    assert ruling.reason == "no authenticator can meet all the rules that matched"


def test_a_satisfied_challenge_does_not_weigh_on_the_others(rule, proof):
    ruling = rule(asking("{challenge: mfa}", "{challenge: strong}"), proofs=(proof(),), enrolment=PASSKEY)

    assert (ruling.rule, ruling.requirement.name) == ("r1", "strong")
    assert ruling.results[0].state == "satisfied"


ASK = '  - {id: ask, when: "true", then: {challenge: mfa}}\n'


def test_who_has_nothing_enrolled_is_offered_to_enrol_at_a_calm_login(rule):
    ruling = rule(ASK, enrolment=NOBODY)

    assert (ruling.outcome, ruling.unenrolled) == ("challenge", True)
    assert ruling.enrol == ("passkey", "push", "totp", "sms")


@pytest.mark.parametrize("level", ["high", "unknown", ""])
def test_at_a_risk_that_is_high_or_not_known_the_first_authenticator_is_not_bound(rule, level):
    ruling = rule(ASK, {"risk.level": level}, enrolment=NOBODY)

    assert (ruling.outcome, ruling.unenrolled, ruling.enrol) == ("deny", True, ())


def test_an_action_of_someone_with_nothing_enrolled_is_denied(rule):
    ruling = rule(ASK, enrolment=NOBODY, kind="action")

    assert (ruling.outcome, ruling.rule, ruling.unenrolled) == ("deny", "ask", True)


def test_the_policy_may_decide_otherwise(rule):
    rules = ASK + "unenrolled: {login: deny, login_high_risk: enrol, action: allow}\n"

    calm = rule(rules, enrolment=NOBODY)
    risky = rule(rules, {"risk.level": "high"}, enrolment=NOBODY)
    action = rule(rules, enrolment=NOBODY, kind="action")

    assert (calm.outcome, risky.outcome, action.outcome) == ("deny", "challenge", "allow")


@pytest.mark.parametrize("entry", ["allow", "enrol", "deny"])
def test_who_has_only_what_is_suspended_or_disabled_is_denied(rule, entry):
    rules = ASK + f"unenrolled: {{login: {entry}, action: {entry}}}\n"
    disabled = EnrolmentFacts(types=("email",), blocked=("totp",))

    outcomes = [rule(rules, enrolment=disabled, kind=kind).outcome for kind in ("login", "action")]

    assert outcomes == ["deny", "deny"]


def test_an_enrolment_that_cannot_be_read_is_never_unenrolled(rule):
    ruling = rule(ASK, {"risk.level": "high"}, enrolment=EnrolmentFacts(readable=False))

    assert (ruling.outcome, ruling.unenrolled) == ("challenge", False)


def test_who_has_the_wrong_authenticators_has_nothing_that_could_meet_it(rule):
    ruling = rule('  - {id: ask, when: "true", then: {challenge: strong}}', enrolment=EnrolmentFacts(types=("totp",)))

    assert (ruling.unenrolled, ruling.enrol) == (True, ("passkey",))


def test_without_a_stated_first_factor_only_what_suffices_alone_is_offered(rule):
    ruling = rule(ASK, enrolment=NOBODY, first_factor=False)

    assert ruling.enrol == ("passkey",)


REST = '  - {id: rest, when: "true", then: allow}\n'


@pytest.mark.parametrize(
    ("then", "entry", "outcome", "decided_by"),
    [
        ("allow", "{challenge: mfa}", "challenge", "degraded"),
        ("deny", "{challenge: mfa}", "deny", "rest"),
        ("{challenge: mfa}", "deny", "deny", "degraded"),
        ("allow", "allow", "allow", "rest"),
    ],
)
def test_degraded_the_stricter_of_rules_and_entry_holds(rule, then, entry, outcome, decided_by):
    rules = REST.replace("allow", then) + f"degraded: {entry}\n"

    ruling = rule(rules, degraded=True, enrolment=EnrolmentFacts(readable=False))

    assert (ruling.outcome, ruling.rule) == (outcome, decided_by)


def test_degraded_without_an_entry_is_no_silent_allow(rule):
    assert rule(REST, degraded=True, enrolment=EnrolmentFacts(readable=False)).outcome == "challenge"


@pytest.mark.parametrize("then", ["allow", "{challenge: mfa}"])
def test_degraded_who_has_nothing_enrolled_is_not_allowed_for_it(rule, then):
    rules = REST.replace("allow", then) + "unenrolled: {login: allow}\ndegraded: {challenge: mfa}\n"

    usual = rule(rules, enrolment=NOBODY)
    degraded = rule(rules, enrolment=NOBODY, degraded=True)

    assert (usual.outcome, degraded.outcome, degraded.enrol) == ("allow", "challenge", ())


def test_degraded_with_two_challenges_asks_what_both_ask(rule):
    rules = REST.replace("allow", "{challenge: strong}") + "degraded: {challenge: mfa}\n"

    ruling = rule(rules, degraded=True, enrolment=PASSKEY)

    assert (ruling.rule, ruling.requirement.aal, ruling.requirement.phishing_resistant) == ("rest", 2, True)


def test_degraded_a_fresh_proof_is_enough(rule, proof):
    assert rule(REST + "degraded: {challenge: mfa}\n", degraded=True, proofs=(proof(),)).outcome == "allow"
