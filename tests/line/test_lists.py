"""Run-time lists: in force at once, and ended by themselves."""

from .conftest import NEW_YORK, OSLO


def test_a_blocked_address_is_denied_at_once_and_until_its_entry_ends(house):
    house.decide()
    house.call("PUT", f"/v1/lists/blocked_addresses/{OSLO}", {"until": "2026-07-01T11:00:00Z", "reason": "attack"})

    during = house.decide()
    house.wait(3700)
    after = house.decide()

    assert (during["outcome"], after["outcome"]) == ("deny", "allow")


def test_a_list_that_the_policy_does_not_declare_is_not_found(house):
    assert house.call("PUT", "/v1/lists/nothing/1.2.3.4", {"reason": "x"}).status_code == 404


def test_a_network_can_be_blocked_and_freed(house):
    house.call("PUT", "/v1/lists/blocked_addresses/84.208.0.0%2F16", {"reason": "attack"})
    assert house.decide()["outcome"] == "deny"

    assert house.call("DELETE", "/v1/lists/blocked_addresses/84.208.0.0%2F16").status_code == 204

    assert house.decide()["outcome"] == "allow"


def test_a_blocked_device_is_denied_wherever_it_comes_from(house):
    issued = house.decide()["device"]
    house.call("PUT", f"/v1/lists/blocked_devices/{issued['id']}", {"reason": "stolen"})

    assert house.decide("somebody-else", ip=NEW_YORK, token=issued["token"])["policy"]["rule"] == "blocked-device"
