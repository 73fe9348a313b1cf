"""CloudTrail, Auth0, Keycloak and OCSF: one event each, and what none of them is."""

import pytest

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def console_login(result="Success", **more):
    return {
        "eventTime": "2026-03-01T08:15:00Z",
        "eventSource": "signin.amazonaws.com",
        "eventName": "ConsoleLogin",
        "awsRegion": "eu-north-1",
        "sourceIPAddress": "203.0.113.7",
        "userAgent": AGENT,
        "userIdentity": {"type": "IAMUser", "principalId": "AIDAEXAMPLE17", "accountId": "111122223333"},
        "responseElements": {"ConsoleLogin": result},
        "additionalEventData": {"MFAUsed": "Yes"},
        "eventID": "e-17",
    } | more


def auth0(kind="s", *, at="2026-03-01T08:15:00.000Z", **more):
    return {
        "log_id": f"{kind} {at}",
        "type": kind,
        "date": at,
        "user_id": "auth0|17",
        "user_name": "ada@example.org",
        "ip": "203.0.113.7",
        "user_agent": AGENT,
        "client_name": "Payroll",
        "location_info": {"country_code": "NO", "city_name": "Oslo", "latitude": 59.9, "longitude": 10.7},
    } | more


def keycloak(kind="LOGIN", **more):
    return {
        "id": "k-17",
        "time": 1772352900000,
        "type": kind,
        "realmId": "r-1",
        "clientId": "payroll",
        "userId": "u-17",
        "ipAddress": "203.0.113.7",
        "details": {"username": "ada@example.org", "auth_method": "openid-connect"},
    } | more


def ocsf(status=1, **more):
    return {
        "class_uid": 3002,
        "activity_id": 1,
        "status_id": status,
        "time": 1772352900000,
        "user": {"uid": "u-17", "name": "ada"},
        "src_endpoint": {"ip": "203.0.113.7", "location": {"country": "NO", "coordinates": [10.7, 59.9]}},
        "http_request": {"user_agent": AGENT},
        "metadata": {"uid": "m-17", "product": {"name": "Door"}},
    } | more


def test_a_console_sign_in_with_a_second_factor(only_event):
    event = only_event(console_login())

    assert event["request"] == {
        "kind": "login",
        "subject": {"id": "AIDAEXAMPLE17"},
        "client": {"ip": "203.0.113.7", "user_agent": AGENT},
        "credential": {"result": "passed"},
        "session": {"amr": ["pwd", "mfa"]},
        "application": {"id": "aws-console"},
        "attempt_id": "e-17",
        "context": {"log": {"source": "cloudtrail", "identity": "IAMUser"}},
    }
    assert event["verified"] is True


def test_a_console_sign_in_that_failed(only_event):
    event = only_event(console_login("Failure", errorMessage="Failed authentication"))

    assert event["request"]["credential"] == {"result": "failed"}
    assert "session" not in event["request"]
    assert event["verified"] is False


def test_a_federated_sign_in_names_no_method_of_its_own(only_event):
    more = {"MFAUsed": "No", "SamlProviderArn": "arn:aws:iam::111122223333:saml-provider/Door"}

    assert "session" not in only_event(console_login(additionalEventData=more))["request"]


def test_an_address_that_is_a_service_of_aws_is_left_out(only_event):
    assert "ip" not in only_event(console_login(sourceIPAddress="AWS Internal"))["request"]["client"]


def test_a_name_that_aws_hides_is_nobody(read_log):
    hidden = {"type": "IAMUser", "accountId": "111122223333", "userName": "HIDDEN_DUE_TO_SECURITY_REASONS"}
    events, report = read_log(console_login("Failure", userIdentity=hidden), console_login(eventName="GetUser"))

    assert events == []
    assert list(report.skipped) == ["an attempt whose user the log does not name", "an event that is no sign-in"]


def test_a_slash_in_an_id_is_written_so_that_it_stays_one_segment(only_event):
    identity = {"type": "AssumedRole", "principalId": "AROAEXAMPLE:ada/payroll"}

    assert only_event(console_login(userIdentity=identity))["request"]["subject"]["id"] == "AROAEXAMPLE:ada%2Fpayroll"


def test_a_success_of_auth0(only_event):
    event = only_event(auth0(details={"prompts": [{"name": "login"}, {"name": "mfa", "performed_amr": ["mfa"]}]}))

    assert event["request"]["subject"] == {"id": "auth0|17"}
    assert event["request"]["application"] == {"id": "Payroll"}
    assert event["request"]["session"] == {"amr": ["mfa"]}
    assert event["facts"]["network"] == {"country": "NO", "city": "Oslo", "lat": 59.9, "lon": 10.7}
    assert event["verified"] is True


def test_a_log_stream_of_auth0_says_the_same(only_event):
    assert only_event({"log_id": "outer", "data": auth0()}) == only_event(auth0())


@pytest.mark.parametrize(
    ("kind", "credential"),
    [
        ("f", None),
        ("fp", {"result": "failed"}),
        ("fu", {"result": "failed"}),
        ("pwd_leak", {"result": "passed", "breached": True}),
    ],
)
def test_failures_of_auth0(only_event, kind, credential):
    event = only_event(auth0(kind))

    assert event["request"].get("credential") == credential
    assert event["verified"] is False


def test_a_second_step_of_auth0_belongs_to_the_success_after_it(only_event):
    event = only_event(
        auth0("gd_auth_failed", at="2026-03-01T08:14:00.000Z"),
        auth0("gd_auth_succeed", at="2026-03-01T08:14:30.000Z"),
        auth0("s"),
    )

    assert event["at"] == "2026-03-01T08:14:00Z"
    assert event["request"]["session"] == {"amr": ["mfa"]}
    assert event["verified"] is True


def test_a_push_that_was_refused_is_a_failed_sign_in_with_the_right_password(only_event):
    event = only_event(auth0("gd_auth_rejected"))

    assert event["request"]["credential"] == {"result": "passed"}
    assert event["verified"] is False


@pytest.mark.parametrize("kind", ["ss", "sapi", "slo", "limit_wc", "seacft"])
def test_other_entries_of_auth0_are_no_sign_ins(read_log, kind):
    events, report = read_log(auth0(kind))

    assert events == []
    assert report.skipped == {"an event that is no sign-in": 1}


def test_a_login_of_keycloak(only_event):
    event = only_event(keycloak())

    assert event["at"] == "2026-03-01T08:15:00Z"
    assert event["request"] == {
        "kind": "login",
        "subject": {"id": "u-17"},
        "client": {"ip": "203.0.113.7"},
        "credential": {"result": "passed"},
        "application": {"id": "payroll"},
        "attempt_id": "k-17",
        "context": {"log": {"source": "keycloak", "realm": "r-1"}},
    }
    assert event["verified"] is True


def test_a_user_that_keycloak_does_not_know(only_event):
    event = only_event(keycloak("LOGIN_ERROR", userId=None, error="user_not_found"))

    assert event["request"]["subject"]["id"].startswith("name:")
    assert event["request"]["credential"] == {"result": "failed"}


WRONG = "invalid_user_credentials"


def test_a_wrong_password_at_keycloak_is_a_first_factor_that_failed(only_event):
    event = only_event(keycloak("LOGIN_ERROR", error=WRONG))

    assert (event["request"]["credential"], event["verified"]) == ({"result": "failed"}, False)


def test_a_wrong_code_at_keycloak_says_nothing_of_the_password(only_event):
    asked = {"username": "u", "selected_credential_id": "3fd9b3c0-9b3c-4f5a-8f44-1e2a55f4b9d1"}

    event = only_event(keycloak("LOGIN_ERROR", error=WRONG, details=asked))

    assert "credential" not in event["request"]
    assert event["verified"] is False


@pytest.mark.parametrize("quote", ['"', ""])
def test_a_line_of_keycloaks_json_log(only_event, quote):
    pairs = {
        "type": "LOGIN_ERROR",
        "realmId": "r-1",
        "realmName": "staff",
        "clientId": "payroll",
        "userId": "u-17",
        "ipAddress": "203.0.113.7",
        "error": "invalid_user_credentials",
        "username": "ada",
    }
    line = {
        "timestamp": "2026-03-01T09:15:00.25+01:00",
        "loggerName": "org.keycloak.events",
        "level": "WARN",
        "message": ", ".join(f"{name}={quote}{value}{quote}" for name, value in pairs.items()),
    }

    event = only_event(line)

    assert event["at"] == "2026-03-01T08:15:00.250Z"
    assert event["request"]["subject"] == {"id": "u-17"}
    assert event["request"]["context"]["log"]["reason"] == "invalid_user_credentials"
    assert event["verified"] is False


def test_other_lines_of_keycloaks_log_are_no_sign_ins(read_log):
    other = {"loggerName": "org.keycloak.services", "message": "started", "timestamp": "2026-03-01T08:15:00Z"}
    events, report = read_log({"loggerName": "org.keycloak.events", "message": 'type="LOGOUT"'}, other)

    assert events == []
    assert report.skipped == {"an event that is no sign-in": 2}


def test_a_logon_of_ocsf(only_event):
    event = only_event(ocsf(is_mfa=True, auth_factors=[{"factor_type_id": 11}, {"factor_type_id": 10}]))

    assert event["at"] == "2026-03-01T08:15:00Z"
    assert event["request"]["session"] == {"amr": ["pwd", "hwk", "mfa"]}
    assert event["facts"]["network"] == {"country": "NO", "lat": 59.9, "lon": 10.7}
    assert event["verified"] is True


def test_a_name_in_a_failed_logon_of_ocsf_is_not_written_down(only_event):
    event = only_event(ocsf(2, user={"name": "hunter2"}))

    assert event["request"]["subject"]["id"].startswith("name:")
    assert event["verified"] is False


def test_a_status_that_ocsf_does_not_tell_is_unknown(only_event):
    event = only_event(ocsf(99))

    assert "credential" not in event["request"]
    assert event["verified"] is None


@pytest.mark.parametrize("other", [{"class_uid": 4001}, {"activity_id": 2}])
def test_other_events_of_ocsf_are_skipped(read_log, other):
    events, report = read_log(ocsf(**other))

    assert events == []
    assert report.skipped.total() == 1
