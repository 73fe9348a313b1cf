"""How a policy is applied: which rule decides, what a proof satisfies, what unknown does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.core.facts import EnrolmentFacts
from doorward.core.outcome import STRICTNESS

ALLOW_THE_REST = '\n  - {id: rest, when: "true", then: allow}\n'
ABROAD = '  - {id: abroad, when: geo.country != "NO", on_unknown: UNKNOWN, then: {challenge: mfa}}' + ALLOW_THE_REST


def test_where_no_rule_matches_the_answer_is_deny(rule):
    ruling = rule("  - {id: weekend, when: event.weekend, then: allow}")

    assert (ruling.outcome, ruling.rule, ruling.reason) == ("deny", "", "no rule matched")


def test_the_first_rule_that_matches_decides_and_later_ones_are_not_reached(rule):
    ruling = rule('  - {id: a, when: "true", then: deny}' + ALLOW_THE_REST)

    assert (ruling.outcome, ruling.rule) == ("deny", "a")
    assert [each.state for each in ruling.results] == ["matched", "not_reached"]


@pytest.mark.parametrize(
    ("on_unknown", "outcome", "decided_by"),
    [
        ("skip", "allow", "rest"),
        ("match", "challenge", "abroad"),
        ("deny", "deny", "abroad"),
        ("{challenge: strong}", "challenge", "abroad"),
    ],
)
def test_an_unknown_does_what_its_rule_says(rule, on_unknown, outcome, decided_by):
    ruling = rule(ABROAD.replace("UNKNOWN", on_unknown), enrolment=EnrolmentFacts(types=("passkey",)))

    assert (ruling.outcome, ruling.rule) == (outcome, decided_by)
    assert ruling.results[0].state == "unknown"
    assert ruling.unknown_errors == 0


def test_a_condition_that_fails_on_known_values_counts_as_unknown_and_is_counted(rule):
    rules = "  - {id: a, when: context.speed > 3.0, on_unknown: deny, then: {challenge: mfa}}" + ALLOW_THE_REST

    ruling = rule(rules, {"context": {"speed": "fast"}})

    assert (ruling.outcome, ruling.unknown_errors) == ("deny", 1)


@pytest.mark.parametrize("value", ["\ud800", None, object(), 2**80, {1: 2}])
def test_a_value_that_cannot_be_carried_over_is_unknown(rule, value):
    rules = "  - {id: a, when: context.x == 'y', on_unknown: deny, then: {challenge: mfa}}" + ALLOW_THE_REST

    first = rule(rules, {"context": {"x": value, "z": value}})
    second = rule(rules, {"context": {"x": "y"}})

    assert first.outcome in ("deny", "allow")
    assert second.outcome == "challenge"


def test_a_rule_for_actions_does_not_apply_to_a_login(rule):
    rules = '  - {id: a, on: action, when: "true", then: deny}' + ALLOW_THE_REST

    login, action = rule(rules), rule(rules, kind="action")

    assert (login.outcome, login.results[0].state) == ("allow", "not_applicable")
    assert action.outcome == "deny"


def test_a_rule_in_shadow_is_noted_and_never_applied(rule):
    rules = '  - {id: a, shadow: true, when: "true", then: deny}' + ALLOW_THE_REST
    rules += '  - {id: late, shadow: true, when: "true", then: {challenge: mfa}}\n'

    ruling = rule(rules)

    assert ruling.outcome == "allow"
    assert [(each.policy, each.rule, each.outcome) for each in ruling.shadow] == [
        ("test", "a", "deny"),
        ("test", "late", "challenge"),
    ]


def test_a_deny_says_when_to_come_back(rule):
    ruling = rule('  - {id: a, when: "true", then: {deny: {retry_after: 15m}, notify: true}}')

    assert (ruling.retry_after_seconds, ruling.notify) == (900, True)


def test_the_reason_is_the_rules_own_word_else_its_description(rule):
    own = rule('  - {id: a, description: long, reason: short, when: "true", then: allow}')
    described = rule('  - {id: a, description: long, when: "true", then: allow}')

    assert (own.reason, described.reason) == ("short", "long")


CHALLENGE = '  - {id: ask, when: "true", then: {challenge: mfa, max_age: 5m, notify: true}}' + ALLOW_THE_REST


def test_a_proof_that_meets_the_requirement_lets_the_evaluation_go_on(rule, proof):
    ruling = rule(CHALLENGE, proofs=(proof(),))

    assert (ruling.outcome, ruling.rule, ruling.satisfied_by) == ("allow", "rest", "")
    assert ruling.results[0].state == "satisfied"


@pytest.mark.parametrize(
    "changes",
    [
        {"auth_time": 1_767_261_600.0 - 301},
        {"auth_time": 1_767_261_600.0 + 3600},
        {"aal": 1},
        {"types": ("email",)},
        {"binding": "digest", "jti": "one"},
        {"types": (), "amr": ("pwd",)},
    ],
)
def test_a_proof_that_is_old_weak_or_of_an_action_satisfies_nothing(rule, proof, changes):
    ruling = rule(CHALLENGE, proofs=(proof(**changes),))

    assert (ruling.outcome, ruling.rule) == ("challenge", "ask")
    assert (ruling.requirement.name, ruling.max_age, ruling.notify) == ("mfa", 300, True)


def test_a_proof_without_a_stated_age_is_good_for_twelve_hours(rule, proof, now):
    rules = '  - {id: ask, when: "true", then: {challenge: mfa}}' + ALLOW_THE_REST

    young = rule(rules, proofs=(proof(auth_time=now - 12 * 3600),))
    old = rule(rules, proofs=(proof(auth_time=now - 12 * 3600 - 1),))

    assert (young.outcome, old.outcome) == ("allow", "challenge")


def test_where_only_satisfied_challenges_match_the_answer_is_allow(rule, proof):
    ruling = rule('  - {id: ask, when: "true", then: {challenge: mfa}}', proofs=(proof(),))

    assert (ruling.outcome, ruling.rule) == ("allow", "ask")


BOUND = '  - {id: pay, on: action, when: "true", then: {challenge: mfa, bind: true}}' + ALLOW_THE_REST


def test_a_bound_proof_meets_its_own_action_and_is_spent(rule, proof):
    bound = proof(binding="this", jti="one")

    ruling = rule(BOUND, kind="action", binding_digest="this", proofs=(bound,))

    assert (ruling.outcome, ruling.satisfied_by) == ("allow", "one")


@pytest.mark.parametrize(("binding", "digest"), [("other", "this"), ("", "this"), ("", ""), ("this", "")])
def test_a_bound_rule_is_met_by_nothing_else(rule, proof, binding, digest):
    ruling = rule(BOUND, kind="action", binding_digest=digest, proofs=(proof(binding=binding, jti="one"),))

    assert (ruling.outcome, ruling.satisfied_by, ruling.bind) == ("challenge", "", True)


def test_a_bound_proof_is_not_spent_where_another_rule_still_asks(rule, proof):
    rules = BOUND.replace(ALLOW_THE_REST, '\n  - {id: more, when: "true", then: {challenge: strong}}')
    passkey = EnrolmentFacts(types=("passkey",))

    ruling = rule(rules, kind="action", binding_digest="x", proofs=(proof(binding="x", jti="1"),), enrolment=passkey)

    assert (ruling.outcome, ruling.rule, ruling.satisfied_by) == ("challenge", "more", "")


UNBOUND = BOUND.replace(", bind: true", "")
ODD = '\n  - {id: odd, when: "true", then: {challenge: mfa, max_age: 1h}}'
BOTH = BOUND.replace(ALLOW_THE_REST, ODD + ALLOW_THE_REST)


@pytest.mark.parametrize("rules", [UNBOUND, BOTH])
def test_a_bound_proof_meets_the_unbound_rules_of_its_own_action_too_and_is_spent(rule, proof, rules):
    ruling = rule(rules, kind="action", binding_digest="this", proofs=(proof(binding="this", jti="one"),))

    assert (ruling.outcome, ruling.rule, ruling.satisfied_by) == ("allow", "rest", "one")


@pytest.mark.parametrize("digest", ["other", ""])
def test_a_bound_proof_meets_no_rule_of_anything_else(rule, proof, digest):
    ruling = rule(UNBOUND, kind="action", binding_digest=digest, proofs=(proof(binding="this", jti="one"),))

    assert (ruling.outcome, ruling.satisfied_by) == ("challenge", "")


def test_a_bound_proof_is_not_spent_where_an_unbound_one_is_enough(rule, proof):
    proofs = (proof(), proof(binding="this", jti="one"))

    ruling = rule(UNBOUND, kind="action", binding_digest="this", proofs=proofs)

    assert (ruling.outcome, ruling.satisfied_by) == ("allow", "")


# One condition for each of three signals, in every state that it can have.
STATES = st.sampled_from([True, False, None])
THENS = st.sampled_from(["deny", "allow", "{challenge: mfa}", "{challenge: strong}", "{challenge: two}"])
NAMES = ("new.ip", "new.country", "new.browser")


@st.composite
def some_rules(draw):
    rules = []
    for index in range(draw(st.integers(1, 4))):
        then = draw(THENS)
        ways = ["skip", "deny", "{challenge: mfa}"] + (["match"] if then != "allow" else [])
        rules.append((f"r{index}", draw(st.sampled_from(NAMES)), draw(st.sampled_from(ways)), then))
    return rules


def written(rules, mode="first_match"):
    lines = [f"  - {{id: {a}, when: {b}, on_unknown: {c}, then: {d}}}" for a, b, c, d in rules]
    return "\n".join(lines) + f"\ncombine: {mode}\n"


def effects(rules, states):
    """What each rule does, by the plainest reading of the language."""
    for rule_id, name, on_unknown, then in rules:
        state = states[name]
        effect = then if state else None
        if state is None:
            effect = {"skip": None, "match": then}.get(on_unknown, on_unknown)
        if effect is not None:
            yield rule_id, effect.split(":")[0].strip("{ ")


EVERYTHING = EnrolmentFacts(types=("passkey", "totp", "email", "push"))


@given(some_rules(), st.fixed_dictionaries(dict.fromkeys(NAMES, STATES)))
def test_first_match_is_what_a_plain_reading_gives(rule, rules, states):
    known = {name: value for name, value in states.items() if value is not None}
    expected = next(effects(rules, states), ("", "deny"))

    ruling = rule(written(rules), known, enrolment=EVERYTHING)

    assert (ruling.rule, ruling.outcome) == expected


@given(some_rules(), some_rules(), st.fixed_dictionaries(dict.fromkeys(NAMES, STATES)))
def test_in_the_strictest_mode_one_rule_more_never_makes_the_answer_milder(rule, rules, more, states):
    known = {name: value for name, value in states.items() if value is not None}
    more = [(f"more-{rule_id}", *rest) for rule_id, *rest in more]

    few = rule(written(rules, "strictest"), known, enrolment=EVERYTHING)
    many = rule(written(rules + more, "strictest"), known, enrolment=EVERYTHING)

    if few.rule:
        assert STRICTNESS[many.outcome] >= STRICTNESS[few.outcome]
