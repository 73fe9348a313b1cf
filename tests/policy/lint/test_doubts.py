"""What the checks see, and what they pass over because it may well be meant."""

import pytest

HEAD = """\
version: 1
id: x
lists: {usual: [NO, SE], office: {cidr: [10.0.0.0/8]}, wide: {cidr: [10.1.0.0/16, 192.0.2.0/24]}}
requirements: {mfa: {any_of: [passkey, totp], aal: 2}, strong: {any_of: [passkey], phishing_resistant: true}}
rules:
"""
OFFICE, WIDE = "in_network(ip.address, lists.office)", "in_network(ip.address, lists.wide)"


@pytest.fixture
def told(check):
    """Return which rules have the finding *code*, in a policy of these rules that ends in an allow."""

    def of(code, *rules, combine="first_match"):
        lines = [f"  - {{id: r{number}, {each}}}\n" for number, each in enumerate(rules)]
        end = f'  - {{id: rest, when: "true", then: allow}}\ncombine: {combine}\n'
        made = check(HEAD + "".join(lines) + end)
        assert made.policy is not None, made.findings
        return [each.rule for each in made.findings if each.code == code and each.rule != "rest"]

    return of


def rule(when, then="deny", **more):
    fields = {"when": "'{}'".format(when.replace("'", "''")), "then": then} | more
    return ", ".join(f"{key}: {value}" for key, value in fields.items())


def known(when, then="deny", **more):
    """A rule over what may be unknown, which is then skipped."""
    return rule(when, then, on_unknown="skip", **more)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (rule("true"), rule("event.weekend")),
        (rule("event.hour > 5"), rule("event.hour >= 7")),
        (rule("event.hour > 5"), rule("6 <= event.hour && event.weekend")),
        (rule("event.hour > 5"), rule("event.hour == 9")),
        (rule("event.hour > 5"), rule("event.hour in [7, 9] || event.hour == 23")),
        (rule("event.hour != 9"), rule("event.hour > 9")),
        (rule("event.hour > 5 || event.weekend"), rule("event.weekend")),
        (rule("!(event.hour <= 5)"), rule("event.hour > 5")),
        (rule("event.weekend"), rule("event.weekend && action.name == 'x'", "allow")),
        (known("risk.score > 5.0"), known("risk.score >= 5.5")),
        (known("risk.score > 5.0"), known("risk.score > 5.0 && risk.score < 7.0", "{challenge: mfa}")),
        (known("geo.country in lists.usual"), known("geo.country == 'NO'")),
        (known("geo.country != 'NO'"), known("geo.country in ['SE', 'DK']")),
        (known("new.ip"), known("new.ip == true && new.asn")),
        (known(OFFICE), known("in_network(ip.address,lists.office) && new.ip")),
        (rule("'a' in subject.groups", "allow"), rule("'a' in subject.groups")),
        (rule("new.ip", on_unknown="deny"), rule("new.ip", on_unknown="match")),
        (known("new.ip"), known("new.ip", on="login")),
        (known("new.ip", on="login"), known("new.ip", on="login")),
    ],
)
def test_a_rule_after_one_that_decides_all_of_it_is_unreachable(told, first, second):
    assert told("unreachable-rule", first, second) == ["r1"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (rule("true", "{challenge: mfa}"), rule("event.weekend")),
        (rule("event.weekend", "{challenge: mfa}"), rule("event.weekend")),
        (rule("true", shadow="true"), rule("event.weekend")),
        (rule("true"), rule("event.weekend", shadow="true")),
        (rule("event.hour > 5"), rule("event.hour >= 5")),
        (rule("event.hour > 5"), rule("event.hour > 6 || event.weekend")),
        (rule("event.hour != 9"), rule("event.hour > 8")),
        (known("risk.score > 5.0"), known("risk.score >= 5.0")),
        (known("!(risk.score > 5.0)"), known("risk.score <= 5.0 || new.ip")),
        (known("new.ip"), rule("new.ip", on_unknown="deny")),
        (rule("new.ip", on_unknown="{challenge: mfa}"), rule("new.ip", on_unknown="deny")),
        (known("new.ip", on="login"), known("new.ip")),
        (known("new.ip", on="login"), known("new.ip", on="action")),
        (known("geo.country in lists.usual"), known("geo.country in ['NO', 'DK']")),
        (known(OFFICE), known(WIDE)),
        (rule("event.kind == 'login' ? event.weekend : true"), rule("event.weekend")),
    ],
)
def test_a_rule_that_may_still_do_something_is_not_called_unreachable(told, first, second):
    assert told("unreachable-rule", first, second) == []


def test_two_rules_for_one_kind_each_leave_nothing_to_one_for_both(told):
    first, second = (known("new.ip", on=kind) for kind in ("login", "action"))

    assert told("unreachable-rule", first, second, known("new.ip")) == ["r2"]


def test_where_the_strictest_decides_every_rule_is_reached(told):
    assert told("unreachable-rule", rule("true"), rule("event.weekend"), combine="strictest") == []


@pytest.mark.parametrize(
    "when",
    [
        "event.hour > 20 && event.hour < 6",
        "event.hour == 5 && event.hour != 5",
        "event.weekend && !event.weekend",
        "action.name == 'a' && action.name in ['b', 'c']",
        "event.hour > 5 && event.hour < 6",
        "'a' in subject.groups && !('a' in subject.groups)",
        "false",
    ],
)
def test_a_condition_that_contradicts_itself_is_never_true(told, when):
    assert told("never-true", rule(when)) == ["r0"]


@pytest.mark.parametrize("when", ["event.hour > 20 || event.hour < 6", "action.name != 'a' && action.name != 'b'"])
def test_a_condition_that_only_looks_like_it_is_not(told, when):
    assert told("never-true", rule(when)) == []


@pytest.mark.parametrize(
    "when",
    [
        "risk.score > 100.0",
        "risk.score >= 0.0",
        "event.hour == 24",
        "hour_between(event.hour, 22, 30)",
        "'exemptt' in subject.flags",
        "network.kind in ['tor', 'proxy']",
        "device.type != 'phone'",
        "geo.country == 'Norway'",
        "geo.country == 'no'",
        "risk.level == 'hihg'",
        "velocity.device_subjects_24h > 16",
        "velocity.asn_failure_ratio_1h > 20.0",
    ],
)
def test_a_value_that_a_signal_never_has_is_told(told, when):
    assert told("impossible-value", known(when)) == ["r0"]


@pytest.mark.parametrize(
    "when",
    [
        "risk.score >= 100.0",
        "hour_between(event.hour, 22, 24)",
        "credential.result == ''",
        "risk.level == 'unknown'",
        "geo.country == 'XK'",
        "geo.country in lists.usual",
        "device.browser == 'Anything'",
        "context.type == 'phone'",
        "velocity.device_subjects_24h >= 16",
    ],
)
def test_a_value_that_it_may_have_is_not(told, when):
    assert told("impossible-value", known(when)) == []


def test_the_near_word_is_offered(check):
    made = check(HEAD + "  - {id: a, when: 'network.kind == \"hostng\"', on_unknown: skip, then: deny}\n")

    finding = next(each for each in made.findings if each.code == "impossible-value")
    assert (finding.line, finding.column, finding.suggestion) == (6, 36, "hosting")


@pytest.mark.parametrize(
    ("code", "rules"),
    [
        ("bind-at-login", [rule("action.name == 'pay'", "{challenge: mfa, bind: true}")]),
        ("bind-at-login", [rule("event.kind == 'action'", "{challenge: mfa, bind: true}")]),
        ("bind-at-login", [known("action.binding.to == 'x'", "{challenge: mfa, bind: true}")]),
        ("bind-at-login", [rule("action.name.startsWith('pay')", "{challenge: mfa, bind: true}")]),
        ("unscored-allowed", [rule("risk.level != 'low'", "{challenge: mfa}")]),
        ("unscored-allowed", [rule("risk.level == 'high'"), rule("risk.level == 'unknown'", "{challenge: mfa}")]),
        ("unscored-allowed", [rule("risk.level == 'high'"), rule("risk.score > 90.0", on_unknown="deny")]),
        ("unscored-allowed", [rule("risk.level == 'high'"), rule("true", "{challenge: mfa}")]),
        ("no-break-glass", [rule("event.weekend", "{challenge: mfa}")]),
        ("no-break-glass", [rule("'office' in subject.groups", "allow"), rule("event.weekend")]),
        ("no-break-glass", [rule("event.weekend && !('office' in subject.groups)")]),
        ("no-break-glass", [rule("event.weekend", on="action")]),
        ("no-break-glass", [rule("event.weekend", shadow="true")]),
        (
            "covered-networks",
            [known(WIDE), known(OFFICE)],
        ),
        (
            "covered-networks",
            [
                known(OFFICE, "{challenge: mfa}"),
                known(WIDE),
            ],
        ),
        (
            "covered-networks",
            [known(OFFICE, on="login"), known(WIDE)],
        ),
    ],
)
def test_what_may_well_be_meant_is_passed_over(told, code, rules):
    assert told(code, *rules) == []


@pytest.mark.parametrize(
    ("code", "rules", "named"),
    [
        ("bind-at-login", [rule("action.name != 'pay'", "{challenge: mfa, bind: true}")], "r0"),
        ("no-break-glass", [rule("event.weekend", "{challenge: strong}")], "r0"),
        ("no-break-glass", [rule("event.weekend"), rule("'office' in subject.groups", "allow")], "r0"),
        ("no-break-glass", [rule("new.ip", "{challenge: mfa}", on_unknown="deny")], "r0"),
    ],
)
def test_what_looks_alike_and_is_not_meant_is_told(told, code, rules, named):
    assert told(code, *rules) == [named]


def test_an_allow_is_no_way_through_where_the_strictest_decides(told):
    rules = [rule("'office' in subject.groups", "allow"), rule("event.weekend")]

    assert told("no-break-glass", *rules, combine="strictest") == ["r1"]


def test_a_final_rule_in_shadow_decides_nothing(check):
    made = check('{version: 1, id: x, rules: [{id: rest, when: "true", shadow: true, then: allow}]}')

    assert [each.message for each in made.findings if each.code == "no-final-rule"] == [
        f'no rule decides every {kind}, expected a last one with when: "true" that is not in shadow'
        for kind in ("action", "login")
    ]


def test_networks_that_stand_in_a_list_twice_are_told(check):
    text = HEAD.replace("[10.0.0.0/8]", "[10.0.0.0/8, 10.2.3.4, 10.0.0.0/8, 2001:db8::/32, 2001:db8:1::/48]")

    made = check(text + '  - {id: rest, when: "true", then: allow}\n')

    assert [each.message for each in made.findings if each.code == "overlapping-networks"] == [
        "in the list 'office' 10.0.0.0/8 stands there twice",
        "in the list 'office' 10.2.3.4/32 lies within 10.0.0.0/8 (and 1 more)",
    ]
