"""What is wrong in a file is told at once, with its place and without its secrets, and nothing is bound."""

import base64
import json
from contextlib import closing
from pathlib import Path

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from doorward.adopting import AdoptionDesk
from doorward.authenticators import adopters
from doorward.ceremony import Realm
from doorward.core.enrolment import MAX_AUTHENTICATORS
from doorward.core.keyed import KeyedHash
from doorward.offline.authenticator_files import SHAPES
from doorward.offline.authenticator_files.contents import Said
from doorward.sealing import AesGcmSealer
from doorward.stores import open_store
from doorward.subjects import Subjects, subject_key
from doorward.wiring_sources import hasher

from ..authenticators.soft_passkey import Es256, Rs256, SoftPasskey, b64
from .conftest import SECRET
from .old_system import OTHER_SEED, PHONE, SEED, SHORT_SEED, keycloak, passkey, totp


def lines_of(result):
    return [line.removeprefix("doorward: ") for line in result.stderr.splitlines()]


def test_every_mistake_is_told_with_its_line_and_without_what_stands_there(place):
    wrong = [
        totp(),
        totp(secret=SHORT_SEED),
        {"subject": "u-2", "type": "sms", "phone": "0151 12345678"},
        {"subject": "u-3", "type": "hotp", "secret": OTHER_SEED},
        {"subject": "", "type": "email", "address": "nobody"},
        totp("u-4", **{SEED: 1}),
        totp("u-5", digits=True, counter=3),
    ]

    result = place.bring(*wrong)

    assert result.exit_code == 2
    assert [line.split(":")[0] for line in lines_of(result)[:-1]] == [f"line {n}" for n in (2, 3, 4, 5, 6, 7, 7)]
    for secret in (SEED, SHORT_SEED, OTHER_SEED, "0151", "nobody", str(place.folder)):
        assert secret not in result.output
    assert place.held() == []


def test_a_line_that_is_no_json_is_not_repeated(place):
    file = place.file("old.jsonl", f'{{"secret": "{SEED}"')

    result = place.run("import", "authenticators", file, "--apply")

    assert (result.exit_code, SEED in result.output) == (2, False)
    assert lines_of(result)[0].startswith("line 1: is no JSON")


def test_a_table_without_names_of_columns_does_not_show_its_first_line(place):
    result = place.run("import", "authenticators", place.file("old.csv", f"u-1,totp,{SEED}\n"), "--apply")

    assert (result.exit_code, SEED in result.output) == (2, False)


def test_nothing_is_bound_where_one_line_is_wrong(place):
    place.bring(totp(), {"subject": "u-2", "type": "sms", "phone": "1"})

    assert place.held() == []


def test_the_right_ones_are_bound_where_the_operator_says_so(place):
    result = place.bring(totp(), {"subject": "u-2", "type": "sms", "phone": "1"}, more=("--skip-wrong",))

    assert (result.exit_code, [each["type"] for each in place.held()]) == (1, ["totp"])
    assert "skipped: line 2: phone" in result.stderr


def test_without_apply_nothing_is_written_and_nothing_is_shown_in_clear(place):
    sms = {"subject": "u-1", "type": "sms", "phone": PHONE}

    result = place.bring(totp(), sms, apply=False, more=("--list",))

    assert (result.exit_code, place.held()) == (0, [])
    assert "+49•••78" in result.stdout
    assert not [secret for secret in (SEED, PHONE) if secret in result.output]


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"rp_id": "example.com"}, "rp_id"),
        ({"rp_id": None}, "rp_id"),
        ({"public_key": b64(cbor2.dumps(Es256(ec.SECP384R1()).cose()))}, "public_key"),
        ({"public_key": b64(cbor2.dumps(Rs256(1024).cose()))}, "public_key"),
        ({"public_key": b64(cbor2.dumps(Es256().cose() | {-2: bytes(32)}))}, "public_key"),
        ({"public_key": "AAAA"}, "public_key"),
        ({"credential_id": ""}, "credential_id"),
        ({"sign_count": None}, "sign_count"),
        ({"sign_count": 2**32}, "sign_count"),
        ({"user_handle": b64(bytes(65))}, "user_handle"),
        ({"backup_eligible": False, "backed_up": True}, "backed_up"),
        ({"aaguid": "x"}, "aaguid"),
        ({"transports": ["usb"] * 9}, "transports"),
    ],
)
def test_a_passkey_that_could_not_be_used_is_refused_by_its_field(place, change, name):
    result = place.bring(passkey(SoftPasskey(), **change))

    assert (result.exit_code, lines_of(result)[0].split(": ")[:2]) == (2, ["line 1", name])


def test_a_passkey_is_refused_where_the_tenant_has_none(place):
    result = place.bring(passkey(SoftPasskey()), more=("--tenant", "other"))
    (place.folder / "rules" / "default" / "tenant.yaml").unlink()
    without = place.bring(passkey(SoftPasskey()))

    assert result.exit_code == 0  # the tenant has that of `default`
    assert "passkeys are not set up" in without.stderr


def test_a_realm_without_an_rp_id_needs_the_operators_word(place):
    realm = keycloak(SoftPasskey(), "AbCdEfGhIjKlMnOpQrSt") | {"webAuthnPolicyRpId": ""}
    file = place.file("realm.json", json.dumps(realm))

    silent = place.run("import", "authenticators", file)
    said = place.run("import", "authenticators", file, "--rp-id", "example.org")

    assert lines_of(silent)[0].startswith("users[0].credentials[2]: rp_id")
    assert said.exit_code == 0


@pytest.mark.parametrize("kind", ["totp", "passkey"])
def test_what_two_subjects_share_is_refused(place, kind):
    soft = SoftPasskey()
    made = {"totp": totp, "passkey": lambda subject: passkey(soft, subject)}[kind]

    result = place.bring(made("u-1"), made("u-2"))

    assert result.exit_code == 2
    assert "another subject has the same, in line 1" in lines_of(result)[0]


def test_a_number_may_be_shared_and_what_stands_twice_is_bound_once(place):
    sms = {"type": "sms", "phone": PHONE}

    result = place.bring({"subject": "u-1", **sms}, {"subject": "u-2", **sms}, {"subject": "u-1", **sms})

    assert result.exit_code == 0
    assert (len(place.held("u-1")), len(place.held("u-2"))) == (1, 1)


def test_more_than_a_subject_may_have_is_refused(place):
    many = [{"subject": "u-1", "type": "sms", "phone": f"+4915100000{n:03}"} for n in range(MAX_AUTHENTICATORS + 1)]

    result = place.bring(*many)

    assert (result.exit_code, place.held()) == (2, [])
    assert f"more than {MAX_AUTHENTICATORS}" in result.stderr


def test_numbers_that_may_not_be_bound_here_may_not_be_brought(place):
    place.changes = {"DOORWARD_PHONE_PREFIXES": "+47"}

    result = place.bring({"subject": "u-1", "type": "sms", "phone": PHONE})

    assert "numbers that begin so are not accepted here" in result.stderr


def test_a_store_of_other_secrets_is_refused(place):
    place.changes = {"DOORWARD_ENCRYPTION_KEYS": f"k2:{SECRET}"}

    result = place.bring(totp())

    assert (result.exit_code, place.held()) == (1, [])
    assert "no service has started with the key 'k2'" in result.stderr


def test_a_subject_that_no_key_opens_is_told_of_and_left_as_it_is(place):
    store, lost = open_store(place.url), AesGcmSealer({"lost": bytes(32)}).seal(b"{}", "authenticators")
    with closing(store):
        marks = hasher(base64.b64decode(SECRET))
        key = subject_key(marks, "default", "u-1")
        store.rewrite_authenticators("default", key, lambda _: lost, place.house.now[0])
        result = place.bring(totp(), totp("u-2", secret=OTHER_SEED), more=("--skip-wrong",))
        held = store.authenticators("default", key, place.house.now[0])

    assert (result.exit_code, held) == (1, lost)
    assert "line 1: no key opens what the subject has bound" in result.stderr
    assert [each["type"] for each in place.held("u-2")] == ["totp"]


def test_a_file_that_others_may_read_is_told_of(place):
    file = Path(place.file("old.jsonl", json.dumps(totp())))
    file.chmod(0o644)

    assert "others may read it (mode 0644)" in place.run("import", "authenticators", str(file)).stderr


def test_a_file_that_is_not_there_or_no_text_is_told_plainly(place):
    missing = place.run("import", "authenticators", "none.jsonl")
    binary = Path(place.file("old.jsonl", ""))
    binary.write_bytes(b"\xff\xfe")

    assert (missing.exit_code, "No such file" in missing.stderr) == (2, True)
    assert "is no UTF-8" in place.run("import", "authenticators", str(binary)).stderr


@given(text=st.text(), shape=st.sampled_from(sorted(SHAPES)))
def test_any_text_is_read_to_its_end(text, shape):
    SHAPES[shape](text, Said())


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["otp", "webauthn", "totp", SEED]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "credentialData", "secretData", "id", "value", "subType"]), inner)
    ),
    max_leaves=12,
)


@given(users=JSON, credentials=st.lists(JSON, max_size=3))
def test_any_realm_is_read_to_its_end(users, credentials):
    realm = {"users": [users, {"id": "u-1", "credentials": credentials}]}

    SHAPES["keycloak"](json.dumps(realm), Said())


DESK = AdoptionDesk(
    Subjects(open_store("sqlite:///:memory:"), AesGcmSealer({"k1": bytes(32)}), KeyedHash(bytes(32))),
    adopters(),
    Realm("default", rp_id="example.org"),
    "x",
)
FIELDS = ["subject", "type", "uri", "secret", "secret_hex", "digits", "phone", "public_key", "transports", "rp_id"]


@given(entries=st.lists(st.dictionaries(st.sampled_from(FIELDS), JSON), min_size=1, max_size=4))
def test_any_entry_is_taken_or_refused_with_its_place(entries):
    contents = SHAPES["jsonl"]("\n".join(map(json.dumps, entries)), Said())

    candidates, mistakes = DESK.read(contents.entries, 1.0)

    assert len(candidates) + len({each.detail.split(":")[0] for each in mistakes}) == len(entries)
