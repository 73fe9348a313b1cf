"""The canonical event: read strictly, and told plainly where it is none."""

import copy
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.offline.event import BadEvent, read_event

EVENT = {
    "at": "2026-03-01T08:15:00Z",
    "request": {
        "kind": "login",
        "subject": {"id": "u-17", "groups": ["staff"], "created_at": "2025-01-01T00:00:00Z"},
        "client": {"ip": "203.0.113.7", "user_agent": "Mozilla/5.0", "device_token": "c-81f", "rtt_ms": 31},
        "session": {"amr": ["pwd", "otp"]},
        "credential": {"result": "passed", "breached": False},
        "context": {"channel": "web"},
    },
    "verified": True,
    "facts": {"network": {"country": "NO", "city": "Oslo", "lat": 59.9, "lon": 10.7, "asn": 2119, "kind": "mobile"}},
    "label": "genuine",
    "family": None,
}


def changed(path, value):
    data = copy.deepcopy(EVENT)
    *way, last = path.split(".")
    at = data
    for name in way:
        at = at[name]
    at[last] = value
    return data


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("at", 17, "at is no RFC 3339 time"),
        ("at", "yesterday", "at is no RFC 3339 time"),
        ("verified", "yes", "verified is none of true, false, null"),
        ("label", "good", "label is none of genuine, fraud, null"),
        ("colour", "red", "the event has an unknown field 'colour'"),
        ("request", [], "request is no object"),
        ("request.kind", "visit", "request.kind is none of login, action"),
        ("request.subject.id", "", "request.subject.id is missing"),
        ("request.client.ipp", "1", "request.client has an unknown field 'ipp'"),
        ("request.client.ip", 7, "request.client.ip is no text"),
        ("request.client.user_agent", "x" * 5000, "request.client.user_agent is no text of at most 4096"),
        ("request.credential.result", "maybe", "request.credential.result is none of passed, failed, pending"),
        ("request.subject.created_at", "soon", "request.subject.created_at is no RFC 3339 time"),
        ("facts.network", [], "facts.network is no object"),
        ("facts.network.lat", 1000, "facts.network: lat"),
        ("facts.network.country", ["NO"], "facts.network holds a list or an object"),
        ("facts.enrolment", {"types": ["stone"]}, "an unknown type of authenticator"),
    ],
)
def test_what_is_no_event_is_refused_by_name(path, value, says):
    with pytest.raises(BadEvent, match=r".") as refusal:
        read_event(changed(path, value))
    assert says in str(refusal.value)


@pytest.mark.parametrize("slip", ["verifed", "lable", "fact", "familly"])
def test_a_slip_in_a_field_that_decides_what_is_learned_is_refused_even_where_others_are_passed_over(slip):
    with pytest.raises(BadEvent, match=rf"unknown field '{slip}'"):
        read_event(changed(slip, None), passed_over=Counter())


def test_fields_of_somebody_elses_own_are_passed_over_by_name():
    passed_over = Counter()
    for path in ("campaign", "seq", "facts.agent", "facts.network.continent"):
        assert read_event(changed(path, "a"), passed_over=passed_over).verified is True

    assert passed_over == {
        "the event: campaign": 1,
        "the event: seq": 1,
        "facts: agent": 1,
        "facts.network: continent": 1,
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [("kind", "hotel"), ("timezone", "Moon/Base"), ("country", "XYZ"), ("asn", 0), ("a/b~c", 1), ("city", "a\nb")],
)
def test_what_a_network_cannot_be_is_not_known_and_the_rest_is(field, value):
    passed_over = Counter()
    network = read_event(changed(f"facts.network.{field}", value), passed_over=passed_over).network

    assert getattr(network, field, None) is None
    assert (network.lat, network.lon) == (59.9, 10.7)
    assert passed_over == {f"facts.network: {field}": 1}


@pytest.mark.parametrize(("half", "value"), [("lat", 91), ("lon", None), ("lat", "59.9")])
def test_half_a_place_is_no_place(half, value):
    passed_over = Counter()
    network = read_event(changed(f"facts.network.{half}", value), passed_over=passed_over).network

    assert (network.lat, network.lon, network.country) == (None, None, "NO")
    assert passed_over.total() >= 1


def test_the_names_that_are_passed_over_are_bounded():
    passed_over = Counter()
    for number in range(2000):
        read_event(changed(f"x{number:060}", 1), passed_over=passed_over)
        read_event(changed(f"{number}", 1), passed_over=passed_over)

    assert len(passed_over) <= 300
    assert max(map(len, passed_over)) < 80
    with pytest.raises(BadEvent):
        read_event(EVENT | {f"x{number}": 1 for number in range(300)}, passed_over=passed_over)


@pytest.mark.parametrize("at", ["2026-03-01T08:15:00z", "2026-03-01t08:15:00Z", "2026-03-01 10:15:00.000+02:00"])
def test_a_time_may_be_written_in_every_way_of_rfc_3339(at):
    assert read_event(changed("at", at)).at == 1772352900.0


@pytest.mark.parametrize("data", [None, [], "event", 3])
def test_what_is_no_object_is_refused(data):
    with pytest.raises(BadEvent):
        read_event(data)


def test_an_event_holds_what_it_states():
    event = read_event(EVENT)
    assert (event.at, event.verified, event.label, event.family) == (1772352900.0, True, "genuine", "")
    assert event.request.subject.groups == ("staff",)
    assert event.request.client.device_token_collected
    assert (event.network.country, event.network.prefix, event.network.kind) == ("NO", "203.0.113.0/24", "mobile")


def test_a_device_token_that_was_not_collected_is_told_from_one_that_was_not_there():
    without = changed("request.client.device_token", None)
    assert read_event(without).request.client.device_token_collected
    del without["request"]["client"]["device_token"]
    assert not read_event(without).request.client.device_token_collected


def test_a_log_without_places_leaves_them_to_be_looked_up():
    assert read_event(changed("facts", None)).network is None


def test_what_the_subject_had_enrolled_may_be_stated():
    assert read_event(changed("facts.enrolment", {"types": ["totp"]})).enrolled == ("totp",)
    assert read_event(EVENT).enrolled is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
PATHS = ["at", "verified", "facts", "label", "request", "request.subject", "request.client", "request.session",
         "request.client.ip", "facts.network", "facts.network.asn", "request.subject.groups"]  # fmt: skip


@given(st.sampled_from(PATHS), JSON, st.sampled_from((None, Counter())))
def test_anything_is_an_event_or_is_refused(path, value, passed_over):
    try:
        said = read_event(changed(path, value), passed_over=passed_over).request.subject.id
    except BadEvent as refusal:
        said = str(refusal)
    assert 0 < len(said) < 300
