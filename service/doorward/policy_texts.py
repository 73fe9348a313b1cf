"""The texts of policies that decided something, by their digest, so that an old record can be explained."""

from doorward.core.errors import Unreadable
from doorward.core.purposes import purpose_at
from doorward.policy.model import Policy
from doorward.ports import Sealer, SecretStore

KIND = "policy"


class PolicyTexts:
    """Keeps each text once for each tenant, sealed."""

    def __init__(self, store: SecretStore, sealer: Sealer) -> None:
        self._store = store
        self._sealer = sealer
        self._kept: set[tuple[str, str]] = set()

    def keep(self, tenant: str, policy: Policy) -> None:
        """Keep the text of *policy*, once a process."""
        if (tenant, policy.digest) in self._kept:
            return
        name = _name(policy.digest)
        sealed = self._sealer.seal(policy.text.encode("utf-8"), purpose_of(tenant, name))
        self._store.put_secret_if_absent(tenant, name, sealed)
        self._kept.add((tenant, policy.digest))

    def text(self, tenant: str, digest: str) -> str | None:
        """Return the text of *digest*, or None where it is not held or cannot be opened."""
        name = _name(digest)
        sealed = self._store.secret(tenant, name)
        try:
            return None if sealed is None else self._sealer.open(sealed, purpose_of(tenant, name)).decode("utf-8")
        except Unreadable:
            return None


def purpose_of(tenant: str, name: str) -> str:
    """Return for what the secret *name* is sealed; empty where it holds no text of a policy."""
    return purpose_at(KIND, tenant, name) if name.startswith(_name("")) else ""


def _name(digest: str) -> str:
    return f"policy:{digest}"
