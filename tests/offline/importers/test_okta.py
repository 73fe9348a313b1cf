"""Okta's System Log: a sign-in is the start of a session and the second steps around it."""

import pytest

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
MFA = "user.authentication.auth_via_mfa"


def entry(kind="user.session.start", result="SUCCESS", *, at="2026-03-01T08:15:00.000Z", session="s-1", **more):
    reason, factor = more.pop("reason", None), more.pop("factor", None)
    return {
        "uuid": f"{kind} {at}",
        "published": at,
        "eventType": kind,
        "actor": {"id": "00u17", "type": "User", "alternateId": "ada@example.org", "displayName": "Ada"},
        "client": {
            "ipAddress": "203.0.113.7",
            "userAgent": {"rawUserAgent": AGENT, "os": "Linux", "browser": "FIREFOX"},
            "geographicalContext": {
                "city": "Oslo",
                "state": "Oslo County",
                "country": "Norway",
                "geolocation": {"lat": 59.9, "lon": 10.7},
            },
        },
        "outcome": {"result": result, "reason": reason},
        "authenticationContext": {"externalSessionId": session},
        "securityContext": {"asNumber": 64500, "asOrg": "Example Net", "isProxy": False},
        "debugContext": {"debugData": {"dtHash": "d0d0", "factor": factor}},
        "target": [{"type": "AppInstance", "alternateId": "Payroll"}],
    } | more


def test_the_start_of_a_session_is_a_verified_sign_in(only_event):
    event = only_event(entry())

    assert event == {
        "at": "2026-03-01T08:15:00Z",
        "request": {
            "kind": "login",
            "subject": {"id": "00u17"},
            "client": {"ip": "203.0.113.7", "user_agent": AGENT, "device_token": "okta:d0d0"},
            "credential": {"result": "passed"},
            "application": {"id": "Payroll"},
            "attempt_id": "user.session.start 2026-03-01T08:15:00.000Z",
            "context": {"log": {"source": "okta", "event": "user.session.start"}},
        },
        "verified": True,
        "facts": {
            "network": {
                "country": "NO",
                "region": "Oslo County",
                "city": "Oslo",
                "lat": 59.9,
                "lon": 10.7,
                "asn": 64500,
                "as_org": "Example Net",
                "anonymous": False,
            }
        },
        "label": None,
        "family": None,
    }


def test_a_wrong_password_is_a_failed_sign_in(only_event):
    event = only_event(entry(result="FAILURE", reason="INVALID_CREDENTIALS"))

    assert event["request"]["credential"] == {"result": "failed"}
    assert event["verified"] is False


def test_a_failure_for_another_reason_says_nothing_of_the_password(only_event):
    event = only_event(entry(result="FAILURE", reason="a rule said no"))

    assert "credential" not in event["request"]
    assert event["verified"] is False


def test_a_second_step_is_joined_to_the_session_that_it_led_to(only_event):
    event = only_event(entry(MFA, factor="SMS_FACTOR", at="2026-03-01T08:14:30.000Z"), entry())

    assert event["at"] == "2026-03-01T08:14:30Z"
    assert event["request"]["session"] == {"amr": ["mfa", "sms"]}
    assert event["verified"] is True


def test_a_second_step_that_fails_after_the_session_began_spoils_it(only_event):
    event = only_event(entry(), entry(MFA, "FAILURE", at="2026-03-01T08:15:30.000Z"))

    assert event["request"]["credential"] == {"result": "passed"}
    assert event["verified"] is False


def test_a_log_against_the_order_of_time_joins_the_same(only_event):
    event = only_event(entry(), entry(MFA, at="2026-03-01T08:14:30.000Z"))

    assert event["at"] == "2026-03-01T08:14:30Z"
    assert event["verified"] is True


def test_a_second_step_that_fails_alone_is_a_failed_sign_in_with_the_right_password(only_event):
    event = only_event(entry(MFA, "FAILURE"))

    assert event["request"]["credential"] == {"result": "passed"}
    assert event["verified"] is False


def test_a_step_up_hours_later_is_no_part_of_the_sign_in(read_log):
    events, report = read_log(entry(), entry(MFA, at="2026-03-01T11:15:00.000Z"))

    assert [event["verified"] for event in events] == [True]
    assert report.skipped == {"a step within a session that began before": 1}


def test_two_people_with_one_session_id_are_two_sign_ins(read_log):
    other = {"id": "00u18", "type": "User"}
    events, _ = read_log(entry(session="same"), entry(session="same", actor=other))

    assert [event["request"]["subject"]["id"] for event in events] == ["00u17", "00u18"]


def test_a_name_that_nobody_has_becomes_an_opaque_subject(only_event):
    typed = {"id": "unknown", "alternateId": "hunter2 in the wrong field", "type": "User"}
    event = only_event(entry(result="FAILURE", reason="VERIFICATION_ERROR", actor=typed))

    assert event["request"]["subject"]["id"].startswith("name:")
    assert "hunter2" not in str(event)


@pytest.mark.parametrize("kind", ["user.authentication.sso", "system.api_token.create", None, 5])
def test_other_events_are_no_sign_ins(read_log, kind):
    events, report = read_log(entry(kind))

    assert events == []
    assert report.skipped == {"an event that is no sign-in": 1}


def test_a_client_that_is_no_user_is_skipped(read_log):
    _, report = read_log(entry(actor={"id": "0oa1", "type": "PublicClientApp"}))

    assert report.skipped == {"a sign-in of something that is no user": 1}


def test_a_time_that_was_blanked_out_cannot_be_read(read_log):
    events, report = read_log(entry(published="redacted"), entry())

    assert len(events) == 1
    assert str(report.first[0]).endswith("log.jsonl:1: no time that can be read")


def test_names_in_lower_case_are_read_too(only_event):
    lower = {name.lower(): value for name, value in entry().items()}

    assert only_event(lower)["facts"]["network"]["asn"] == 64500


def test_a_country_that_nobody_knows_leaves_the_look_up_to_the_databases(only_event):
    client = entry()["client"] | {"geographicalContext": {"country": "Atlantis", "city": "Poseidonis"}}

    assert only_event(entry(client=client))["facts"] == {}
