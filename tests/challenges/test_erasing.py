"""Everything that is held of a subject: shown without secrets, and erased (P-3, P-4)."""

from .conftest import ADMIN, EXPORT, bound_totp, challenged, code_of, login, verify

SUBJECT = "/v1/subjects/u-1"
ANNA = {"channel": "email", "address": "anna@example.org"}


def lived_in(house):
    """Let u-1 sign in, bind something and pass a challenge, and return what was bound."""
    house.post("/v1/decisions", login() | {"subject": {"id": "u-1", "contacts": [ANNA]}})
    made = bound_totp(house)
    verify(house, challenged(house), made["id"], code_of(house, made))
    return made


def test_an_enrolment_key_may_neither_read_nor_erase(house):
    _, key = house.wiring.services.api_keys.create(tenant="default", scopes=("enrol",), now=house.now[0])

    assert house.call("GET", f"{SUBJECT}/export", Authorization=f"Bearer {key}").status_code == 403
    assert house.call("DELETE", SUBJECT, Authorization=f"Bearer {key}").status_code == 403


def test_another_tenants_administrator_erases_nothing_here(house):
    made = lived_in(house)
    _, key = house.wiring.services.api_keys.create(tenant="other", scopes=("admin",), now=house.now[0])

    house.call("DELETE", SUBJECT, Authorization=f"Bearer {key}")

    assert [each["id"] for each in house.get(f"{SUBJECT}/authenticators").get_json()] == [made["id"]]


def test_an_export_holds_everything_but_secrets(house):
    made = lived_in(house)

    exported = house.get(f"{SUBJECT}/export")

    shown = exported.get_json()
    assert [each["id"] for each in shown["authenticators"]] == [made["id"]]
    assert shown["contacts"] == [ANNA | {"until": None}]
    assert shown["history"]["sign_ins"][0]["at"] == "2026-07-01T10:00:00Z"
    assert shown["history"]["devices"][0]["id"].startswith("dev_")
    assert [each["outcome"] for each in shown["decisions"]] == ["challenge", "allow"]
    assert shown["decisions_left_out"] is False
    assert made["secret"] not in exported.get_data(as_text=True)


def test_an_export_of_nobody_is_empty(house):
    shown = house.get("/v1/subjects/nobody/export").get_json()

    assert [shown[name] for name in ("authenticators", "events", "contacts", "decisions")] == [[], [], [], []]
    assert shown["history"]["sign_ins"] == []


def test_an_erased_subject_is_brand_new(house):
    lived_in(house)
    challenge = challenged(house, session={"id": "s-2", "amr": ["pwd"]})

    assert house.call("DELETE", SUBJECT).status_code == 204

    assert house.get(f"{SUBJECT}/authenticators").get_json() == []
    assert house.get(f"/v1/decisions/{challenge['decision']}").status_code == 404
    assert house.get(f"/v1/challenges/{challenge['id']}").status_code == 404
    assert house.get("/v1/decisions?subject=u-1").get_json()["items"] == []
    assert house.decide(**EXPORT)["outcome"] == "deny"
    shown = house.get(f"/v1/decisions/{house.decide()['id']}").get_json()["signals"]
    assert shown["subject.known"]["value"] is False


def test_to_erase_twice_is_fine_and_told_once(house, told):
    lived_in(house)
    told.notices.clear()

    assert [house.call("DELETE", SUBJECT).status_code for _ in range(2)] == [204, 204]
    assert told.events() == ["subject.erased"]


def test_an_erasure_leaves_everybody_else(house):
    lived_in(house)
    theirs = bound_totp(house, "u-2", **ADMIN)

    house.call("DELETE", SUBJECT)

    assert [each["id"] for each in house.get("/v1/subjects/u-2/authenticators").get_json()] == [theirs["id"]]


def test_what_no_key_opens_any_more_is_erased_all_the_same(house):
    house.decide()
    subjects = house.wiring.services.disclosure._subjects
    key = subjects.key("default", "u-1")
    house.wiring.store.rewrite_authenticators(
        "default", key, lambda _: b"sealed under a key that is gone", house.now[0]
    )

    assert house.call("DELETE", "/v1/subjects/u-1").status_code == 204

    assert house.wiring.store.authenticators("default", key, house.now[0]) is None
