"""What the tests of rule tests share: a folder with a small policy, and the command run on it."""

import json
import textwrap

import pytest
from click.testing import CliRunner

from doorward.cli import main

POLICY = """
version: 1
id: small
lists:
  blocked: {runtime: address}
  banned: {runtime: subject}
requirements:
  mfa: {any_of: [passkey, push, totp, sms], aal: 2}
rules:
  - id: blocked
    when: in_network(ip.address, lists.blocked)
    on_unknown: skip
    then: deny
  - id: banned
    when: subject.id in lists.banned
    on_unknown: deny
    then: deny
  - id: embargo
    when: geo.country in ["KP", "SY"]
    on_unknown: {challenge: mfa}
    then: {deny: {retry_after: 15m}}
  - id: transfer
    on: action
    when: action.name == "pay" && decimal(action.binding.amount) > 500.0
    on_unknown: {challenge: mfa}
    then: {challenge: mfa, max_age: 5m, bind: true}
  - id: admins
    when: '"admins" in subject.groups && event.hour >= 22'
    then: {challenge: mfa, notify: true}
  - id: travel
    when: travel.impossible
    on_unknown: skip
    then: {challenge: mfa}
  - id: quiet
    shadow: true
    when: new.asn
    on_unknown: skip
    then: deny
  - id: guessed
    when: velocity.subject_failures_1h > 3
    on_unknown: skip
    then: deny
  - id: risky
    when: risk.score >= 90.0
    on_unknown: match
    then: {challenge: mfa}
  - id: rest
    when: "true"
    then: allow
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "policy.yaml").write_text(POLICY)
    return tmp_path


@pytest.fixture
def cli(folder):
    """Run `doorward rules test` on the folder, with whatever options."""

    def run(*options, path=folder):
        return CliRunner().invoke(main, ["rules", "test", str(path), *map(str, options)])

    return run


@pytest.fixture
def write(folder):
    """Write a test file: *cases* as they stand below `cases:`, and what comes before them."""

    def put(cases, *, before="", name="policy_test.yaml"):
        text = f"version: 1\n{textwrap.dedent(before)}\ncases:\n{textwrap.indent(textwrap.dedent(cases), '  ')}"
        (folder / name).write_text(text)

    return put


@pytest.fixture
def outcomes(write, cli):
    """Return how each case came out: `outcome rule`, by its name."""

    def run(cases, **more):
        write(cases, **more)
        done = cli("--format", "json")
        found = json.loads(done.stdout)
        assert found["findings"] == []
        return {case["name"]: f"{case['outcome']} {case['rule']}" for case in found["cases"]}

    return run


@pytest.fixture
def mistakes(write, cli):
    """Return `line:column message` for everything that is wrong with a test file."""

    def run(cases, **more):
        write(cases, **more)
        done = cli("--format", "json")
        assert done.exit_code == 2
        return [f"{each['line']}:{each['column']} {each['message']}" for each in json.loads(done.stdout)["findings"]]

    return run
