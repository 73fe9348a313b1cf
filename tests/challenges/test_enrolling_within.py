"""A challenge within which the first authenticator is bound: a code to a contact, a grant, a confirmation."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from doorward.core.errors import SenderUnavailable
from doorward.senders.outbox import Outbox

from ..line.conftest import NEW_YORK, house_in
from .conftest import bound_totp, code_of, login, verify
from .sent import begin

PATH = "/v1/subjects/u-1/authenticators"
EMAIL = {"channel": "email", "address": "anna@example.org"}
PHONE = {"channel": "sms", "address": "+4915112345678"}
WRONG = "000000"


RESISTANT = """
version: 1
id: resistant
requirements:
  resistant: {any_of: [passkey], phishing_resistant: true}
rules:
  - id: any
    when: "true"
    then: {challenge: resistant}
"""


class Failing(Outbox):
    """An outbox that can be out of order."""

    is_down = False

    def send(self, message):
        if self.is_down:
            raise SenderUnavailable(message.channel, "it does not answer")
        super().send(message)


@pytest.fixture
def outbox():
    return Failing()


@pytest.fixture
def house(tmp_path, told, outbox):
    made = house_in(tmp_path, outside={"notifier": told, "senders": dict.fromkeys(("email", "sms", "voice"), outbox)})
    yield made
    made.wiring.stop()


def enrol_challenge(house, *contacts, subject="u-1", groups=("admins",), **changes):
    """Return the challenge of an administrator who has nothing that could meet it."""
    body = login(**changes) | {"subject": {"id": subject, "groups": [*groups], "contacts": [*contacts]}}
    decision = house.post("/v1/decisions", body).get_json()
    return decision["challenge"] | {"decision": decision["id"]}


def granted(house, outbox, challenge):
    """Answer the code that a contact is sent, and return the answer."""
    contact = challenge["authenticators"][0]["id"]
    assert begin(house, challenge, contact).status_code == 200
    return verify(house, challenge, contact, outbox.messages()[-1].code).get_json()


def bind(house, grant, kind="totp", subject="u-1", **more):
    return house.post(f"/v1/subjects/{subject}/authenticators", {"type": kind, "enrolment_grant": grant, **more})


def confirm(house, made, **more):
    return house.post(f"{PATH}/{made['id']}/confirm", {"code": code_of(house, made), **more})


def status(house, challenge):
    return house.get(f"/v1/challenges/{challenge['id']}").get_json()["status"]


def test_a_wrong_code_of_a_contact_gives_nothing(house, outbox):
    challenge = enrol_challenge(house, EMAIL)
    contact = challenge["authenticators"][0]["id"]
    begin(house, challenge, contact)

    answer = verify(house, challenge, contact, WRONG).get_json()

    assert answer == {"status": "pending", "error": "wrong_code", "attempts_left": 4}


def test_a_code_that_was_never_sent_cannot_be_answered(house):
    challenge = enrol_challenge(house, EMAIL)

    answer = verify(house, challenge, challenge["authenticators"][0]["id"], WRONG).get_json()

    assert answer["error"] == "expired_code"


def test_guesses_at_a_contact_are_counted_across_challenges(house):
    """N-OOB-4: whoever opens another challenge guesses at the same contact."""
    for _ in range(5):
        house.wait(30)
        challenge = enrol_challenge(house, EMAIL)
        contact = challenge["authenticators"][0]["id"]
        begin(house, challenge, contact)
        verify(house, challenge, contact, WRONG)

    throttled = verify(house, challenge, contact, WRONG)

    assert throttled.status_code == 429


def test_the_code_of_a_contact_is_good_once(house, outbox):
    challenge = enrol_challenge(house, EMAIL)
    contact = challenge["authenticators"][0]["id"]
    begin(house, challenge, contact)
    code = outbox.messages()[-1].code

    # As many as may be given: with one more the challenge could end before the first has been settled.
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda _: verify(house, challenge, contact, code), range(5)))

    assert sum("enrolment_grant" in each.get_json() for each in answers) == 1


def test_the_right_code_of_a_contact_does_not_pass_the_challenge(house, outbox):
    challenge = enrol_challenge(house, PHONE)

    answer = granted(house, outbox, challenge)

    assert (answer["status"], answer["error"], answer["attempts_left"]) == ("pending", "more_required", 5)
    assert answer["enrolment_grant"].startswith("grt_")
    assert (status(house, challenge), "assertion" in answer) == ("pending", False)


def test_a_grant_binds_once(house, outbox):
    grant = granted(house, outbox, enrol_challenge(house, EMAIL))["enrolment_grant"]
    assert bind(house, grant).status_code == 201

    assert bind(house, grant).status_code == 403


def test_of_many_at_once_a_grant_binds_one(house, outbox):
    grant = granted(house, outbox, enrol_challenge(house, EMAIL))["enrolment_grant"]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: bind(house, grant).status_code, range(12)))

    assert sorted(answers) == [201] + [403] * 11


def test_a_grant_is_over_after_ten_minutes(house, outbox):
    grant = granted(house, outbox, enrol_challenge(house, EMAIL))["enrolment_grant"]
    house.wait(600)

    assert bind(house, grant).status_code == 403


def test_a_grant_outlives_the_challenge_that_gave_it(house, outbox):
    """Whoever is slow to find the code has the whole ten minutes for the app."""
    challenge = enrol_challenge(house, EMAIL)
    house.wait(500)
    grant = granted(house, outbox, challenge)["enrolment_grant"]
    house.wait(200)

    made = bind(house, grant).get_json()
    confirmed = confirm(house, made).get_json()

    assert confirmed["status"] == "active"
    assert confirmed["challenge"] == {"id": challenge["id"], "status": "expired"}


def test_a_grant_is_for_its_subject(house, outbox):
    grant = granted(house, outbox, enrol_challenge(house, EMAIL))["enrolment_grant"]

    assert bind(house, grant, subject="u-2").status_code == 403


def test_a_grant_is_for_its_tenant(house, outbox):
    grant = granted(house, outbox, enrol_challenge(house, EMAIL))["enrolment_grant"]
    _, key = house.wiring.services.api_keys.create(tenant="other", scopes=("admin",), now=house.now[0])

    answer = house.post(PATH, {"type": "totp", "enrolment_grant": grant}, Authorization=f"Bearer {key}")

    assert answer.status_code == 403


def test_a_grant_is_for_the_types_of_its_challenge_and_not_used_up_by_another(house, outbox):
    grant = granted(house, outbox, enrol_challenge(house, EMAIL))["enrolment_grant"]

    refused = bind(house, grant, "sms", phone="+4915112345678")

    assert refused.status_code == 403
    assert bind(house, grant, "totp").status_code == 201


def test_a_grant_of_a_cancelled_challenge_binds_nothing(house, outbox):
    challenge = enrol_challenge(house, EMAIL)
    grant = granted(house, outbox, challenge)["enrolment_grant"]
    house.post(f"/v1/challenges/{challenge['id']}/cancel", {"reason": "not_me"})

    assert bind(house, grant).status_code == 403


def test_a_newer_grant_ends_the_one_before(house, outbox):
    challenge = enrol_challenge(house, EMAIL)
    first = granted(house, outbox, challenge)["enrolment_grant"]
    second = granted(house, outbox, challenge)["enrolment_grant"]

    assert bind(house, first).status_code == 403
    assert bind(house, second).status_code == 201


def test_a_grant_does_not_bind_where_another_was_bound_meanwhile(house, outbox):
    """N-BND-1: a contact's code is worth less than what is there now."""
    grant = granted(house, outbox, enrol_challenge(house, EMAIL))["enrolment_grant"]
    bound_totp(house)

    assert bind(house, grant).status_code == 403


def test_what_was_made_with_a_grant_is_not_confirmed_where_another_was_bound_meanwhile(house, outbox):
    """N-BND-1: whoever reads the owner's mail may have made theirs before the owner was done."""
    challenge = enrol_challenge(house, EMAIL)
    made = bind(house, granted(house, outbox, challenge)["enrolment_grant"]).get_json()
    bound_totp(house)

    assert confirm(house, made).status_code == 403
    assert status(house, challenge) == "pending"


def test_a_grant_is_good_again_where_the_code_could_not_be_sent(house, outbox):
    body = login() | {
        "subject": {"id": "u-1", "contacts": [EMAIL]},
        "credential": {"result": "passed", "breached": True},
    }
    challenge = house.post("/v1/decisions", body).get_json()["challenge"]
    grant = granted(house, outbox, challenge)["enrolment_grant"]
    outbox.is_down = True
    assert bind(house, grant, "sms", phone="+4915112345678").status_code == 502
    outbox.is_down = False

    assert house.get(PATH).get_json() == []
    assert bind(house, grant, "sms", phone="+4915112345678").status_code == 201


def test_contacts_are_shown_masked(house):
    challenge = enrol_challenge(house, EMAIL, PHONE)

    labels = [each["label"] for each in challenge["authenticators"]]

    assert labels == ["a•••@example.org", "+49•••78"]
    assert challenge["enrol"] == ["passkey", "push", "totp", "hotp"]


def test_the_confirmation_passes_the_challenge(house, outbox):
    """Nobody types two codes, and the proof says what was shown: the password, and what was just bound."""
    challenge = enrol_challenge(house, EMAIL)
    made = bind(house, granted(house, outbox, challenge)["enrolment_grant"]).get_json()

    passed = confirm(house, made).get_json()["challenge"]

    assert (passed["status"], passed["amr"], passed["acr"]) == ("passed", ["pwd", "otp", "mfa"], "aal2")
    assert passed["device"]["token"].startswith("dvt_")
    assert status(house, challenge) == "passed"
    assert house.post("/v1/assertions/redeem", {"assertion": passed["assertion"]}).status_code == 200


def test_another_browser_that_confirms_is_given_no_device(house, outbox):
    challenge = enrol_challenge(house, EMAIL)
    made = bind(house, granted(house, outbox, challenge)["enrolment_grant"]).get_json()

    passed = confirm(house, made, client={"ip": NEW_YORK}).get_json()["challenge"]

    assert (passed["status"], passed["device"]) == ("passed", None)


def test_a_wrong_confirmation_passes_nothing(house, outbox):
    challenge = enrol_challenge(house, EMAIL)
    made = bind(house, granted(house, outbox, challenge)["enrolment_grant"]).get_json()

    assert house.post(f"{PATH}/{made['id']}/confirm", {"code": WRONG}).status_code == 422
    assert status(house, challenge) == "pending"


def test_what_is_not_confirmed_yet_answers_nothing(house, outbox):
    challenge = enrol_challenge(house, EMAIL)
    made = bind(house, granted(house, outbox, challenge)["enrolment_grant"]).get_json()

    assert verify(house, challenge, made["id"], code_of(house, made)).get_json()["error"] == "refused"


def test_the_history_tells_where_it_was_bound(house, outbox):
    challenge = enrol_challenge(house, EMAIL)
    made = bind(house, granted(house, outbox, challenge)["enrolment_grant"]).get_json()
    confirm(house, made)

    bound_from = house.get(f"{PATH}/history").get_json()["authenticators"][0]["bound_from"]

    shown_for = {"decision": challenge["decision"], "challenge": challenge["id"]}
    assert bound_from == {"by": "grant", "aal": "1"} | shown_for


def test_the_decision_tells_how_it_was_answered(house, outbox):
    challenge = enrol_challenge(house, EMAIL)
    made = bind(house, granted(house, outbox, challenge)["enrolment_grant"]).get_json()
    confirm(house, made)

    events = house.get(f"/v1/decisions/{challenge['decision']}").get_json()["events"]

    assert [each["what"] for each in events] == ["granted", "passed"]


def test_who_has_something_shows_that_before_binding_more(house, outbox):
    """N-BND-1: a mailbox does not bind where a second factor is there to be shown."""
    made = bound_totp(house)
    house.wiring.policies.replace("default", RESISTANT, house.now[0])
    challenge = enrol_challenge(house, EMAIL)
    assert [each["type"] for each in challenge["authenticators"]] == ["totp"]

    answer = verify(house, challenge, made["id"], code_of(house, made)).get_json()

    assert (answer["status"], answer["error"]) == ("pending", "more_required")
    assert answer["enrolment_grant"].startswith("grt_")


def test_without_a_contact_nothing_can_be_bound_and_the_caller_may_challenge_by_itself(house):
    challenge = enrol_challenge(house)

    assert (challenge["authenticators"], challenge["enrol"]) == ([], [])
    outcome = house.post(f"/v1/decisions/{challenge['decision']}/outcome", {"result": "completed", "amr": ["otp"]})
    assert outcome.status_code == 200


def test_a_channel_that_nobody_carries_is_not_offered(house, tmp_path):
    alone = house_in(tmp_path / "alone")
    body = login() | {"subject": {"id": "u-1", "groups": ["admins"], "contacts": [EMAIL]}}

    challenge = alone.post("/v1/decisions", body).get_json()["challenge"]
    alone.wiring.stop()

    assert (challenge["authenticators"], challenge["enrol"]) == ([], [])


def test_a_number_whose_sim_was_swapped_gives_no_grant(house):
    challenge = enrol_challenge(house, PHONE, EMAIL, context={"sim_swap_recent": True})

    assert [each["type"] for each in challenge["authenticators"]] == ["email"]
