"""Logs of invented people, read through the one public function."""

import json

import pytest

from doorward.api.fields import Time
from doorward.api.requests import to_request
from doorward.offline.event import read_event
from doorward.offline.importers import Report, read


def assert_accepted(event):
    """Prove that `POST /v1/decisions` would take the request, and a replay the facts."""
    to_request(event["request"])
    Time().read(event["at"])
    read_event(event)
    assert {"at", "request", "verified", "facts", "label", "family"} == event.keys()


@pytest.fixture
def read_log(tmp_path):
    """Read objects as the lines of one file; every event is one that the API would accept."""

    def read_log(*objects, form="auto"):
        file = tmp_path / "log.jsonl"
        file.write_text("".join(json.dumps(each) + "\n" for each in objects), encoding="utf-8")
        report = Report()
        events = list(read([file], form=form, report=report))
        for event in events:
            assert_accepted(event)
        assert report.events + report.skipped.total() + report.unreadable == len(objects)
        return events, report

    return read_log


@pytest.fixture
def only_event(read_log):
    """Read objects that are one sign-in together."""

    def only_event(*objects, form="auto"):
        events, report = read_log(*objects, form=form)
        assert [str(wrong) for wrong in report.first] == []
        assert len(events) == 1
        return events[0]

    return only_event
