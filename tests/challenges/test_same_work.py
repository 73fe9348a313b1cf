"""Whether something exists shows in no amount of work (ASVS 6.3.8). `bench/timing.py` measures what is left of it."""

import pytest

from doorward.ceremony import Realm

from ..line.conftest import house_in, login
from .conftest import bound_totp, challenged, verify
from .devices import Device, bound_push, said
from .work import counted

NOBODY = "nobody-knows-me"
UNKNOWN = "fac_" + "A" * 22


@pytest.fixture
def house(tmp_path, told):
    realm = Realm("default", name="Shop", base_url="https://auth.example")
    made = house_in(tmp_path, outside={"notifier": told, "realm_of": lambda _: realm})
    yield made
    made.wiring.stop()


def work_of(house, monkeypatch, ask):
    """Return the work of the second of two calls: the first may fill what is kept for a while."""
    ask()
    with counted(monkeypatch) as done:
        ask()
    return done


@pytest.mark.parametrize("what", ["authenticators", "authenticators/history", "devices"])
def test_an_unknown_subject_costs_the_trips_of_a_known_one(house, monkeypatch, what):
    bound_totp(house)

    known = work_of(house, monkeypatch, lambda: house.get(f"/v1/subjects/u-1/{what}"))
    unknown = work_of(house, monkeypatch, lambda: house.get(f"/v1/subjects/{NOBODY}/{what}"))

    assert unknown["trips"] == known["trips"] > 0


def test_a_decision_about_an_unknown_subject_costs_the_trips_of_one_about_a_known_one(house, monkeypatch):
    bound_totp(house)
    house.decide("u-1")

    known = work_of(house, monkeypatch, lambda: house.post("/v1/decisions", login("u-1", result="failed")))
    unknown = work_of(house, monkeypatch, lambda: house.post("/v1/decisions", login(NOBODY, result="failed")))

    assert unknown["trips"] == known["trips"] > 0


def test_a_device_that_is_not_known_costs_the_signature_and_the_trips_of_one_that_is(house, monkeypatch):
    device, stranger = Device(), Device()
    bound_push(house, device)
    body = {"at": "2026-07-01T10:00:00Z"}

    def asks(authenticator):
        return lambda: said(house, "pending", stranger.signed({"authenticator": authenticator, **body}))

    known = work_of(house, monkeypatch, asks(device.authenticator))
    unknown = work_of(house, monkeypatch, asks(UNKNOWN))

    assert asks(device.authenticator)().get_json()["detail"] == asks(UNKNOWN)().get_json()["detail"]
    assert (unknown["signatures"], unknown["trips"]) == (1, known["trips"])


def test_a_pairing_that_is_waited_for_costs_one_trip_more_to_whoever_knows_its_name(house, monkeypatch):
    """Accepted: the name has 128 random bits, and stands beside the code in the address that is shown."""
    made = house.post("/v1/subjects/u-1/authenticators", {"type": "push", "label": "x", "reason": "y"}).get_json()
    stranger = Device()

    def asks(authenticator):
        body = {"authenticator": authenticator, "code": "A" * 26, "public_key": stranger.jwk}
        return lambda: said(house, "pair", stranger.signed(body))

    known = work_of(house, monkeypatch, asks(made["id"]))
    unknown = work_of(house, monkeypatch, asks(UNKNOWN))

    assert asks(made["id"])().get_json()["detail"] == asks(UNKNOWN)().get_json()["detail"]
    assert unknown["signatures"] == known["signatures"] == 1
    assert known["trips"] - unknown["trips"] == 1


def test_a_wrong_recovery_code_costs_the_hashes_of_a_right_one(house, monkeypatch):
    made = house.post("/v1/subjects/u-1/authenticators", {"type": "recovery_code", "reason": "y"}).get_json()
    bound_totp(house)
    recovery = challenged(house)
    ids = [each["id"] for each in recovery["authenticators"]]
    assert made["id"] in ids

    with counted(monkeypatch) as wrong:
        assert verify(house, recovery, made["id"], "AAAA-AAAA-AAAA-AAAA").get_json()["status"] == "pending"
    with counted(monkeypatch) as right:
        verify(house, recovery, made["id"], made["codes"][0])

    assert wrong["slow hashes"] == right["slow hashes"] == 2


def test_a_page_of_a_challenge_that_there_is_not_costs_no_more_than_one_of_another_tenant(house, monkeypatch):
    bound_totp(house)
    challenge = challenged(house)

    def looks(challenge_id):
        return lambda: house.client.get(f"/challenge/{challenge_id}?tenant=other")

    known = work_of(house, monkeypatch, looks(challenge["id"]))
    unknown = work_of(house, monkeypatch, looks("chl_" + "A" * 22))

    assert unknown == known
