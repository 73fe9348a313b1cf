"""Who hears of an account: contacts are kept from verified successes, and an attacker redirects nothing."""

from doorward.core.enrolment import Holdings
from doorward.subjects import Subjects

from ..line.conftest import NEW_YORK
from .conftest import ADMIN, EXPORT, bound_totp, code_of, login, verify

ANNA = {"channel": "email", "address": "anna@example.org"}
THIEF = {"channel": "email", "address": "thief@example.net"}


def decide(house, contact, **changes):
    body = login(**changes) | {"subject": {"id": "u-1", "contacts": [contact]}}
    return house.post("/v1/decisions", body | {k: v for k, v in changes.items() if k == "kind"}).get_json()


def held(house) -> Holdings:
    services = house.wiring.services
    subjects = Subjects(house.wiring.store, services.sealer, services.decisions._sources.hasher)
    return subjects.read("default", subjects.key("default", "u-1"), house.now[0])


def told_contacts(house):
    return [each.address for each in held(house).told_at(house.now[0])]


def test_a_failed_password_leaves_no_contact(house):
    decide(house, THIEF, result="failed")

    assert told_contacts(house) == []


def test_a_decision_that_is_not_verified_redirects_nothing(house):
    decide(house, ANNA)
    house.wait(600)

    assert decide(house, THIEF, ip=NEW_YORK)["outcome"] == "deny"
    assert told_contacts(house) == ["anna@example.org"]


def test_a_verified_change_is_told_to_those_before_too(house, told):
    decide(house, ANNA)
    house.wait(60)
    assert decide(house, THIEF)["outcome"] == "allow"

    assert told_contacts(house) == ["thief@example.net", "anna@example.org"]
    assert told.events() == ["contacts.changed"]


def test_the_same_contacts_are_not_written_again(house, told):
    decide(house, ANNA)
    before = house.wiring.store.authenticators("default", subject_key(house), house.now[0])

    decide(house, ANNA)

    assert house.wiring.store.authenticators("default", subject_key(house), house.now[0]) == before


def subject_key(house):
    services = house.wiring.services
    return Subjects(house.wiring.store, services.sealer, services.decisions._sources.hasher).key("default", "u-1")


def test_contacts_are_kept_once_a_challenge_is_passed(house):
    made = bound_totp(house)
    body = login() | EXPORT | {"subject": {"id": "u-1", "contacts": [ANNA]}, "credential": {}}
    challenge = house.post("/v1/decisions", body).get_json()["challenge"]
    assert told_contacts(house) == []

    verify(house, challenge, made["id"], code_of(house, made))

    assert told_contacts(house) == ["anna@example.org"]


def test_a_stolen_password_binds_nothing_and_the_owner_is_told(house, told):
    """Nobody enrolled, a new continent: no answer holds anything that binds."""
    decide(house, ANNA)
    house.wait(600)

    decision = decide(house, ANNA, ip=NEW_YORK)

    assert (decision["outcome"], decision["challenge"], decision["step_up"]) == ("deny", None, None)
    assert "grant" not in str(decision)
    assert told.events() == ["enrolment.denied"]
    assert (told.notices[0].subject_id, told.notices[0].decision_id) == ("u-1", decision["id"])
    assert told_contacts(house) == ["anna@example.org"]


def test_a_stolen_password_cannot_take_the_place_of_what_was_lost(house):
    decide(house, ANNA)
    made = bound_totp(house)
    house.wait(600)
    house.post(f"/v1/subjects/u-1/authenticators/{made['id']}/suspend", ADMIN)

    decision = decide(house, ANNA, ip=NEW_YORK)
    bind = house.post("/v1/subjects/u-1/authenticators", {"type": "totp"})

    assert decision["outcome"] == "deny"
    assert bind.status_code == 403


def test_the_owner_is_told_at_the_first_sign_in_of_all(house, told):
    """Nothing is known yet: what the caller vouches for beside the right password is better than nobody."""
    policy = house.wiring.policies.current("default", house.now[0]).policy
    assert policy.unenrolled["login_high_risk"] == "deny"
    body = login() | {"subject": {"id": "u-1", "contacts": [ANNA]}} | {"credential": {"result": "passed"}}
    house.wiring.policies.replace("default", DENYING, house.now[0])

    decision = house.post("/v1/decisions", body).get_json()

    assert decision["outcome"] == "deny"
    assert told.events() == ["enrolment.denied"]
    assert told_contacts(house) == ["anna@example.org"]


DENYING = """
version: 1
id: denying
requirements:
  strong: {any_of: [totp], aal: 2}
rules:
  - id: any
    when: "true"
    then: {challenge: strong}
unenrolled: {login: deny, login_high_risk: deny, action: deny}
"""
