"""What is refused in a test file: all of it at once, where it stands, with the near name."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from doorward.offline.suite.reader import Policies, read_suite

EXPECT = "expect: {outcome: deny}"


@pytest.fixture
def told(mistakes):
    """Return what is told of the place that `^` marks in a case."""

    def at_the_mark(case):
        before = case.split("^")[0].split("\n")
        place = f"{4 + len(before) - 1}:{len(before[-1]) + 3} "
        found = mistakes(case.replace("^", ""))
        return [each.removeprefix(place) for each in found if each.startswith(place)]

    return at_the_mark


@pytest.mark.parametrize(
    ("case", "message"),
    [
        ("signals: {^geo.contry: KP}", "unknown signal 'geo.contry' (did you mean 'geo.country'?)"),
        ("signals: {new.ip: ^often}", "'signals.new.ip' is 'often', expected true or false"),
        ("signals: {network.asn: ^AS1}", "'signals.network.asn' is 'AS1', expected a whole number"),
        ("signals: {subject.flags: [^me]}", "'signals.subject.flags' is 'me', expected not_me, recovery_used, "),
        ("signals: {event.hour: ^unknown}", "the signal 'event.hour' is always known"),
        ("risk: {score: ^101}", "'risk.score' is 101, expected a number from 0 to 100 or unknown"),
        ("risk: {level: ^hihg}", "'risk.level' is 'hihg', expected low, medium, high or unknown"),
        ("request: {client: {ip: ^300.1.1.1}}", "'request.client.ip' is no IPv4 or IPv6 address"),
        ("request: {client: {^usr_agent: x}}", "unknown request.client key 'usr_agent' (did you mean 'user_agent'?)"),
        ("request: ^{kind: action}", "a request of the kind action needs 'request.action.name'"),
        ("facts: {^netwrk: {asn: 1}}", "unknown facts key 'netwrk' (did you mean 'network'?)"),
        ("facts: {velocity: {counts: {^ip_subjects: 3}}}", "unknown facts.velocity.counts key 'ip_subjects' (did you"),
        ("facts: {history: {logins: ^x}}", "'facts.history.logins' is 'x', expected a number"),
        ("lists: {^blokced: [203.0.113.1]}", "unknown run-time list 'blokced' (did you mean 'blocked'?)"),
        ("lists: {blocked: ^[x]}", "'lists.blocked': 'x' does not appear to be an IPv4 or IPv6 network"),
        ("proofs: [{authenticators: [totp], ^bound: true}]", "only a proof for an action can be bound"),
        ("proofs: [{authenticators: [^otp]}]", "'proofs.authenticators' is 'otp', expected passkey, push, totp"),
        ("earlier: [{ago: 2d, ^times: 3}]", "'times' needs 'every', such as every: 1d"),
        ("earlier: [^{times: 1}]", "expected the key 'ago' in earlier"),
        ("now: ^yesterday", "'now' is 'yesterday', expected a time such as 2026-01-01T10:00:00Z or 20m ago"),
        ("start: ^stranger", "'start' is 'stranger', expected familiar, newcomer or blank"),
        ("matrix: {signals.geo.country: ^KP}", "'matrix.signals.geo.country' is no list of values"),
        ("matrix: {^signal.geo.country: [KP]}", "unknown part of a case 'signal' (did you mean 'signals'?)"),
        ("^sginals: {}", "unknown case key 'sginals' (did you mean 'signals'?)"),
    ],
)
def test_a_mistake_in_a_case_is_told_where_it_stands(told, case, message):
    (said,) = told(f"- name: a\n  {case}\n  expect: {{outcome: deny}}\n")

    assert said.startswith(message)


@pytest.mark.parametrize(
    ("expect", "message"),
    [
        ("^{}", "the case expects nothing, so it can never fail"),
        ("{reasons: ^[]}", "'expect.reasons' is empty, and no reasons are among any: expected at least one"),
        (
            "{outcome: deny, requirement: ^{}}",
            "'expect.requirement' is empty, so any would do: expected its name or parts",
        ),
        ("{rule: ^embrago}", "the policy has no rule 'embrago' (did you mean 'embargo'?)"),
        ("{requirement: ^mfb}", "the policy has no requirement 'mfb' (did you mean 'mfa'?)"),
        ("{shadow: ^[quite]}", "the policy has no rule 'quite' (did you mean 'quiet'?)"),
        ("{outcome: ^denied}", "'expect.outcome' is 'denied', expected allow, challenge or deny"),
        ("{max_age: ^5}", "'max_age' is '5', expected a duration such as 30s, 15m, 24h or 7d, a year at most"),
    ],
)
def test_an_expectation_that_could_never_be_met_is_a_mistake(told, expect, message):
    assert told(f"- name: a\n  expect: {expect}\n") == [message]


def test_a_case_without_an_expectation_is_a_mistake(mistakes):
    assert mistakes("- name: a\n") == ["4:5 the case 'a' has no 'expect'"]


def test_two_cases_do_not_share_a_name(mistakes):
    found = mistakes(f"- {{name: a, {EXPECT}}}\n- {{name: a, {EXPECT}}}\n")

    assert found == ["5:12 the case in line 4 has the name 'a'"]


def test_a_mistake_in_the_defaults_is_told_once(mistakes):
    found = mistakes(
        f"- {{name: a, {EXPECT}}}\n- {{name: b, {EXPECT}}}\n", before="defaults: {signals: {geo.contry: NO}}"
    )

    assert len(found) == 1


def test_all_mistakes_come_at_once(mistakes):
    found = mistakes("- {name: a, expect: {rule: x}}\n- {name: b, start: y, expect: {outcome: z}}\n")

    assert [each.split()[0] for each in found] == ["4:30", "5:22", "5:43"]


def test_a_matrix_that_grows_past_all_reading_is_refused(mistakes):
    values = ", ".join(map(str, range(40)))
    found = mistakes(
        f"""
        - name: a
          matrix: {{signals.event.hour: [{values}], signals.event.weekday: [{values}]}}
          {EXPECT}
        """
    )

    assert any("the matrix has 1600 combinations, expected 1000 at most" in each for each in found)


def test_a_policy_with_mistakes_is_not_tested(folder, mistakes):
    (folder / "policy.yaml").write_text("version: 1\nid: x\n")

    assert "does not pass (1 error, see rules lint)" in mistakes(f"- {{name: a, {EXPECT}}}\n")[0]


def test_a_policy_that_is_not_there_is_said_to_be_missing(folder, mistakes):
    (folder / "policy.yaml").unlink()

    (told,) = mistakes(f"- {{name: a, {EXPECT}}}\n")

    assert "the policy policy.yaml is not there, and the tests are of it" in told


@pytest.mark.parametrize("name", ["../policy.yaml", "/etc/passwd", "lists/policy.yaml", "policy.txt"])
def test_the_policy_lies_in_the_same_folder(mistakes, name):
    found = mistakes(f"- {{name: a, {EXPECT}}}\n", before=f"policy: {name}")

    assert found == ["2:9 'policy' is a YAML file of the same folder, such as candidate.yaml"]


@pytest.mark.parametrize(
    "text", ["cases: [", "- a", "version: 2\ncases: []", "version: 1", "version: 1\ncases: {}", ""]
)
def test_what_is_no_test_file_is_told_and_not_run(folder, cli, text):
    (folder / "policy_test.yaml").write_text(text)
    done = cli()

    assert done.exit_code == 2
    assert "policy_test.yaml:" in done.stdout


def test_a_file_that_is_no_text_is_a_mistake(folder, cli):
    (folder / "policy_test.yaml").write_bytes(b"\xff\xfe")

    assert cli().exit_code == 2


SHIPPED = (Path(__file__).parents[2] / "rules" / "default" / "policy_test.yaml").read_text().split("  # Odd")[0]
ODD = st.sampled_from(
    ["", "{", "}", "[", "]", ": ", "\n", " ", "null", "~", "-1", "1e9", "ago", "ü", "'", '"', "#", "on"]
)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shipped")
    (folder / "policy.yaml").write_text((Path(__file__).parents[2] / "rules" / "default" / "policy.yaml").read_text())
    return folder / "policy_test.yaml"


@pytest.fixture(scope="module")
def compiled():
    return Policies()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, len(SHIPPED)), size=st.integers(0, 30), odd=ODD)
@example(at=SHIPPED.index("203.0.113"), size=9, odd="999.9.9.9")
def test_whatever_is_written_is_read_or_told_and_never_raises(file, compiled, at, size, odd):
    file.write_text(SHIPPED[:at] + odd + SHIPPED[at + size :])
    suite = read_suite(file, compiled)

    assert bool(suite.cases) != bool(suite.findings)
