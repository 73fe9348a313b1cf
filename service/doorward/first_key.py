"""The first API key: made when the store has none, and kept in a file so that later starts can show it again."""

import os
from pathlib import Path

from doorward.api_keys import ApiKeyRing, digest_of, is_valid
from doorward.ports import Store
from doorward.secret_files import put_if_absent

KEY_FILE = "first-api-key"
TENANT = "default"
# Everything that the API offers a system; what only a person should do needs a key made for it.
SCOPES = ("decide", "challenge", "enrol", "feedback", "records", "policy")


def first_key(store: Store, ring: ApiKeyRing, secrets_dir: Path, now: float) -> str | None:
    """Return the first key while it is valid, making it where the store has no key at all; else None."""
    file = secrets_dir / KEY_FILE
    if not store.keys():
        file.unlink(missing_ok=True)
        _, key = ring.create(tenant=TENANT, scopes=SCOPES, label="made on first start", now=now)
        put_if_absent(file, key)
        return key
    return _kept_key(store, ring, file, now)


def _kept_key(store: Store, ring: ApiKeyRing, file: Path, now: float) -> str | None:
    if not os.access(file, os.R_OK):
        return None
    key = file.read_text(encoding="utf-8").strip()
    row = store.key_by_digest(digest_of(key))
    return key if row is not None and is_valid(row, now) and ring.is_proved(row) else None
