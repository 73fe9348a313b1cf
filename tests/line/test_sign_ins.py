"""Sign-ins as their subjects and their attackers make them, through the whole line."""

import pytest

from doorward.core.population import TENANT_RATIO

from .conftest import CHROME, FIREFOX, NEW_YORK, NOWHERE, OSLO, OSLO_TWO, TOR, login

DAY = 86_400


def settle(house, subject="u-1", times=6, **changes):
    """Sign in on as many days, so that the history is past its quarantine; return the last device token."""
    token = None
    for _ in range(times):
        token = house.decide(subject, token=token, **changes)["device"]["token"]
        house.wait(DAY)
    return token


def test_the_first_sign_in_of_a_subject_is_allowed_when_nothing_else_is_odd(house):
    decision = house.decide()

    assert decision["outcome"] == "allow"
    assert decision["risk"]["confidence"] == "none"
    assert decision["learning"] == "quarantined"


def test_the_same_device_again_scores_lower(house):
    first = house.decide()
    house.wait(3600)

    again = house.decide(token=first["device"]["token"])

    assert again["outcome"] == "allow"
    assert again["risk"]["score"] < first["risk"]["score"]


def test_another_continent_ten_minutes_later_is_challenged_with_distance_and_speed(house):
    house.decide(token=settle(house))
    house.wait(600)

    decision = house.decide(ip=NEW_YORK)

    assert decision["outcome"] != "allow"
    assert decision["policy"]["rule"] == "impossible-travel"
    travel = next(each for each in decision["risk"]["reasons"] if "km" in each["detail"])
    assert "km/h" in travel["detail"]


def test_a_newcomer_from_another_continent_ten_minutes_after_the_first_is_challenged(house):
    house.decide()
    house.wait(600)

    assert house.decide(ip=NEW_YORK)["policy"]["rule"] == "impossible-travel"


def test_twenty_failures_and_then_a_success_are_not_allowed(house):
    settle(house)
    for _ in range(20):
        house.decide(result="failed", token=None)
        house.wait(5)

    decision = house.decide()

    assert decision["outcome"] != "allow"
    assert decision["risk"]["score"] >= 95


def test_an_unknown_address_is_decided_with_unknowns(house):
    decision = house.decide(ip=NOWHERE)

    reasons = {each["signal"]: each["reason"] for each in decision["unknown"]}
    assert "geo.country" in reasons
    assert decision["outcome"] in ("allow", "challenge", "deny")


@pytest.mark.parametrize("address", ["::ffff:10.0.0.1", "0.0.0.0", "::1", "10.0.0.1"])
def test_an_address_that_nobody_routes_is_decided(house, address):
    decision = house.decide(ip=address)

    assert "geo.country" in {each["signal"] for each in decision["unknown"]}


def test_a_sign_in_without_any_client_is_decided(house):
    answer = house.post("/v1/decisions", {"kind": "login", "subject": {"id": "u-1"}, "client": {}})

    assert answer.status_code == 200
    assert answer.get_json()["learning"] == "awaiting_outcome"


def test_tor_is_not_allowed_in_silence(house):
    assert house.decide(ip=TOR)["outcome"] != "allow"


def test_a_wholly_unseen_network_scores_above_the_owners(house):
    for number in range(30):
        house.decide(f"other-{number}", ip=f"84.208.{number}.7")
    token = settle(house)

    own = house.decide(token=token)["risk"]["score"]
    unseen = house.decide(ip=NEW_YORK, agent=FIREFOX)["risk"]["score"]

    assert unseen > own


def test_a_new_lease_in_the_owners_network_with_the_owners_device_stays_low(house):
    token = settle(house)

    decision = house.decide(ip=OSLO_TWO, token=token)

    assert decision["outcome"] == "allow"
    assert decision["risk"]["level"] == "low"


def test_after_two_days_the_first_device_is_known(house):
    first = house.decide()
    house.wait(3 * DAY)

    second = house.decide(token=first["device"]["token"])

    signals = house.get(f"/v1/decisions/{second['id']}").get_json()["signals"]
    assert signals["device.known"]["value"] is True


def test_within_two_days_the_first_device_is_not_known(house):
    first = house.decide()
    house.wait(DAY)

    second = house.decide(token=first["device"]["token"])

    signals = house.get(f"/v1/decisions/{second['id']}").get_json()["signals"]
    assert signals["device.known"]["value"] is False


def test_a_token_of_a_store_that_was_lost_denies_nobody(house):
    decision = house.decide(token="dvt_" + "A" * 22 + "." + "B" * 43)

    assert decision["outcome"] == "allow"


def test_a_stranger_is_not_denied_for_a_neighbours_failures(house):
    for _ in range(25):
        house.decide("neighbour", result="failed")

    assert house.decide("newcomer")["outcome"] != "deny"


def test_two_people_on_one_browser_each_have_their_own_familiarity(house):
    token = settle(house, "ann")

    shared = house.decide("bob", token=token)

    signals = house.get(f"/v1/decisions/{shared['id']}").get_json()["signals"]
    assert signals["device.token_state"]["value"] == "valid"
    assert signals["device.known"]["value"] is False
    again = house.decide("ann", token=shared["device"]["token"])
    known = house.get(f"/v1/decisions/{again['id']}").get_json()["signals"]["device.known"]
    assert known["value"] is True
    assert again["device"]["id"] == shared["device"]["id"]


def test_the_previous_token_stays_good_until_the_new_one_is_seen(house):
    first = house.decide()["device"]["token"]
    lost_answer = house.decide(token=first)["device"]["token"]

    again = house.decide(token=first)

    assert again["device"]["token"] == lost_answer


def test_a_token_that_was_replaced_long_ago_is_not_valid(house):
    first = house.decide()["device"]["token"]
    second = house.decide(token=first)["device"]["token"]
    house.decide(token=second)
    house.wait(120)

    decision = house.decide(token=first)

    state = house.get(f"/v1/decisions/{decision['id']}").get_json()["signals"]["device.token_state"]["value"]
    assert state != "valid"


def test_calls_of_one_attempt_count_once(house):
    for result in ("pending", "failed"):
        last = house.decide(result=result, attempt_id="a-1")

    signals = house.get(f"/v1/decisions/{last['id']}").get_json()["signals"]

    assert signals["velocity.subject_attempts_10m"]["value"] == 1
    assert signals["velocity.subject_failures_10m"]["value"] == 1


def test_an_attempt_is_in_the_tenants_ratio_once_and_from_its_first_result_on(house):
    for result in ("pending", "failed", "failed", "passed"):
        house.decide(result=result, attempt_id="a-1")
    body = {"type": "login_failed", "attempt_id": "a-1", "subject": {"id": "u-1"}, "client": {}}
    house.post("/v1/events", body)
    house.wait(1)

    _, tallies = house.wiring.store.tallies_since("default", 0)

    assert [(each.a, each.b) for each in tallies if each.level == TENANT_RATIO] == [(1.0, 1.0)]


def test_right_passwords_are_in_the_tenants_ratio_too(house):
    for result in ("passed", "passed", "failed", "pending"):
        house.decide(result=result)
    house.wait(1)

    _, tallies = house.wiring.store.tallies_since("default", 0)

    assert [(each.a, each.b) for each in tallies if each.level == TENANT_RATIO] == [(3.0, 1.0)]


def test_a_pending_credential_is_told_the_outcome_and_opens_no_challenge(house):
    settle(house)

    decision = house.decide(ip=NEW_YORK, agent=FIREFOX, result="pending")

    assert decision["challenge"] is None
    assert decision["device"] is None


def test_whoever_failed_the_password_opens_no_challenge(house):
    settle(house)

    decision = house.decide(ip=NEW_YORK, agent=FIREFOX, result="failed")

    assert decision["outcome"] != "allow"
    assert decision["challenge"] is None


def test_a_failed_sign_in_teaches_nothing(house):
    house.decide(result="failed")

    decision = house.decide(agent=CHROME, ip=OSLO)

    assert decision["risk"]["confidence"] == "none"


def test_an_action_counts_no_attempt(house):
    body = {"kind": "action", "action": {"name": "profile.read"}, "subject": {"id": "u-1"}, "client": {"ip": OSLO}}
    for _ in range(3):
        answer = house.post("/v1/decisions", body)

    shown = house.get(f"/v1/decisions/{answer.get_json()['id']}").get_json()
    assert shown["signals"]["velocity.subject_attempts_10m"]["value"] == 0


def test_what_if_leaves_no_trace(house):
    for _ in range(5):
        answer = house.post(
            "/v1/policy/what-if", {"request": {"kind": "login", "subject": {"id": "u-1"}, "client": {"ip": OSLO}}}
        )
        assert answer.status_code == 200

    decision = house.decide()

    shown = house.get(f"/v1/decisions/{decision['id']}").get_json()
    assert shown["signals"]["velocity.subject_attempts_10m"]["value"] == 1
    assert len(house.get("/v1/decisions").get_json()["items"]) == 1


def test_what_if_reads_a_whole_number_however_it_is_written(house):
    body = {
        "request": login("u-1"),
        "facts": {"network": {"asn": 7.0}, "velocity": {"counts": {"ip_subjects_1h": 3.0}}},
    }

    assert house.post("/v1/policy/what-if", body).status_code == 200


@pytest.mark.parametrize("facts", [{"network": {"asn": 7.5}}, {"velocity": {"counts": {"ip_subjects_1h": "3"}}}])
def test_what_if_refuses_what_is_no_whole_number(house, facts):
    answer = house.post("/v1/policy/what-if", {"request": login("u-1"), "facts": facts})

    assert answer.status_code == 422


def test_what_if_takes_other_facts(house):
    body = {
        "request": {
            "kind": "login",
            "subject": {"id": "u-1"},
            "client": {"ip": OSLO},
            "credential": {"result": "passed"},
        },
        "facts": {"velocity": {"counts": {"ip_subjects_1h": 90, "ip_failures_1h": 90}}},
    }

    assert house.post("/v1/policy/what-if", body).get_json()["outcome"] == "deny"


def test_no_header_says_where_somebody_comes_from(house):
    stated = {"X_Forwarded_For": NEW_YORK, "X_Real_IP": NEW_YORK, "Forwarded": f"for={NEW_YORK}"}

    plain = house.post("/v1/decisions", login("u-8", ip=None)).get_json()
    headed = house.post("/v1/decisions", login("u-9", ip=None), **stated).get_json()

    assert (headed["risk"], headed["unknown"]) == (plain["risk"], plain["unknown"])
