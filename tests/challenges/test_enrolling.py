"""What allows a new authenticator: a proof that reaches as much, an administrator's reason, or that there is none."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from doorward.core.enrolment import ACTIVE, Authenticator
from doorward.subjects import Subjects

from .conftest import ADMIN, bound_totp, challenged, code_of, login, proof_of, put, verify

PATH = "/v1/subjects/u-1/authenticators"
TOTP = {"type": "totp", "label": "tablet"}


def bind(house, body=TOTP, **more):
    return house.post(PATH, body | more)


def refused(answer, status, words):
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert words in answer.get_json()["detail"]


def test_where_one_is_active_nothing_is_bound_without_leave(house):
    """N-BND-1."""
    bound_totp(house)

    refused(bind(house), 403, "the subject has authenticators")


def test_a_reason_counts_from_an_administrators_key_alone(house):
    bound_totp(house)
    _, key = house.wiring.services.api_keys.create(tenant="default", scopes=("enrol",), now=house.now[0])

    answer = house.post(PATH, TOTP | ADMIN, Authorization=f"Bearer {key}")

    refused(answer, 403, "the subject has authenticators")


def test_a_proof_that_reaches_less_binds_nothing_and_is_not_used_up(house):
    """N-BND-1: a password alone does not bind where a second factor is there to be shown."""
    bound_totp(house)
    weak = proof_of(house, amr=["pwd"])

    refused(bind(house, assertion=weak), 403, "reaches aal1, and aal2 is needed")
    assert house.post("/v1/assertions/redeem", {"assertion": weak}).status_code == 200


def with_scopes(house, *scopes):
    """Return the house as a caller sees it whose key has *scopes* alone."""
    _, key = house.wiring.services.api_keys.create(tenant="default", scopes=scopes, now=house.now[0])
    return replace(house, key=key)


def test_a_key_with_decide_and_enrol_vouches_for_a_second_factor_and_binds_another(house):
    """The contract lets a caller challenge by itself, and takes its word for it: docs/threat-model.md accepts that."""
    bound_totp(house)
    both = with_scopes(house, "decide", "enrol")

    told = proof_of(both, amr=["pwd", "otp", "mfa"])

    assert bind(both, assertion=told).status_code == 201


def test_neither_decide_nor_enrol_alone_vouches_and_binds(house):
    bound_totp(house)
    decides, enrols = with_scopes(house, "decide"), with_scopes(house, "enrol")

    told = proof_of(decides, amr=["pwd", "otp", "mfa"])

    assert bind(decides, assertion=told).status_code == 403
    assert enrols.post("/v1/decisions", login("u-1")).status_code == 403
    refused(bind(enrols), 403, "the subject has authenticators")


def test_a_proof_allows_one_change(house):
    made = bound_totp(house)
    proof = proof_of(house, made)
    assert bind(house, assertion=proof).status_code == 201

    refused(bind(house, assertion=proof), 422, "used before")


def test_a_proof_that_was_redeemed_binds_nothing(house):
    made = bound_totp(house)
    proof = proof_of(house, made)
    house.post("/v1/assertions/redeem", {"assertion": proof})

    refused(bind(house, assertion=proof), 422, "used before")


def test_of_many_changes_at_once_one_proof_allows_one(house):
    made = bound_totp(house)
    proof = proof_of(house, made)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: bind(house, assertion=proof).status_code, range(16)))

    assert sorted(answers) == [201] + [422] * 15


def test_another_subjects_proof_binds_nothing(house):
    bound_totp(house)
    theirs = proof_of(house, bound_totp(house, "u-2"), "u-2")

    refused(bind(house, assertion=theirs), 422, "another subject")


def test_another_tenants_proof_binds_nothing(house):
    made = bound_totp(house)
    proof = proof_of(house, made)
    _, key = house.wiring.services.api_keys.create(tenant="other", scopes=("admin",), now=house.now[0])

    refused(house.post(PATH, TOTP | {"assertion": proof}, Authorization=f"Bearer {key}"), 422, "not one of this tenant")


def test_a_proof_that_has_expired_binds_nothing(house):
    made = bound_totp(house)
    proof = proof_of(house, made)
    house.wait(306)

    assert bind(house, assertion=proof).status_code == 422


def test_a_proof_of_what_was_shown_long_ago_binds_nothing(house):
    bound_totp(house)
    old = proof_of(house, amr=["pwd", "otp"], age=901)

    refused(bind(house, assertion=old), 422, "older than 15 minutes")


def test_a_proof_that_is_bound_to_an_action_binds_nothing(house):
    made = bound_totp(house)
    transfer = {"action": {"name": "payments.transfer", "binding": {"amount": "950.00"}}}
    challenge = challenged(house, **transfer)
    proof = verify(house, challenge, made["id"], code_of(house, made)).get_json()["assertion"]

    refused(bind(house, assertion=proof), 422, "bound to an action")


def test_what_is_no_proof_and_no_grant_binds_nothing(house):
    bound_totp(house)

    assert bind(house, assertion="eyJhbGciOiJub25lIn0.e30.").status_code == 422
    refused(bind(house, enrolment_grant="grt_guess"), 403, "not accepted")


@pytest.mark.parametrize("status", ["suspended", "disabled"])
def test_with_nothing_but_blocked_ones_a_proof_is_not_enough(house, status):
    """Whoever merely holds the password must not bind in the place of what was lost or guessed at."""
    made = bound_totp(house)
    proof = proof_of(house, amr=["pwd", "otp"])
    put(house, made["id"], status)

    refused(bind(house, assertion=proof), 403, "an administrator's reason is needed")
    refused(bind(house), 403, "an administrator's reason is needed")
    assert bind(house, **ADMIN).status_code == 201


def test_one_that_was_made_as_the_first_cannot_be_confirmed_as_the_second(house):
    """Nobody plants one before the owner binds, and confirms it afterwards."""
    planted = bind(house).get_json()
    bound_totp(house)

    answer = house.post(f"{PATH}/{planted['id']}/confirm", {"code": code_of(house, planted)})

    refused(answer, 403, "bound meanwhile")


def test_one_that_was_not_confirmed_in_ten_minutes_is_gone(house):
    made = bind(house).get_json()
    house.wait(600)

    answer = house.post(f"{PATH}/{made['id']}/confirm", {"code": code_of(house, made)})

    assert answer.status_code == 409
    assert house.get(PATH).get_json() == []


def test_a_wrong_first_code_is_pointed_at_and_leaves_it_pending(house):
    made = bind(house).get_json()

    wrong = house.post(f"{PATH}/{made['id']}/confirm", {"code": "000000"})
    misread = house.post(f"{PATH}/{made['id']}/confirm", {"code": "12 34 56"})

    assert wrong.status_code == misread.status_code == 422
    assert misread.get_json()["errors"][0]["pointer"] == "#/code"
    assert [each["status"] for each in house.get(PATH).get_json()] == ["pending"]


SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY"


@pytest.mark.parametrize(
    "again",
    [{"type": "totp", "secret": SEED}, {"type": "totp", "secret": SEED.lower() + "======"},
     {"type": "totp", "secret": SEED[:-1] + "Z"}, {"type": "totp", "secret": SEED, "digits": 8},
     {"type": "totp", "secret": SEED + "AAA"}, {"type": "hotp", "secret": SEED, "counter": 7}],
)  # fmt: skip
def test_a_seed_is_bound_once(house, again):
    """N-OTP-3: one code would pass through each of two."""
    bound_totp(house, secret=SEED)

    answer = house.post(PATH, again | ADMIN)

    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["pointer"] == "#/secret"


@pytest.mark.parametrize("status", ["suspended", "disabled"])
def test_a_seed_is_bound_once_also_where_it_cannot_be_used_now(house, status):
    made = bound_totp(house, secret=SEED)
    put(house, made["id"], status)

    assert bind(house, secret=SEED, **ADMIN).status_code == 422


def test_of_two_that_are_made_at_once_with_one_seed_one_is_kept(house):
    bound_totp(house)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: bind(house, secret=SEED, **ADMIN).status_code, range(4)))

    assert sorted(answers) == [201, 422, 422, 422]


def test_a_seed_that_was_imported_meanwhile_is_not_confirmed(house):
    made = bind(house, secret=SEED, **ADMIN).get_json()
    services = house.wiring.services
    subjects = Subjects(house.wiring.store, services.sealer, services.decisions._sources.hasher)
    imported = Authenticator("fac_imported", "totp", {"secret": SEED}, status=ACTIVE)
    subjects.change("default", subjects.key("default", "u-1"), lambda held: held.with_(imported), house.now[0])

    refused(house.post(f"{PATH}/{made['id']}/confirm", {"code": code_of(house, made)}), 409, "the same seed")


def test_anothers_seed_may_be_bound(house):
    bound_totp(house, "u-2", secret=SEED)

    assert bind(house, secret=SEED).status_code == 201


def test_a_pending_one_is_not_asked_for(house):
    bind(house)

    assert house.decide("u-1", kind="action", action={"name": "account.export"})["outcome"] == "deny"


def test_an_unknown_subject_has_none(house):
    answer = house.get("/v1/subjects/nobody%20there/authenticators")

    assert (answer.status_code, answer.get_json()) == (200, [])


def test_a_subject_that_no_decision_could_name_is_refused(house):
    assert house.get(f"/v1/subjects/{'x' * 257}/authenticators").status_code == 422


def test_the_first_is_bound_by_the_callers_word_and_says_so(house):
    made = bind(house, client={"ip": "203.0.113.7", "user_agent": "Firefox"}).get_json()
    house.post(f"{PATH}/{made['id']}/confirm", {"code": code_of(house, made)})

    kept = house.get(f"{PATH}/history").get_json()["authenticators"]

    assert kept[0]["bound_from"] == {"by": "first", "ip": "203.0.113.7", "user_agent": "Firefox"}


def test_a_fresh_proof_binds_another(house):
    made = bound_totp(house)

    second = bind(house, assertion=proof_of(house, made)).get_json()
    confirmed = house.post(f"{PATH}/{second['id']}/confirm", {"code": code_of(house, second)}).get_json()

    assert confirmed["status"] == "active"
    assert [each["label"] for each in house.get(PATH).get_json()] == ["phone", "tablet"]


def test_binding_is_told(house, told):
    bound_totp(house)

    assert told.events() == ["authenticator.bound"]
    assert told.notices[0].details["by"] == "administrator"
