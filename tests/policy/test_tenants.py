"""`tenant.yaml`: every mistake at once, and a change taken up whole or not at all."""

import os
from pathlib import Path

import pytest

from doorward.tenant_file import read_tenant
from doorward.tenants import NoRealm, Tenants

ROOT = Path(__file__).resolve().parents[2]

SHOP = """\
version: 1
name: Example Shop
base_url: https://auth.example.com/
return_to: [https://www.example.com/account]
passkeys:
  rp_id: example.com
  origins: [https://www.example.com, https://example.com]
  top_origins: [https://partner.example]
"""


def put(folder: Path, text: str | bytes) -> None:
    """Swap the file for another, as a deployment does."""
    folder.mkdir(exist_ok=True)
    (folder / "new").write_bytes(text if isinstance(text, bytes) else text.encode())
    os.replace(folder / "new", folder / "tenant.yaml")


def places(text):
    _, findings = read_tenant(text)
    return [(each.line, each.column, each.code) for each in findings]


def test_every_mistake_is_told_at_once_with_its_place():
    text = """\
version: 2
nam: Shop
name: "Shop: the best"
base_url: https://auth.example.com?x=1
return_to: [http://www.example.com]
passkeys:
  rp_id: example.com
  origins: [https://example.org, https://www.example.com/, https://www.example.com]
  top_origins: [example.net]
"""

    assert places(text) == [
        (1, 10, "bad-value"),
        (2, 1, "unknown-tenant-key"),
        (3, 7, "bad-value"),
        (4, 11, "bad-value"),
        (5, 13, "bad-value"),
        (8, 13, "bad-origin"),
        (8, 34, "bad-origin"),
        (9, 17, "bad-origin"),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "yaml"),
        ("- version", "yaml"),
        ("name: x", "missing-key"),
        ("version: 1\nname: ''", "bad-value"),
        ("version: 1\nname: [x]", "wrong-type"),
        ('version: 1\nname: "a\\nb"', "bad-value"),
        ("version: 1\npasskeys: yes", "wrong-type"),
        ("version: 1\npasskeys: {rp_id: example.com}", "missing-key"),
        ("version: 1\npasskeys: {origins: ['https://example.com']}", "missing-key"),
        ("version: 1\npasskeys: {rp_id: example.com, origins: []}", "bad-value"),
        ("version: 1\npasskeys: {rp_id: com, origins: ['https://example.com']}", "bad-value"),
        ("version: 1\nreturn_to: {a: b}", "wrong-type"),
        ("version: 1\nreturn_to: ['https://a.example/x/../y']", "bad-value"),
        (f"version: 1\nreturn_to: [{','.join(['https://a.example'] * 65)}]", "too-many"),
    ],
)
def test_what_does_not_fit_is_named(text, code):
    assert [each[2] for each in places(text)] == [code]


def test_a_whole_file_says_who_the_tenant_is():
    realm, findings = read_tenant(SHOP, "shop")

    assert findings == ()
    assert (realm.tenant, realm.name, realm.base_url) == ("shop", "Example Shop", "https://auth.example.com")
    assert (realm.rp_id, realm.top_origins) == ("example.com", ("https://partner.example",))
    assert realm.takes_origin("https://www.example.com")
    assert not realm.takes_origin("https://shop.example.com")
    assert realm.may_return_to("https://www.example.com/account?ok=1")


def test_the_file_that_ships_passes():
    realm, findings = read_tenant((ROOT / "rules" / "default" / "tenant.yaml").read_text(encoding="utf-8"))

    assert findings == ()
    assert (realm.name, realm.rp_id) == ("Doorward", "")


def test_a_start_with_a_file_that_does_not_pass_is_refused_by_name(tmp_path, now):
    put(tmp_path / "shop", "version: 7")

    with pytest.raises(NoRealm, match="'shop' does not pass") as refused:
        Tenants(tmp_path).load_all(now)

    assert [each.line for each in refused.value.findings] == [1]


@pytest.mark.parametrize("bad", ["version: 7", b"\xff\xfe", "version: 1\nname: ["])
def test_a_file_that_does_not_pass_leaves_the_last_good_one(tmp_path, now, bad):
    put(tmp_path / "shop", SHOP)
    tenants = Tenants(tmp_path)
    before = tenants.realm("shop", now)
    put(tmp_path / "shop", bad)

    after = tenants.realm("shop", now + 2)

    assert before == after
    assert tenants.loaded(now + 2)["shop"].error


def test_a_file_that_never_passed_counts_as_none(tmp_path, now):
    put(tmp_path / "default", SHOP)
    tenants = Tenants(tmp_path)
    put(tmp_path / "late", "version: 7")

    assert tenants.realm("late", now).rp_id == "example.com"
    assert tenants.loaded(now)["late"].error


def test_a_change_is_taken_up_within_two_seconds(tmp_path, now):
    put(tmp_path / "shop", SHOP)
    tenants = Tenants(tmp_path)
    tenants.realm("shop", now)
    put(tmp_path / "shop", SHOP.replace("Example Shop", "Other Shop"))

    assert tenants.realm("shop", now + 1.9).name == "Example Shop"
    assert tenants.realm("shop", now + 2).name == "Other Shop"


def test_a_tenant_without_a_file_has_that_of_default_under_its_own_name(tmp_path, now):
    put(tmp_path / "default", SHOP)

    realm = Tenants(tmp_path).realm("other", now)

    assert (realm.tenant, realm.name) == ("other", "Example Shop")


def test_a_file_that_is_taken_away_puts_the_tenant_back_on_default(tmp_path, now):
    put(tmp_path / "shop", SHOP)
    tenants = Tenants(tmp_path)
    tenants.realm("shop", now)
    (tmp_path / "shop" / "tenant.yaml").unlink()

    realm = tenants.realm("shop", now + 2)

    assert (realm.name, realm.rp_id) == ("Doorward", "")


@pytest.mark.parametrize("tenant", ["..", "../default", "a/b", "", "a\0"])
def test_a_tenant_whose_name_is_no_folder_name_touches_no_file(tmp_path, now, tenant):
    put(tmp_path / "shop", SHOP)

    assert Tenants(tmp_path / "shop").realm(tenant, now).rp_id == ""
