"""Whatever another tenant has is to a caller as if it were not there: over every operation of the OpenAPI document."""

import pytest

from doorward.api.app import RESOURCES
from doorward.api.openapi import document
from doorward.api.page.forms import COOKIE

from .cases import CASES, COOKIE_SECRET, WITHOUT, approves, looks, pairing_code, pairs
from .two_tenants import HERE, TwoTenants, shown

OPERATIONS = {
    operation["operationId"]: bool(operation.get("security"))
    for item in document(RESOURCES)["paths"].values()
    for operation in item.values()
}


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    made = TwoTenants(tmp_path_factory.mktemp("two"))
    yield made
    made.house.wiring.stop()


def told(two, operation, names, tenant):
    """Return what *tenant* is told where it asks *operation* for what *names* say."""
    house = two.asker(tenant)
    asked = CASES[operation](names, tenant, house)
    if asked.key:
        return house.call(asked.method, asked.path, asked.body)
    browser = two.house.client.application.test_client()
    browser.set_cookie(COOKIE, COOKIE_SECRET, domain="auth.example", secure=True)
    sent = {"json": asked.body} if asked.form is None else {"data": asked.form}
    return browser.open(asked.path, method=asked.method, base_url="https://auth.example", **sent)


def test_every_operation_of_the_document_has_a_case_or_a_reason():
    assert set(CASES) | set(WITHOUT) == set(OPERATIONS)
    assert set(CASES) & set(WITHOUT) == set()


@pytest.mark.parametrize("operation", CASES)
def test_what_another_tenant_has_is_as_if_it_were_not_there(two, operation):
    before = two.rows()

    theirs = told(two, operation, two.theirs, f"a-{operation}")
    nobodys = told(two, operation, two.nobodys, f"b-{operation}")

    assert shown(theirs, two.theirs, f"a-{operation}") == shown(nobodys, two.nobodys, f"b-{operation}")
    assert two.rows() == before


# A device proves itself by its own key, whatever tenant it is of: an API key of the owner does not ask instead.
BY_A_KEY_OF_ITS_OWN = ("pair_device", "list_pushes", "answer_push")

# What takes away that which others ask for; the least first.
LAST = (
    "cancel_challenge",
    "act_on_challenge",
    "drop_device",
    "drop_devices",
    "delete_list_entry",
    "suspend_authenticator",
)
LAST += ("resume_authenticator", "revoke_authenticator", "reset_subject", "erase_subject")


def test_each_case_reaches_what_the_tenant_itself_has(tmp_path):
    """A case that its owner too would be told nothing by, and could change nothing with, would prove nothing."""
    two = TwoTenants(tmp_path)
    vain = []
    for operation in [name for name in CASES if name not in LAST + BY_A_KEY_OF_ITS_OWN] + list(LAST):
        before = two.rows()
        theirs = shown(told(two, operation, two.theirs, HERE), two.theirs, HERE)
        gone = before - two.rows()
        if not gone and theirs == shown(told(two, operation, two.nobodys, HERE), two.nobodys, HERE):
            vain.append((operation, theirs[:2]))
    two.house.wiring.stop()

    assert vain == []


def of_their_own_device(two, operation):
    """Return what the tenant's own device says, in the form that the case of *operation* has."""
    if operation == "pair_device":
        return pairs(*pairing_code(two.house, "u-4"))
    if operation == "list_pushes":
        return looks(two.device, two.theirs.push_authenticator, two.house)
    nonce = two.device.waiting(two.house)["nonce"]
    return approves(two.device, two.theirs.push_challenge, nonce)


@pytest.mark.parametrize("operation", BY_A_KEY_OF_ITS_OWN)
def test_each_case_of_a_device_reaches_what_its_own_key_opens(tmp_path, operation):
    two = TwoTenants(tmp_path)
    asked = of_their_own_device(two, operation)
    before = two.rows()

    answer = two.house.client.post(asked.path, json=asked.body)

    assert answer.status_code == 200, answer.text
    assert answer.get_json() if operation == "list_pushes" else before - two.rows()
    two.house.wiring.stop()


def test_a_page_of_records_cannot_be_turned_with_another_tenants_cursor(two):
    other = two.asker("d-cursor")
    mine = other.decide("u-1")["id"]

    turned = other.get(f"/v1/decisions?cursor={two.theirs.cursor}")

    rows = turned.get_json().get("decisions", turned.get_json().get("items", []))
    assert {row["id"] for row in rows} <= {mine}


def test_an_idempotency_key_of_another_tenant_repeats_nothing(two):
    mine, other = two.house, two.asker("d-key")
    key = {"Idempotency-Key": "0f5c2f0e-52ac-4f0a-9d8e-1c1c1c1c1c1c"}
    body = {
        "kind": "login",
        "subject": {"id": "u-9"},
        "client": {"device_token": None},
        "credential": {"result": "passed"},
    }

    first = mine.post("/v1/decisions", body, **key).get_json()
    second = other.post("/v1/decisions", body, **key).get_json()

    assert first["id"] != second["id"]
    assert other.get(f"/v1/decisions/{first['id']}").status_code == 404
