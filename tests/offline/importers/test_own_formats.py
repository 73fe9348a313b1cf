"""Our own records and events, and the public data set."""

import pytest

from doorward.core.facts import DeviceFacts, EnrolmentFacts, Facts, NetworkFacts
from doorward.core.record import DecisionRecord
from doorward.core.request import Client, Contact, Credential, DecisionRequest, Session, Subject
from doorward.offline.importers import Report, read

ANSWER = {"outcome": "allow", "challenge": None, "policy": {"rule": "else"}, "risk": {"score": 12.0}}
EXPORT = ({"doorward_records": 1}, {"doorward_policy": "d", "text": "version: 1"})
ROWS = (
    "index,Login Timestamp,User ID,Round-Trip Time [ms],IP Address,Country,Region,City,ASN,User Agent String,"
    "Browser Name and Version,OS Name and Version,Device Type,Login Successful,Is Attack IP,Is Account Takeover\n"
)


def record(**more):
    whole = DecisionRecord(
        id="dec_1",
        at=1772352900.25,
        request=DecisionRequest(
            "login",
            Subject("u-17", groups=("admins",), created_at=1700000000.0, contacts=(Contact("email", "a@example.org"),)),
            Client(ip="203.0.113.7", user_agent="Firefox", device_token_collected=True),
            attempt_id="a-1",
            application_id="web",
            session=Session(auth_time=1772352000.0, amr=("pwd",)),
            credential=Credential("passed"),
            context={"channel": "web"},
        ),
        facts=Facts(
            NetworkFacts("203.0.113.7", "203.0.113.0/24", 4, country="NO", city="Oslo", asn=64500, kind="mobile"),
            device=DeviceFacts("valid", "dev_1", seen=True),
            enrolment=EnrolmentFacts(types=("totp",)),
        ),
        policy_digest="d",
        model="m",
        answer=ANSWER,
    )
    return whole._replace(**more).to_json()


def rba(*, user="17", succeeded=True, attack=False, takeover=False):
    return (
        f'0,2020-03-01 08:15:00.5,{user},530,203.0.113.7,NO,Oslo,Oslo,64500,"Mozilla/5.0 (X11, Linux)",Firefox 140,'
        f"Linux,desktop,{succeeded},{attack},{takeover}\n"
    )


def read_rows(tmp_path, *rows):
    file = tmp_path / "rba-dataset.csv"
    file.write_text(ROWS + "".join(rows))
    report = Report()
    return list(read([file], report=report)), report


def test_a_record_becomes_the_request_as_it_was_sent_without_contacts_and_secrets(only_event):
    event = only_event(record(learned=True))

    assert event["at"] == "2026-03-01T08:15:00.250Z"
    assert event["request"] == {
        "kind": "login",
        "attempt_id": "a-1",
        "application": {"id": "web"},
        "subject": {"id": "u-17", "groups": ["admins"], "created_at": "2023-11-14T22:13:20Z"},
        "client": {"ip": "203.0.113.7", "user_agent": "Firefox", "device_token": "dev_1"},
        "session": {"amr": ["pwd"], "auth_time": "2026-03-01T08:00:00Z"},
        "credential": {"result": "passed"},
        "context": {"channel": "web"},
    }
    assert event["facts"] == {
        "network": {"country": "NO", "city": "Oslo", "asn": 64500, "kind": "mobile"},
        "enrolment": {"types": ["totp"]},
    }


def test_the_other_lines_of_an_export_are_no_events(read_log):
    events, report = read_log(*EXPORT, record(learned=True))

    assert len(events) == 1
    assert report.skipped == {"a line of an export that is no decision: its header, a policy or a scale": 2}


@pytest.mark.parametrize(
    ("more", "verified"),
    [
        ({"learned": True}, True),
        ({"reports": ({"result": "completed"},)}, True),
        ({"reports": ({"result": "abandoned"},)}, False),
        ({"answer": ANSWER | {"outcome": "deny"}}, False),
        ({"answer": ANSWER | {"challenge": {"id": "chl_1"}}}, False),
        ({}, None),
    ],
)
def test_what_was_learned_or_told_says_how_it_ended(only_event, more, verified):
    assert only_event(record(**more))["verified"] is verified


def test_the_last_feedback_is_the_label(only_event):
    event = only_event(record(learned=True, feedback=({"label": "genuine"}, {"label": "fraud"})))

    assert event["label"] == "fraud"


@pytest.mark.parametrize(("state", "sent"), [("none", {"device_token": None}), ("foreign", {"device_token": None})])
def test_a_device_that_was_looked_for_and_not_known_is_null(only_event, state, sent):
    event = only_event(record(facts=Facts(device=DeviceFacts(state))))

    assert event["request"]["client"] | sent == event["request"]["client"]


def test_a_device_that_nobody_looked_for_is_not_sent(only_event):
    assert "device_token" not in only_event(record(facts=Facts()))["request"]["client"]


def test_enrolment_that_could_not_be_read_stays_unknown(only_event):
    unread = Facts(enrolment=EnrolmentFacts(readable=False, reason="store"))

    assert "enrolment" not in only_event(record(facts=unread))["facts"]


def test_canonical_events_pass_unchanged(read_log):
    event = {
        "at": "2026-03-01T08:15:00Z",
        "request": {"kind": "login", "subject": {"id": "u-17"}, "client": {}},
        "verified": None,
        "facts": {},
        "label": "genuine",
        "family": "naive",
    }
    events, report = read_log(event, event | {"at": "yesterday"}, event | {"request": {}})

    assert events == [event]
    assert [wrong.reason for wrong in report.first] == [
        "no time that can be read",
        "no event: 'request.subject.id' was expected",
    ]


def test_a_row_of_the_data_set(tmp_path):
    events, _ = read_rows(tmp_path, rba())

    assert events == [
        {
            "at": "2020-03-01T08:15:00.500Z",
            "request": {
                "kind": "login",
                "subject": {"id": "17"},
                "client": {"ip": "203.0.113.7", "user_agent": "Mozilla/5.0 (X11, Linux)", "rtt_ms": 530.0},
                "credential": {"result": "passed"},
            },
            "verified": True,
            "facts": {"network": {"country": "NO", "asn": 64500}},
            "label": "genuine",
            "family": None,
        }
    ]


def test_the_account_that_stands_for_all_unknown_ones_is_dropped_and_counted(tmp_path):
    events, report = read_rows(tmp_path, rba(user="-4324475583306591935"), rba())

    assert len(events) == 1
    assert report.skipped == {"an attempt on an account that does not exist": 1}


@pytest.mark.parametrize(
    ("row", "label", "family"),
    [
        ({"takeover": True, "attack": True}, "fraud", "account_takeover"),
        ({"attack": True}, None, "attack_address"),
        ({"succeeded": False}, None, None),
    ],
)
def test_marks_of_the_data_set_are_labels_and_never_context(tmp_path, row, label, family):
    events, _ = read_rows(tmp_path, rba(**row))

    assert (events[0]["label"], events[0]["family"]) == (label, family)
    assert "context" not in events[0]["request"]


def test_lines_may_end_as_windows_ends_them(tmp_path):
    file = tmp_path / "rba-dataset.csv"
    file.write_bytes((ROWS + rba()).replace("\n", "\r\n").encode())

    assert [each["label"] for each in read([file])] == ["genuine"]


def test_a_row_with_too_few_values_stops_nothing(tmp_path):
    events, report = read_rows(tmp_path, "0,2020-03-01\n", '1,"never closed\n', rba())

    assert len(events) == 1
    assert [wrong.place[1] for wrong in report.first] == [2, 3]
