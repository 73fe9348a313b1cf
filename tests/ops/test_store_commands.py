"""`doorward store`: what an operator sees, on files and on a real Redis."""

import base64
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from doorward.cli import main
from doorward.core.errors import StoreNotAccepted
from doorward.stores import open_store

from ..stores.redis_servers import Dumped

Environ = dict[str, str]

NOW = 1_795_000_000.0
SECRET = base64.b64encode(b"s" * 32).decode()
PASSWORD = "hunter22"


@pytest.fixture
def environ(tmp_path: Path) -> Environ:
    return {
        "DOORWARD_STATE_DIR": str(tmp_path / "var"),
        "DOORWARD_STORE": f"sqlite:///{tmp_path}/one.db",
        "DOORWARD_SECRET": SECRET,
        "DOORWARD_ENCRYPTION_KEYS": f"k1:{SECRET}",
    }


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Dumped]:
    server = Dumped(tmp_path / "redis")
    server.start()
    yield server
    server.kill()


def run(environ: Environ, *arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(main, ("store", *arguments), env=environ, input=typed)


def status(environ: Environ) -> dict[str, Any]:
    return dict(json.loads(run(environ, "status", "--format", "json").stdout))


def enrol(environ: Environ, *subjects: bytes) -> None:
    with closing(open_store(environ["DOORWARD_STORE"])) as store:
        for subject in subjects:
            store.rewrite_authenticators("acme", subject, lambda _: b"sealed", NOW)


def enrolled(url: str, *subjects: bytes) -> list[bytes | None]:
    with closing(open_store(url)) as store:
        return [store.authenticators("acme", subject, NOW) for subject in subjects]


def elsewhere(environ: Environ, url: str) -> Environ:
    return environ | {"DOORWARD_STORE": url}


def test_a_new_redis_is_not_accepted_and_the_password_is_not_shown(environ: Environ, server: Dumped) -> None:
    server.ask("ACL", "SETUSER", "doorward", "on", f">{PASSWORD}", "~dw:*", "+@all")
    there = elsewhere(environ, f"redis://doorward:{PASSWORD}@{server.address}")

    result = run(there, "status")

    assert result.exit_code == 1
    assert "nobody has accepted it" in result.stdout
    assert server.address in result.stdout
    assert PASSWORD not in result.output


def test_nothing_is_accepted_without_a_yes(environ: Environ, server: Dumped) -> None:
    there = elsewhere(environ, f"redis://{server.address}")

    for typed in ("n\n", ""):
        result = run(there, "accept", typed=typed)
        assert result.exit_code == 1
        assert "nothing was changed" in result.stderr

    assert status(there)["accepted"] is False


def test_to_accept_says_what_that_means(environ: Environ, server: Dumped) -> None:
    there = elsewhere(environ, f"redis://{server.address}")

    result = run(there, "accept", typed="y\n")

    assert result.exit_code == 0
    assert "is not enrolled" in result.stderr
    told = status(there)
    assert (told["accepted"], told["kind"], told["sizes"]["api_keys"]) == (True, "redis", 0)


def test_a_new_redis_is_accepted_once(environ: Environ, server: Dumped) -> None:
    there = elsewhere(environ, f"redis://{server.address}")

    first = run(there, "accept", "--if-new", "--yes")
    name = status(there)["name"]
    again = run(there, "accept", "--if-new", "--yes")

    assert (first.exit_code, again.exit_code) == (0, 0)
    assert name in first.stdout
    assert f"accepted already, as {name}" in again.stdout
    assert status(there)["name"] == name


def test_a_redis_that_lost_its_data_is_not_a_new_one(environ: Environ, server: Dumped) -> None:
    there = elsewhere(environ, f"redis://{server.address}")
    run(there, "accept", "--yes")
    server.ask("FLUSHALL")

    result = run(there, "accept", "--if-new", "--yes")

    assert result.exit_code == 1
    assert "not new: the store came back empty" in result.stderr
    assert status(there)["accepted"] is False


def test_a_redis_that_is_away_is_told_as_such(environ: Environ) -> None:
    told = status(elsewhere(environ, "redis://127.0.0.1:1"))

    assert (told["reachable"], told["accepted"]) == (False, None)


def test_keys_are_not_made_in_a_store_that_was_not_accepted(environ: Environ, server: Dumped) -> None:
    there = elsewhere(environ, f"redis://{server.address}")

    result = CliRunner().invoke(main, ("keys", "create"), env=there)

    assert result.exit_code == 1
    assert "doorward store accept" in result.stderr


def test_a_file_tells_what_it_holds(environ: Environ) -> None:
    enrol(environ, b"u-1", b"u-2")

    told = status(environ)

    assert (told["accepted"], told["sizes"]["authenticators"], told["kind"]) == (True, 2, "sqlite")


def test_an_altered_backup_changes_nothing(environ: Environ, tmp_path: Path) -> None:
    enrol(environ, b"u-1")
    run(environ, "backup", str(tmp_path / "copy"))
    (tmp_path / "copy").write_bytes((tmp_path / "copy").read_bytes().replace(b"acme", b"ecma", 1))
    there = elsewhere(environ, f"sqlite:///{tmp_path}/two.db")
    before = status(there)["name"]

    result = run(there, "restore", str(tmp_path / "copy"), "--yes")

    assert result.exit_code == 1
    assert "altered" in result.stderr
    assert status(there)["name"] == before
    assert enrolled(there["DOORWARD_STORE"], b"u-1") == [None]


def test_an_emptied_redis_is_restored_and_accepted(environ: Environ, server: Dumped, tmp_path: Path) -> None:
    there = elsewhere(environ, f"redis://{server.address}")
    run(there, "accept", "--yes")
    enrol(there, b"u-1")
    assert run(there, "backup", str(tmp_path / "copy")).exit_code == 0
    server.ask("FLUSHALL")
    assert status(there)["accepted"] is False

    result = run(there, "restore", str(tmp_path / "copy"), "--yes")

    assert result.exit_code == 0, result.output
    assert status(there)["accepted"] is True
    assert enrolled(there["DOORWARD_STORE"], b"u-1") == [b"sealed"]


def test_a_store_that_holds_something_is_restored_with_a_word_alone(environ: Environ, tmp_path: Path) -> None:
    enrol(environ, b"u-1")
    run(environ, "backup", str(tmp_path / "copy"))
    there = elsewhere(environ, f"sqlite:///{tmp_path}/two.db")
    with closing(open_store(there["DOORWARD_STORE"])) as store:
        store.rewrite_authenticators("acme", b"u-1", lambda _: b"newer", NOW)
    enrol(there, b"u-2")

    refused = run(there, "restore", str(tmp_path / "copy"), "--yes")
    assert refused.exit_code == 1
    assert "--merge" in refused.stderr
    assert status(there)["accepted"] is True

    merged = run(there, "restore", str(tmp_path / "copy"), "--yes", "--merge", "--format", "json")
    assert json.loads(merged.stdout)["were_there"] == 1
    assert enrolled(there["DOORWARD_STORE"], b"u-1", b"u-2") == [b"newer", b"sealed"]


def test_a_small_backup_leaves_out_what_comes_again(environ: Environ, tmp_path: Path) -> None:
    with closing(open_store(environ["DOORWARD_STORE"])) as store:
        store.spend("acme", "jti-1", expires_at=4e9, now=NOW)

    small = json.loads(run(environ, "backup", str(tmp_path / "small"), "--format", "json").stdout)
    whole = json.loads(run(environ, "backup", str(tmp_path / "whole"), "--all", "--format", "json").stdout)

    assert (small["rows"], whole["rows"]) == (0, 1)


def test_a_file_is_moved_to_redis_and_back(environ: Environ, server: Dumped, tmp_path: Path) -> None:
    enrol(environ, b"u-1", b"u-2")
    redis = f"redis://{server.address}"

    there = run(environ, "migrate", "--to", redis, "--yes", "--format", "json")
    assert there.exit_code == 0, there.output
    assert json.loads(there.stdout) == {"rows": {"authenticators": 2}, "removed": 0, "missing": 0}
    assert enrolled(redis, b"u-1", b"u-2") == [b"sealed"] * 2

    back = run(environ, "migrate", "--from", redis, "--to", f"sqlite:///{tmp_path}/back.db", "--yes")
    assert back.exit_code == 0, back.output
    assert enrolled(f"sqlite:///{tmp_path}/back.db", b"u-1", b"u-2") == [b"sealed"] * 2


def test_a_second_run_brings_what_changed_and_takes_away_what_is_gone(environ: Environ, server: Dumped) -> None:
    redis = f"redis://{server.address}"
    enrol(environ, b"u-1", b"u-2")
    run(environ, "migrate", "--to", redis, "--yes")
    with closing(open_store(environ["DOORWARD_STORE"])) as store:
        store.rewrite_authenticators("acme", b"u-1", lambda _: None, NOW)
        store.rewrite_authenticators("acme", b"u-2", lambda _: b"changed", NOW)

    again = run(environ, "migrate", "--to", redis, "--yes", "--format", "json")

    assert json.loads(again.stdout)["removed"] == 1
    assert enrolled(redis, b"u-1", b"u-2") == [None, b"changed"]


def test_a_store_on_which_somebody_serves_is_not_written_over(
    environ: Environ, server: Dumped, monkeypatch: pytest.MonkeyPatch
) -> None:
    redis = f"redis://{server.address}"
    run(environ, "migrate", "--to", redis, "--yes")
    with closing(open_store(redis)) as store:
        store.look()
        store.beat(store.epoch_info().beat + 2)

    result = run(environ, "migrate", "--to", redis, "--yes")

    assert result.exit_code == 1
    assert "somebody serves" in result.stderr


def test_a_store_that_is_being_restored_is_for_nobody_else(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/one.db"
    with closing(open_store(url)) as busy, closing(open_store(url, state_dir=tmp_path)) as another:
        another.look()
        busy.begin_restoring(NOW)

        with pytest.raises(StoreNotAccepted, match="being restored"):
            another.look()
        busy.accept(NOW)

        assert another.look() == busy.look()


@pytest.mark.parametrize("to", ["redis://host:port", "@/nowhere/at/all", "sqlite:////{tmp}/one.db"])
def test_a_target_that_cannot_be_is_a_usage_error(environ: Environ, tmp_path: Path, to: str) -> None:
    result = run(environ, "migrate", "--yes", "--to", to.replace("/{tmp}", str(tmp_path)))

    assert result.exit_code == 2
