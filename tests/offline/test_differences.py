"""Our own records rebuilt like any log: what comes out otherwise is counted, and has a cause."""

from doorward.offline.backtest import Line, rebuild_records
from doorward.offline.differences import event_of

from .scenes import past
from .test_replay import CARD, CHALLENGE_ALL, line, policy


def rebuilt(records, *lines):
    results, differences = rebuild_records(records, lines or (line(),), past())
    return results, differences.to_json()


def causes(told):
    return {each["cause"]: each["records"] for each in told["causes"]}


def test_records_rebuilt_in_full_come_out_as_they_were(served):
    results, told = rebuilt(served.records)
    assert (told["records"], told["differing"]) == (len(served.records), 0)
    assert results.to_json()["changes"]["events"] == 0


def test_what_was_known_from_before_is_the_cause_of_what_differs(served):
    _, told = rebuilt(served.records[6:])
    assert told["differing"] > 0
    assert causes(told)["history"] > 0
    assert "nothing" not in causes(told)


def test_another_policy_is_a_cause_of_its_own(served):
    _, told = rebuilt(served.records, Line("strict", policy(CHALLENGE_ALL), CARD))
    assert causes(told)["policy"] == told["differing"] > 0


def test_a_blocked_address_is_a_cause(served):
    listed = [record._replace(listed=("blocked_addresses",), answer={**record.answer, "outcome": "deny"})
              for record in served.records]  # fmt: skip
    _, told = rebuilt(listed)
    assert causes(told)["lists"] == told["differing"] > 0


def test_a_record_is_an_event_without_its_secrets(served):
    event = event_of(served.records[0])
    assert (event.at, event.verified) == (served.records[0].at, True)
    assert event.request.client.device_token is None
