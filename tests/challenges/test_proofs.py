"""The proof of a passed challenge, handed back: what it is refused for, what it is good for, and for how long."""

import base64
import json

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from doorward.metrics import Metrics

from ..line.conftest import house_in
from ..line.test_degraded import Faulty
from .conftest import bound_totp, challenged, code_of, login, verify

PAY = {"amount": "950.00", "to": "DE02120300000000202051"}
SESSION = {"id": "s-1", "amr": ["pwd"]}
ADMINISTRATOR = {"subject": {"id": "u-1", "groups": ["admins"]}}

# A rule of an amount: what is no plain number is not small.
BY_AMOUNT = """
version: 1
id: by-amount
requirements:
  mfa: {any_of: [totp], aal: 2}
rules:
  - id: big-transfer
    on: action
    when: action.name == "payments.transfer" && decimal(action.binding.amount) > 500.0
    on_unknown: {challenge: mfa, max_age: 5m, bind: true}
    then: {challenge: mfa, max_age: 5m, bind: true}
  - id: everything-else
    when: "true"
    then: allow
"""


def transfer(binding=PAY):
    return {"kind": "action", "action": {"name": "payments.transfer", "binding": binding}, "session": SESSION}


def handed_back(proof, session=SESSION):
    return {"session": session | {"assertion": proof}}


def passed(house, made, **changes):
    """Return the proof of a challenge that u-1 passes; the next code is good afterwards."""
    answer = verify(house, challenged(house, **changes), made["id"], code_of(house, made)).get_json()
    assert answer["status"] == "passed", answer
    house.wait(30)
    return answer["assertion"]


def why(house, proof, **changes):
    """Return the outcome of a decision with *proof*, and why the proof was not taken."""
    decision = house.decide(**transfer() | handed_back(proof) | changes)
    told = {each["signal"]: each["reason"] for each in decision["unknown"]}
    return decision["outcome"], told.get("session.assertion", "")


def redeem(house, proof, **headers):
    return house.post("/v1/assertions/redeem", {"assertion": proof}, **headers)


def parts(proof):
    return [json.loads(base64.urlsafe_b64decode(each + "==")) for each in proof.split(".")[:2]]


def encoded(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def without_signature(header, claims):
    return f"{encoded(header | {'alg': 'none'})}.{encoded(claims)}."


def signed_by_another(header, claims):
    return jwt.encode(claims, generate_private_key(SECP256R1()), "ES256", headers=header | {"kid": "mine"})


def signed_in_our_name(header, claims):
    return jwt.encode(claims, generate_private_key(SECP256R1()), "ES256", headers=header)


FORGED = {
    without_signature: "it is no signed assertion",
    signed_by_another: "its key is not one of this tenant's",
    signed_in_our_name: "its signature does not verify",
}


@pytest.mark.parametrize("forge", FORGED)
def test_a_forged_proof_is_worth_nothing(house, forge):
    proof = forge(*parts(passed(house, bound_totp(house), **transfer())))

    outcome, told = why(house, proof)
    redeemed = redeem(house, proof)

    assert (outcome, redeemed.status_code) == ("challenge", 422)
    assert told == redeemed.get_json()["detail"] == f"the assertion is not accepted: {FORGED[forge]}"


def test_a_proof_for_another_application_is_worth_nothing(house):
    proof = passed(house, bound_totp(house), **transfer(), application={"id": "bank"})

    outcome, told = why(house, proof, application={"id": "shop"})

    assert (outcome, told) == ("challenge", "the assertion is not accepted: it was issued for another application")


def test_another_persons_proof_is_worth_nothing(house):
    proof = passed(house, bound_totp(house), **transfer())
    bound_totp(house, "u-2")

    decision = house.decide("u-2", **transfer() | handed_back(proof))

    assert decision["outcome"] == "challenge"
    assert "another subject" in str(decision["unknown"])


def test_another_tenants_proof_is_worth_nothing(house):
    proof = passed(house, bound_totp(house), **transfer())
    _, key = house.wiring.services.api_keys.create(tenant="other", scopes=("admin",), now=house.now[0])

    assert redeem(house, proof, Authorization=f"Bearer {key}").status_code == 422
    assert redeem(house, proof).status_code == 200


def test_another_sessions_proof_is_worth_nothing(house):
    proof = passed(house, bound_totp(house), **transfer())

    outcome, told = why(house, proof, **handed_back(proof, {"id": "s-2", "amr": ["pwd"]}))

    assert (outcome, told) == ("challenge", "it was issued for another session")


def test_an_expired_proof_is_worth_nothing(house):
    proof = passed(house, bound_totp(house), **transfer())
    house.wait(300)

    outcome, told = why(house, proof)

    assert (outcome, told) == ("challenge", "the assertion is not accepted: it has expired")
    assert redeem(house, proof).status_code == 422


@pytest.mark.parametrize("first", ["decided", "redeemed"])
def test_a_bound_proof_is_used_once(house, first):
    proof = passed(house, bound_totp(house), **transfer())
    if first == "decided":
        assert why(house, proof) == ("allow", "")
    else:
        assert redeem(house, proof).status_code == 200

    assert why(house, proof) == ("challenge", "the assertion is not accepted: it was used before")
    assert redeem(house, proof).status_code == 422


@pytest.mark.parametrize("down", [{"commit"}, {"begin", "commit"}])
def test_a_bound_proof_counts_for_nothing_while_its_use_cannot_be_kept(tmp_path, down):
    store = Faulty()
    house = house_in(tmp_path, store=store)
    policy = tmp_path / "rules" / "default" / "policy.yaml"
    policy.write_text(BY_AMOUNT + "degraded: allow\n")
    house.wait(10)
    proof = passed(house, bound_totp(house), **transfer())

    store.down = down
    meanwhile = why(house, proof)[0]
    store.down = set()

    assert (meanwhile, why(house, proof)[0]) == ("challenge", "allow")
    house.wiring.stop()


@pytest.mark.parametrize("amount", ["9500.00", "950.0", "950,00", "9.5e2", "1e3", "NaN", "-950.00", " 950.00", "９50"])
def test_a_proof_for_an_amount_confirms_no_other(house, amount):
    proof = passed(house, bound_totp(house), **transfer())

    decision = house.decide(**transfer(PAY | {"amount": amount}) | handed_back(proof))

    assert decision["outcome"] == "challenge"
    assert why(house, proof) == ("allow", "")


def test_the_order_of_a_bindings_names_does_not_matter(house):
    proof = passed(house, bound_totp(house), **transfer())

    assert why(house, proof, **transfer(dict(reversed(PAY.items()))) | handed_back(proof)) == ("allow", "")


@pytest.mark.parametrize("binding", [{"amount": "950.00"}, PAY | {"fee": "0.00"}, {}])
def test_a_binding_with_more_or_less_is_another(house, binding):
    proof = passed(house, bound_totp(house), **transfer())

    assert house.decide(**transfer(binding) | handed_back(proof))["outcome"] == "challenge"


@pytest.mark.parametrize("amount", [950, 950.0, None, True, ["950.00"]])
def test_an_amount_that_is_no_text_is_pointed_at(house, amount):
    answer = house.post("/v1/decisions", {"subject": {"id": "u-1"}, "client": {}} | transfer({"amount": amount}))

    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["pointer"] == "#/action/binding/amount"


@pytest.mark.parametrize("amount", ["NaN", "1e3", "950,00", "inf", "", "1 000.00", "0x1F4"])
def test_an_amount_that_is_no_plain_number_is_never_small(house, amount):
    bound_totp(house)
    house.wiring.policies.replace("default", BY_AMOUNT, house.now[0])

    decision = house.decide(**transfer({"amount": amount}))

    assert (decision["outcome"], decision["policy"]["rule"]) == ("challenge", "big-transfer")
    assert house.decide(**transfer({"amount": "20.00"}))["outcome"] == "allow"


def test_an_unbound_proof_confirms_no_transfer(house):
    proof = passed(house, bound_totp(house))

    assert why(house, proof) == ("challenge", "")


def test_a_bound_proof_opens_nothing_else(house):
    made = bound_totp(house)
    proof = passed(house, made, **transfer())

    export = house.decide(kind="action", action={"name": "account.export"}, **handed_back(proof))

    assert export["outcome"] == "challenge"
    assert why(house, proof) == ("allow", "")


def test_twenty_actions_in_fourteen_minutes_need_one_challenge(house):
    made = bound_totp(house)
    body = login(kind="action", action={"name": "account.export"}, session=SESSION) | ADMINISTRATOR
    verify(house, house.post("/v1/decisions", body).get_json()["challenge"], made["id"], code_of(house, made))

    outcomes = []
    for _ in range(20):
        house.wait(42)
        outcomes.append(house.post("/v1/decisions", body).get_json()["outcome"])
    house.wait(120)  # 16 minutes after the challenge
    late = house.post("/v1/decisions", body).get_json()

    assert outcomes == ["allow"] * 20
    assert (late["outcome"], late["policy"]["rule"]) == ("challenge", "sensitive-actions")
    assert late["step_up"] == {"acr_values": ["aal2"], "max_age": 900}


def test_a_transfer_is_challenged_each_time(house):
    made = bound_totp(house)

    for _ in range(3):
        proof = passed(house, made, **transfer())
        assert why(house, proof) == ("allow", "")


def test_each_application_and_each_session_is_challenged_for_itself(house):
    made = bound_totp(house)
    export = {"kind": "action", "action": {"name": "account.export"}}
    passed(house, made, **export, session=SESSION, application={"id": "web"})

    def outcome(session, application):
        return house.decide(**export, session={"id": session, "amr": ["pwd"]}, application={"id": application})

    assert outcome("s-1", "web")["outcome"] == "allow"
    assert outcome("s-2", "web")["outcome"] == "challenge"
    assert outcome("s-1", "phone")["outcome"] == "challenge"


def test_without_a_session_the_proof_is_handed_back(house):
    made = bound_totp(house)
    export = {"kind": "action", "action": {"name": "account.export"}, "session": {"amr": ["pwd"]}}
    proof = passed(house, made, **export)

    carried = export | {"session": {"amr": ["pwd"], "assertion": proof}}

    assert house.decide(**export)["outcome"] == "challenge"
    assert [house.decide(**carried)["outcome"] for _ in range(2)] == ["allow", "allow"]


def test_a_callers_own_challenge_gives_the_same_proof(house):
    bound_totp(house)
    decision = house.decide(**transfer())
    told = {"result": "completed", "amr": ["pwd", "otp", "mfa"]}

    proof = house.post(f"/v1/decisions/{decision['id']}/outcome", told).get_json()["assertion"]

    assert why(house, proof, **transfer(PAY | {"amount": "951.00"}) | handed_back(proof))[0] == "challenge"
    assert why(house, proof) == ("allow", "")
    assert redeem(house, proof).status_code == 422


def test_what_a_proof_was_refused_for_is_recorded(house):
    proof = passed(house, bound_totp(house), **transfer(), application={"id": "bank"})
    decision = house.decide(**transfer() | handed_back(proof), application={"id": "shop"})

    record = house.get(f"/v1/decisions/{decision['id']}").get_json()

    told = "the assertion is not accepted: it was issued for another application"
    assert record["decision"]["unknown"] == [{"signal": "session.assertion", "reason": told}]
    assert proof not in json.dumps(record)


def test_refused_proofs_are_counted(tmp_path):
    metrics = Metrics()
    house = house_in(tmp_path, meter=metrics)
    proof = passed(house, bound_totp(house), **transfer())
    redeem(house, proof)

    why(house, proof)
    redeem(house, proof)

    assert metrics.registry.get_sample_value("doorward_proofs_refused_total") == 2
    house.wiring.stop()
