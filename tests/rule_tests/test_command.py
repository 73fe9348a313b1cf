"""`doorward rules test`: what it prints, writes and ends with."""

import json
import xml.etree.ElementTree as ElementTree
from datetime import datetime

import pytest

PASSES = "- {name: north, signals: {geo.country: KP}, expect: {outcome: deny, rule: embargo, retry_after: 15m}}\n"
FAILS = "- {name: south, expect: {outcome: challenge, rule: travel, requirement: mfa, max_age: 5m}}\n"


def test_a_case_that_fails_says_what_was_expected_what_came_and_why(write, cli):
    write(FAILS)
    done = cli()

    assert done.exit_code == 1
    for line in (
        "policy_test.yaml:4:5: south",
        "  outcome: expected challenge, came allow",
        "  rule: expected travel, came rest",
        "  requirement: expected mfa, came none",
        "  max_age: expected 5m, came none",
        "  rule travel: not matched",
        "    false    travel.impossible",
        "    travel.impossible = false",
        "1 case in 1 file: 0 passed, 1 failed",
    ):
        assert line in done.stdout


def test_a_case_that_passes_says_nothing(write, cli):
    write(PASSES)
    done = cli()

    assert done.exit_code == 0
    assert "north" not in done.stdout


@pytest.mark.parametrize(
    "expect",
    [
        "{outcome: allow}",
        "{rule: banned}",
        "{reason: other}",
        "{reasons: [new_country]}",
        "{requirement: {aal: 2}}",
        "{retry_after: 10m}",
        "{notify: true}",
        "{bind: true}",
        "{level: high}",
        "{unenrolled: true}",
        "{enrol: [passkey]}",
        "{shadow: [quiet]}",
    ],
)
def test_every_expectation_is_checked(write, cli, expect):
    write(f"- {{name: a, signals: {{geo.country: KP}}, expect: {expect}}}")

    assert cli().exit_code == 1


def test_what_a_challenge_asks_is_compared_part_by_part(write, cli):
    write(
        """
        - name: a
          signals: {travel.impossible: true}
          expect: {requirement: {any_of: [sms, totp, push, passkey], aal: 2}, max_age: none, reason: travel}
        - name: b
          signals: {new.asn: true}
          expect: {outcome: allow, shadow: {quiet: deny}, rule: rest}
        """
    )

    assert cli().exit_code == 0


def test_nothing_in_a_test_file_moves_the_cursor_of_a_terminal(write, cli):
    write(
        """
        - name: a
          matrix: {signals.geo.country: ["\\e[2J"]}
          expect: {reason: "\\e[2J"}
        """
    )
    told = cli().stdout

    assert "a [geo.country=?[2J]" in told
    assert "reason: expected ?[2J, came rest" in told
    assert "\x1b" not in told


def test_a_rule_that_nobody_tested_is_named(write, cli):
    write(PASSES)

    assert "untested: blocked, banned, transfer, admins, travel, quiet, guessed, risky, rest" in cli().stdout


def test_too_little_coverage_makes_the_status(write, cli):
    write(PASSES)

    assert cli("--min-coverage", "10%").exit_code == 0
    assert cli("--min-coverage", "11%").exit_code == 1


def test_where_there_is_no_test_nothing_passed(cli, folder):
    for options in ((), ("--min-coverage", "1%"), ("--format", "json")):
        done = cli(*options)

        assert done.exit_code == 2
        assert "there is no *_test.yaml for" in done.stderr
        assert "blocked" in done.stdout
    assert cli(path=folder / "policy.yaml").exit_code == 2


def test_tests_without_a_case_are_a_mistake(write, cli):
    write("[]")

    assert cli().exit_code == 2


def test_a_rule_in_shadow_is_covered_by_a_case_that_expects_it(write, cli):
    write("- {name: a, signals: {new.asn: true}, expect: {outcome: allow}}")
    before = cli().stdout
    write("- {name: a, signals: {new.asn: true}, expect: {shadow: [quiet]}}")

    assert "quiet" in before
    assert "quiet" not in next(line for line in cli().stdout.splitlines() if line.startswith("  untested"))


def test_rules_that_met_no_unknown_are_named(write, cli):
    write("- {name: a, signals: {geo.country: unknown}, expect: {outcome: challenge}}")

    assert "on_unknown untested: blocked, banned, transfer, travel, quiet, guessed, risky" in cli().stdout


def test_a_challenge_that_a_proof_has_met_covers_nothing(write, cli):
    write(
        """
        - name: a
          signals: {travel.impossible: true}
          proofs: [{authenticators: [passkey]}]
          expect: {rule: rest}
        """
    )

    assert "travel" in next(line for line in cli().stdout.splitlines() if line.startswith("  untested"))


def test_a_pattern_picks_cases(write, cli):
    write(PASSES + FAILS)

    assert cli("-k", "NORTH").exit_code == 0
    assert cli("-k", "south").exit_code == 1
    assert cli("-k", "west").exit_code == 2
    assert cli("-k", "north", "--min-coverage", "1%").exit_code == 2


def test_a_candidate_has_tests_of_its_own(folder, write, cli):
    (folder / "candidate.yaml").write_text('version: 1\nid: next\nrules: [{id: nobody, when: "true", then: deny}]\n')
    write("- {name: a, expect: {rule: nobody}}", before="policy: candidate.yaml", name="candidate_test.yaml")
    done = cli(path=folder / "candidate.yaml")

    assert done.exit_code == 0
    assert "candidate.yaml: 1 of 1 rules decided in some case (100 %)" in done.stdout


def test_one_test_file_can_be_run_alone(folder, write, cli):
    write(PASSES)
    write(FAILS, name="other_test.yaml")

    assert cli(path=folder / "policy_test.yaml").exit_code == 0
    assert cli(path=folder / "policy.yaml").exit_code == 1


def test_a_folder_with_nothing_in_it_is_a_usage_error(tmp_path, cli):
    empty = tmp_path / "empty"
    empty.mkdir()

    assert cli(path=empty).exit_code == 2


def test_programs_get_one_object(write, cli):
    write(PASSES + FAILS)
    found = json.loads(cli("--format", "json").stdout)

    assert [(each["name"], each["passed"]) for each in found["cases"]] == [("north", True), ("south", False)]
    assert found["cases"][1]["differences"][0] == {"aspect": "outcome", "wanted": "challenge", "came": "allow"}
    assert found["policies"][0]["percent"] == 20.0


def test_junit_says_the_same(folder, write, cli):
    write(PASSES + FAILS)
    cli("--junit", folder / "out.xml")
    (suite,) = ElementTree.parse(folder / "out.xml").getroot()
    north, south = suite.findall("testcase")

    assert suite.tag == "testsuite"
    assert [suite.get(name) for name in ("tests", "failures", "errors")] == ["2", "1", "0"]
    assert list(north) == []
    assert "outcome: expected challenge, came allow" in south.find("failure").get("message")
    assert datetime.fromisoformat(suite.get("timestamp")).year > 2000
    assert [child.tag for child in suite] == ["properties", "testcase", "testcase", "system-out", "system-err"]
    assert all(set(case.attrib) == {"name", "classname", "time"} for case in suite.findall("testcase"))


def test_junit_tells_of_a_file_that_could_not_be_run(folder, write, cli):
    write("- {name: a, expect: {rule: x}}")
    cli("--junit", folder / "out.xml")
    (suite,) = ElementTree.parse(folder / "out.xml").getroot()

    assert suite.get("errors") == "1"
    assert "the policy has no rule 'x'" in suite.find("testcase/error").text


def test_strictest_covers_every_rule_that_had_the_winning_outcome(folder, write, cli):
    (folder / "policy.yaml").write_text(
        """
version: 1
id: strict
combine: strictest
rules:
  - {id: night, when: event.hour < 6, then: deny}
  - {id: weekend, when: event.weekend, then: deny}
  - {id: rest, when: "true", then: allow}
"""
    )
    write("- {name: a, signals: {event.hour: 3, event.weekend: true}, expect: {outcome: deny}}")

    assert "2 of 3 rules" in cli().stdout
