"""The service's own secrets where the environment names none: made once, in files that only its user may read.

Two starts at the same time agree: a file is written beside its place and then linked there, which only one can do.
"""

import base64
import os
import secrets
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from doorward.core.store_url import is_redis
from doorward.settings import Settings, SettingsError
from doorward.settings_parsers import SECRET_BYTES, hashing_secret, key_list

SECRET_FILE = "secret"  # noqa: S105 - the name of the file
KEYS_FILE = "encryption_keys"

T = TypeVar("T")


def with_secrets(settings: Settings) -> tuple[Settings, list[Path]]:
    """Return *settings* with both secrets set, and the files that were made for it.

    A variable wins over a file. A store that is there already was written with secrets: making new ones for it
    would leave its records unreadable, so that is a SettingsError. So is making them for a store that machines share.
    """
    # Looked at before the secrets are: another start makes them first and the store after.
    may_make = not is_redis(settings.store) and (settings.store_path is None or not settings.store_path.exists())
    made: list[Path] = []
    if settings.secret is None:
        text = _kept(settings, SECRET_FILE, _random_key(), made, may_make=may_make)
        settings = replace(settings, secret=_read(settings, SECRET_FILE, hashing_secret, text))
    if settings.encryption_keys is None:
        text = _kept(settings, KEYS_FILE, f"k1:{_random_key()}", made, may_make=may_make)
        settings = replace(settings, encryption_keys=_read(settings, KEYS_FILE, key_list, text))
    return settings, made


def _random_key() -> str:
    return base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode("ascii")


def _kept(settings: Settings, name: str, fresh: str, made: list[Path], *, may_make: bool) -> str:
    file = settings.secrets_dir / name
    try:
        if not file.exists():
            if not may_make:
                raise SettingsError([_lost(settings, file)])
            if put_if_absent(file, fresh):
                made.append(file)
        return file.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as wrong:
        raise SettingsError([f"cannot use the secrets in '{settings.secrets_dir}': {wrong}"]) from None


def _lost(settings: Settings, file: Path) -> str:
    if is_redis(settings.store):
        return (
            f"the store is shared, and everybody on it needs the same secrets: '{file}' is not there and "
            f"DOORWARD_{file.name.upper()} is not set"
        )
    return (
        f"the store '{settings.store_path}' was made with secrets, but '{file}' is not there and "
        f"DOORWARD_{file.name.upper()} is not set; restore it, or move the store away to begin anew"
    )


def _read(settings: Settings, name: str, parse: Callable[[str], T], text: str) -> T:
    try:
        return parse(text)
    except ValueError as wrong:
        raise SettingsError([f"'{settings.secrets_dir / name}': {wrong}"]) from None


def put_if_absent(file: Path, text: str) -> bool:
    """Write *text* to *file* with mode 0600 unless it is there; answer whether this call wrote it, whole."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, scratch = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")  # mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        os.link(scratch, file)
    except FileExistsError:
        return False
    finally:
        os.unlink(scratch)
    return True
