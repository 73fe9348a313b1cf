import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from doorward.secret_files import put_if_absent, with_secrets
from doorward.settings import Settings, SettingsError


def test_secrets_are_not_made_anew_for_a_store_that_is_there(settings: Settings) -> None:
    assert settings.store_path is not None
    settings.store_path.parent.mkdir()
    settings.store_path.write_bytes(b"")

    with pytest.raises(SettingsError, match="made with secrets"):
        with_secrets(settings)


def test_a_broken_secret_file_is_told_without_its_text(settings: Settings) -> None:
    put_if_absent(settings.secrets_dir / "secret", "no-secret-at-all")

    with pytest.raises(SettingsError) as caught:
        with_secrets(settings)

    assert "no-secret-at-all" not in str(caught.value)


def test_secrets_are_made_once_and_found_again(settings: Settings) -> None:
    first, made = with_secrets(settings)
    second, made_again = with_secrets(settings)

    assert (first.secret, first.encryption_keys) == (second.secret, second.encryption_keys)
    assert (len(made), made_again) == (2, [])


def test_secret_files_are_for_their_user_alone(settings: Settings) -> None:
    _, made = with_secrets(settings)

    assert {stat.S_IMODE(file.stat().st_mode) for file in made} == {0o600}
    assert stat.S_IMODE(settings.secrets_dir.stat().st_mode) == 0o700


def test_a_secret_of_the_environment_wins(settings: Settings) -> None:
    with_secrets(settings)

    given, _ = with_secrets(replace(settings, secret=b"e" * 32))

    assert given.secret == b"e" * 32


def test_many_starts_at_once_agree(tmp_path: Path, settings: Settings) -> None:
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda _: with_secrets(settings)[0].secret, range(16)))

    assert len(set(found)) == 1


def test_no_scratch_file_is_left(settings: Settings) -> None:
    put_if_absent(settings.secrets_dir / "secret", "one")
    put_if_absent(settings.secrets_dir / "secret", "two")

    assert [file.name for file in settings.secrets_dir.iterdir()] == ["secret"]
    assert (settings.secrets_dir / "secret").read_text() == "one\n"


def test_secrets_are_not_made_for_a_store_that_machines_share(settings: Settings) -> None:
    shared = replace(settings, store="redis://127.0.0.1/0")

    with pytest.raises(SettingsError, match="same secrets"):
        with_secrets(shared)

    assert not settings.secrets_dir.exists()
