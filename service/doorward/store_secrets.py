"""Whether a store was made with the secrets of the settings: with others, it would look empty and unreadable."""

import hmac
from collections.abc import Mapping

from doorward.core.errors import StoreNotAccepted, Unreadable
from doorward.ports import Sealer, SecretStore

# No tenant has an empty name.
_NOBODY = ""
_HASHING = "check/hashing"
_SEALING = "check/sealing"


class OtherSecrets(StoreNotAccepted):
    """The store belongs to other secrets than those of the settings."""


def check_secrets(store: SecretStore, *, mark: bytes, sealers: Mapping[str, Sealer]) -> None:
    """Return where *store* was made with these secrets, or is new and now theirs; OtherSecrets if not.

    *mark* is derived from the hashing secret and tells nothing of it. Each key of the encryption is checked by its
    id, so that another can take the first place.
    """
    if not hmac.compare_digest(mark, _kept(store, _HASHING, mark)):
        raise OtherSecrets("the store was made with another DOORWARD_SECRET, and nothing in it could be found")
    for key_id, sealer in sealers.items():
        kept = _kept(store, f"{_SEALING}/{key_id}", sealer.seal(b"", _SEALING))
        try:
            sealer.open(kept, _SEALING)
        except Unreadable:
            reason = f"the store was made with another key '{key_id}' in DOORWARD_ENCRYPTION_KEYS"
            raise OtherSecrets(f"{reason}, and what that sealed could not be opened") from None


def is_new(store: SecretStore) -> bool:
    """Answer whether nobody's secrets have made *store* theirs yet."""
    return store.secret(_NOBODY, _HASHING) is None


def knows_key(store: SecretStore, key_id: str) -> bool:
    """Answer whether a service has started on *store* with the encryption key *key_id*."""
    return store.secret(_NOBODY, f"{_SEALING}/{key_id}") is not None


def _kept(store: SecretStore, name: str, value: bytes) -> bytes:
    """Return what the store holds, or *value*, which it then does; a store that has it is not written to."""
    return store.secret(_NOBODY, name) or store.put_secret_if_absent(_NOBODY, name, value)
