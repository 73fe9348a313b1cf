"""A file with mistakes: all of them at once, each where it stands, each with the near name."""

import pytest

TEN_MISTAKES = """\
version: 1
id: ten
lists:
  embargoed: [KP]
  offices: {cidr: [198.51.100.7/24]}
requirements:
  mfa: {any_of: [passkey, topt], aal: 2}
rules:
  - id: abroad
    when: geo.contry in lists.embargoed
    on_unknown: skip
    then: deny
  - id: folded
    when: >-
      new.country
      && geo.country in lists.embargod
    on_unknown: skip
    then: {challenge: mfaa}
  - id: open
    when: new.country
    then: denny
  - id: quoted
    when: "event.weekend && in_netwrk(ip.address, \\
      lists.offices)"
    on_unknown: skip
    then: deny
  - id: abroad
    wen: "true"
    then: allow
unenroled: {login: deny}
"""

EXPECTED = [
    (5, 20, "bad-network", "198.51.100.0/24"),
    (7, 27, "unknown-authenticator-type", "totp"),
    (10, 11, "unknown-signal", "geo.country"),
    (16, 25, "unknown-list", "lists.embargoed"),
    (18, 23, "unknown-requirement", "mfa"),
    (20, 11, "missing-on-unknown", ""),
    (21, 11, "unknown-outcome", "deny"),
    (23, 29, "unknown-function", "in_network"),
    (27, 9, "duplicate-id", ""),
    (28, 5, "unknown-rule-key", "when"),
    (30, 1, "unknown-policy-key", "unenrolled"),
]


def test_all_mistakes_come_at_once_each_at_its_place_with_the_near_name(check):
    found = check(TEN_MISTAKES)

    assert [(each.line, each.column, each.code, each.suggestion) for each in found.findings] == EXPECTED
    assert found.policy is None


def test_a_finding_names_its_rule_and_says_what_was_meant(check):
    finding = check(TEN_MISTAKES).findings[2]

    assert finding.rule == "abroad"
    assert finding.message == "unknown signal 'geo.contry' (did you mean 'geo.country'?)"


SHELL = """\
version: 1
id: x
requirements: {mfa: {any_of: [totp]}}
lists: {office: {cidr: [10.0.0.0/8]}, home: {area: {lat: 1, lon: 2, km: 3}}, banned: {runtime: subject}}
rules:
  - id: a
    when: WHEN
    on_unknown: skip
    then: THEN
"""


def of_rule(check, *, when='"true"', then="deny"):
    found = check(SHELL.replace("WHEN", when).replace("THEN", then)).findings
    return [(each.line, each.column, each.code) for each in found if each.severity == "error"]


@pytest.mark.parametrize(
    ("when", "places"),
    [
        ("subject.idd == 'x'", [(7, 11)]),
        ("'subject.id == ''x'' && subject.idd == \"y\"'", [(7, 35)]),
        ("\"event.weekend\\t&& subject.idd == 'x'\"", [(7, 30)]),
        ("\"subject.id == '\\u00e9' && subject.idd == 'x'\"", [(7, 38)]),
        ("event.weekend\n      && subject.idd == 'x'", [(8, 10)]),
        ("|\n      event.weekend\n\n        && subject.idd == 'x'", [(10, 12)]),
        (">- # why\n      event.weekend &&\n      subject.idd == 'x'", [(9, 7)]),
        ("risk.scor > 1.0 || geo.contry == 'X'", [(7, 11), (7, 30)]),
    ],
)
def test_a_mistake_inside_a_condition_is_found_in_every_style_of_yaml(check, when, places):
    found = of_rule(check, when=when)

    assert found == [(*place, "unknown-signal") for place in places]


@pytest.mark.parametrize(
    ("when", "code"),
    [
        ("risk.score >= 95", "type"),
        ("geo.country", "type"),
        ("subject.id in lists.office", "type"),
        ("in_network(ip.address, lists.home)", "type"),
        ("in_network(ip.address)", "type"),
        ("within(geo.lat, geo.lon, lists.office)", "type"),
        ("size(lists.banned) > 0", "type"),
        ("in_network(ip.address, 'networks-1')", "type"),
        ("subject.id.matches('(')", "type"),
        ("event.weekend &&", "syntax"),
        ("'((((((((((((((((((((((((((((((((((((true))))))))))))))))))))))))))))))))))))'", "too-deep"),
        (f'"{"x" * 4097}"', "too-large"),
        ("\"subject.id == '\\ud800'\"", "syntax"),
    ],
)
def test_a_condition_that_makes_no_sense_is_refused(check, when, code):
    found = of_rule(check, when=when)

    assert [each[2] for each in found] == [code]


@pytest.mark.parametrize(
    ("then", "code"),
    [
        ("challenge", "bad-outcome"),
        ("{}", "bad-outcome"),
        ("{deny: {}, allow: {}}", "bad-outcome"),
        ("{allow: {}, max_age: 5m}", "bad-outcome"),
        ("{deny: {}, bind: true}", "bad-outcome"),
        ("{challenge: mfa, retry_after: 5m}", "bad-outcome"),
        ("{challenge: mfa, max_age: 300}", "bad-duration"),
        ("{challenge: mfa, max_age: 0s}", "bad-duration"),
        ("{challenge: mfa, max_age: 900d}", "bad-duration"),
        ("{challenge: mfa, bind: yes}", "bad-value"),
        ("[deny]", "wrong-type"),
        ("{allow: {notify: true}}", "bad-outcome"),
        ("{deny: later}", "bad-outcome"),
        ("{deny: {retry_afer: 5m}}", "unknown-deny-key"),
    ],
)
def test_an_outcome_that_makes_no_sense_is_refused(check, then, code):
    found = of_rule(check, then=then)

    assert [each[2] for each in found] == [code]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("levels: {medium: 99, high: 95}", "bad-value"),
        ("levels: {medium: -1}", "bad-value"),
        ("combine: last_match", "bad-value"),
        ("unenrolled: {login: ask}", "bad-value"),
        ("pending: ask", "bad-value"),
        ("degraded: {challenge: mfaa}", "unknown-requirement"),
        ("degraded: {challenge: mfa, bind: true}", "bad-outcome"),
        ("description: a\ndescription: b", "duplicate-key"),
    ],
)
def test_what_stands_beside_the_rules_is_checked_too(check, line, code):
    found = check(SHELL.replace("WHEN", '"true"').replace("THEN", "deny") + line + "\n")

    assert code in [each.code for each in found.findings if each.severity == "error"]


def test_binding_a_login_is_refused(check):
    text = SHELL.replace("WHEN", "new.ip").replace("THEN", "{challenge: mfa, bind: true}\n    on: login")

    assert [each.code for each in check(text).errors] == ["bad-outcome"]


def test_an_unknown_must_not_allow(check):
    text = SHELL.replace("WHEN", "device.known").replace("THEN", "allow").replace("skip", "match")

    assert [each.code for each in check(text).errors] == ["match-on-allow"]


@pytest.mark.parametrize(
    "when",
    [
        "new.country",
        "'!new.country'",
        "new.country || event.weekend",
        "context.channel == 'web'",
        "has(context.channel) && context.channel == 'web'",
        "action.binding['amount'] == '5'",
        "int(subject.id) > 5",
        "decimal(subject.id) > 5.0",
        "event.hour / event.weekday > 1",
        "subject.groups.exists(group, new.country)",
        "context.is_test",
        "'event.weekend ? new.ip : true'",
    ],
)
def test_a_condition_that_can_stay_unknown_must_say_what_then(check, when):
    text = SHELL.replace("WHEN", when).replace("THEN", "deny").replace("    on_unknown: skip\n", "")

    assert [each.code for each in check(text).errors] == ["missing-on-unknown"]


@pytest.mark.parametrize(
    "when",
    [
        '"true || new.country"',
        "'false && new.country'",
        "has(context.channel)",
        "double(event.hour) > 1.5",
        "subject.groups.exists(group, group == 'x')",
        "'event.weekend ? event.hour > 5 : event.hour > 6'",
        "hour_between(event.hour, 22, 6)",
        "subject.id.matches('^a')",
    ],
)
def test_a_condition_that_is_always_known_need_not(check, when):
    text = SHELL.replace("WHEN", when).replace("THEN", "deny").replace("    on_unknown: skip\n", "")

    assert check(text).errors == ()


def test_a_text_full_of_mistakes_is_not_read_to_its_end(check):
    rules = "".join(f"  - {{id: r{number}, when: nw.ip, then: deny}}\n" for number in range(400))

    found = check(f"version: 1\nid: x\nrules:\n{rules}").findings

    assert len(found) == 201
    assert found[-1].code == "too-many"
