"""Whatever stands in a log, an importer answers with outcomes: one for each object, and no error of its own."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.api.requests import to_request
from doorward.offline.event import read_event
from doorward.offline.importers import IMPORTERS, Skipped, Unreadable

NAMES = sorted(
    {key for each in IMPORTERS for key in each.keys}
    | {"result", "type", "id", "uid", "name", "ip", "location", "country", "errorCode", "eventtype", "kind", "user_id"}
    | {"authenticationContext", "externalSessionId", "learned", "reports", "feedback", "details", "activity_id"}
)
VALUES = [
    *(
        "user.session.start",
        "user.authentication.auth_via_mfa",
        "SUCCESS",
        "User",
        "s",
        "fp",
        "gd_auth_succeed",
        "LOGIN",
    ),
    *(
        "ConsoleLogin",
        "SignInLogs",
        "2026-03-01T08:15:00Z",
        "2026-03-01 08:15:00.123456789",
        "0001-01-01T00:00:00+14:00",
    ),
    *("203.0.113.7:99", "u/17\u202e", "org.keycloak.events", "\ud800", 3002, 1, 0, 50074, 1772352900000, 1e308, -1),
]
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(VALUES)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=4), inner),
    max_leaves=20,
)
OBJECTS = st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=4), TREES, max_size=10)

# A good object of each format, to be spoilt in one place.
GOOD = {
    "records": {
        "at": 1772352900.0,
        "request": {"kind": "login", "subject": {"id": "u"}, "client": {"ip": "203.0.113.7"}, "context": {}},
        "facts": {"network": {"country": "NO"}, "device": {"token_state": "valid", "device_id": "dev_1"}},
        "answer": {"outcome": "allow"},
    },
    "rba": {"Login Timestamp": "2020-03-01 08:15:00", "User ID": "1", "Country": "NO", "Login Successful": "True"},
    "okta": {
        "eventType": "user.session.start",
        "published": "2026-03-01T08:15:00Z",
        "actor": {"id": "u", "type": "User"},
        "outcome": {"result": "SUCCESS"},
        "client": {"ipAddress": "203.0.113.7", "geographicalContext": {"country": "Norway"}},
        "securityContext": {"asNumber": 64500},
        "debugContext": {"debugData": {"dtHash": "d"}},
        "target": [{"type": "AppInstance", "alternateId": "a"}],
    },
    "entra": {
        "createdDateTime": "2026-03-01T08:15:00Z",
        "userId": "u",
        "correlationId": "c",
        "status": {"errorCode": 0},
        "location": {"countryOrRegion": "NO", "geoCoordinates": {"latitude": 1.0, "longitude": 2.0}},
        "authenticationDetails": [{"authenticationMethod": "Password", "succeeded": True}],
    },
    "cloudtrail": {
        "eventName": "ConsoleLogin",
        "eventTime": "2026-03-01T08:15:00Z",
        "userIdentity": {"type": "IAMUser", "principalId": "u"},
        "responseElements": {"ConsoleLogin": "Success"},
        "additionalEventData": {"MFAUsed": "Yes"},
    },
    "auth0": {
        "log_id": "1",
        "type": "s",
        "date": "2026-03-01T08:15:00Z",
        "user_id": "u",
        "details": {"prompts": [{"performed_amr": ["mfa"]}]},
        "location_info": {"country_code": "NO", "time_zone": "Europe/Oslo"},
    },
    "keycloak": {"type": "LOGIN", "time": 1772352900000, "realmId": "r", "userId": "u", "details": {"username": "x"}},
    "ocsf": {
        "class_uid": 3002,
        "activity_id": 1,
        "status_id": 1,
        "time": 1772352900000,
        "user": {"uid": "u"},
        "src_endpoint": {"ip": "203.0.113.7", "location": {"country": "NO", "coordinates": [1.0, 2.0]}},
        "auth_factors": [{"factor_type_id": 11}],
    },
}


def outcomes_of(importer, objects):
    taken = [each for number, found in enumerate(objects, 1) for each in importer.take(("log", number), found)]
    return [*taken, *importer.rest()]


def places(value, path=()):
    """Return the path to every value within *value*."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(each for step, inner in steps for each in places(inner, (*path, step)))]


def spoilt(good, path, value):
    whole = copy.deepcopy(good)
    inner = whole
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return whole


@settings(max_examples=50)
@given(objects=st.lists(OBJECTS, max_size=4))
def test_there_is_one_outcome_for_each_object(objects):
    for form in IMPORTERS:
        outcomes = outcomes_of(form.begin(), objects)

        assert len(outcomes) == len(objects)
        assert all(isinstance(each, dict | Skipped | Unreadable) for each in outcomes)
        assert all(form.recognises(found) in (True, False) for found in objects)


@pytest.mark.parametrize("name", GOOD)
@given(data=st.data())
def test_what_is_an_event_is_one_that_the_api_accepts(name, data):
    path = data.draw(st.sampled_from(places(GOOD[name])[1:]))
    found = spoilt(GOOD[name], path, data.draw(TREES))
    importer = next(each for each in IMPORTERS if each.name == name).begin()

    for event in outcomes_of(importer, [found]):
        if isinstance(event, dict) and name != "records":  # whose requests pass as they are
            to_request(event["request"])
            read_event(event)
