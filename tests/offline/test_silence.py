"""What a log means that says nothing of the device token of a sign-in."""

import json

from doorward.offline.scored import Log
from doorward.offline.silence import Silence


def event(number, **client):
    return {
        "at": f"2026-03-01T08:00:{number:02}Z",
        "request": {"kind": "login", "subject": {"id": "u-1"}, "client": {"ip": "203.0.113.7"} | client},
        "verified": True,
    }


def collected(events, tmp_path):
    log = tmp_path / "log.jsonl"
    log.write_text("".join(json.dumps(each) + "\n" for each in events))
    return [read.request.client.device_token_collected for _, read in Log([log]).events()]


def imported(each):
    return each | {"request": each["request"] | {"context": {"log": {"source": "entra"}}}}


def test_a_log_without_any_token_tells_of_none(tmp_path):
    assert collected([event(1), event(2)], tmp_path) == [False, False]


def test_a_log_that_says_null_means_by_silence_that_nobody_looked(tmp_path):
    told = [event(1), event(2, device_token=None), event(3, device_token="a")]

    assert collected(told, tmp_path) == [False, True, True]


def test_a_log_that_never_says_null_leaves_it_out_also_before_the_first_token(tmp_path):
    assert collected([event(1), event(2, device_token="a"), event(3)], tmp_path) == [True, True, True]


def test_what_another_systems_log_does_not_tell_stays_unknown(tmp_path):
    told = [imported(event(1)), imported(event(2, device_token="a")), event(3)]

    assert collected(told, tmp_path) == [False, True, False]


def test_a_null_is_all_that_needs_to_be_seen():
    silence = Silence()
    sure = [silence.is_sure for _ in silence.looked([event(1, device_token="a"), event(2, device_token=None)])]

    assert sure == [False, True]


def test_what_is_no_event_is_left_to_whoever_reads_it():
    silence = Silence()
    strange = [{}, {"request": 1}, {"request": {"client": []}}]

    assert list(silence.looked([*strange, event(1, device_token="a")]))[:3] == strange
    assert [silence.told(each) for each in strange] == strange
