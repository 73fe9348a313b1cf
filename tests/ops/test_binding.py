"""`doorward store bind`: a store that an earlier version has written to, brought to this one by the operator's word."""

import base64
import json
import time
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from doorward.api_keys import digest_of
from doorward.cli import main
from doorward.ports import ApiKeyRow
from doorward.sealing import AesGcmSealer, load_keys
from doorward.settings import load
from doorward.store_opening import opened, refuse_other_secrets, ring_of

Environ = dict[str, str]

SECRET = base64.b64encode(b"s" * 32).decode()
KEY, SUBJECT = "dwk_of-an-earlier-version", b"s" * 16


@pytest.fixture
def environ(tmp_path: Path) -> Environ:
    """The settings of a store in which an earlier version has left a key and an authenticator."""
    told = {
        "DOORWARD_STATE_DIR": str(tmp_path / "var"),
        "DOORWARD_STORE": f"sqlite:///{tmp_path}/one.db",
        "DOORWARD_SECRET": SECRET,
        "DOORWARD_ENCRYPTION_KEYS": f"k1:{SECRET}",
    }
    settings, now = load(told), time.time()
    sealed = AesGcmSealer(load_keys(settings.encryption_keys or "")).seal(b"{}", "authenticators")
    with closing(opened(settings)) as store:
        refuse_other_secrets(store, settings)
        store.put_key(ApiKeyRow("key_1", "default", digest_of(KEY), ("decide",), "the\x1b shop", now))
        store.rewrite_authenticators("default", SUBJECT, lambda _: sealed, now)
    return told


def bind(environ: Environ, *arguments: str) -> Result:
    return CliRunner().invoke(main, ("store", "bind", *arguments), env=environ)


def is_let_in(environ: Environ) -> bool:
    settings = load(environ)
    with closing(opened(settings)) as store:
        return ring_of(store, settings).check(KEY, time.time()) is not None


def test_without_apply_it_tells_and_changes_nothing(environ: Environ) -> None:
    result = bind(environ)

    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "authenticators  1 to bind",
        "api key to bind: key_1, tenant default, decide, 'the? shop'",
        "Nothing was changed: say --apply to do it.",
    ]
    assert not is_let_in(environ)


def test_with_apply_the_key_is_good_and_a_second_time_there_is_nothing_to_do(environ: Environ) -> None:
    made = json.loads(bind(environ, "--apply", "--format", "json").stdout)
    again = [bind(environ, "--apply").stdout, bind(environ).stdout]

    key = {"id": "key_1", "tenant": "default", "scopes": ["decide"], "label": "the\x1b shop"}
    assert made == {"applied": True, "done": {"authenticators": 1}, "unreadable": {}, "keys": [key]}
    assert again == ["Everything is bound.\n"] * 2
    assert is_let_in(environ)


def test_with_other_secrets_nothing_is_bound(environ: Environ) -> None:
    other = environ | {"DOORWARD_SECRET": base64.b64encode(b"o" * 32).decode()}

    assert bind(other, "--apply").exit_code != 0
    assert not is_let_in(environ)


def test_a_key_that_was_not_bound_is_listed_as_unproved(environ: Environ) -> None:
    result = CliRunner().invoke(main, ("keys", "list", "--format", "json"), env=environ)

    assert [each["state"] for each in json.loads(result.stdout)] == ["unproved"]
