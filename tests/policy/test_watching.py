"""What the operator is told of policies: every change once, and a refusal even where it stood at the first look."""

import os

import pytest
import structlog
from structlog.testing import capture_logs

from doorward import watching
from doorward.meter import NullMeter
from doorward.policies import Policies
from doorward.tenants import Tenants
from doorward.watching import Watch

GOOD = 'version: 1\nid: good\nrules: [{id: rest, when: "true", then: allow}]\n'
BAD = GOOD.replace('"true"', "new.ipp")


@pytest.fixture
def rules(tmp_path):
    put(tmp_path / "default" / "policy.yaml", GOOD)
    return tmp_path


@pytest.fixture
def look(rules, now, monkeypatch):
    policies = Policies(rules)
    policies.load_all(now)
    watch = Watch(policies, Tenants(rules), NullMeter())

    def events(seconds):
        # A test before this may have had its logger kept with its own settings.
        with capture_logs() as logged:
            monkeypatch.setattr(watching, "log", structlog.get_logger())
            watch.look(now + seconds)
        return [each["event"] for each in logged]

    return events


def put(file, text):
    file.parent.mkdir(exist_ok=True)
    file.with_suffix(".new").write_text(text)
    os.replace(file.with_suffix(".new"), file)


def test_a_start_without_a_change_is_no_news(look):
    assert look(0) == []


def test_a_refusal_before_the_first_look_is_told(rules, look):
    put(rules / "default" / "policy.yaml", BAD)

    assert (look(5), look(10)) == (["policy_refused"], [])


def test_a_candidate_that_did_not_pass_at_the_start_is_told(rules, look):
    put(rules / "default" / "candidate.yaml", BAD)

    assert look(5) == ["policy_refused"]


def test_each_change_is_told_once(rules, look):
    look(0)
    put(rules / "default" / "policy.yaml", BAD)
    refused = [look(5), look(10)]
    put(rules / "default" / "policy.yaml", GOOD + "# mended\n")

    assert (refused, [look(15), look(20)]) == ([["policy_refused"], []], [["policy_loaded"], []])
