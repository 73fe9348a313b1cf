import contextlib
import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from doorward.cli import main
from doorward.cli.common import ago, instant
from doorward.cli.main import COMMANDS
from doorward.sealing import AesGcmSealer, load_keys
from doorward.secret_files import with_secrets
from doorward.settings import SETTINGS, load
from doorward.signing_keys import SigningKeys
from doorward.stores import open_store

Environ = dict[str, str]

NOW = 1_795_000_000.0


def run(environ: Environ, *arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, env=environ)


def create(environ: Environ, *more: str) -> dict[str, str]:
    made: dict[str, str] = json.loads(run(environ, "keys", "create", "--format", "json", *more).stdout)
    return made


def listed(environ: Environ, *more: str) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = json.loads(run(environ, "keys", "list", "--format", "json", *more).stdout)
    return rows


def test_every_wrong_setting_gets_a_line_and_no_traceback(environ: Environ) -> None:
    result = run(environ | {"DOORWARD_WORKER": "1", "DOORWARD_BIND": "x"}, "keys", "list")

    assert result.exit_code == 2
    assert [line.split(":")[1].strip() for line in result.stderr.splitlines()] == ["DOORWARD_WORKER", "DOORWARD_BIND"]


def test_an_unknown_command_is_a_usage_error(environ: Environ) -> None:
    assert run(environ, "server").exit_code == 2


def test_a_key_with_an_unknown_scope_is_not_made(environ: Environ) -> None:
    result = run(environ, "keys", "create", "--scopes", "decide,everything")

    assert result.exit_code == 2
    assert "unknown scope 'everything'" in result.stderr
    assert listed(environ) == []


@pytest.mark.parametrize("expires", ["soon", "0d", "30", "2020-01-01", "2027-13-01"])
def test_an_end_that_cannot_be_is_refused(environ: Environ, expires: str) -> None:
    assert run(environ, "keys", "create", "--expires", expires).exit_code == 2


def test_revoking_a_key_that_is_not_there_fails(environ: Environ) -> None:
    result = run(environ, "keys", "revoke", "key_none")

    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1] == "doorward: there is no key 'key_none'"


def test_a_store_that_cannot_be_opened_fails_plainly(environ: Environ, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    environ |= {"DOORWARD_STORE": f"sqlite:///{tmp_path}/file/doorward.db"}

    result = run(environ, "keys", "list")

    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1].startswith("doorward: ")


def test_the_key_stands_alone_on_standard_output(environ: Environ) -> None:
    result = run(environ, "keys", "create", "--tenant", "acme")

    assert result.stdout.startswith("dwk_")
    assert len(result.stdout.splitlines()) == 1
    assert "not shown again" in result.stderr


def test_a_listing_never_shows_a_key(environ: Environ) -> None:
    made = create(environ, "--label", "shop")

    text = run(environ, "keys", "list").output

    assert made["id"] in text
    assert made["key"] not in text


def test_a_key_that_leaked_is_replaced_at_once(environ: Environ) -> None:
    for _ in range(2):
        run(environ, "keys", "rotate")

    told = run(environ, "keys", "rotate", "--at-once")

    settings, _ = with_secrets(load(environ))
    with contextlib.closing(open_store(settings.store)) as store:
        sealer = AesGcmSealer(load_keys(settings.encryption_keys or ""))
        (left,) = SigningKeys(store, sealer).public("default", time.time())
    assert told.stdout == f"{left['kid']} (ES256) signs for tenant default now, and no other verifies\n"


def test_a_revoked_key_is_listed_as_such(environ: Environ) -> None:
    made = create(environ, "--expires", "30d")

    assert run(environ, "keys", "revoke", made["id"]).exit_code == 0
    assert [row["state"] for row in listed(environ)] == ["revoked"]


def test_keys_can_be_listed_for_one_tenant(environ: Environ) -> None:
    create(environ, "--tenant", "acme")
    create(environ, "--tenant", "other")

    assert [row["tenant"] for row in listed(environ, "--tenant", "acme")] == ["acme"]


def test_a_label_cannot_move_the_cursor_of_a_terminal(environ: Environ) -> None:
    assert run(environ, "keys", "create", "--label", "a\x1b[2Jb").exit_code == 2


def test_the_settings_are_listed_with_their_defaults(environ: Environ) -> None:
    text = run(environ, "settings").output

    assert all(row.name in text and row.default_shown in text for row in SETTINGS)


def test_the_environment_can_be_checked(environ: Environ) -> None:
    assert run(environ, "settings", "--check").exit_code == 0
    assert run(environ | {"DOORWARD_THREADS": "none"}, "settings", "--check").exit_code == 2


@pytest.mark.parametrize("command", [command.name for command in COMMANDS])
def test_every_command_explains_itself(environ: Environ, command: str) -> None:
    result = run(environ, command, "--help")

    assert result.exit_code == 0
    assert result.output.startswith(f"Usage: main {command}")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30d", NOW + 30 * 86_400),
        ("12h", NOW + 12 * 3600),
        ("2027-01-31", 1_801_353_600.0),
        ("2027-01-31T12:00:00Z", 1_801_396_800.0),
        ("2027-01-31t12:00:00z", 1_801_396_800.0),
        ("2027-01-31T12:00:00+02:00", 1_801_389_600.0),
    ],
)
def test_an_instant_can_be_said_in_several_ways(text: str, seconds: float) -> None:
    assert instant(text, NOW) == seconds


def test_an_age_goes_back_and_a_date_does_not() -> None:
    assert ago("7d", NOW) == NOW - 7 * 86_400
    assert ago("2026-01-01", NOW) == instant("2026-01-01", NOW)
