from dataclasses import replace
from datetime import UTC, datetime

import pytest

from doorward.core import history as core_history
from doorward.core.facts import AgentFacts, DeviceFacts, EnrolmentFacts, HistoryFacts, NetworkFacts, VelocityFacts
from doorward.core.request import Client, Credential, Session, Subject
from doorward.core.ring import ATTEMPT, FAILED, SUBJECT_LIMIT, append
from doorward.core.velocity import count

DAY = 86_400
EVENING = 1_767_396_600.0  # Friday, 2026-01-02T23:30:00Z: Saturday in Oslo


def test_what_was_not_sent_is_known_to_be_empty(signals):
    values = signals().values

    assert values["application.id"] == values["action.name"] == values["credential.result"] == ""
    assert values["subject.groups"] == values["session.amr"] == []
    assert values["action.binding"] == values["context"] == values["subject.attributes"] == {}


def test_the_clock_is_the_one_of_the_verified_history(signals):
    values = signals(at=EVENING, history=HistoryFacts(events=3, zone="Europe/Oslo")).values

    assert (values["event.hour"], values["event.weekday"], values["event.weekend"]) == (0, 5, True)
    assert values["event.time"] == datetime(2026, 1, 2, 23, 30, tzinfo=UTC)


def test_without_a_history_the_clock_is_the_tenants(signals):
    assert signals(at=EVENING, zone="Asia/Tokyo").values["event.hour"] == 8


def test_the_clients_own_zone_does_not_set_the_clock(signals):
    client = Client(ip="203.0.113.7", timezone="Asia/Tokyo")

    assert signals(at=EVENING, request={"client": client}).values["event.hour"] == 23


def test_a_bad_zone_falls_back_to_utc(signals):
    assert signals(at=EVENING, zone="Mars/Olympus").values["event.hour"] == 23


@pytest.mark.parametrize("name", ["ip", "prefix", "asn", "country", "city", "browser", "os", "device_type", "language"])
def test_with_no_verified_history_nothing_is_new(signals, name):
    assert signals().unknown[f"new.{name}"] == "no_history"


def test_new_is_what_the_history_has_not_counted(signals):
    history = HistoryFacts(
        events=20, counts={"country": 0.0, "asn": 0.01}, totals={"country": 5.0, "asn": 5.0}, hour_share=0.25
    )

    values = signals(history=history).values

    assert values["new.country"] is True
    assert values["new.asn"] is False
    assert values["unusual.hour"] == 0.75


def test_a_value_that_the_attempt_lacks_is_not_new(signals):
    dark = signals(history=HistoryFacts(events=20), network=NetworkFacts(address="203.0.113.7"), agent=AgentFacts())

    assert dark.unknown["new.country"] == "no location for this address"
    assert dark.unknown["new.browser"] == "no user agent was sent"
    assert dark.unknown["new.language"] == "no language was sent"


def test_nothing_is_new_against_a_history_that_never_knew_the_level(signals):
    history = HistoryFacts(events=20, counts={"asn": 0.0}, totals={"asn": 0.0})

    assert signals(history=history).unknown["new.asn"] == "no_history"


def test_a_device_is_unknown_when_nobody_looked_and_false_when_there_was_none(signals):
    assert signals(device=DeviceFacts()).unknown["device.known"] == "no device token was collected"
    assert signals(device=DeviceFacts(token_state="none")).values["device.known"] is False


@pytest.mark.parametrize("state", ["none", "expired", "revoked", "foreign"])
def test_only_a_valid_token_makes_a_device_familiar(signals, valid_device, state):
    values = signals(device=replace(valid_device, token_state=state, known=True, remembered=True)).values

    assert values["device.known"] is False
    assert values["device.remembered"] is False
    assert values["device.token_state"] == state


def test_a_valid_device_is_what_the_history_says(signals, valid_device):
    values = signals(device=valid_device).values

    assert (values["device.known"], values["device.remembered"], values["device.age_days"]) == (True, False, 10.0)


def test_a_fingerprint_is_compared_with_settled_history(signals):
    client = {"client": Client(ip="203.0.113.7", fingerprint="f")}

    assert signals().unknown["device.fingerprint_known"] == "no fingerprint was collected"
    assert signals(request=client).unknown["device.fingerprint_known"] == "no_history"
    known = signals(request=client, history=HistoryFacts(events=3, fingerprint_known=False))
    assert known.values["device.fingerprint_known"] is False


def test_an_address_that_was_not_sent_leaves_its_groups_unknown(signals):
    dark = signals(network=NetworkFacts(), request={"client": Client()})

    assert {dark.unknown[name] for name in ("ip.address", "ip.private", "network.asn", "geo.country")} == {
        "no address was sent"
    }


def test_a_private_address_has_no_place(signals):
    private = NetworkFacts(address="10.0.0.9", prefix="10.0.0.0/24", version=4, private=True)

    dark = signals(network=private)

    assert dark.values["ip.private"] is True
    assert dark.unknown["geo.country"] == "the address is private"


def test_the_look_ups_own_reason_is_told(signals, oslo):
    network = replace(oslo, country=None, city=None, lat=None, lon=None, location_reason="no city database")

    assert signals(network=network).unknown["geo.city"] == "no city database"


def test_a_location_may_lack_a_part(signals, oslo):
    assert signals(network=replace(oslo, city=None)).unknown["geo.city"] == "the location has no city"


@pytest.mark.parametrize(
    ("client_zone", "matches"), [("Europe/Oslo", True), ("Europe/Berlin", True), ("Europe/London", False)]
)
def test_clocks_are_compared_and_not_names(signals, client_zone, matches):
    client = Client(ip="203.0.113.7", timezone=client_zone)

    assert signals(request={"client": client}).values["geo.client_timezone_matches"] is matches


@pytest.mark.parametrize("client_zone", [None, "", "Mars/Olympus"])
def test_a_client_without_a_zone_neither_matches_nor_differs(signals, client_zone):
    client = Client(ip="203.0.113.7", timezone=client_zone)

    assert "geo.client_timezone_matches" in signals(request={"client": client}).unknown


def test_an_accounts_age_is_the_callers_word_first(signals, now):
    history = HistoryFacts(first_seen_at=now - 3 * DAY)

    assert signals(history=history).values["subject.age_days"] == 3.0
    stated = {"subject": Subject("u-1", created_at=now - 9 * DAY)}
    assert signals(history=history, request=stated).values["subject.age_days"] == 9.0
    assert signals().unknown["subject.age_days"] == "no_history"


def test_a_new_subject_is_known_to_be_unknown(signals):
    values = signals().values

    assert values["subject.known"] is False
    assert values["subject.logins"] == 0.0
    assert values["subject.flags"] == []


def test_days_and_hours_since_are_days_and_hours(signals, now):
    history = HistoryFacts(events=1, last_at=now - 36 * 3600, credential_changed_at=now - 5400)

    values = signals(history=history).values

    assert values["subject.days_since_login"] == 1.5
    assert values["subject.password_age_hours"] == 1.5


def test_enrolments_that_cannot_be_read_are_not_an_empty_list(signals):
    assert "subject.authenticators" in signals(enrolment=EnrolmentFacts(readable=False)).unknown
    assert signals(enrolment=EnrolmentFacts(types=("totp",))).values["subject.authenticators"] == ["totp"]


@pytest.mark.parametrize(
    ("acr", "amr", "result", "aal"),
    [
        ("", (), "", 0),
        ("", (), "failed", 0),
        ("", (), "passed", 1),
        ("", ("pwd",), "", 1),
        ("", ("pwd", "otp", "mfa"), "", 2),
        ("aal1", ("mfa",), "", 1),
        ("AAL3", (), "", 3),
        ("gold", ("pwd",), "", 1),
    ],
)
def test_the_sessions_assurance(signals, acr, amr, result, aal):
    request = {"session": Session(acr=acr, amr=amr), "credential": Credential(result)}

    assert signals(request=request).values["session.aal"] == aal


def test_a_sessions_age_is_in_minutes(signals, now):
    assert signals(request={"session": Session(auth_time=now - 90)}).values["session.age_minutes"] == 1.5
    assert "session.age_minutes" in signals().unknown


def test_a_breach_that_nobody_looked_for_is_unknown(signals):
    assert "credential.breached" in signals().unknown
    assert signals(request={"credential": Credential("passed", False)}).values["credential.breached"] is False


def test_a_count_without_a_ring_is_unknown(signals):
    dark = signals(velocity=VelocityFacts(counts={"subject_attempts_1h": 0})).unknown

    assert dark["velocity.ip_attempts_1h"] == "no address was sent"
    assert dark["velocity.device_subjects_24h"] == "no device to count by"
    assert "velocity.subject_attempts_1h" not in dark


def test_twenty_failures_and_then_a_success_can_be_read_in_a_rule(signals, now):
    ring = b""
    for second in range(20):
        ring = append(ring, at=now - 60 + second, other=7, flags=ATTEMPT | FAILED, limit=SUBJECT_LIMIT)
    ring = append(ring, at=now, other=7, flags=ATTEMPT, limit=SUBJECT_LIMIT)

    values = signals(velocity=VelocityFacts(counts=count(ring, None, None, None, now))).values

    assert values["velocity.subject_failures_10m"] == 20
    assert values["velocity.subject_attempts_10m"] == 21


def test_two_people_on_one_device_each_have_their_own_familiarity(signals, sight, learn, now):
    hers = learn(None, "a", now - DAY, sight(device_id="dev_a"))

    def familiar(profile):
        use = core_history.device_use(profile, "dev_a", now)
        device = DeviceFacts("valid", "dev_a", use.seen, use.known, use.remembered, use.first_used_at)
        return signals(device=device).values["device.known"]

    assert familiar(hers) is True
    assert familiar(None) is False
