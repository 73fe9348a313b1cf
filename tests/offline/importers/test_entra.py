"""Entra ID: both shapes, and the interrupted records of one sign-in."""

import pytest

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def graph(code=0, *, at="2026-03-01T08:15:00Z", correlation="c-1", **more):
    return {
        "id": f"r {code} {at}",
        "createdDateTime": at,
        "userPrincipalName": "ada@example.org",
        "userId": "5f0d7f4e-0000-4000-8000-000000000017",
        "appDisplayName": "Payroll",
        "ipAddress": "203.0.113.7",
        "userAgent": AGENT,
        "clientAppUsed": "Browser",
        "correlationId": correlation,
        "isInteractive": True,
        "riskLevelDuringSignIn": "none",
        "status": {"errorCode": code, "failureReason": "Other."},
        "deviceDetail": {"deviceId": "d-1", "operatingSystem": "Linux"},
        "location": {
            "city": "Oslo",
            "state": "Oslo",
            "countryOrRegion": "NO",
            "geoCoordinates": {"latitude": 59.9, "longitude": 10.7},
        },
        "authenticationRequirement": "singleFactorAuthentication",
    } | more


def diagnostic(code=0, **more):
    inner = graph(code)
    return {
        "time": inner["createdDateTime"],
        "category": "SignInLogs",
        "operationName": "Sign-in activity",
        "resultType": str(code),
        "callerIpAddress": "198.51.100.9",
        "correlationId": "outer",
        "properties": inner,
    } | more


def test_a_success_is_a_verified_sign_in(only_event):
    event = only_event(graph())

    assert event == {
        "at": "2026-03-01T08:15:00Z",
        "request": {
            "kind": "login",
            "subject": {"id": "5f0d7f4e-0000-4000-8000-000000000017"},
            "client": {"ip": "203.0.113.7", "user_agent": AGENT, "device_token": "entra:d-1"},
            "credential": {"result": "passed"},
            "application": {"id": "Payroll"},
            "attempt_id": "r 0 2026-03-01T08:15:00Z",
            "context": {"log": {"source": "entra", "code": 0, "client": "Browser"}},
        },
        "verified": True,
        "facts": {"network": {"country": "NO", "region": "Oslo", "city": "Oslo", "lat": 59.9, "lon": 10.7}},
        "label": None,
        "family": None,
    }


def test_the_records_of_diagnostic_settings_say_the_same(only_event):
    assert only_event(diagnostic()) == only_event(graph())


@pytest.mark.parametrize(
    ("code", "result"), [(50126, "failed"), (50053, "failed"), (53003, "passed"), (500121, "passed"), (7000218, None)]
)
def test_a_code_tells_how_far_a_failed_sign_in_came(only_event, code, result):
    event = only_event(graph(code))

    assert event["request"].get("credential", {}).get("result") == result
    assert event["verified"] is False


def test_interrupted_records_and_the_last_one_are_one_sign_in(only_event):
    event = only_event(
        graph(50074, at="2026-03-01T08:15:00Z"),
        graph(50140, at="2026-03-01T08:15:20Z"),
        graph(0, at="2026-03-01T08:15:22Z", authenticationRequirement="multiFactorAuthentication"),
    )

    assert event["at"] == "2026-03-01T08:15:00Z"
    assert event["request"]["session"] == {"amr": ["mfa"]}
    assert event["verified"] is True


def test_the_newest_first_as_graph_gives_them_joins_the_same(only_event):
    event = only_event(graph(0, at="2026-03-01T08:15:22Z"), graph(50074, at="2026-03-01T08:15:00Z"))

    assert event["at"] == "2026-03-01T08:15:00Z"
    assert event["verified"] is True


def test_a_sign_in_that_was_interrupted_and_never_ended_is_not_verified(only_event):
    event = only_event(graph(50074))

    assert event["request"]["credential"] == {"result": "passed"}
    assert event["verified"] is False


def test_a_second_factor_that_failed_leaves_the_password_right(only_event):
    event = only_event(graph(50074), graph(500121, at="2026-03-01T08:15:40Z"))

    assert event["request"]["credential"] == {"result": "passed"}
    assert event["verified"] is False


def test_a_wrong_password_and_the_right_one_are_two_sign_ins(read_log):
    events, _ = read_log(graph(50126), graph(0, at="2026-03-01T08:15:30Z"))

    assert [event["verified"] for event in events] == [False, True]


def test_records_far_apart_are_not_joined(read_log):
    events, _ = read_log(graph(50074), graph(0, at="2026-03-01T09:15:00Z"))

    assert [event["verified"] for event in events] == [False, True]


def test_methods_that_went_well_are_named_by_rfc_8176(only_event):
    steps = [
        {"authenticationMethod": "Password", "succeeded": True},
        {"authenticationMethod": "Text message", "succeeded": False},
        {"authenticationMethod": "Mobile app notification", "succeeded": True},
    ]

    assert only_event(graph(authenticationDetails=steps))["request"]["session"] == {"amr": ["pwd", "swk"]}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("203.0.113.7:51234", "203.0.113.7"),
        ("[2001:db8::17]:443", "2001:db8::17"),
        ("2001:DB8:0::17", "2001:db8::17"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("0.0.0.0", None),
        ("", None),
        ("unknown", None),
    ],
)
def test_addresses_are_read_however_they_are_written(only_event, written, read):
    assert only_event(graph(ipAddress=written))["request"]["client"].get("ip") == read


@pytest.mark.parametrize("category", ["NonInteractiveUserSignInLogs", "ServicePrincipalSignInLogs"])
def test_a_token_renewed_is_no_sign_in(read_log, category):
    events, report = read_log(diagnostic(category=category))

    assert events == []
    assert list(report.skipped) == ["a sign-in without a person: a token renewed, a service or a managed identity"]


def test_other_logs_of_entra_in_the_same_file_are_skipped(read_log):
    events, report = read_log(diagnostic(), diagnostic(category="AuditLogs"))

    assert len(events) == 1
    assert report.skipped == {"a record of another log of Entra": 1}


def test_a_user_that_does_not_exist_is_no_ones_id(only_event):
    event = only_event(graph(50034, userId="00000000-0000-0000-0000-000000000000"))

    assert event["request"]["subject"]["id"].startswith("name:")


def test_a_record_that_tells_no_result_is_neither_verified_nor_not(only_event):
    event = only_event(graph(status={}))

    assert "credential" not in event["request"]
    assert event["verified"] is None


def test_a_time_to_a_tenth_of_a_microsecond_is_cut_to_milliseconds(only_event):
    assert only_event(graph(at="2026-03-01T08:15:00.1239999Z"))["at"] == "2026-03-01T08:15:00.123Z"
