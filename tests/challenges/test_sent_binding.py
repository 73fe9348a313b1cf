"""Numbers and addresses bound for codes: confirmed, restricted, and dropped where they no longer serve."""

import pytest

from .conftest import challenged
from .sent import ask_to_bind, bound, with_senders


@pytest.fixture
def house(house_and_outbox):
    return house_and_outbox[0]


def wrong(code):
    return "000000" if code != "000000" else "000001"


def test_a_number_that_was_not_confirmed_is_not_offered(house, outbox):
    """ASVS 6.6.1."""
    bound(house, outbox, "email")
    ask_to_bind(house, "sms")

    assert [each["type"] for each in challenged(house)["authenticators"]] == ["email"]


def test_a_wrong_code_does_not_confirm(house, outbox):
    made = ask_to_bind(house, "sms").get_json()
    code = outbox.messages()[-1].code

    answer = house.post(f"/v1/subjects/u-1/authenticators/{made['id']}/confirm", {"code": wrong(code)})

    assert answer.status_code == 422
    assert "wrong_code" in answer.get_json()["detail"]


def test_a_number_is_bound_as_restricted_with_a_warning(house, outbox):
    """N-OOB-8."""
    made = ask_to_bind(house, "sms").get_json()

    assert made["restricted"] is True
    assert "taken over" in made["warning"]
    assert made["sent_to"] == "+49•••78"


def test_after_a_swapped_sim_no_code_goes_to_the_telephone(house, outbox):
    """N-OOB-8."""
    bound(house, outbox, "sms")
    bound(house, outbox, "email")

    calm = challenged(house, context={"sim_swap_recent": False})
    swapped = challenged(house, context={"sim_swap_recent": True})

    assert [each["type"] for each in calm["authenticators"]] == ["sms", "email"]
    assert [each["type"] for each in swapped["authenticators"]] == ["email"]


def test_whoever_has_only_the_swapped_number_is_not_challenged_with_nothing(house, outbox):
    bound(house, outbox, "sms")

    decision = house.decide("u-1", context={"sim_swap_recent": True})

    assert (decision["outcome"], decision["challenge"]) == ("deny", None)


def test_an_authenticator_that_nobody_can_send_to_is_not_bound(tmp_path):
    house = with_senders(tmp_path, {})

    answer = ask_to_bind(house, "sms")

    assert answer.status_code == 422
    assert answer.get_json()["errors"] == [{"detail": "no sender for sms is configured", "pointer": "#/type"}]
    assert house.get("/v1/subjects/u-1/authenticators").get_json() == []
    house.wiring.stop()
