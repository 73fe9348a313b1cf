"""What another system had bound is used here as if it had been bound here, and once."""

import base64
import json
import threading
import time

import pyotp
import pytest

from doorward.adopting import Entry
from doorward.cli.importing.store import opened_for_import, shown_progress
from doorward.settings import load

from ..authenticators.soft_passkey import BE, BS, UP, UV, SoftPasskey
from ..challenges.conftest import ADMIN, challenged, verify
from ..challenges.sent import begin
from .old_system import ADDRESS, OTHER_SEED, PHONE, SEED, USER, keycloak, passkey, totp


def code(place, seed=SEED, steps=0):
    return pyotp.TOTP(seed).at(place.house.now[0] + 30 * steps)


def answered(place, challenge, authenticator, soft, **changes):
    """Begin, answer as *soft* does, and return what came of it."""
    options = begin(place.house, challenge, authenticator).get_json()["public_key"]
    body = {"authenticator": authenticator, "response": {"credential": soft.get(options, **changes)}}
    return place.house.post(f"/v1/challenges/{challenge['id']}/verify", body).get_json()


def test_a_code_that_was_used_before_is_refused_of_a_brought_seed(each_place):
    assert each_place.bring(totp(label="phone")).exit_code == 0
    (app,) = each_place.held()
    first, second = challenged(each_place.house), challenged(each_place.house, session={"id": "s-2", "amr": ["pwd"]})

    passed = verify(each_place.house, first, app["id"], code(each_place)).get_json()
    refused = verify(each_place.house, second, app["id"], code(each_place)).get_json()

    assert (app["type"], app["label"], app["status"], app["aal"]) == ("totp", "phone", "active", 2)
    assert (passed["status"], refused["error"]) == ("passed", "replayed_code")


def test_a_code_that_the_old_system_may_have_taken_is_not_taken_again(place):
    place.bring(totp())
    (app,) = place.held()
    place.house.now[0] = time.time()  # as late as what was brought, or a moment later, wherever a step ends

    refused = verify(place.house, challenged(place.house), app["id"], code(place, steps=-1)).get_json()

    assert refused["error"] == "replayed_code"


def test_a_token_goes_on_where_its_counter_was(place):
    place.bring({"subject": "u-1", "type": "hotp", "secret": SEED, "counter": 41, "digits": 8})
    (token,) = place.held()
    old = verify(place.house, challenged(place.house), token["id"], pyotp.HOTP(SEED, digits=8).at(40)).get_json()

    passed = verify(place.house, challenged(place.house), token["id"], pyotp.HOTP(SEED, digits=8).at(41)).get_json()

    assert (old["error"], passed["status"]) == ("replayed_code", "passed")


def test_a_passkey_that_goes_on_for_another_account_is_refused(each_place):
    soft = SoftPasskey(count=7)
    each_place.bring(passkey(soft))
    (key,) = each_place.held()
    challenge = challenged(each_place.house)

    refused = answered(each_place, challenge, key["id"], soft, response={"userHandle": "AAAA"})
    passed = answered(each_place, challenge, key["id"], soft)

    assert "another account" in refused["detail"]
    assert (passed["status"], key["phishing_resistant"]) == ("passed", True)


def test_a_count_that_is_not_past_the_brought_one_is_a_copy(place):
    soft = SoftPasskey(count=7)
    place.bring(passkey(soft))
    (key,) = place.held()

    refused = answered(place, challenged(place.house), key["id"], soft, count=7)

    assert (refused["error"], place.held()[0]["status"]) == ("refused", "suspended")


def test_what_was_not_known_of_a_passkey_is_what_its_first_answer_says(place):
    soft = SoftPasskey(flags=UP | UV | BE | BS)
    place.bring(passkey(soft, user_handle=None))
    (key,) = place.held()

    passed = answered(place, challenged(place.house), key["id"], soft)
    other = challenged(place.house, session={"id": "s-2", "amr": ["pwd"]})
    refused = answered(place, other, key["id"], soft, flags=UP | UV)

    assert passed["amr"][1] == "swk"
    assert "(BE)" in refused["detail"]


def test_what_is_known_of_a_passkey_holds_from_the_first_answer(place):
    soft = SoftPasskey(flags=UP | UV | BE)
    place.bring(passkey(soft, backup_eligible=False))
    (key,) = place.held()

    assert "(BE)" in answered(place, challenged(place.house), key["id"], soft)["detail"]


def test_a_new_passkey_can_be_bound_beside_one_whose_user_handle_is_not_known(place):
    place.bring(passkey(SoftPasskey(), user_handle=None))

    made = place.house.post("/v1/subjects/u-1/authenticators", {"type": "passkey", **ADMIN}).get_json()

    assert len(made["public_key"]["excludeCredentials"]) == 1
    assert len(base64.urlsafe_b64decode(made["public_key"]["user"]["id"] + "=")) == 32


@pytest.mark.parametrize(
    ("kind", "where", "to"), [("sms", {"phone": PHONE}, PHONE), ("email", {"address": ADDRESS}, ADDRESS)]
)
def test_a_brought_number_or_address_receives_the_code(place, kind, where, to):
    place.bring({"subject": "u-1", "type": kind, **where})
    (one,) = place.held()
    challenge = challenged(place.house)

    begin(place.house, challenge, one["id"])
    sent = place.outbox.messages()[-1]
    passed = verify(place.house, challenge, one["id"], sent.code).get_json()

    assert (sent.channel, sent.to, passed["status"]) == (kind, to, "passed")


def test_the_second_run_binds_nothing_anew(place):
    everything = (totp(), passkey(SoftPasskey()), {"subject": "u-1", "type": "sms", "phone": PHONE})
    place.bring(*everything)
    before = place.past()

    again = place.bring(*everything, more=("--format", "json"))

    assert json.loads(again.stdout)["types"]["totp"] == {"new": 0, "there": 1, "ended": 0, "twice": 0}
    assert place.past() == before


def test_what_was_revoked_since_does_not_come_back(place):
    place.bring(totp())
    (app,) = place.held()
    place.house.post(f"/v1/subjects/u-1/authenticators/{app['id']}/revoke", {"reason": "stolen"})

    again = place.bring(totp(), more=("--format", "json"))

    assert json.loads(again.stdout)["types"]["totp"]["ended"] == 1
    assert place.held() == []


def test_what_was_bound_here_already_is_not_bound_again(place):
    made = place.house.post("/v1/subjects/u-1/authenticators", {"type": "totp", "secret": SEED, **ADMIN}).get_json()
    place.house.post(f"/v1/subjects/u-1/authenticators/{made['id']}/confirm", {"code": code(place)})

    place.bring(totp())

    assert [each["id"] for each in place.held()] == [made["id"]]


def test_where_it_came_from_is_remembered_by_the_name_of_the_file_alone(place):
    place.bring(totp())

    told = place.past()

    assert [(each["what"], each["by"], each["reason"]) for each in told["events"]] == [
        ("imported", "import", "old.jsonl")
    ]
    assert told["authenticators"][0]["bound_from"] == {"by": "import", "reason": "old.jsonl"}


def test_a_realm_of_keycloak_is_taken_with_apps_and_passkeys(place):
    soft, seed = SoftPasskey(count=3), "AbCdEfGhIjKlMnOpQrSt"
    file = place.file("realm.json", json.dumps(keycloak(soft, seed)))

    done = place.run("import", "authenticators", file, "--apply", "--format", "json")

    told = json.loads(done.stdout)
    assert (told["left_out"], told["subjects"]) == ({"password": 1}, {"in_file": 1, "new": 1})
    app, key = place.held(USER)
    own = base64.b32encode(seed.encode()).decode()
    challenge = challenged(place.house, USER)
    assert verify(place.house, challenge, app["id"], code(place, own)).get_json()["status"] == "passed"
    other = challenged(place.house, USER, session={"id": "s-2", "amr": ["pwd"]})
    assert answered(place, other, key["id"], soft)["status"] == "passed"


def test_a_table_says_the_same_as_lines(place):
    seed = base64.b32decode(OTHER_SEED).hex()
    text = f"subject,type,secret_hex,digits,phone\r\nu-1,totp,{seed},8,\r\nu-1,sms,,,{PHONE}\r\n"

    done = place.run("import", "authenticators", place.file("old.csv", text), "--apply")

    app, phone = place.held()
    assert (done.exit_code, phone["type"]) == (0, "sms")
    right = pyotp.TOTP(OTHER_SEED, digits=8).at(place.house.now[0])
    assert verify(place.house, challenged(place.house), app["id"], right).get_json()["status"] == "passed"


def test_an_address_for_apps_says_type_and_seed(place):
    uri = f"otpauth://totp/Shop:anna?secret={SEED}&issuer=Shop&algorithm=sha256&digits=8&period=60"
    place.bring({"subject": "u-1", "uri": uri})
    (app,) = place.held()
    place.house.wait(60)
    right = pyotp.TOTP(SEED, digits=8, interval=60, digest="sha256").at(place.house.now[0])

    assert verify(place.house, challenged(place.house), app["id"], right).get_json()["status"] == "passed"


def test_standard_input_is_a_file_too(place):
    line = json.dumps(totp())

    done = place.run("import", "authenticators", "-", "--from", "jsonl", "--apply", stdin=line)

    assert done.exit_code == 0
    assert place.past()["events"][0]["reason"] == "standard input"


def test_two_runs_at_once_beside_a_service_bind_each_once(each_place):
    subjects = [f"u-{number}" for number in range(12)]
    entries = [Entry(each, each, "totp", asked={"secret": seed_of(each)}) for each in subjects]

    def run():
        with opened_for_import(load(each_place.environ()), "default", "x", apply=True, now=time.time()) as desk:
            candidates, _ = desk.read(entries, time.time())
            desk.bind(candidates, time.time(), shown_progress(""))

    threads = [threading.Thread(target=run) for _ in range(2)]
    for each in threads:
        each.start()
    bound = {"type": "hotp", **ADMIN}
    made = [each_place.house.post(f"/v1/subjects/{each}/authenticators", bound).status_code for each in subjects]
    for each in threads:
        each.join()

    assert set(made) == {201}
    held = [sorted(one["type"] for one in each_place.held(each)) for each in subjects]
    assert held == [["hotp", "totp"]] * len(subjects)


def seed_of(subject):
    return base64.b32encode(subject.ljust(20, "x").encode()).decode()
