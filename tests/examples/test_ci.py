"""The example of a CI job and the hooks call what there is, in the way that they say."""

import shlex
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from doorward.cli import main

ROOT = Path(__file__).parents[2]


@pytest.fixture
def workflow():
    text = (ROOT / "examples" / "ci" / "rules.yml").read_text(encoding="utf-8")
    return yaml.load(text, yaml.BaseLoader)


@pytest.fixture
def hooks():
    return yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))


def test_the_lint_of_the_workflow_passes_on_a_policy_in_order(workflow, tmp_path, monkeypatch):
    (tmp_path / "rules" / "shop").mkdir(parents=True)
    policy = "version: 1\nid: x\nrules:\n  # lint: allow rule-without-test: it is an example\n"
    (tmp_path / "rules" / "shop" / "policy.yaml").write_text(policy + '  - {id: rest, when: "true", then: allow}\n')
    monkeypatch.chdir(tmp_path)
    line = next(step["run"] for step in workflow["jobs"]["rules"]["steps"] if step.get("name") == "Lint")

    result = CliRunner().invoke(main, shlex.split(line)[1:])

    assert (result.exit_code, result.output) == (0, "")


def test_the_hooks_look_at_the_whole_folder(hooks):
    assert {hook["id"]: hook["entry"] for hook in hooks} == {
        "doorward-rules-lint": "doorward rules lint",
        "doorward-rules-test": "doorward rules test",
    }
    assert all(
        (hook["args"], hook["pass_filenames"], hook["language"]) == (["rules"], False, "python") for hook in hooks
    )


def test_the_workflow_and_the_hooks_call_commands_and_options_that_there_are(workflow, hooks):
    steps = [step["run"] for step in workflow["jobs"]["rules"]["steps"] if step.get("run", "").startswith("doorward ")]
    calls = [shlex.split(call) for call in steps + [hook["entry"] for hook in hooks]]

    commands = main.commands["rules"].commands
    named = {(call[2], option) for call in calls for option in call[3:] if option.startswith("--")}

    assert {call[2] for call in calls} == {"lint", "test"}
    assert [
        (name, option) for name, option in named if all(option not in each.opts for each in commands[name].params)
    ] == []
