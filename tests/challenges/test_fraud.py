"""An attempt that was not the owner's: reported as fraud, or said «no» to, it leads to nothing any more."""

import pytest

from doorward.ceremony import Realm
from doorward.kept import KeptRecords
from doorward.senders.outbox import Outbox

from ..line.conftest import house_in
from ..notices.test_was_this_you import token_for
from .conftest import EXPORT, bound_totp, challenged, code_of, login, verify
from .test_enrolling_within import EMAIL, bind, enrol_challenge, granted
from .test_page import BACK, collect, opened

ADMINISTRATOR = {"subject": {"id": "u-1", "groups": ["admins"]}}


@pytest.fixture
def outbox():
    return Outbox()


@pytest.fixture
def house(tmp_path, outbox):
    realm = Realm("default", name="Shop", return_to=(BACK,))
    made = house_in(tmp_path, outside={"realm_of": lambda tenant: realm, "senders": {"email": outbox}})
    yield made
    made.wiring.stop()


def fraud(house, decision):
    answer = house.post(f"/v1/decisions/{decision}/feedback", {"label": "fraud", "source": "analyst"})
    assert answer.status_code == 200
    return answer.get_json()["undone"]


def said_no(house, decision):
    assert house.client.post(f"/was-this-you/{token_for(house, decision)}/no").status_code == 200


disowned = pytest.mark.parametrize("disown", [fraud, said_no])


@disowned
def test_its_open_challenge_cannot_be_passed(house, disown):
    made = bound_totp(house)
    challenge = challenged(house)

    disown(house, challenge["decision"])

    assert verify(house, challenge, made["id"], code_of(house, made)).status_code == 409
    assert house.get(f"/v1/challenges/{challenge['id']}").get_json()["status"] == "cancelled"


@disowned
def test_its_assertion_satisfies_no_rule_and_binds_nothing(house, disown):
    made = bound_totp(house)
    challenge = challenged(house)
    proof = verify(house, challenge, made["id"], code_of(house, made)).get_json()["assertion"]

    disown(house, challenge["decision"])
    session = {"id": "s-1", "amr": ["pwd"], "assertion": proof}

    assert house.decide(**EXPORT | {"session": session})["outcome"] == "challenge"
    bound = house.post("/v1/subjects/u-1/authenticators", {"type": "totp", "assertion": proof})
    assert bound.status_code == 422
    assert house.post("/v1/assertions/redeem", {"assertion": proof}).status_code == 422


def test_the_assertions_of_its_session_end_with_it(house):
    made = bound_totp(house)
    proof = verify(house, challenged(house), made["id"], code_of(house, made)).get_json()["assertion"]
    action = house.decide(**EXPORT)

    undone = fraud(house, action["id"])

    assert (action["outcome"], undone) == ("allow", ["assertion", "session"])
    assert house.post("/v1/assertions/redeem", {"assertion": proof}).status_code == 422


@disowned
def test_it_cannot_be_completed_afterwards(house, disown):
    decision = house.decide(result="pending")

    disown(house, decision["id"])
    answer = house.post(f"/v1/decisions/{decision['id']}/outcome", {"result": "completed", "amr": ["otp"]})

    assert answer.status_code == 409
    assert house.decide()["risk"]["confidence"] == "none"


def test_the_assertion_of_an_outcome_is_spent(house):
    decision = house.decide()
    told = house.post(f"/v1/decisions/{decision['id']}/outcome", {"result": "completed", "amr": ["otp"]}).get_json()

    undone = fraud(house, decision["id"])

    assert undone == ["assertion", "device", "history"]
    assert house.post("/v1/assertions/redeem", {"assertion": told["assertion"]}).status_code == 422


@disowned
def test_what_it_passed_in_the_page_cannot_be_collected(house, disown):
    made = bound_totp(house)
    body = login() | ADMINISTRATOR
    decision = house.post("/v1/decisions", body).get_json()
    browser = opened(house, decision["challenge"])
    browser.answer(made["id"], code_of(house, made))
    receipt = browser.receipt()["receipt"]

    disown(house, decision["id"])

    assert collect(house, decision["challenge"], receipt).status_code == 409
    assert "receipt" not in browser.receipt()


@disowned
def test_its_grant_binds_nothing(house, outbox, disown):
    challenge = enrol_challenge(house, EMAIL)
    grant = granted(house, outbox, challenge)["enrolment_grant"]

    disown(house, challenge["decision"])

    assert bind(house, grant).status_code == 403


def test_a_record_that_says_fraud_hands_nothing_over(house):
    """Where the challenge is not ended yet, the record has the last word."""
    made = bound_totp(house)
    challenge = challenged(house)
    records = KeptRecords(house.wiring.store, house.wiring.services.sealer)
    records.rewrite("default", challenge["decision"], lambda _: {"feedback": ({"label": "fraud"},)}, house.now[0])

    answer = verify(house, challenge, made["id"], code_of(house, made))

    assert answer.status_code == 409
    assert house.decide(**EXPORT)["outcome"] == "challenge"


def test_fraud_that_is_said_twice_undoes_once(house):
    bound_totp(house)
    challenge = challenged(house)

    first, second = fraud(house, challenge["decision"]), fraud(house, challenge["decision"])

    assert (first, second) == (["challenge", "session"], ["session"])
