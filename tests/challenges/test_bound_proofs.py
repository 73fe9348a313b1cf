"""A proof that is bound to an action confirms that action whole, whichever rules ask."""

from ..line.conftest import NEW_YORK
from .conftest import bound_totp, challenged, code_of, verify

DAY = 86_400
PAY = {"kind": "action", "action": {"name": "payments.transfer", "binding": {"amount": "950.00", "to": "DE02"}}}


def test_a_transfer_from_a_new_country_is_confirmed_once(house):
    made = bound_totp(house)
    for _ in range(5):
        house.decide()
        house.wait(DAY)
    abroad = PAY | {"ip": NEW_YORK, "session": {"amr": ["pwd"]}}
    asked = challenged(house, **abroad)
    proof = verify(house, asked, made["id"], code_of(house, made)).get_json()["assertion"]
    handed_back = abroad | {"session": {"amr": ["pwd"], "assertion": proof}}

    confirmed = house.decide(**handed_back)
    again = house.decide(**handed_back)
    record = house.get(f"/v1/decisions/{confirmed['id']}").get_json()

    states = {each["rule"]: each["state"] for each in record["rules"]}
    assert (states["big-actions"], states["new-country-new-device"]) == ("satisfied", "satisfied")
    assert (confirmed["outcome"], again["outcome"]) == ("allow", "challenge")
