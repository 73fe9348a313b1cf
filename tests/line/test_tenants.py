"""A tenant's own settings, as callers and operators see them."""

import os

import pytest
from structlog.testing import capture_logs

from doorward.core.errors import NotReady

from .conftest import ROOT, house_in

NAMED = "version: 1\nname: Example Shop\n"


def put(folder, text):
    file = folder / "rules" / "default" / "tenant.yaml"
    (file.parent / "new").write_text(text, encoding="utf-8")
    os.replace(file.parent / "new", file)


def issuer(house, subject):
    body = {"type": "totp", "reason": "asked for in person"}
    return house.post(f"/v1/subjects/{subject}/authenticators", body).get_json()["otpauth_uri"]


def test_a_start_with_settings_that_do_not_pass_is_refused(tmp_path):
    (tmp_path / "rules" / "default").mkdir(parents=True)
    original = (ROOT / "rules" / "default" / "tenant.yaml").read_text(encoding="utf-8")
    (tmp_path / "rules" / "acme").mkdir()
    (tmp_path / "rules" / "acme" / "tenant.yaml").write_text(original.replace("version: 1", "version: 0"))

    with pytest.raises(NotReady, match="'acme' does not pass"):
        house_in(tmp_path)


def test_a_change_that_does_not_pass_is_told_and_changes_nothing(house, tmp_path):
    put(tmp_path, NAMED)
    house.wait(2)
    before = issuer(house, "u-1")
    house.wiring.tick()
    put(tmp_path, "version: 1\nname: [x]\n")
    house.wait(2)

    with capture_logs() as logged:
        house.wiring.tick()
        house.wiring.tick()

    assert "issuer=Example%20Shop" in before
    assert "issuer=Example%20Shop" in issuer(house, "u-2")
    ready = house.get("/readyz").get_json()["tenants"]
    assert [(each["tenant"], each["reload"]) for each in ready] == [("default", "refused")]
    assert [each["event"] for each in logged] == ["tenant_refused"]
    assert "expected a text" in logged[0]["findings"][0]
