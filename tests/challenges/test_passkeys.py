"""Passkeys over HTTP: bound, asked for, refused by name; what a clone leads to."""

import threading

import pytest

from ..authenticators.soft_passkey import BE, BS, UP, UV, SoftPasskey
from ..line.conftest import house_in
from .conftest import ADMIN, bound_totp, challenged

PATH = "/v1/subjects/u-1/authenticators"
SETTINGS = """\
version: 1
name: Example Shop
passkeys: {rp_id: example.org, origins: [https://example.org]}
"""
NO_FIRST_FACTOR = {"session": {"id": "s-1"}, "credential": {}}


class Told:
    """Keeps what people would be told."""

    def __init__(self):
        self.notices = []

    def tell(self, notice):
        self.notices.append(notice)


@pytest.fixture
def told():
    return Told()


@pytest.fixture
def house(tmp_path, told):
    made = house_in(tmp_path, outside={"notifier": told})
    (tmp_path / "rules" / "default" / "tenant.yaml").write_text(SETTINGS, encoding="utf-8")
    made.wait(2)
    yield made
    made.wiring.stop()


@pytest.fixture
def soft():
    return SoftPasskey()


def bound(house, soft, **changes):
    """Bind *soft* to the subject, and return its id."""
    made = house.post(PATH, {"type": "passkey", "label": "YubiKey", **ADMIN}).get_json()
    answer = house.post(f"{PATH}/{made['id']}/confirm", {"credential": soft.create(made["public_key"], **changes)})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return made["id"]


def begun(house, challenge, authenticator):
    answer = house.post(f"/v1/challenges/{challenge['id']}/begin", {"authenticator": authenticator})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_json()["public_key"]


def sent(house, challenge, authenticator, credential):
    body = {"authenticator": authenticator, "response": {"credential": credential}}
    return house.post(f"/v1/challenges/{challenge['id']}/verify", body)


def answered(house, challenge, authenticator, soft, **changes):
    """Begin, answer as *soft* does, and return what came of it."""
    return sent(house, challenge, authenticator, soft.get(begun(house, challenge, authenticator), **changes)).get_json()


def statuses(house):
    return [each["status"] for each in house.get(PATH).get_json()]


def test_an_answer_for_another_origin_is_counted_recorded_and_loses_nothing(house, soft):
    passkey, challenge = bound(house, soft), challenged(house)

    refused = answered(house, challenge, passkey, soft, client={"origin": "https://evil.example"})
    passed = answered(house, challenge, passkey, soft)

    assert (refused["status"], refused["error"], refused["attempts_left"]) == ("pending", "refused", 4)
    assert "origin" in refused["detail"]
    assert passed["status"] == "passed"
    events = house.get(f"/v1/decisions/{challenge['decision']}").get_json()["events"]
    assert [(each["what"], "origin" in each.get("detail", "")) for each in events] == [
        ("refused", True),
        ("passed", False),
    ]


def test_the_answer_to_one_challenge_does_not_pass_another(house, soft):
    passkey = bound(house, soft)
    first, second = challenged(house), challenged(house, session={"id": "s-2", "amr": ["pwd"]})
    begun(house, second, passkey)

    refused = sent(house, second, passkey, soft.get(begun(house, first, passkey))).get_json()

    assert refused["error"] == "refused"
    assert "another challenge" in refused["detail"]


def test_uv_off_is_refused_where_possession_alone_would_not_do(house, soft):
    passkey = bound(house, soft)
    challenge = challenged(house, **NO_FIRST_FACTOR)

    refused = answered(house, challenge, passkey, soft, flags=UP)
    passed = answered(house, challenge, passkey, soft)

    assert "UV" in refused["detail"]
    assert (passed["amr"], passed["acr"]) == (["hwk", "user", "pop", "mfa"], "aal2")


def test_uv_off_after_a_password_is_two_factors_and_no_user(house, soft):
    """N-CRY-2: without UV the key alone was shown."""
    passkey, challenge = bound(house, soft), challenged(house)

    passed = answered(house, challenge, passkey, soft, flags=UP)

    assert (passed["amr"], passed["acr"]) == (["pwd", "hwk", "pop", "mfa"], "aal2")


def test_a_synced_passkey_is_a_software_key(house):
    soft = SoftPasskey(flags=UP | UV | BE | BS, counts=False)
    passkey, challenge = bound(house, soft), challenged(house)

    passed = answered(house, challenge, passkey, soft)

    assert passed["amr"] == ["pwd", "swk", "user", "pop", "mfa"]


def test_a_clone_is_refused_suspended_and_told(house, soft, told):
    passkey = bound(house, soft)
    bound_totp(house)
    first, second = challenged(house), challenged(house, session={"id": "s-2", "amr": ["pwd"]})
    answered(house, first, passkey, soft, count=7)

    refused = answered(house, second, passkey, soft, count=7)

    assert (refused["error"], refused["attempts_left"]) == ("refused", 4)
    assert "copy" in refused["detail"]
    assert statuses(house) == ["suspended", "active"]
    notice = told.notices[-1]
    assert (notice.event, notice.details["authenticator"]) == ("authenticator.suspended", passkey)


def test_a_suspended_passkey_does_not_answer_any_more(house, soft):
    passkey, challenge = bound(house, soft), challenged(house)
    options = begun(house, challenge, passkey)
    answered(house, challenge, passkey, soft, client={"origin": "https://evil.example"})
    other = challenged(house, session={"id": "s-2", "amr": ["pwd"]})
    answered(house, other, passkey, soft, count=9)
    answered(house, challenged(house, session={"id": "s-3", "amr": ["pwd"]}), passkey, soft, count=8)

    refused = sent(house, challenge, passkey, soft.get(options, count=10)).get_json()

    assert refused["detail"] == "the authenticator is suspended"
    assert house.post(f"/v1/challenges/{challenge['id']}/begin", {"authenticator": passkey}).status_code == 409


def test_one_answer_raced_passes_once_and_is_no_clone(house, soft):
    passkey, challenge = bound(house, soft), challenged(house)
    credential = soft.get(begun(house, challenge, passkey))
    results = []

    def send():
        results.append(sent(house, challenge, passkey, credential))

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    passed = [each for each in results if each.status_code == 200 and each.get_json()["status"] == "passed"]
    assert len(passed) == 1
    assert statuses(house) == ["active"]


@pytest.mark.parametrize(
    ("credential", "pointer"),
    [
        ("x", "#/response/credential"),
        ({}, "#/response/credential/response"),
        ({"response": {}}, "#/response/credential/id"),
        ({"id": "A" * 16385}, "#/response"),
    ],
)
def test_what_is_no_credential_is_pointed_at_and_costs_nothing(house, soft, credential, pointer):
    passkey, challenge = bound(house, soft), challenged(house)

    answer = sent(house, challenge, passkey, credential)

    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["pointer"].startswith(pointer)
    assert house.get(f"/v1/challenges/{challenge['id']}").get_json()["attempts_left"] == 5


def test_a_registration_for_another_origin_binds_nothing(house, soft):
    made = house.post(PATH, {"type": "passkey", **ADMIN}).get_json()
    credential = soft.create(made["public_key"], client={"origin": "https://evil.example"})

    answer = house.post(f"{PATH}/{made['id']}/confirm", {"credential": credential})

    mistake = answer.get_json()["errors"][0]
    assert (answer.status_code, mistake["pointer"]) == (422, "#/credential")
    assert "origin" in mistake["detail"]
    assert statuses(house) == ["pending"]


def test_an_assertion_binds_nothing(house, soft):
    made = house.post(PATH, {"type": "passkey", **ADMIN}).get_json()

    answer = house.post(f"{PATH}/{made['id']}/confirm", {"credential": soft.get(made["public_key"])})

    assert answer.status_code == 422
    assert "of another kind" in answer.get_json()["errors"][0]["detail"]


def test_a_tenant_without_an_rp_id_is_told_so(house, tmp_path):
    (tmp_path / "rules" / "default" / "tenant.yaml").write_text("version: 1\n", encoding="utf-8")
    house.wait(2)

    answer = house.post(PATH, {"type": "passkey", **ADMIN})

    assert answer.status_code == 422
    assert "not set up" in answer.get_json()["errors"][0]["detail"]


def test_another_passkey_is_asked_to_keep_off_the_first_ones_device(house, soft):
    bound(house, soft)

    made = house.post(PATH, {"type": "passkey", **ADMIN, "account_name": "ada@example.org"}).get_json()["public_key"]

    assert [each["type"] for each in made["excludeCredentials"]] == ["public-key"]
    assert made["user"]["name"] == "ada@example.org"
    assert made["user"]["id"] == soft.user_handle
    assert made["rp"] == {"id": "example.org", "name": "Example Shop"}


def test_what_is_listed_of_a_passkey_holds_no_key(house, soft):
    bound(house, soft)

    listed = house.get(PATH).get_json()[0]

    assert (listed["type"], listed["aal"], listed["phishing_resistant"]) == ("passkey", 2, True)
    assert "public_key" not in listed
