"""Somebody who can write to the store, and has no key of the service: nobody is let in by what they put there."""

import hashlib
import json
import struct
from dataclasses import replace
from zlib import crc32

import pytest

from doorward.core.facts import NetworkFacts
from doorward.core.history import raise_flag
from doorward.core.request import DecisionRequest, Session, Subject
from doorward.gather import keys_of
from doorward.ports import ApiKeyRow
from doorward.row_kinds import Row

from .conftest import EXPORT, bound_totp, challenged, code_of, login, verify

CHOSEN = "dwk_chosen-by-mallory"
# What cannot be read is never «nothing»: nobody is answered from it.
UNREADABLE = 500
OTHER = {"Authorization": f"Bearer {CHOSEN}"}


def hasher_of(house):
    return house.wiring.services.decisions._sources.hasher


def keys_in(house, subject, session="s-1", tenant="default"):
    """Return under which keys the store has them; a writer reads them there, and need not know how they are made."""
    request = DecisionRequest("action", Subject(subject), session=Session(session))
    return keys_of(hasher_of(house), tenant, request, NetworkFacts())


def put_key(house, **changes):
    digest = hashlib.sha256(CHOSEN.encode()).digest()
    row = ApiKeyRow("key_mallory", "default", digest, ("admin",), "", house.now[0])
    house.wiring.store.put_key(replace(row, **changes))


def move_holdings(house, source, target):
    """Copy what the subject of *source* has bound to that of *target*, as it stands."""
    store = house.wiring.store
    sealed = store.authenticators(source.tenant, source.subject, house.now[0])
    store.rewrite_authenticators(target.tenant, target.subject, lambda _: sealed, house.now[0])


def put_proofs(house, keys, kept):
    ends = house.now[0] + 900
    body = json.dumps([[ends, each] for each in kept])
    house.wiring.store.load([Row("proofs", (keys.session, keys.tenant, ends, body))], house.now[0])


def rewrite(house, challenge, **changes):
    store, now = house.wiring.store, house.now[0]
    row = store.challenge("default", challenge["id"], now)
    store.rewrite_challenge(row, lambda held: replace(held, **changes), now)


def test_an_api_key_that_was_put_into_the_store_opens_nothing(house):
    put_key(house)

    answer = house.call("GET", "/v1/policy", **OTHER)

    assert answer.status_code == 401


def test_an_api_key_whose_scopes_were_widened_in_the_store_opens_nothing(house):
    row, key = house.wiring.services.api_keys.create(tenant="default", scopes=("decide",), now=house.now[0])
    house.wiring.store.put_key(replace(row, scopes=("admin",)))

    assert house.call("GET", "/v1/policy", Authorization=f"Bearer {key}").status_code == 401


def test_an_authenticator_that_was_moved_to_another_subject_answers_nothing(house):
    bound_totp(house, "victim")
    own = bound_totp(house, "mallory")
    move_holdings(house, keys_in(house, "mallory"), keys_in(house, "victim"))

    decision = house.decide("victim", **EXPORT)

    offered = decision["challenge"]["authenticators"] if decision["challenge"] else []
    assert decision["outcome"] != "allow"
    assert own["id"] not in str(offered)


def test_an_authenticator_that_was_moved_under_an_open_challenge_answers_nothing(house):
    own = bound_totp(house, "mallory")
    challenge = challenged(house, "mallory")
    bound_totp(house, "victim")
    move_holdings(house, keys_in(house, "victim"), keys_in(house, "mallory"))

    answer = verify(house, challenge, own["id"], code_of(house, own))

    assert answer.status_code == UNREADABLE


def test_an_authenticator_that_was_moved_to_another_tenant_is_not_shown_there(house):
    bound_totp(house, "mallory")
    move_holdings(house, keys_in(house, "mallory"), keys_in(house, "victim", tenant="other"))
    _, key = house.wiring.services.api_keys.create(tenant="other", scopes=("admin",), now=house.now[0])

    answer = house.call("GET", "/v1/subjects/victim/authenticators", Authorization=f"Bearer {key}")

    assert answer.status_code == UNREADABLE


def made_up(now):
    """Return a proof as the versions before record 24 kept it, and the same as a text."""
    proof = {
        "auth_time": now, "aal": 3, "amr": ["pwd", "swk", "mfa"], "types": ["passkey"], "phishing_resistant": True,
        "application_id": "", "session_id": "", "binding": "", "jti": "prf_made-up",
    }  # fmt: skip
    text = json.dumps([now + 900, proof], separators=(",", ":"))
    return [proof, text, f"{'0' * 32}.{text}"]


@pytest.mark.parametrize("form", range(3))
def test_a_proof_that_was_made_up_in_the_store_satisfies_no_rule(house, form):
    bound_totp(house, "victim")
    put_proofs(house, keys_in(house, "victim"), [made_up(house.now[0])[form]])

    assert house.decide("victim", **EXPORT)["outcome"] == "challenge"


def test_a_proof_that_was_moved_to_another_session_satisfies_no_rule(house):
    made = bound_totp(house, "mallory")
    verify(house, challenged(house, "mallory"), made["id"], code_of(house, made))
    assert house.decide("mallory", **EXPORT)["outcome"] == "allow"
    bound_totp(house, "victim")
    store, now = house.wiring.store, house.now[0]
    (row,) = store.export(("proofs",), now)
    _, tenant, *rest = row.values
    other = EXPORT | {"session": {"id": "s-2", "amr": ["pwd"]}}

    store.load([Row("proofs", (keys_in(house, "victim", "s-2").session, tenant, *rest))], now)

    assert house.decide("victim", **other)["outcome"] == "challenge"


def test_an_exemption_that_was_put_into_a_history_exempts_nobody(house):
    bound_totp(house)
    profile = raise_flag(None, "not_me", until=house.now[0] + 3600)
    plain, flags = profile[5:], struct.Struct(">4I")
    made_up = plain[:8] + flags.pack(0, 0, 0, int(house.now[0]) + 3600) + plain[24:]
    forged = profile[:1] + struct.pack(">I", crc32(made_up, profile[0])) + made_up

    house.wiring.store.rewrite_profile(
        "default", keys_in(house, "u-1").subject, lambda _: forged, expires_at=house.now[0] + 3600, now=house.now[0]
    )
    decision = house.post("/v1/decisions", login() | {"subject": {"id": "u-1", "groups": ["admins"]}}).get_json()

    assert (decision["outcome"], decision["policy"]["rule"]) == ("challenge", "admins")


@pytest.mark.parametrize("status", ["passed", "cancelled"])
def test_a_status_that_was_changed_in_the_store_is_told_to_nobody(house, status):
    bound_totp(house)
    challenge = challenged(house)

    rewrite(house, challenge, status=status)

    assert house.get(f"/v1/challenges/{challenge['id']}").status_code == UNREADABLE


def test_a_challenge_does_not_outlive_its_end_by_what_the_store_says(house):
    made = bound_totp(house)
    challenge = challenged(house)
    house.wait(3600)

    rewrite(house, challenge, expires_at=house.now[0] + 600)

    assert verify(house, challenge, made["id"], code_of(house, made)).status_code == UNREADABLE


def test_an_answer_that_was_moved_to_another_idempotency_key_is_not_given(house):
    bound_totp(house)
    bound_totp(house, "u-2")
    body = {"subject": {"id": "u-2"}, "client": {}, **EXPORT}
    house.post("/v1/decisions", body, Idempotency_Key="theirs")
    (theirs,) = house.wiring.store.export(("idempotency",), house.now[0])
    own = {"subject": {"id": "u-1"}, "client": {}, **EXPORT}
    house.post("/v1/decisions", own, Idempotency_Key="own")
    (row,) = (each for each in house.wiring.store.export(("idempotency",), house.now[0]) if each.key != theirs.key)

    house.wiring.store.load([Row("idempotency", (*row.values[:-1], theirs.of("answer")))], house.now[0])

    assert house.post("/v1/decisions", own, Idempotency_Key="own").status_code == UNREADABLE
