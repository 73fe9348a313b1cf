"""The web-hooks of `tenant.yaml`: every mistake at once, and no secret in the file or in a finding."""

import base64

import pytest

from doorward.tenant_file import read_tenant
from doorward.tenants import Tenants

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()


@pytest.fixture
def secret_file(tmp_path):
    path = tmp_path / "secret"
    path.write_text(SECRET + "\n")
    return path


def codes(text):
    return [each.code for each in read_tenant(text)[1]]


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.org/a",
        "https://user:password@hooks.example.org/a",
        "https://hooks.example.org/a?token=s3cret",
        "https://hooks.example.org/a#b",
        "ftp://hooks.example.org",
        "hooks.example.org",
        "console:",
    ],
)
def test_an_address_that_is_not_used_here_is_refused_and_never_repeated(secret_file, url):
    realm, findings = read_tenant(f"version: 1\nwebhooks: [{{url: '{url}', secret_file: {secret_file}}}]")

    assert realm is None
    assert [each.code for each in findings] == ["bad-value"]
    assert url not in str(findings[0])


def test_every_mistake_is_told_at_once(tmp_path):
    (tmp_path / "empty").write_text("")
    text = f"""\
version: 1
webhooks:
  - url: https://hooks.example.org/a
    secret_file: {tmp_path}/missing
    events: [authenticator.bund, challenge.failed]
  - secret_file: {tmp_path}/empty
    secret: whsec_in_the_file
    events: []
"""

    assert sorted(codes(text)) == [
        "bad-secret", "bad-secret", "bad-value", "missing-key", "unknown-event", "unknown-web-hook-key"
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["webhooks: yes", "webhooks: {url: x}", "webhooks: [x]"])
def test_what_is_no_list_of_mappings_is_refused(text):
    assert codes(f"version: 1\n{text}") == ["wrong-type"]


def test_a_secret_that_is_none_is_not_repeated(secret_file):
    secret_file.write_text("whsec_hidden")

    _, findings = read_tenant(f"version: 1\nwebhooks: [{{url: 'https://h.example/a', secret_file: {secret_file}}}]")

    assert [each.code for each in findings] == ["bad-secret"]
    assert "hidden" not in str(findings[0])


def test_a_web_hook_takes_the_events_that_it_names_and_all_without(secret_file):
    text = f"""\
version: 1
webhooks:
  - {{url: "https://hooks.example.org/a", secret_file: {secret_file}, events: [challenge.failed]}}
  - {{url: "http://127.0.0.1:9000/b", secret_file: {secret_file}}}
"""
    realm, findings = read_tenant(text)

    assert findings == ()
    one, all_of_them = realm.webhooks
    assert (one.url.target, one.takes("challenge.failed"), one.takes("device.dropped")) == (
        "https://hooks.example.org/a",
        True,
        False,
    )
    assert all_of_them.takes("device.dropped")


def test_the_web_hooks_of_default_do_not_hear_of_another_tenant(tmp_path, secret_file):
    folder = tmp_path / "rules" / "default"
    folder.mkdir(parents=True)
    text = f"version: 1\nname: Shop\nwebhooks: [{{url: 'https://h.example/a', secret_file: {secret_file}}}]"
    (folder / "tenant.yaml").write_text(text)
    tenants = Tenants(tmp_path / "rules")

    assert (tenants.realm("other", 0.0).name, tenants.realm("other", 0.0).webhooks) == ("Shop", ())
    assert len(tenants.realm("default", 0.0).webhooks) == 1
