"""`doorward rules lint`: what it prints, where it looks, and what it exits with."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from doorward.cli import main

ROOT = Path(__file__).parents[3]
CLEAN = """\
version: 1
id: x
rules:
  - id: exempt
    when: '"exempt" in subject.flags'
    on_unknown: skip
    then: {allow: {}, notify: true}
  - id: rest
    when: "true"
    then: allow
"""
TESTS = (
    "version: 1\ncases:\n  - {name: a, expect: {rule: exempt}}\n  - {name: b, expect: {outcome: allow, rule: rest}}\n"
)
WARNED = CLEAN.replace("id: x\n", "id: x\nlists: {spare: [NO]}\n")
BROKEN = CLEAN.replace("subject.flags", "subject.flag")

TEN_ERRORS = """\
version: 1
id: ten
lists:
  offices: {cidr: [198.51.100.7/24]}
requirements:
  mfa: {any_of: [passkey, topt], aal: 2}
rules:
  - id: abroad
    when: geo.contry == "KP"
    on_unknown: skip
    then: deny
  - id: open
    when: new.country
    then: {challenge: mfaa}
  - id: abroad
    when: event.weekend &&
    then: {deny: {retry_afer: 5m}}
  - id: rest
    wen: "true"
    then: {allow: {}, max_age: 5m}
unenroled: {login: deny}
"""
TEN_WARNINGS = """\
version: 1
id: ten
lists:
  spare: [NO]
  offices: {cidr: [10.0.0.0/8, 10.1.0.0/16]}
requirements:
  mfa: {any_of: [sms, voice], aal: 2}
  mail: {any_of: [email]}
rules:
  - id: phone
    when: device.type == "phone"
    on_unknown: skip
    then: deny
  - id: office
    when: event.weekend && in_network(ip.address, lists.offices)
    on_unknown: skip
    then: allow
  - id: evening
    when: event.hour > 20
    on_unknown: skip
    then: deny
  - id: night
    when: event.hour > 22
    then: deny
  - id: never
    when: >-
      event.weekend &&
      !event.weekend
    then: deny
  - id: pay
    when: event.weekend
    then: {challenge: mfa, bind: true}
"""


@pytest.fixture
def rules(tmp_path):
    """Write a folder of rules: the policy's text, with tests for it unless told otherwise."""

    def write(policy=CLEAN, folder="default", **files):
        place = tmp_path / "rules" / folder
        place.mkdir(parents=True, exist_ok=True)
        for name, text in ({"policy.yaml": policy, "policy_test.yaml": TESTS} | files).items():
            if text is not None:
                (place / name).write_text(text, encoding="utf-8")
        return tmp_path / "rules"

    return write


def lint(*arguments, **environ):
    return CliRunner().invoke(main, ["rules", "lint", *map(str, arguments)], env=environ)


def places(result):
    """Return line, column and code of each line that was printed."""
    lines = [line.split(".yaml:", 1)[1] for line in result.stdout.splitlines()]
    return [(*map(int, line.split(":")[:2]), line.rsplit("[", 1)[1].rstrip("]")) for line in lines]


def test_an_error_fails(rules):
    result = lint(rules(BROKEN))

    assert result.exit_code == 1
    assert "error: rule 'exempt': unknown signal 'subject.flag' (did you mean 'subject.flags'?)" in result.stdout


def test_ten_different_mistakes_are_reported_at_once_each_at_its_place(rules):
    result = lint(rules(TEN_ERRORS))

    assert places(result) == [
        (4, 20, "bad-network"),
        (6, 27, "unknown-authenticator-type"),
        (9, 11, "unknown-signal"),
        (13, 11, "missing-on-unknown"),
        (14, 23, "unknown-requirement"),
        (15, 9, "duplicate-id"),
        (16, 27, "syntax"),
        (17, 19, "unknown-deny-key"),
        (19, 5, "unknown-rule-key"),
        (20, 23, "bad-outcome"),
        (21, 1, "unknown-policy-key"),
    ]


def test_ten_different_doubts_are_reported_at_once_each_at_its_place(rules):
    result = lint(rules(TEN_WARNINGS, **{"policy_test.yaml": None}))

    assert places(result) == [
        (4, 3, "unused-list"),
        (5, 3, "overlapping-networks"),
        (7, 3, "no-phishing-resistant-option"),
        (7, 3, "only-restricted"),
        (8, 3, "unused-requirement"),
        (10, 9, "no-break-glass"),
        (10, 9, "rule-without-test"),
        (11, 26, "impossible-value"),
        (18, 9, "needless-on-unknown"),
        (22, 9, "unreachable-rule"),
        (27, 7, "never-true"),
        (30, 9, "bind-at-login"),
        (30, 9, "no-final-rule"),
        (30, 9, "no-final-rule"),
    ]


def test_warnings_alone_do_not_fail_unless_that_is_asked_for(rules):
    folder = rules(WARNED)

    assert lint(folder).exit_code == 0
    assert lint(folder, "--strict").exit_code == 1
    assert lint(rules(CLEAN), "--strict").exit_code == 0


def test_a_folder_without_rules_is_told(tmp_path):
    result = lint(tmp_path)

    assert result.exit_code == 2
    assert "there is no policy.yaml, candidate.yaml or tenant.yaml" in result.stderr


def test_a_path_that_is_not_there_is_told(tmp_path):
    assert lint(tmp_path / "none").exit_code == 2


def test_candidates_and_tenants_of_all_folders_are_looked_at(rules):
    rules(CLEAN, **{"tenant.yaml": "version: 1\nnme: x\n"})
    folder = rules(CLEAN, "other", **{"candidate.yaml": BROKEN})

    rows = json.loads(lint(folder, "--format", "json").stdout)

    assert [(row["file"].rsplit("/", 2)[1:], row["code"]) for row in rows] == [
        (["default", "tenant.yaml"], "unknown-tenant-key"),
        (["other", "candidate.yaml"], "unknown-signal"),
    ]


@pytest.mark.parametrize("name", ["policy.yaml", "tenant.yaml"])
def test_one_file_is_looked_at_as_what_its_name_says(rules, name):
    folder = rules(BROKEN, **{"tenant.yaml": "version: 2\n"})

    result = lint(folder / "default" / name)

    assert result.exit_code == 1
    assert {line.split(":")[0] for line in result.stdout.splitlines()} == {str(folder / "default" / name)}


def test_without_a_path_the_folder_of_the_settings_is_looked_at(rules):
    assert lint(DOORWARD_RULES_DIR=str(rules(BROKEN))).exit_code == 1
    assert lint(DOORWARD_RULES_DIR=str(rules(CLEAN))).exit_code == 0


def test_a_file_that_is_no_text_is_a_finding(rules):
    folder = rules()
    (folder / "default" / "policy.yaml").write_bytes(b"\xff\xfe")

    assert places(lint(folder)) == [(1, 1, "unreadable")]


def test_people_get_lines_without_colours_and_the_counts_apart_from_them(rules):
    result = lint(rules(WARNED))

    assert result.stdout.endswith("policy.yaml:3:9: warning: no rule reads the list 'spare' [unused-list]\n")
    assert result.stderr == "1 file: 0 errors, 1 warning\n"


def test_a_terminal_gets_colours(rules):
    result = CliRunner().invoke(main, ["rules", "lint", str(rules(WARNED))], color=True)

    assert "\x1b[33m" in result.stdout


def test_nothing_that_a_policy_says_moves_the_cursor(rules):
    result = lint(rules(CLEAN.replace("id: x\n", 'id: x\n"\\e[2J": 1\n')))

    assert result.exit_code == 1
    assert "\x1b" not in result.stdout


def test_programs_get_one_array(rules):
    folder = rules(WARNED)

    result = lint(folder, "--format", "json")

    assert json.loads(result.stdout) == [
        {
            "file": str(folder / "default" / "policy.yaml"),
            "severity": "warning",
            "line": 3,
            "column": 9,
            "rule": "",
            "code": "unused-list",
            "message": "no rule reads the list 'spare'",
            "suggestion": "",
        }
    ]
    assert json.loads(lint(rules(CLEAN), "--format", "json").stdout) == []


def test_a_workflow_gets_annotations_that_it_cannot_misread(rules):
    folder = rules(BROKEN.replace("subject.flag'", 'subject.flag || nw_ip("100%")\''), "a,b")

    lines = lint(folder, "--format", "github").stdout.splitlines()

    start = f"::error file={folder}/a%2Cb/policy.yaml,line=5,col="
    assert len(lines) == 2
    assert all(line.startswith(start) for line in lines)
    assert lines[0].endswith(
        ",title=unknown-signal::rule 'exempt': unknown signal 'subject.flag' (did you mean 'subject.flags'?)"
    )


def test_a_rule_that_no_test_expects_is_told(rules):
    result = lint(rules(CLEAN, **{"policy_test.yaml": TESTS.replace("rule: exempt", "outcome: allow")}))

    assert places(result) == [(4, 9, "rule-without-test")]


@pytest.mark.parametrize(
    "case", ["expect: {rules: [exempt, rest]}", "matrix: [{expect.rule: exempt}, {expect: {rule: rest}}]"]
)
def test_rules_are_found_in_every_test_file_of_the_policy(rules, case):
    cases = f"version: 1\ncases:\n  - {{name: a, {case}}}\n"

    assert places(lint(rules(CLEAN, **{"policy_test.yaml": None, "more_test.yaml": cases}))) == []


def test_tests_of_the_candidate_are_not_those_of_the_policy(rules):
    folder = rules(CLEAN, **{"policy_test.yaml": TESTS.replace("version: 1\n", "version: 1\npolicy: candidate.yaml\n")})

    assert [code for *_, code in places(lint(folder))] == ["rule-without-test"] * 2


def test_a_candidate_with_tests_of_its_own_leans_on_those_of_the_policy_for_the_rest(rules):
    added = CLEAN.replace("rules:\n", "rules:\n  - {id: added, when: event.weekend, then: deny}\n")
    own = "version: 1\npolicy: candidate.yaml\ncases: [{name: a, expect: {rule: rest}}]\n"
    folder = rules(CLEAN, **{"policy_test.yaml": TESTS, "candidate.yaml": added, "candidate_test.yaml": own})

    assert [code for *_, code in places(lint(folder)) if code == "rule-without-test"] == ["rule-without-test"]


def test_a_test_file_that_cannot_be_read_says_nothing_of_the_rules(rules):
    assert places(lint(rules(CLEAN, **{"policy_test.yaml": "cases: ["}))) == []


def test_a_rule_in_shadow_needs_no_test(rules):
    trial = "rules:\n  - {id: trial, shadow: true, when: event.weekend, then: deny}\n"

    assert places(lint(rules(CLEAN.replace("rules:\n", trial)))) == []


def test_the_rules_that_ship_are_in_order():
    rows = json.loads(lint(ROOT / "rules", "--format", "json").stdout)

    assert [row for row in rows if row["code"] != "rule-without-test"] == []
